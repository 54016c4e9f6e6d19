"""Hears whether somebody speaks: Silero VAD v6, as faster-whisper packages it.

The network looks at 512 samples and the 64 before them, and remembers the past in two vectors.
It takes any number of frames in a call, so long blocks are fast and live frames come at once.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from assistant.model import FloatArray

FRAME = 512
"""Samples per frame: 32 ms."""
_CONTEXT = 64
_MEMORY = (1, 1, 128)
_MOST_FRAMES = 4096
"""Per call of the network: about two minutes of sound, 10 MB."""


class SileroDetector:
    """A `SpeechDetector`. The network is loaded with the first stream and shared."""

    frame = FRAME

    def stream(self) -> SileroStream:
        """A fresh pass; streams are independent of each other."""
        return SileroStream(_session())


class SileroStream:
    """One pass over one channel; the same probabilities for any sizes of blocks."""

    def __init__(self, session: Any) -> None:
        self._session = session
        self._h = np.zeros(_MEMORY, np.float32)
        self._c = np.zeros(_MEMORY, np.float32)
        self._context = np.zeros(_CONTEXT, np.float32)
        self._rest = np.zeros(0, np.float32)

    def feed(self, samples: FloatArray) -> FloatArray:
        """Takes float32 samples of shape (n,); gives the probability of each completed frame."""
        sound = np.concatenate([self._rest, samples])
        whole = len(sound) - len(sound) % FRAME
        self._rest = sound[whole:]
        frames = sound[:whole].reshape(-1, FRAME)
        parts = [
            self._hear(frames[first : first + _MOST_FRAMES])
            for first in range(0, len(frames), _MOST_FRAMES)
        ]
        return np.concatenate([np.zeros(0, np.float32), *parts])

    def finish(self) -> FloatArray:
        """The probability of the last, incomplete frame, filled up with silence."""
        if not len(self._rest):
            return np.zeros(0, np.float32)
        return self.feed(np.zeros(FRAME - len(self._rest), np.float32))

    def _hear(self, frames: FloatArray) -> FloatArray:
        before = np.concatenate([self._context[None], frames[:-1, -_CONTEXT:]])
        self._context = frames[-1, -_CONTEXT:].copy()
        inputs = {"input": np.concatenate([before, frames], axis=1), "h": self._h, "c": self._c}
        probabilities, self._h, self._c = self._session.run(None, inputs)
        return np.asarray(probabilities, np.float32).reshape(-1)


@cache
def _session() -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 4
    network = files("faster_whisper").joinpath("assets/silero_vad_v6.onnx").read_bytes()
    return onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])
