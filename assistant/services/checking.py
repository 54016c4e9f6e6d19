"""How well weights hear: recordings whose true text is known, recognised and compared."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from assistant.errors import NothingFound
from assistant.model import SAMPLE_RATE, Progress, Span
from assistant.services.lanes import plan_lanes
from assistant.services.session import TranscriptionSession
from assistant.services.transcribing import Options
from assistant.text.compare import Errors, Level, errors

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from assistant.model import FloatArray, Segment
    from assistant.ports import ProgressHook, SoundReader, Toolbox

LONGEST_UTTERANCE = 20.0
"""Seconds; longer ones leave no room for the silence that short windows are compared by."""


@dataclass(frozen=True, slots=True)
class TrueTurn:
    """What a speaker really said from `start` to `end`."""

    start: float
    end: float
    speaker: str
    text: str


@dataclass(frozen=True, slots=True)
class Score:
    """How one recording was heard. `duration` and `elapsed` are seconds of sound and of work."""

    name: str
    errors: dict[Level, Errors]
    duration: float
    elapsed: float

    @property
    def real_time_factor(self) -> float:
        """Seconds of work for a second of sound."""
        return self.elapsed / self.duration if self.duration else 0.0


class ModelCheck:
    """Runs weights on recordings; speakers are told apart by channel only."""

    def __init__(
        self,
        reader: SoundReader,
        tools: Toolbox,
        group_size: int,
        seconds: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._reader = reader
        self._tools = tools
        self._group_size = group_size
        self._seconds = seconds

    def score(self, path: Path, model: str, progress: ProgressHook | None = None) -> Score:
        """What the weights make of `path`, against the truth beside it.

        Raises:
            NothingFound: there is no truth beside it, or it cannot be read.
            SoundError: the file is no usable sound.
            UnknownModel, BadModelFolder, SetupError: the weights cannot be loaded.
        """
        truth = read_truth(path)
        survey = self._reader.survey(path)
        recognizer = self._tools.recognizer(model)
        plan = plan_lanes(survey, Options(), ways=())
        started = self._seconds()
        session = TranscriptionSession(
            plan=plan,
            listeners=[self._tools.listener(lane) for lane in range(len(plan.lanes))],
            recognizer=recognizer,
            diarization=None,
            steps=_Unkept(),
            group_size=self._group_size,
        )
        for block in self._reader.blocks(path):
            session.feed(block)
            if progress is not None:
                progress(Progress("recognize", block.end, survey.duration))
        heard = session.finish().kept
        return Score(
            name=path.stem,
            errors=compare(truth, heard, len(plan.lanes)),
            duration=survey.duration,
            elapsed=self._seconds() - started,
        )

    def utterances(self, path: Path) -> list[tuple[FloatArray, str]]:
        """Everything said in `path` within one window: sound of shape (n,), and the true text.

        Of several channels the one that is loudest meanwhile.

        Raises:
            NothingFound: there is no truth beside it, or it cannot be read.
            SoundError: the file is no usable sound.
        """
        turns = [turn for turn in read_truth(path) if turn.end - turn.start < LONGEST_UTTERANCE]
        sound = np.concatenate([block.samples for block in self._reader.blocks(path)], axis=1)
        found = []
        for turn in turns:
            part = sound[:, round(turn.start * SAMPLE_RATE) : round(turn.end * SAMPLE_RATE)]
            found.append((part[int(np.abs(part).mean(axis=1).argmax())], turn.text))
        return found


def samples_in(folder: Path) -> list[Path]:
    """The recordings in `folder` that have their truth beside them.

    Raises:
        NothingFound: there are none.
    """
    found = [path for path in sorted(folder.glob("*.wav")) if _truth_of(path).is_file()]
    if not found:
        raise NothingFound(path=folder / "*.truth.json")
    return found


def read_truth(path: Path) -> list[TrueTurn]:
    """The turns in `NAME.truth.json` beside the recording.

    Raises:
        NothingFound: it is not there or is none.
    """
    place = _truth_of(path)
    try:
        turns = json.loads(place.read_text("utf-8"))["turns"]
        return [TrueTurn(one["start"], one["end"], one["speaker"], one["text"]) for one in turns]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NothingFound(path=place) from error


def compare(
    truth: Sequence[TrueTurn], heard: Sequence[Segment], lanes: int = 1
) -> dict[Level, Errors]:
    """Errors at every level, lane by lane, since talk on two lanes has no common order."""
    lane_of = _lanes_of(truth, heard, lanes)
    totals = dict.fromkeys(Level, Errors())
    for lane in range(lanes):
        said = "".join(turn.text for turn in _ordered(truth) if lane_of[turn.speaker] == lane)
        text = "".join(segment.text for segment in heard if segment.lane == lane)
        totals = {level: totals[level] + errors(said, text, level) for level in Level}
    return totals


def pooled(scores: Sequence[Score]) -> Score:
    """All recordings as one."""
    return Score(
        name="",
        errors={level: sum((one.errors[level] for one in scores), Errors()) for level in Level},
        duration=sum(one.duration for one in scores),
        elapsed=sum(one.elapsed for one in scores),
    )


def _lanes_of(truth: Sequence[TrueTurn], heard: Sequence[Segment], lanes: int) -> dict[str, int]:
    """The lane of each speaker: where most was heard while they spoke."""

    def heard_on(speaker: str, lane: int) -> float:
        return sum(
            Span(turn.start, turn.end).overlap(Span(segment.start, segment.end))
            for turn in truth
            if turn.speaker == speaker
            for segment in heard
            if segment.lane == lane
        )

    speakers = {turn.speaker for turn in truth}
    return {one: max(range(lanes), key=lambda lane: heard_on(one, lane)) for one in speakers}


def _ordered(truth: Sequence[TrueTurn]) -> list[TrueTurn]:
    return sorted(truth, key=lambda turn: (turn.start, turn.end))


def _truth_of(path: Path) -> Path:
    return path.with_name(f"{path.stem}.truth.json")


class _Unkept:
    """`ports.Steps` that keeps nothing: a check is a measurement and always done anew."""

    def run(self, name: str, compute: Callable[[], bytes]) -> bytes:
        return compute()
