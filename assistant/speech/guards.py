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

NEVER_SAID = re.compile(
    r"(本日は|今日は)?(最後まで)?(この動画を)?ご?[視試]聴(いただき|くださり|して(いただき|くださり))?"
    r"(まして)?(誠に|本当に)?(ありがとう(ございま(した|す))?)?|"
    r"(最後まで)?(見て(くれて|いただき|いただいて|くださり)|ご覧(いただき|くださり))(まして)?"
    r"(誠に|本当に)?ありがとうございま(した|す)|"
    r"(この)?(チャンネル登録|高評価).{0,24}|"
    r"(それでは|では)?(また)?(次の動画|次回の動画|別の動画)(で|も|を|に).{0,16}|"
    r"字幕(制作|作成|協力|視聴)?(者|は|by|提供)?.{0,16}|"
    r"(音楽|拍手|bgm|music|applause|thankyouforwatching|thanksforwatching|subscribe)+"
)
"""Sentences of the videos that Whisper learnt from. People do not say them in an office."""

SELDOM_ALONE = re.compile(
    r"((どうも)?ありがとうござい(ました|ます))+|おやすみなさい|お疲れ様でした|バイバイ|さようなら|"
    r"thankyou|bye|you"
)
"""Sentences that recognisers write into silence, and that people say too."""

WATCHABLE = re.compile(r"[♪♫♬]")

FEWEST_VOICED = 0.1
"""Seconds of voice under a segment below which nobody can have said it."""
LITTLE_VOICE = 0.35
"""Share of a segment's time; where people speak, more of it is voice."""
DENSEST = 18.0
"""Characters per voiced second. Fast speech has 10; kanji are two or three syllables each."""
SLACK = 0.3
"""Seconds of voice that the detector may have missed around a segment."""
SPARSEST = 1.5
"""Characters per voiced second; where there are fewer, the recogniser skipped something."""
LONG_ENOUGH = 1.2
"""Seconds of voice that are more than a cough or a sigh."""
MOST_COMPRESSED = 2.4
"""Ratio of UTF-8 bytes to their zlib compression; the figure of OpenAI's Whisper."""
UNSURE = -1.0
"""Mean natural logarithm of a probability; the figure of OpenAI's Whisper."""

_LOOP = re.compile(r"(.)\1{7,}|(.{2,5}?)\2{4,}|(.{6,40}?)\3{2,}")
_STRONG = {Flag.LITTLE_VOICE, Flag.REPETITION, Flag.LOW_PROBABILITY, Flag.TOO_DENSE}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a window besides its text: the voice in it, in seconds of the recording.

    `log_probability` is the mean over the window's tokens.
    """

    voice: Sequence[Span]
    log_probability: float = 0.0


def review(segments: Iterable[Segment], evidence: Evidence) -> Heard:
    """Sorts the segments of one window into those to stand by and those to withhold."""
    marked = [_marked(part, evidence) for segment in segments for part in _parts(segment)]
    kept = tuple(segment for segment in marked if not _is_invented(segment, evidence))
    withheld = tuple(segment for segment in marked if _is_invented(segment, evidence))
    return Heard(kept, withheld)


def doubts(segments: Sequence[Segment], evidence: Evidence) -> frozenset[Flag]:
    """What speaks against what was written for a whole window; empty when nothing does."""
    text = "".join(segment.text for segment in segments)
    voiced = sum(span.duration for span in evidence.voice)
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
    for first in range(1, len(segment.words)):
        tail = plain("".join(word.text for word in segment.words[first:]))
        if len(tail) >= 6 and NEVER_SAID.fullmatch(tail):
            return [_cut(segment, segment.words[:first]), _cut(segment, segment.words[first:])]
    return [segment]


def _cut(segment: Segment, words: tuple[Word, ...]) -> Segment:
    end = max(word.end for word in words)
    return replace(segment, start=words[0].start, end=end, words=words)


def _marked(segment: Segment, evidence: Evidence) -> Segment:
    bare = plain(segment.text)
    voiced = _voiced(segment, evidence)
    found = {
        Flag.STOCK_PHRASE: is_stock(segment.text),
        Flag.LITTLE_VOICE: voiced < LITTLE_VOICE * (segment.end - segment.start),
        Flag.REPETITION: is_loop(bare),
        Flag.COMPRESSION: compression(segment.text) > MOST_COMPRESSED,
        Flag.LOW_PROBABILITY: _log_probability(segment) < UNSURE,
        Flag.TOO_DENSE: len(bare) > DENSEST * (voiced + SLACK),
    }
    flags = frozenset(flag for flag, is_so in found.items() if is_so)
    return replace(segment, flags=segment.flags | flags)


def is_stock(text: str) -> bool:
    """Whether the text is one of the sentences that recognisers invent, and nothing else."""
    bare = plain(text)
    if not bare:
        return WATCHABLE.search(text) is not None
    return bool(NEVER_SAID.fullmatch(bare) or SELDOM_ALONE.fullmatch(bare))


def _is_invented(segment: Segment, evidence: Evidence) -> bool:
    reasons = segment.flags & _STRONG
    if _voiced(segment, evidence) < FEWEST_VOICED or len(reasons) >= 2:
        return True
    if Flag.STOCK_PHRASE not in segment.flags:
        return False
    unlikely = NEVER_SAID.fullmatch(plain(segment.text)) or not plain(segment.text)
    return bool(unlikely or reasons)


def _voiced(segment: Segment, evidence: Evidence) -> float:
    """Seconds of voice during the segment."""
    said = Span(segment.start, segment.end)
    return sum(said.overlap(span) for span in evidence.voice)


def _log_probability(segment: Segment) -> float:
    """Mean over the characters, of the words' probabilities."""
    total = sum(len(word.text) * math.log(max(word.probability, 1e-6)) for word in segment.words)
    return total / max(1, sum(len(word.text) for word in segment.words))
