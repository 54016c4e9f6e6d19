"""What a page needs to play a recording and to draw it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from assistant.audio.playback import playback_copy
from assistant.audio.reader import PyAVReader
from assistant.audio.waveform import peaks

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.ports import ReadableFile, StoredFile

PEAKS_PER_SECOND = 20
"""Bytes in the outline for each second; `ui/static/timeline.js` counts on it."""


def prepare(
    sound: ReadableFile,
    copy: StoredFile,
    outline: StoredFile,
    progress: Callable[[float], None] | None = None,
) -> None:
    """Writes a copy of `sound` that browsers play, and its outline over all channels.

    The outline is a byte for every 1 / `PEAKS_PER_SECOND`: the largest sample, 255 being full.

    Raises:
        SoundError: the file holds no sound that can be read.
        StorageError: no room, or no right to write.
    """
    with copy.create() as file:
        playback_copy(sound, file, progress)
    loudest = peaks(PyAVReader(), sound, PEAKS_PER_SECOND).max(axis=0)
    with outline.create() as file:
        file.write(np.round(np.clip(loudest, 0.0, 1.0) * 255).astype(np.uint8).tobytes())
