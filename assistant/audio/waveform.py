"""The outline of a sound, for drawing it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from assistant.model import SAMPLE_RATE

if TYPE_CHECKING:
    from assistant.model import FloatArray
    from assistant.ports import ReadableFile, SoundReader


def peaks(reader: SoundReader, file: ReadableFile, per_second: int = 20) -> FloatArray:
    """The largest absolute sample of every 1 / `per_second`: shape (channels, n), 0 to 1.

    `per_second` divides `SAMPLE_RATE`, so that the outline does not drift against the sound.

    Raises:
        SoundError: the file holds no sound that can be read.
        ValueError: `per_second` does not divide.
    """
    size, uneven = divmod(SAMPLE_RATE, per_second)
    if uneven:
        raise ValueError(f"{per_second} does not divide {SAMPLE_RATE}")
    outlines: list[FloatArray] = []
    rest: FloatArray | None = None
    for clip in reader.blocks(file):
        samples = clip.samples if rest is None else np.concatenate((rest, clip.samples), axis=1)
        whole = samples.shape[1] // size * size
        outlines.append(_outline(samples[:, :whole], size))
        rest = samples[:, whole:]
    if rest is not None and rest.size:
        outlines.append(_outline(rest, rest.shape[1]))
    return np.concatenate(outlines, axis=1)


def _outline(samples: FloatArray, size: int) -> FloatArray:
    outline: FloatArray = np.abs(samples).reshape(len(samples), -1, size).max(axis=2)
    return outline
