"""Sound to text."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from assistant.bootstrap.clock import SystemClock
from assistant.bootstrap.speech_tools import SpeechTools
from assistant.bootstrap.storage import Storage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from assistant.services.checking import ModelCheck
    from assistant.services.delivering import Deliverer
    from assistant.services.transcribing import Transcriber
    from assistant.speech.short_windows import WindowRow
    from assistant.speech.weights import WeightStore

LARGEST_GROUP = 10
"""Windows of half a minute that are recognised at once, and kept at once."""
UTTERANCES = 24
"""How many utterances a table of window lengths is measured on."""


class Listening(Storage):
    """What hears recordings."""

    @cached_property
    def store(self) -> WeightStore:
        """Where weights are kept."""
        from assistant.speech.weights import WeightStore

        return WeightStore(self.settings.weights_dir)

    def weight_names(self) -> list[str]:
        """The recognition weights that are ready, for a page to choose from."""
        from assistant.speech.inventory import inventory
        from assistant.speech.layout import Layout

        here = [one for one in inventory(self.store) if one.ready]
        return [one.name for one in here if one.kind is Layout.WHISPER]

    @cached_property
    def tools(self) -> SpeechTools:
        """The heavy parts."""
        return SpeechTools(self.settings, self.store)

    @cached_property
    def transcriber(self) -> Transcriber:
        """Recordings to transcripts."""
        from assistant.audio.reader import PyAVReader
        from assistant.services.transcribing import Transcriber

        settings = self.settings
        return Transcriber(
            reader=PyAVReader(),
            tools=self.tools,
            steps=self.steps,
            clock=SystemClock(),
            choices={
                "language": settings.language,
                "beam_size": str(settings.beam_size),
                "batch_size": str(min(settings.batch_size, LARGEST_GROUP)),
                "device": settings.device,
                "compute_type": settings.compute_type,
            },
            group_size=min(settings.batch_size, LARGEST_GROUP),
            screen_language=settings.screen_language,
        )

    @cached_property
    def deliverer(self) -> Deliverer:
        """Recordings to documents in a folder."""
        from assistant.export.shelf import FolderShelf
        from assistant.services.delivering import Deliverer

        return Deliverer(self.transcriber, FolderShelf())

    @cached_property
    def model_check(self) -> ModelCheck:
        """Recordings of known text to error rates."""
        from assistant.audio.reader import PyAVReader
        from assistant.services.checking import ModelCheck

        return ModelCheck(PyAVReader(), self.tools, self.settings.batch_size)

    def window_table(self, model: str, recordings: Sequence[Path]) -> list[WindowRow]:
        """How short a window these weights stand, on some of what is said in `recordings`.

        Raises:
            NothingFound, SoundError, SetupError: as `ModelCheck`.
        """
        from assistant.speech.short_windows import Utterance, window_table
        from assistant.text.compare import pooled

        said = [one for path in recordings for one in self.model_check.utterances(path)]
        some = said[:: -(-len(said) // UTTERANCES)]
        utterances = [Utterance(sound, text) for sound, text in some]
        recognizer = self.tools.load_recognizer(model, workers=1)
        return window_table(recognizer, utterances, lambda pairs: pooled(pairs).rate)
