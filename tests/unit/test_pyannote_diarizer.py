from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from assistant.errors import BadModelFolder
from assistant.model import Clip, ModelUse, SpeakerCount, SpeakerSpan
from assistant.speech.pyannote_diarizer import PyannoteDiarizer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from assistant.model import FloatArray

USE = ModelUse(task="diarization", name="community-1", source="", licence="CC-BY-4.0")


@pytest.mark.parametrize(
    ("params", "missing"),
    [
        ("", "segmentation, embedding, plda"),
        ("segmentation: $model/segmentation\n    embedding: $model/embedding", "plda"),
        (
            "segmentation: pyannote/segmentation-3.0\n    plda: $model/plda",
            "pyannote/segmentation-3.0, embedding, $model/plda",
        ),
    ],
)
def test_nothing_that_the_folder_lacks_is_fetched(
    tmp_path: Path, params: str, missing: str
) -> None:
    for part in ("segmentation", "embedding"):
        (tmp_path / part).mkdir()
    (tmp_path / "config.yaml").write_text(f"pipeline:\n  name: x\n  params:\n    {params}\n")
    with pytest.raises(BadModelFolder) as caught:
        PyannoteDiarizer(tmp_path, USE)
    assert caught.value.details["missing"] == missing


class Found(PyannoteDiarizer):
    """A diarizer whose pipeline has found this."""

    def __init__(self, *annotations: list[tuple[float, float, str]]) -> None:
        self.annotations = annotations

    def diarize(self, samples: FloatArray, count: SpeakerCount) -> bytes:
        del samples, count
        return json.dumps(self.annotations).encode()


class Kept:
    """Steps that remember."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def run(self, name: str, compute: Callable[[], bytes]) -> bytes:
        if name not in self.kept:
            self.kept[name] = compute()
        return self.kept[name]


def finish(diarizer: PyannoteDiarizer, steps: Kept) -> tuple[SpeakerSpan, ...]:
    stream = diarizer.stream(SpeakerCount(), steps)
    stream.feed(Clip(np.zeros((1, 160_000), np.float32)))
    return stream.finish()


def test_speakers_are_numbered_as_they_appear_and_stay_inside_the_recording() -> None:
    both = [(4.0, 11.0, "SPEAKER_00"), (-0.1, 5.0, "SPEAKER_01"), (10.5, 12.0, "SPEAKER_02")]
    assert finish(Found(both, []), Kept()) == (
        SpeakerSpan(0.0, 5.0, "S1"),
        SpeakerSpan(4.0, 10.0, "S2"),
    )


def test_a_finished_run_is_not_repeated() -> None:
    steps = Kept()
    first = finish(Found([(0.0, 5.0, "A")], [(0.0, 5.0, "A")]), steps)
    assert finish(Found([], []), steps) == first
