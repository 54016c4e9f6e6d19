"""Who spoke when, from weights that come with the installation.

Sound is worked through in blocks of five minutes on a fixed grid: segmentation finds stretches of
one voice, short windows of them are embedded, and the sound is dropped. When it has ended, all
voices are clustered at once and every frame is given to its speakers.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Self

import numpy as np

from assistant.model import SAMPLE_RATE, SHORT_PAUSE, Span, SpeakerSpan, merge_spans
from assistant.speech.clustering import likeness, speakers
from assistant.speech.labelling import turns
from assistant.speech.segmentation import (
    CHUNK,
    CHUNK_FRAMES,
    FRAME,
    FRAME_SECONDS,
    HOP_FRAMES,
    Segmenter,
    activity,
)
from assistant.speech.speaker_weights import EMBEDDING, SEGMENTATION
from assistant.speech.stretches import windows
from assistant.speech.workers import Workers

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from assistant.model import Clip, FloatArray, SpeakerCount
    from assistant.ports import Steps
    from assistant.speech.embedding import Embedder

BLOCK_FRAMES = 300 * SAMPLE_RATE // FRAME // HOP_FRAMES * HOP_FRAMES
"""Frames per block: five minutes, a whole number of hops."""
BLOCK = BLOCK_FRAMES * FRAME
"""Samples per block."""
BLOCK_SECONDS = BLOCK_FRAMES * FRAME_SECONDS


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """What is kept of five minutes of sound; times count from the block's start.

    `activity` (frames, 3) as in `segmentation.ACTIVITY`; `times` (w, 2), `units` (w,) and `voices`
    (w, d) of the windows; `carry` (CHUNK_FRAMES, 4) is what its last chunks say of the next block.
    """

    activity: FloatArray
    times: FloatArray
    units: NDArray[np.intp]
    voices: FloatArray
    carry: FloatArray

    def to_bytes(self) -> bytes:
        """The arrays in numpy's own format."""
        stream = io.BytesIO()
        arrays = {field.name: getattr(self, field.name) for field in fields(self)}
        np.savez(stream, allow_pickle=False, **arrays)
        return stream.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """What `to_bytes` wrote."""
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            return cls(**{field.name: arrays[field.name] for field in fields(cls)})


class EmbeddedDiarizer:
    """pyannote segmentation-3.0, CAM++ and self-calibrated clustering, on the CPU.

    Raises:
        MissingWeights: the package that holds the weights is not installed.
        DamagedWeights: its files are not the published ones.
    """

    models = (SEGMENTATION.use, EMBEDDING.use)

    def __init__(self, threads: int = 0) -> None:
        """Takes `threads` cores, 0 for all."""
        self._workers = Workers(threads)
        self._segmentation, self._embedding = SEGMENTATION.locate(), EMBEDDING.locate()

    def stream(self, count: SpeakerCount, steps: Steps) -> EmbeddedStream:
        """A fresh pass; every five minutes of sound are a step."""
        return EmbeddedStream(self, count, steps)

    def block(self, samples: FloatArray, carry: FloatArray, *, final: bool) -> Block:
        """Hears one block. `samples` (n,) reaches a chunk further, or is `final`: all there is."""
        frames = len(samples) // FRAME + 1 if final else BLOCK_FRAMES
        tally = self._segmenter.tally(samples, frames, final=final)
        tally[:CHUNK_FRAMES] += carry[: len(tally)]
        active = activity(tally[:frames])
        laid = windows(active)
        voices = self._embedder.embed(samples, laid.times)
        return Block(active, laid.times, laid.units, voices, tally[frames:])

    @cached_property
    def _segmenter(self) -> Segmenter:
        return Segmenter(self._segmentation, self._workers)

    @cached_property
    def _embedder(self) -> Embedder:
        from assistant.speech.embedding import Embedder

        return Embedder(self._embedding, self._workers)


class EmbeddedStream:
    """One pass over one recording; keeps at most a block of sound."""

    def __init__(self, diarizer: EmbeddedDiarizer, count: SpeakerCount, steps: Steps) -> None:
        self._diarizer, self._count, self._steps = diarizer, count, steps
        self._waiting: list[FloatArray] = []
        self._length = 0
        self._samples = 0
        self._blocks: list[Block] = []

    def feed(self, clip: Clip) -> None:
        """Takes the next sound, one channel, shape (1, n)."""
        self._waiting.append(clip.samples[0])
        self._length += len(clip.samples[0])
        self._samples += len(clip.samples[0])
        while self._length >= BLOCK + CHUNK:
            sound = np.concatenate(self._waiting)
            self._hear(sound[: BLOCK + CHUNK], final=False)
            self._waiting, self._length = [sound[BLOCK:]], self._length - BLOCK

    def finish(self) -> tuple[SpeakerSpan, ...]:
        """Who spoke when, ordered; speakers are called S1, S2, … in order of appearance."""
        if self._length:
            self._hear(np.concatenate(self._waiting), final=True)
        self._waiting = []
        heard = self._turns()
        duration = self._samples / SAMPLE_RATE
        spans = [
            (min(span.start, duration), min(span.end, duration), number)
            for number, voice in enumerate(heard)
            for span in merge_spans(voice, SHORT_PAUSE)
        ]
        spans = sorted(span for span in spans if span[1] > span[0])
        order = list(dict.fromkeys(number for _, _, number in spans))
        named = (
            SpeakerSpan(start, end, f"S{order.index(number) + 1}") for start, end, number in spans
        )
        return tuple(sorted(named))

    def _hear(self, sound: FloatArray, *, final: bool) -> None:
        carry = self._blocks[-1].carry if self._blocks else np.zeros((CHUNK_FRAMES, 4), np.float32)
        kept = self._steps.run(
            f"diarize/{len(self._blocks)}",
            lambda: self._diarizer.block(sound, carry, final=final).to_bytes(),
        )
        self._blocks.append(Block.from_bytes(kept))

    def _turns(self) -> list[list[Span]]:
        """Every speaker's spans, in seconds of the recording."""
        if not self._blocks:
            return []
        voices = self._speakers()
        heard: list[list[Span]] = [[] for _ in voices]
        for index, block in enumerate(self._blocks):
            shift = index * BLOCK_SECONDS
            for voice, spans in zip(
                heard, turns(block.activity, block.times, block.voices, voices), strict=True
            ):
                voice += [Span(span.start + shift, span.end + shift) for span in spans]
        return heard

    def _speakers(self) -> FloatArray:
        """What each speaker is like, (k, d); a single unknown one where no window could be laid."""
        blocks = [block for block in self._blocks if len(block.times)]
        if not blocks:
            return np.zeros((1, self._blocks[0].voices.shape[1]), np.float32)
        sizes = np.cumsum([0, *(block.units[-1] + 1 for block in blocks)])
        units = np.concatenate([b.units + at for b, at in zip(blocks, sizes, strict=False)])
        voices = np.concatenate([block.voices for block in blocks])
        times = np.concatenate([block.times for block in blocks])
        alike = likeness(voices, times, units)
        firsts = np.flatnonzero(np.diff(units, prepend=-1))
        lasts = np.append(firsts[1:], len(units)) - 1
        means = np.add.reduceat(voices, firsts)
        means /= np.linalg.norm(means, axis=1, keepdims=True).clip(1e-9)
        seconds = times[lasts, 1] - times[firsts, 0]
        return speakers(means, seconds, alike, self._count.least, self._count.most)
