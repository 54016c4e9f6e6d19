"""The fold: sound is fed in blocks of any size, and segments come out as they become certain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.model import SHORT_PAUSE, Clip, SpeakerSpan, Update, merge_spans
from assistant.services.kept import heard_from_bytes, heard_to_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assistant.model import Segment, Window
    from assistant.ports import DiarizationStream, Listener, Recognizer, Steps
    from assistant.services.lanes import LanePlan


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything that was heard in a recording. `spans` is who spoke when, by voice or by lane."""

    kept: tuple[Segment, ...]
    withheld: tuple[Segment, ...]
    spans: tuple[SpeakerSpan, ...]


class TranscriptionSession:
    """One recording, from its first block to its last.

    Windows of a lane are recognised in groups of `group_size`, so the groups, and with them the
    result, do not depend on how the sound was cut into blocks.
    """

    def __init__(
        self,
        plan: LanePlan,
        listeners: Sequence[Listener],
        recognizer: Recognizer,
        diarization: DiarizationStream | None,
        steps: Steps,
        group_size: int,
    ) -> None:
        self._plan = plan
        self._lanes = [
            _Lane(number, listener, recognizer, steps, group_size)
            for number, listener in enumerate(listeners)
        ]
        self._diarization = diarization

    def feed(self, clip: Clip) -> Update:
        """Takes the next sound, all channels; gives the segments that are final now."""
        parts = self._plan.split(clip)
        if self._diarization is not None:
            self._diarization.feed(parts[0])
        stable = [
            segment
            for lane, part in zip(self._lanes, parts, strict=True)
            for segment in lane.feed(part)
        ]
        return Update(tuple(stable))

    def finish(self) -> Outcome:
        """What was heard in all; nothing can be fed afterwards."""
        for lane in self._lanes:
            lane.finish()
        return Outcome(
            kept=_in_order(segment for lane in self._lanes for segment in lane.kept),
            withheld=_in_order(segment for lane in self._lanes for segment in lane.withheld),
            spans=self._spans(),
        )

    def _spans(self) -> tuple[SpeakerSpan, ...]:
        if self._diarization is not None:
            return self._diarization.finish()
        by_lane = [
            SpeakerSpan(span.start, span.end, lane_speaker(lane.number))
            for lane in self._lanes
            for span in merge_spans(lane.listener.speech, SHORT_PAUSE)
        ]
        return tuple(sorted(by_lane))


def lane_speaker(lane: int) -> str:
    """The id of the speaker on a lane, where lanes tell speakers apart."""
    return f"S{lane + 1}"


class _Lane:
    """A lane's open group of windows and its results."""

    def __init__(
        self, number: int, listener: Listener, recognizer: Recognizer, steps: Steps, size: int
    ) -> None:
        self.number = number
        self.listener = listener
        self.kept: list[Segment] = []
        self.withheld: list[Segment] = []
        self._recognizer = recognizer
        self._steps = steps
        self._size = size
        self._open: list[Window] = []
        self._groups = 0

    def feed(self, clip: Clip) -> list[Segment]:
        return self._take(self.listener.feed(clip))

    def finish(self) -> None:
        self._take(self.listener.finish())
        if self._open:
            self._recognize(self._open)

    def _take(self, windows: Sequence[Window]) -> list[Segment]:
        before = len(self.kept)
        self._open += windows
        while len(self._open) >= self._size:
            group, self._open = self._open[: self._size], self._open[self._size :]
            self._recognize(group)
        return self.kept[before:]

    def _recognize(self, group: Sequence[Window]) -> None:
        def compute() -> bytes:
            return heard_to_bytes(self._recognizer.recognize(group))

        name = f"recognize/{self.number}/{self._groups}"
        self._groups += 1
        for heard in heard_from_bytes(self._steps.run(name, compute)):
            self.kept += heard.kept
            self.withheld += heard.withheld


def _in_order(segments: Iterable[Segment]) -> tuple[Segment, ...]:
    return tuple(sorted(segments, key=lambda segment: (segment.start, segment.end, segment.lane)))
