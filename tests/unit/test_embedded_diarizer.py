"""The embedded diarizer with networks that hear loudness: every level is a voice of its own."""

from __future__ import annotations

from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assistant.model import SAMPLE_RATE, Clip, SpeakerCount
from assistant.speech.embedded_diarizer import (
    BLOCK,
    BLOCK_SECONDS,
    Block,
    EmbeddedDiarizer,
    EmbeddedStream,
)
from assistant.speech.embedding import DIMENSIONS, Embedder
from assistant.speech.segmentation import CHUNK, CHUNK_FRAMES, FRAME, Segmenter
from assistant.speech.workers import Workers

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assistant.model import FloatArray, SpeakerSpan
    from assistant.speech.embedding import IntArray

    Script = Sequence[tuple[float, int]]


class Steps:
    """Keeps results like the real ones; `until` stops the work after so many."""

    def __init__(self, until: int | None = None) -> None:
        self.kept: dict[str, bytes] = {}
        self.until = until

    def run(self, name: str, compute: Callable[[], bytes]) -> bytes:
        if name not in self.kept:
            if self.until is not None and len(self.kept) >= self.until:
                raise KeyboardInterrupt
            self.kept[name] = compute()
        return self.kept[name]


class LoudnessSegmenter(Segmenter):
    def __init__(self) -> None:
        self._workers = Workers(2)

    def _posteriors(self, samples: FloatArray, starts: list[int]) -> FloatArray:
        chunks = [samples[start : start + CHUNK] for start in starts]
        levels = [np.pad(chunk, (0, CHUNK - len(chunk)))[::FRAME] for chunk in chunks]
        heard = np.round(np.stack(levels)[:, :CHUNK_FRAMES] * 10).astype(int)
        classes = np.where(heard == 9, 4, heard)
        posteriors: FloatArray = np.eye(7, dtype=np.float32)[classes]
        return posteriors


class LoudnessEmbedder(Embedder):
    def __init__(self) -> None:
        self._workers = Workers(2)

    def _voices(self, samples: FloatArray, starts: IntArray, length: int) -> FloatArray:
        middles = samples[np.minimum(starts * 160 + length * 80, len(samples) - 1)]
        levels = np.round(middles * 10).astype(int)
        voices: FloatArray = np.eye(DIMENSIONS, dtype=np.float32)[levels] + np.float32(0.02)
        return voices


class LoudnessDiarizer(EmbeddedDiarizer):
    def __init__(self) -> None:
        pass

    @cached_property
    def _segmenter(self) -> Segmenter:
        return LoudnessSegmenter()

    @cached_property
    def _embedder(self) -> Embedder:
        return LoudnessEmbedder()


def sound(script: Script) -> FloatArray:
    """Seconds and who speaks: 0 nobody, 1 to 3 a voice, 9 two at once."""
    parts = [
        np.full(round(seconds * SAMPLE_RATE), level / 10, np.float32) for seconds, level in script
    ]
    return np.concatenate(parts)


def diarize(
    samples: FloatArray,
    size: int = 10 * SAMPLE_RATE,
    steps: Steps | None = None,
    count: SpeakerCount | None = None,
) -> tuple[SpeakerSpan, ...]:
    stream = LoudnessDiarizer().stream(count or SpeakerCount(), steps or Steps())
    for at in range(0, len(samples), size):
        stream.feed(Clip(samples[None, at : at + size], at / SAMPLE_RATE))
    return stream.finish()


TALK = [(3, 1), (1, 0), (4.2, 2), (0.3, 0), (2.5, 2), (1, 0), (6, 3), (0.7, 0)]


@pytest.fixture(scope="module")
def long_sound() -> FloatArray:
    """Twelve minutes, two block borders; a voice talks across the first one."""
    before = int((BLOCK_SECONDS - 10) / sum(seconds for seconds, _ in TALK))
    return sound([*TALK * before, (40, 2), (1, 0), *TALK * (before + 5)])


def rounded(spans: tuple[SpeakerSpan, ...]) -> list[tuple[float, float, str]]:
    return [(round(span.start, 1), round(span.end, 1), span.speaker) for span in spans]


def test_each_voice_has_its_spans_and_pauses_are_bridged() -> None:
    found = rounded(diarize(sound(TALK)))
    assert [speaker for _, _, speaker in found] == ["S1", "S2", "S3"]
    expected = [(0, 3), (4, 11), (12, 18)]
    np.testing.assert_allclose([span[:2] for span in found], expected, atol=0.11)


def test_speakers_are_numbered_as_they_appear() -> None:
    found = diarize(sound([(3, 3), (1, 0), (3, 1), (1, 0), (3, 3), (1, 0), (3, 2)]))
    assert [span.speaker for span in found] == ["S1", "S2", "S1", "S3"]


def test_two_at_once_are_two_spans() -> None:
    found = diarize(sound([(5, 1), (2, 9), (5, 2), (1, 0)]))
    first, second = found
    assert first.speaker != second.speaker
    assert first.end - second.start == pytest.approx(2, abs=0.6)


@pytest.mark.parametrize(
    ("count", "expected"),
    [(SpeakerCount(2, 2), 2), (SpeakerCount(None, 2), 2), (SpeakerCount(1, 1), 1)],
)
def test_a_given_number_of_speakers_is_kept(count: SpeakerCount, expected: int) -> None:
    found = diarize(sound(TALK * 3), count=count)
    assert len({span.speaker for span in found}) == expected


@pytest.mark.parametrize("seconds", [0.0, 1 / SAMPLE_RATE, 0.02, 0.3, 5, 9.999, 10, 10.05, 31])
@pytest.mark.parametrize("level", [0, 1])
def test_any_length_will_do(seconds: float, level: int) -> None:
    found = diarize(sound([(seconds, level)]))
    assert all(0 <= span.start < span.end <= seconds for span in found)
    assert len(found) == (1 if level and seconds >= 0.3 else 0)


@settings(max_examples=6, deadline=None)
@given(size=st.integers(1600, 3 * BLOCK))
def test_block_sizes_change_nothing(size: int) -> None:
    samples = sound([*TALK * 16, (25, 2), (1, 0), *TALK * 8])
    assert diarize(samples, size) == diarize(samples, BLOCK)


@settings(max_examples=15, deadline=None)
@example(script=[(1.0, 9), (2.0, 1), (2.0, 2), (1.0, 0), (1.0, 9)])
@given(
    script=st.lists(
        st.tuples(st.floats(0.05, 9), st.sampled_from([0, 1, 2, 3, 9])), min_size=1, max_size=12
    )
)
def test_spans_are_in_order_and_inside_the_recording(script: list[tuple[float, int]]) -> None:
    samples = sound(script)
    found = diarize(samples)
    assert list(found) == sorted(found)
    assert all(0 <= span.start < span.end <= len(samples) / SAMPLE_RATE for span in found)
    names = list(dict.fromkeys(span.speaker for span in found))
    assert names == [f"S{number}" for number in range(1, len(names) + 1)]
    for name in names:
        own = [span for span in found if span.speaker == name]
        assert all(a.end < b.start for a, b in pairwise(own))


def test_a_block_border_is_not_heard(long_sound: FloatArray) -> None:
    found = diarize(long_sound)
    across = [span for span in found if span.start < BLOCK_SECONDS < span.end]
    assert len(across) == 1
    assert across[0].end - across[0].start == pytest.approx(40, abs=0.2)
    assert len({span.speaker for span in found}) == 3


@pytest.mark.parametrize("done", [0, 1, 2])
def test_a_stopped_run_goes_on_where_it_stopped(long_sound: FloatArray, done: int) -> None:
    steps = Steps(until=done)
    with pytest.raises(KeyboardInterrupt):
        diarize(long_sound, steps=steps)
    before = dict(steps.kept)
    steps.until = None
    assert diarize(long_sound, 99_999, steps) == diarize(long_sound)
    assert before.items() <= steps.kept.items()
    assert len(steps.kept) == 3


def test_sound_is_dropped_once_heard(long_sound: FloatArray) -> None:
    stream = EmbeddedStream(LoudnessDiarizer(), SpeakerCount(), Steps())
    for at in range(0, len(long_sound), SAMPLE_RATE):
        stream.feed(Clip(long_sound[None, at : at + SAMPLE_RATE], at / SAMPLE_RATE))
        assert sum(map(len, stream._waiting)) <= BLOCK + CHUNK


def test_a_kept_block_is_the_same_block() -> None:
    random = np.random.default_rng(0)
    block = Block(
        activity=random.random((9, 3)).astype(np.float32),
        times=random.random((4, 2)).astype(np.float32),
        units=np.array([0, 0, 1, 2]),
        voices=random.random((4, DIMENSIONS)).astype(np.float32),
        carry=random.random((CHUNK_FRAMES, 4)).astype(np.float32),
    )
    again = Block.from_bytes(block.to_bytes())
    for name in ("activity", "times", "units", "voices", "carry"):
        np.testing.assert_array_equal(getattr(again, name), getattr(block, name))
