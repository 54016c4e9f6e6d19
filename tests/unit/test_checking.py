from __future__ import annotations

import json
from itertools import count
from typing import TYPE_CHECKING

import pytest

from assistant.errors import NothingFound
from assistant.model import Progress, Segment, Word
from assistant.services.checking import (
    ModelCheck,
    TrueTurn,
    compare,
    pooled,
    read_truth,
    samples_in,
)
from assistant.testing import FakeReader, FakeToolbox, sound
from assistant.text.compare import Errors, Level

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.model import Clip


def sample(folder: Path, name: str, *turns: tuple[float, float, str, str]) -> Path:
    """A recording's place with the truth beside it."""
    keys = ("start", "end", "speaker", "text")
    truth = {"speakers": [], "turns": [dict(zip(keys, turn, strict=True)) for turn in turns]}
    (folder / f"{name}.truth.json").write_text(json.dumps(truth), "utf-8")
    path = folder / f"{name}.wav"
    path.touch()
    return path


def heard(start: float, text: str, lane: int = 0) -> Segment:
    return Segment(start, start + 1, (Word(start, start + 1, text, 1.0),), lane=lane)


def checking(**sounds: Clip) -> ModelCheck:
    reader = FakeReader({f"{name}.wav": clip for name, clip in sounds.items()})
    return ModelCheck(reader, FakeToolbox(), group_size=2, seconds=count(0, 2.0).__next__)


def test_a_recording_is_scored_against_its_truth(tmp_path: Path) -> None:
    # The fake recogniser writes the loudness of each second, in percent.
    path = sample(tmp_path, "meeting", (0, 2, "S1", "五十、60。"), (2, 4, "S2", "七十一"))
    score = checking(meeting=sound([0.5, 0.6, 0.7, 0.0])).score(path, "auto")
    assert score.errors[Level.NORMALIZED] == Errors(1, 6), "70 was heard, 71 was said"
    assert score.errors[Level.READING].edits > 0
    assert (score.duration, score.elapsed, score.real_time_factor) == (4.0, 2.0, 0.5)


def test_a_call_is_compared_lane_by_lane(tmp_path: Path) -> None:
    path = sample(tmp_path, "call", (0, 2, "worker", "50、50"), (1, 3, "caller", "60、60"))
    call = sound([0.0, 0.6, 0.6], [0.5, 0.5, 0.0])
    assert checking(call=call).score(path, "auto").errors[Level.NORMALIZED] == Errors(0, 8)


def test_talk_at_once_on_one_lane_is_compared_in_the_order_of_turns() -> None:
    truth = [TrueTurn(1, 3, "B", "うえ"), TrueTurn(0, 2, "A", "あい")]
    assert compare(truth, [heard(0, "あい"), heard(1, "うえ")])[Level.NORMALIZED].edits == 0


def test_a_word_on_the_wrong_lane_counts_twice() -> None:
    truth = [TrueTurn(0, 1, "A", "あいう"), TrueTurn(5, 6, "B", "かきく")]
    on_lanes = [heard(0, "あい"), heard(5, "う", 1), heard(5, "かきく", 1)]
    assert compare(truth, on_lanes, lanes=2)[Level.NORMALIZED] == Errors(2, 6)


def test_progress_ends_at_the_end(tmp_path: Path) -> None:
    seen: list[Progress] = []
    path = sample(tmp_path, "m", (0, 1, "S1", "50"))
    checking(m=sound([0.5, 0.0])).score(path, "auto", seen.append)
    assert seen[-1].share == 1.0


def test_pooling_weighs_by_length(tmp_path: Path) -> None:
    check = checking(a=sound([0.5]), b=sound([0.6, 0.6, 0.6]))
    paths = [sample(tmp_path, "a", (0, 1, "S", "51")), sample(tmp_path, "b", (0, 3, "S", "606060"))]
    both = pooled([check.score(path, "auto") for path in paths])
    assert both.errors[Level.NORMALIZED] == Errors(1, 8)
    assert (both.duration, both.real_time_factor) == (4.0, 1.0)


def test_only_recordings_with_a_truth_are_samples(tmp_path: Path) -> None:
    with pytest.raises(NothingFound):
        samples_in(tmp_path)
    (tmp_path / "other.wav").touch()
    path = sample(tmp_path, "meeting")
    assert samples_in(tmp_path) == [path]


@pytest.mark.parametrize("content", ["", "[]", '{"turns": [{"start": 0}]}'])
def test_a_truth_that_is_none(tmp_path: Path, content: str) -> None:
    path = sample(tmp_path, "meeting")
    (tmp_path / "meeting.truth.json").write_text(content)
    with pytest.raises(NothingFound, match=r"meeting\.truth\.json"):
        read_truth(path)
