"""A copy of a recording that every browser plays.

Opus in WebM: Chromium, Edge and Firefox play it without codecs of the operating system (AAC needs
them on Linux), it is a tenth of the size of WAV, and the index of the file makes seeking exact.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import av
import numpy as np

from assistant.audio.decode import open_track

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

    from assistant.audio.decode import Track
    from assistant.model import FloatArray
    from assistant.ports import ReadableFile

RATE = 48_000
"""Samples per second; Opus knows no 44,100."""
BIT_RATE = 40_000
"""Bits per second and channel: speech without audible loss."""


def playback_copy(
    source: ReadableFile, target: BinaryIO, progress: Callable[[float], None] | None = None
) -> None:
    """Writes `source` as WebM to `target`, which can seek; same times as the blocks.

    Stereo stays stereo, more channels are mixed to one. `progress` gets the seconds written.

    Raises:
        SoundError: the source holds no sound that can be read.
        OSError: the target cannot be written.
    """
    with open_track(source, RATE) as track:
        _encode(track, target, progress or (lambda seconds: None))


def _encode(track: Track, file: BinaryIO, progress: Callable[[float], None]) -> None:
    layout = "stereo" if track.channels == 2 else "mono"
    with av.open(file, "w", format="webm") as container:
        stream = container.add_stream("libopus", rate=RATE, layout=layout)
        stream.bit_rate = BIT_RATE * len(stream.layout.channels)
        written = 0
        for piece in track:
            frame = av.AudioFrame.from_ndarray(_packed(piece), format="flt", layout=layout)
            frame.sample_rate, frame.pts = RATE, written
            container.mux(stream.encode(frame))
            written += piece.shape[1]
            progress(written / RATE)
        container.mux(stream.encode(None))


def _packed(piece: FloatArray) -> FloatArray:
    """At most two channels, interleaved: shape (1, n * channels)."""
    if len(piece) > 2:
        louder = np.sqrt(np.float32(len(piece)))
        piece = np.clip(piece.mean(axis=0, keepdims=True) * louder, -1.0, 1.0)
    return np.ascontiguousarray(piece.T).reshape(1, -1)
