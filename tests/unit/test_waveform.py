from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.audio.waveform import peaks
from assistant.model import Clip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from assistant.model import FloatArray, SoundSurvey
    from assistant.ports import ReadableFile


class Blocks:
    """A reader of sound in memory, in blocks that end at the given samples."""

    def __init__(self, samples: FloatArray, *ends: int) -> None:
        self._parts = np.split(samples, sorted(ends), axis=1)

    def survey(
        self, file: ReadableFile, progress: Callable[[float], None] | None = None
    ) -> SoundSurvey:
        raise NotImplementedError

    def blocks(self, file: ReadableFile) -> Iterator[Clip]:
        return (Clip(part) for part in self._parts if part.size)


def test_shows_where_each_channel_is_loud() -> None:
    samples = np.zeros((2, 24_000), np.float32)
    samples[0, 4_000], samples[1, 23_999] = -0.5, 0.25
    outline = peaks(Blocks(samples), Path("call.wav"), per_second=10)
    assert outline.shape == (2, 15)
    assert np.argwhere(outline).tolist() == [[0, 2], [1, 14]]
    assert outline.max(axis=1).tolist() == [0.5, 0.25]


@given(st.lists(st.integers(0, 20_010), max_size=5))
def test_blocks_do_not_show(ends: list[int]) -> None:
    samples = np.random.default_rng(0).uniform(-1, 1, (2, 20_010)).astype(np.float32)
    whole = peaks(Blocks(samples), Path("call.wav"))
    assert np.array_equal(peaks(Blocks(samples, *ends), Path("call.wav")), whole)
    assert whole.shape == (2, 26)


def test_refuses_an_outline_that_would_drift() -> None:
    with pytest.raises(ValueError, match="does not divide"):
        peaks(Blocks(np.zeros((1, 10), np.float32)), Path("call.wav"), per_second=30)
