"""Tells invented text from heard text.

Recognisers write stock phrases into silence, loop, and skip. Every segment is compared with the
voice heard under it; what is very probably invented is withheld, what is doubtful is flagged, and
nothing is dropped.
"""

from __future__ import annotations

import math
import re
import unicodedata
import zlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assistant.model import Flag, Heard, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assistant.model import Segment, Word

_THANKS = r"(誠に|本当に)?ありがとうございま(した|す)"
_PLEASE = (
    r"(を|も|の(ほう|方))?(是非|ぜひ)?(よろしく|宜しく)?"
    r"(お願い(いたし|致し|し)ます|してください|してね)"
)
NEVER_SAID = re.compile(
    rf"(本日は|今日は)?(最後まで)?(この動画を)?ご[視試]聴(いただき|頂き|くださり)?(まして)?({_THANKS})?|"
    rf"最後まで(見て(くれて|いただき|いただいて|くださり)|ご覧(いただき|くださり))(まして)?{_THANKS}|"
    rf"(この)?(チャンネル登録|高評価)((と|や)?(チャンネル登録|高評価))?({_PLEASE})?|"
    r"(それでは|では)?(また)?次(回)?の動画で(お会いしましょう|会いましょう)?|"
    r"字幕(制作|作成|提供|協力|視聴|by)(者)?.{0,12}|"
    r"(bgm|applause|thankyouforwatching|thanksforwatching|pleasesubscribe)+"
)
"""Sentences of the videos that Whisper learnt from. People do not say them in an office."""

SELDOM_ALONE = re.compile(
    rf"((どうも)?{_THANKS})+|おやすみなさい|お疲れ様でした|バイバイ|さようなら|音楽|拍手|"
    r"music|thankyou|bye|you"
)
"""What recognisers write into silence too, and people do say."""

MUSIC = re.compile(r"[♪♫♬]")

FEWEST_VOICED = 0.1
"""Seconds of voice at a segment below which nobody can have said it."""
LITTLE_VOICE = 0.35
"""Share of a segment's time; where people speak, more of it is voice."""
ENOUGH_VOICE = 0.7
"""The same for thanks and goodbyes, which are written into silence more easily."""
DENSEST = 18.0
"""Characters per voiced second. Fast speech has 10; kanji are two or three syllables each."""
SLACK = 0.3
"""Seconds by which times of voice and of words may differ."""
SPARSEST = 1.5
"""Characters per voiced second; where there are fewer, the recogniser skipped something."""
LONG_ENOUGH = 1.2
"""Seconds of voice that are more than a cough or a sigh."""
MOST_COMPRESSED = 2.4
"""Ratio of UTF-8 bytes to their zlib compression; the figure of OpenAI's Whisper."""
UNSURE = -1.0
"""Mean natural logarithm of a probability; the figure of OpenAI's Whisper."""

FAIRLY_SURE = -0.5
"""The same for thanks and goodbyes."""

NO_SPEECH = 0.6
"""The figure of OpenAI's Whisper. Noise has more, soft single words on a noisy line have less."""

_LOOP = re.compile(r"(.)\1{7,}|(.{2,5}?)\2{4,}|(.{6,40}?)\3{2,}")
_STRONG = {Flag.LITTLE_VOICE, Flag.REPETITION, Flag.LOW_PROBABILITY, Flag.TOO_DENSE}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a window besides its text: the voice in it, in seconds of the recording.

    `log_probability` is the mean over the window's tokens, `no_speech` the probability that the
    recogniser itself gives to there being no speech.
    """

    voice: Sequence[Span]
    log_probability: float = 0.0
    no_speech: float = 0.0

    @property
    def voiced(self) -> float:
        """Seconds of voice."""
        return sum(span.duration for span in self.voice)

    @property
    def is_doubted(self) -> bool:
        """Whether the recogniser hears nobody where the detector heard a voice."""
        return self.no_speech > NO_SPEECH


def review(segments: Iterable[Segment], evidence: Evidence) -> Heard:
    """Sorts the segments of one window into those to stand by and those to withhold."""
    marked = [_marked(part, evidence) for segment in segments for part in _parts(segment)]
    kept = tuple(segment for segment in marked if not _is_invented(segment, evidence))
    withheld = tuple(segment for segment in marked if _is_invented(segment, evidence))
    return Heard(kept, withheld)


def doubts(segments: Sequence[Segment], evidence: Evidence) -> frozenset[Flag]:
    """What speaks against what was written for a whole window; empty when nothing does."""
    text = "".join(segment.text for segment in segments)
    voiced = evidence.voiced
    bare = plain(text)
    found = {
        Flag.REPETITION: is_loop(bare),
        Flag.COMPRESSION: compression(text) > MOST_COMPRESSED,
        Flag.LOW_PROBABILITY: evidence.log_probability < UNSURE,
        Flag.TOO_DENSE: len(bare) > DENSEST * (voiced + SLACK),
        Flag.UNRECOGNIZED: len(bare) < SPARSEST * (voiced - LONG_ENOUGH)
        or unwritten(segments, evidence.voice) > LONG_ENOUGH,
    }
    return frozenset(flag for flag, is_so in found.items() if is_so)


def unwritten(segments: Sequence[Segment], voice: Sequence[Span]) -> float:
    """Seconds of the longest voice in a row under which no word was written."""
    words = [Span(word.start, word.end) for segment in segments for word in segment.words]
    longest = row = 0.0
    for span in voice:
        covered = sum(span.overlap(word) for word in words)
        row = row + span.duration if covered <= 0 else max(0.0, span.duration - covered - SLACK)
        longest = max(longest, row)
    return longest


def is_loop(bare: str) -> bool:
    """Whether text without punctuation says the same over and over."""
    loop = _LOOP.search(bare)
    return loop is not None and len(loop[0]) >= 8


def compression(text: str) -> float:
    """How many times smaller zlib makes the text."""
    raw = text.encode()
    return len(raw) / len(zlib.compress(raw))


def plain(text: str) -> str:
    """Letters and digits only, in their normal form (NFKC), lower case."""
    normal = unicodedata.normalize("NFKC", text).lower()
    return "".join(mark for mark in normal if unicodedata.category(mark)[0] in "LN")


def _parts(segment: Segment) -> list[Segment]:
    """The segment, with a sentence that is never said at its end set apart."""
    for first in range(len(segment.words)):
        tail = plain("".join(word.text for word in segment.words[first:]))
        if len(tail) >= 6 and NEVER_SAID.fullmatch(tail):
            parts = segment.words[:first], segment.words[first:]
            return [_cut(segment, words) for words in parts if words]
    return [segment]


def _cut(segment: Segment, words: tuple[Word, ...]) -> Segment:
    end = max(word.end for word in words)
    return replace(segment, start=words[0].start, end=end, words=words)


def _marked(segment: Segment, evidence: Evidence) -> Segment:
    bare = plain(segment.text)
    voiced = _voiced(segment, evidence)
    found = {
        Flag.STOCK_PHRASE: _is_stock(segment, voiced),
        Flag.LITTLE_VOICE: voiced < LITTLE_VOICE * (segment.end - segment.start)
        or evidence.is_doubted
        or _is_voiceless(segment, evidence),
        Flag.REPETITION: is_loop(bare),
        Flag.COMPRESSION: compression(segment.text) > MOST_COMPRESSED,
        Flag.LOW_PROBABILITY: _log_probability(segment) < UNSURE,
        Flag.TOO_DENSE: len(bare) > DENSEST * (voiced + SLACK),
    }
    flags = frozenset(flag for flag, is_so in found.items() if is_so)
    return replace(segment, flags=segment.flags | flags)


def is_never_said(text: str) -> bool:
    """Whether the text is nothing but a sentence of videos, or notes of music."""
    bare = plain(text)
    return bool(NEVER_SAID.fullmatch(bare) if bare else MUSIC.search(text))


def _is_stock(segment: Segment, voiced: float) -> bool:
    """Whether this is text out of nothing: thanks that were heard well are not."""
    if is_never_said(segment.text):
        return True
    heard_well = voiced >= ENOUGH_VOICE * (segment.end - segment.start)
    is_doubtful = not heard_well or _log_probability(segment) < FAIRLY_SURE
    return is_doubtful and SELDOM_ALONE.fullmatch(plain(segment.text)) is not None


def _is_invented(segment: Segment, evidence: Evidence) -> bool:
    reasons = segment.flags & _STRONG
    if evidence.is_doubted or _is_voiceless(segment, evidence) or len(reasons) >= 2:
        return True
    is_stock = Flag.STOCK_PHRASE in segment.flags
    return is_stock and (bool(reasons) or is_never_said(segment.text))


def _is_voiceless(segment: Segment, evidence: Evidence) -> bool:
    """Whether nobody was heard, not even beside it: times of short words are not exact."""
    around = replace(segment, start=segment.start - SLACK, end=segment.end + SLACK)
    return _voiced(around, evidence) < FEWEST_VOICED


def _voiced(segment: Segment, evidence: Evidence) -> float:
    """Seconds of voice during the segment."""
    said = Span(segment.start, segment.end)
    return sum(said.overlap(span) for span in evidence.voice)


def _log_probability(segment: Segment) -> float:
    """Mean over the characters, of the words' probabilities."""
    total = sum(len(word.text) * math.log(max(word.probability, 1e-6)) for word in segment.words)
    return total / max(1, sum(len(word.text) for word in segment.words))
