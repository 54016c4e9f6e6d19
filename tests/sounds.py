"""Sound made at test time: tones, something like voices, and files in every format."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import av
import numpy as np
from scipy import signal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from assistant.model import FloatArray

CHUNK = 960
"""Samples fed to an encoder at once; every multiple of Opus's frames."""


def tones(frequencies: Sequence[float], seconds: float, rate: int = 16_000) -> FloatArray:
    """A channel for each frequency in Hz: shape (channels, n)."""
    time = np.arange(round(seconds * rate)) / rate
    turning = 2 * np.pi * np.asarray(frequencies)[:, np.newaxis] * time
    return (0.4 * np.sin(turning)).astype(np.float32)


def voice(seed: int, seconds: float, rate: int = 16_000) -> FloatArray:
    """Syllables of a buzzing source through three formants, shape (n,): wide-band and irregular."""
    random = np.random.default_rng(seed)
    samples = round(seconds * rate)
    pitch = random.uniform(90, 240) * (1 + 0.1 * np.sin(np.arange(samples) * 6 / rate))
    source = signal.sawtooth(2 * np.pi * np.cumsum(pitch) / rate)
    source += 0.2 * random.standard_normal(samples)
    for formant in random.uniform((300, 900, 2000), (800, 1800, 3000)):
        source += 2 * signal.lfilter(*signal.iirpeak(formant, 8, rate), source)
    syllables = np.repeat(random.uniform(0, 1, int(seconds * 5) + 1) ** 2, rate // 5)[:samples]
    sound = source * signal.lfilter([0.01], [1, -0.99], syllables)
    voiced: FloatArray = (0.5 * sound / np.abs(sound).max()).astype(np.float32)
    return voiced


def write(
    path: Path,
    samples: FloatArray,
    rate: int,
    codec: str,
    *,
    container: str | None = None,
    pictures: bool = False,
    index_first: bool = False,
) -> Path:
    """Encodes `samples` of shape (channels, n) to `path`, and gives it back."""
    layout = {1: "mono", 2: "stereo", 6: "5.1", 8: "7.1"}.get(
        len(samples), f"{len(samples)} channels"
    )
    options = {"movflags": "faststart"} if index_first else {}
    with av.open(path, "w", format=container, options=options) as file:
        stream = file.add_stream(codec, rate=rate, layout=layout)
        stream.bit_rate = 12_200 if "amrnb" in codec else 64_000 * len(samples)
        stream.codec_context.options = {"strict": "-2"} if codec == "vorbis" else {}  # experimental
        if pictures:
            _film(file, seconds=samples.shape[1] / rate)
        for start in range(0, samples.shape[1], CHUNK):
            packed = np.ascontiguousarray(samples[:, start : start + CHUNK].T).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(packed, format="flt", layout=layout)
            frame.sample_rate, frame.pts = rate, start
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return path


def _film(file: av.container.OutputContainer, seconds: float) -> None:
    stream = file.add_stream("libx264", rate=5)
    stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
    for number in range(round(seconds * 5)):
        frame = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8))
        frame.pts = number
        file.mux(stream.encode(frame))
    file.mux(stream.encode(None))


def film(path: Path) -> Path:
    """A film without sound."""
    with av.open(path, "w") as file:
        _film(file, seconds=1)
    return path


def wav(
    path: Path,
    samples: FloatArray,
    rate: int,
    *,
    channels: int | None = None,
    announced: int | None = None,
) -> Path:
    """A WAV of 32-bit floats as they are, whose header may lie about channels and bytes of data."""
    channels = len(samples) if channels is None else channels
    data = np.ascontiguousarray(samples.T).tobytes()
    length = len(data) if announced is None else announced
    form = struct.pack("<IHHIIHH", 16, 3, channels, rate, rate * channels * 4, channels * 4, 32)
    body = b"WAVEfmt " + form + b"data" + struct.pack("<I", length) + data
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
    return path
