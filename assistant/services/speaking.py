"""How much everybody spoke."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.model import Flag, Span, merge_spans

if TYPE_CHECKING:
    from assistant.model import Speaker, Transcript


@dataclass(frozen=True, slots=True)
class Speaking:
    """`seconds` spoken, their `share` of everybody's seconds, 0 to 1, and turns, 相づち apart."""

    speaker: Speaker
    seconds: float
    share: float
    turns: int


def speaking(transcript: Transcript) -> tuple[Speaking, ...]:
    """Everybody in the transcript, in its order."""
    spans: dict[str, list[Span]] = defaultdict(list)
    for one in transcript.speech or transcript.turns:
        spans[one.speaker].append(Span(one.start, one.end))
    seconds = {
        speaker.id: sum(span.duration for span in merge_spans(spans[speaker.id]))
        for speaker in transcript.speakers
    }
    total = sum(seconds.values())
    turns = Counter(turn.speaker for turn in transcript.turns if Flag.BACKCHANNEL not in turn.flags)
    return tuple(
        Speaking(one, seconds[one.id], seconds[one.id] / total if total else 0.0, turns[one.id])
        for one in transcript.speakers
    )
