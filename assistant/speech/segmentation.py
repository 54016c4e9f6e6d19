"""Who is active when, by voice alone and for ten seconds at a time: pyannote segmentation-3.0.

The network names up to three local speakers in a chunk of 10 s, a class per frame of 16.9 ms:
nobody, one of the three, or two of them. Chunks overlap, and what they say of a frame is averaged.
Local names mean nothing in the next chunk, so only what needs none is kept: see `ACTIVITY`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.model import SAMPLE_RATE
from assistant.speech import torchaudio_guard

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from assistant.model import FloatArray
    from assistant.speech.workers import Workers

FRAME = 270
"""Samples per frame."""
FRAME_SECONDS = FRAME / SAMPLE_RATE
FIRST_FRAME = 0.0225
"""Where frame 0 of a chunk starts, in seconds: half the network's field of view reaches ahead."""
CHUNK = 10 * SAMPLE_RATE
"""Samples per chunk, as the network was trained."""
CHUNK_FRAMES = 589
"""Frames per chunk."""
HOP_FRAMES = 120
"""A chunk starts every so many frames (2.0 s): every frame is heard in about five contexts."""
ACTIVITY = ("speech", "speakers", "change")
"""Columns of an activity array: the probability that anybody speaks, the expected number of
speakers, and the share of chunks whose class changes within 3 frames."""

_SPEAKERS = np.array([0, 1, 1, 1, 2, 2, 2], np.float32)
_BATCH = 8
_TAIL = 800


class Segmenter:
    """The network at `weights`, run by `workers`."""

    def __init__(self, weights: Path, workers: Workers) -> None:
        torchaudio_guard.install()
        from pyannote.audio import Model

        self._network: Any = Model.from_pretrained(weights).eval()
        self._workers = workers

    def tally(self, samples: FloatArray, frames: int, *, final: bool) -> FloatArray:
        """Adds up what the chunks that start within `frames` say of each frame.

        `samples` has shape (n,) and reaches one chunk past the last of `frames`; when `final`,
        it ends with the recording, and a last chunk is laid against the end.

        Returns shape (frames + CHUNK_FRAMES, 4): the columns of `ACTIVITY`, summed, and how many
        chunks took part. The rows past `frames` belong to whoever goes on from there.
        """
        starts = _chunk_starts(len(samples), frames, final=final)
        batches = [starts[i : i + _BATCH] for i in range(0, len(starts), _BATCH)]
        heard = self._workers.map(lambda batch: self._posteriors(samples, batch), batches)
        total: FloatArray = np.zeros((frames + CHUNK_FRAMES, 4), np.float32)
        for start, posterior in zip(starts, np.concatenate(heard), strict=True):
            at = start // FRAME
            total[at : at + CHUNK_FRAMES] += _observed(posterior)
        return total

    def _posteriors(self, samples: FloatArray, starts: list[int]) -> FloatArray:
        """Class probabilities of the chunks at `starts`: shape (chunks, CHUNK_FRAMES, 7)."""
        import torch

        chunks = [samples[start : start + CHUNK] for start in starts]
        padded = np.stack([np.pad(chunk, (0, CHUNK - len(chunk))) for chunk in chunks])
        if not padded.any():
            return np.tile(np.eye(1, 7, dtype=np.float32), (len(starts), CHUNK_FRAMES, 1))
        logarithms = self._network(torch.from_numpy(padded)[:, None])
        posteriors: FloatArray = logarithms.exp().numpy()
        return posteriors


def activity(tally: FloatArray) -> FloatArray:
    """The mean over chunks: shape (frames, 3), columns as in `ACTIVITY`."""
    return (tally[:, :3] / np.maximum(tally[:, 3:], 1)).astype(np.float32)


def _chunk_starts(samples: int, frames: int, *, final: bool) -> list[int]:
    if not final:
        return [frame * FRAME for frame in range(0, frames, HOP_FRAMES)]
    starts = list(range(0, max(1, samples - CHUNK + 1), HOP_FRAMES * FRAME))
    if samples - CHUNK - starts[-1] > _TAIL:
        starts.append((samples - CHUNK) // FRAME * FRAME)
    return starts


def _observed(posterior: FloatArray) -> FloatArray:
    """One chunk's contribution to a tally: shape (CHUNK_FRAMES, 4)."""
    classes: NDArray[np.intp] = posterior.argmax(1)
    changed = np.concatenate([[0.0], classes[1:] != classes[:-1]])
    near = np.convolve(changed, np.ones(7), "same").clip(0, 1)
    columns = (1 - posterior[:, 0], posterior @ _SPEAKERS, near, np.ones(len(posterior)))
    return np.stack(columns, axis=1).astype(np.float32)
