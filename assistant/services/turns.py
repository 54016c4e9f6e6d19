"""Words x speakers -> turns.

Whose word is it? Within a segment, the sequence of speakers is the one with the most seconds of
words inside their speakers' spans, minus a price for every change of speaker; the price is low
where people really take turns: after a sentence mark or a pause. Ties stay with the speaker who
is talking, and at the start of a segment go to the speaker whose span began first.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from assistant.model import Flag, Segment, Span, SpeakerSpan, Turn, Word, merge_spans

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CHANGE_PRICE = 0.6
"""Seconds of overlap that a change of speaker inside a phrase must gain: two syllables."""
CHANGE_PRICE_AT_BREAK = 0.1
"""The same after a sentence mark or a pause."""
BREAK_PAUSE = 0.25
"""Seconds without words that count as a break inside a segment."""
FAR_FROM_SPEECH = 5.0
"""Beyond this many seconds from a speaker's spans, distance says nothing more."""

TURN_PAUSE = 2.0
"""Seconds of silence that end a turn though nobody else speaks."""
SENTENCE_PAUSE = 0.8
"""The same where a sentence has just ended."""
LONGEST_TURN = 60.0
"""Seconds after which a turn ends at the next sentence mark, to keep paragraphs readable."""

SENTENCE_MARKS = ("。", "?", "!", "？", "！")
PHRASE_MARKS = (*SENTENCE_MARKS, "、", ",")
NO_WORDS = " 　、。,.!?！？…"
BACKCHANNELS = frozenset(
    {"はい", "はいはい", "ええ", "ええええ", "うん", "うんうん", "ああ", "あー", "はあ", "へえ"}
    | {"ふうん", "そう", "そうです", "そうですね", "そうですか", "そうですよね", "なるほど"}
)
LONGEST_BACKCHANNEL = 0.8
"""Seconds; longer ones are taken for answers."""
SHORTEST_UNRECOGNIZED = 1.0
"""Seconds of speech without any word that are worth showing as not understood."""
LONG_OVERLAP = 0.5
"""Seconds said together with somebody else that are worth a second look."""


@dataclass(frozen=True, slots=True)
class _Phrase:
    """Words of one speaker without a break between them, and the flags of their segment."""

    words: tuple[Word, ...]
    speaker: str
    flags: frozenset[Flag]

    @property
    def said(self) -> Span:
        return Span(self.words[0].start, max(word.end for word in self.words))

    @property
    def text(self) -> str:
        return "".join(word.text for word in self.words)


class _Nearby:
    """Finds the items that share time with a span without walking through hours of them."""

    def __init__(self, spans: Sequence[SpeakerSpan]) -> None:
        self._spans = sorted(spans)
        self._starts = [span.start for span in self._spans]
        self._longest = max((span.end - span.start for span in spans), default=0.0)

    def __call__(self, start: float, end: float) -> list[SpeakerSpan]:
        first = bisect_left(self._starts, start - self._longest)
        last = bisect_left(self._starts, end)
        return [span for span in self._spans[first:last] if span.end > start]


def build_turns(
    segments: Sequence[Segment],
    speech: Sequence[SpeakerSpan],
    lane_speakers: Mapping[int, str] | None = None,
) -> tuple[Turn, ...]:
    """Turns in order of start, with ids t1, t2, …

    `lane_speakers` names the speaker of each lane where the channel tells who speaks; without it,
    `speech` decides word by word.
    """
    nearby = _Nearby(speech)
    phrases = [
        phrase
        for segment in segments
        if segment.words
        for phrase in _phrases(segment, _owners(segment, nearby, speech, lane_speakers))
    ]
    phrases.sort(key=lambda phrase: phrase.said)
    turns = _keep_apart([_turn(group, nearby) for group in _groups(phrases)])
    turns += _unrecognized(speech, phrases)
    turns.sort(key=lambda turn: (turn.start, turn.end, turn.speaker))
    marked = _marked(turns)
    return tuple(replace(turn, id=f"t{number}") for number, turn in enumerate(marked, 1))


def _owners(
    segment: Segment,
    nearby: _Nearby,
    speech: Sequence[SpeakerSpan],
    lane_speakers: Mapping[int, str] | None,
) -> list[str]:
    if lane_speakers is not None:
        return [lane_speakers[segment.lane]] * len(segment.words)
    first, last = segment.words[0].start, max(word.end for word in segment.words)
    near = nearby(first - FAR_FROM_SPEECH, last + FAR_FROM_SPEECH)
    if not near and speech:
        near = [min(speech, key=lambda span: _distance(segment.words[0], span))]
    return speakers_of(segment.words, near)


def speakers_of(words: Sequence[Word], near: Sequence[SpeakerSpan]) -> list[str]:
    """The speaker of each word: the best sequence by overlap minus changes (Viterbi).

    Where nobody was heard at all, everything is said by S1.
    """
    names = list(dict.fromkeys(span.speaker for span in sorted(near))) or ["S1"]
    score = [_fit(words[0], name, near) for name in names]
    back: list[list[int]] = []
    for before, word in pairwise(words):
        price = CHANGE_PRICE_AT_BREAK if _is_break(before, word) else CHANGE_PRICE
        best = max(range(len(names)), key=score.__getitem__)
        came = [now if score[now] >= score[best] - price else best for now in range(len(names))]
        score = [
            score[source] - (price if source != now else 0) + _fit(word, names[now], near)
            for now, source in enumerate(came)
        ]
        back.append(came)
    state = max(range(len(names)), key=score.__getitem__)
    path = [state]
    for came in reversed(back):
        state = came[state]
        path.append(state)
    return [names[state] for state in reversed(path)]


def _fit(word: Word, speaker: str, near: Sequence[SpeakerSpan]) -> float:
    """Seconds of the word inside the speaker's spans; outside all, less the farther away."""
    spans = [span for span in near if span.speaker == speaker]
    inside = sum(max(0.0, min(word.end, span.end) - max(word.start, span.start)) for span in spans)
    if inside > 0 or not spans:
        return inside
    return -0.01 * min(FAR_FROM_SPEECH, *(_distance(word, span) for span in spans))


def _distance(word: Word, span: SpeakerSpan) -> float:
    return max(0.0, span.start - word.end, word.start - span.end)


def _is_break(before: Word, after: Word) -> bool:
    return after.start - before.end >= BREAK_PAUSE or before.text.endswith(PHRASE_MARKS)


def _phrases(segment: Segment, owners: Sequence[str]) -> list[_Phrase]:
    cuts = [
        number
        for number, (before, after) in enumerate(pairwise(segment.words), 1)
        if owners[number] != owners[number - 1] or _is_break(before, after)
    ]
    return [
        _Phrase(segment.words[first:last], owners[first], segment.flags)
        for first, last in pairwise([0, *cuts, len(segment.words)])
    ]


def _groups(phrases: Sequence[_Phrase]) -> list[list[_Phrase]]:
    """Phrases that make one turn.

    A turn ends where somebody else takes the floor. A backchannel does not take it, and one that
    is said into somebody else's phrase is a turn of its own.
    """
    going_on: dict[str, list[_Phrase]] = {}
    interrupted: set[str] = set()
    closed: list[list[_Phrase]] = []
    for phrase in phrases:
        if _is_backchannel(phrase.text, phrase.said) and _is_inside(phrase, going_on):
            closed.append([phrase])
            continue
        group = going_on.get(phrase.speaker)
        if group and (phrase.speaker in interrupted or _ends(group, phrase)):
            closed.append(going_on.pop(phrase.speaker))
        going_on.setdefault(phrase.speaker, []).append(phrase)
        interrupted.discard(phrase.speaker)
        if not _is_backchannel(phrase.text, phrase.said):
            interrupted |= going_on.keys() - {phrase.speaker}
    return closed + list(going_on.values())


def _is_inside(phrase: _Phrase, going_on: Mapping[str, Sequence[_Phrase]]) -> bool:
    """Whether somebody else's latest phrase is not over when this one ends."""
    return any(
        group[-1].said.end >= phrase.said.end
        for speaker, group in going_on.items()
        if speaker != phrase.speaker
    )


def _ends(group: Sequence[_Phrase], phrase: _Phrase) -> bool:
    """Whether a turn is over before `phrase` though nobody else took the floor."""
    said = group[-1].said
    pause = phrase.said.start - said.end
    if pause >= TURN_PAUSE:
        return True
    if not group[-1].text.endswith(SENTENCE_MARKS):
        return False
    return pause >= SENTENCE_PAUSE or said.end - group[0].said.start >= LONGEST_TURN


def _is_backchannel(text: str, said: Span) -> bool:
    return said.duration < LONGEST_BACKCHANNEL and text.strip(NO_WORDS) in BACKCHANNELS


def _turn(group: Sequence[_Phrase], nearby: _Nearby) -> Turn:
    """The turn of these phrases, reaching to the edges of the speech they were heard in."""
    words = tuple(word for phrase in group for word in phrase.words)
    speaker = group[0].speaker
    start, end = words[0].start, max(word.end for word in words)
    own = [span for span in nearby(start, end) if span.speaker == speaker]
    return Turn(
        id="",
        start=min([start, *(span.start for span in own)]),
        end=max([end, *(span.end for span in own)]),
        speaker=speaker,
        text="".join(word.text for word in words).strip(),
        words=words,
        flags=frozenset().union(*(phrase.flags for phrase in group)),
    )


def _keep_apart(turns: Sequence[Turn]) -> list[Turn]:
    """Turns of one speaker reach no further than to each other's words."""
    by_speaker: dict[str, list[Turn]] = defaultdict(list)
    for turn in sorted(turns, key=_said):
        by_speaker[turn.speaker].append(turn)
    for own in by_speaker.values():
        for number in range(1, len(own)):
            before, after = own[number - 1], own[number]
            edge = _said(after).start
            before = replace(before, end=max(_said(before).end, min(before.end, edge)))
            after = replace(after, start=min(edge, max(after.start, before.end)))
            own[number - 1 : number + 1] = before, after
    return [turn for own in by_speaker.values() for turn in own]


def _said(turn: Turn) -> Span:
    return Span(turn.words[0].start, max(word.end for word in turn.words))


def _unrecognized(speech: Sequence[SpeakerSpan], phrases: Sequence[_Phrase]) -> list[Turn]:
    """Speech of some length during which no word of anybody was written."""
    written = merge_spans(phrase.said for phrase in phrases)
    ends = [span.end for span in written]
    empty: list[Turn] = []
    for span in speech:
        if span.end - span.start < SHORTEST_UNRECOGNIZED:
            continue
        after = bisect_left(ends, span.start)
        if after == len(written) or written[after].start >= span.end:
            flags = frozenset({Flag.UNRECOGNIZED})
            empty.append(Turn("", span.start, span.end, span.speaker, "", flags=flags))
    return empty


def _marked(turns: Sequence[Turn]) -> list[Turn]:
    """Turns, ordered by start, with what their neighbours tell: 相づち, overlapped speech."""
    nearby = _Nearby([SpeakerSpan(*_bounds(turn), turn.speaker) for turn in turns if turn.words])
    return [_mark(turn, nearby) if turn.words else turn for turn in turns]


def _bounds(turn: Turn) -> tuple[float, float]:
    said = _said(turn)
    return said.start, said.end


def _mark(turn: Turn, nearby: _Nearby) -> Turn:
    said = _said(turn)
    others = [other for other in nearby(*_bounds(turn)) if other.speaker != turn.speaker]
    inside = any(other.start <= said.start and other.end >= said.end for other in others)
    if inside and _is_backchannel(turn.text, said):
        return replace(turn, flags=turn.flags | {Flag.BACKCHANNEL})
    shared = max((said.overlap(Span(other.start, other.end)) for other in others), default=0.0)
    return replace(turn, flags=turn.flags | {Flag.OVERLAP}) if shared >= LONG_OVERLAP else turn
