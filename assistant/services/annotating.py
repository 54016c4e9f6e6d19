"""A recording that is over: the sections of the manuals that fit each part of the talk."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant import __version__
from assistant.errors import SetupError
from assistant.manual import EditionState
from assistant.model import Progress, TurnPassage
from assistant.services.manuals import vectors_key
from assistant.services.retrieving import Retriever

if TYPE_CHECKING:
    from assistant.model import ModelUse, Provenance, Transcript
    from assistant.ports import ManualSearcher, ManualStore, ManualTools, ProgressHook
    from assistant.services.retrieving import ShownPassage

SETTING = "manuals"
"""The setting in a provenance that names the state of the manuals, and of the text, that the
passages were found in."""
STATE_DIGITS = 16
STAGE = "annotate"
TASK = "search"
"""What the weights of the manuals do."""


class Annotator:
    """Adds to a transcript what a caseworker would have seen beside the conversation.

    `versions` are those of the libraries that search.
    """

    def __init__(
        self,
        searcher: ManualSearcher,
        store: ManualStore,
        tools: ManualTools,
        versions: dict[str, str],
    ) -> None:
        self._searcher = searcher
        self._store = store
        self._tools = tools
        self._versions = versions

    def annotate(self, transcript: Transcript, progress: ProgressHook | None = None) -> Transcript:
        """With its passages, ordered by time; the very same one where nothing would change.

        Only the current editions are looked at. Nothing is logged as shown: nobody saw it.

        Raises:
            Stopped: by `progress`.
        """
        weights = self._weights()
        state = self._state(transcript, weights)
        if transcript.provenance.settings.get(SETTING) == state:
            return transcript
        duration = transcript.recording.duration

        def reached(second: float) -> None:
            if progress is not None:
                progress(Progress(STAGE, min(second, duration), duration))

        reached(0.0)
        retriever = Retriever(self._searcher, transcript.speakers, reached=reached)
        retriever.for_conversation(transcript.turns)
        return replace(
            transcript,
            passages=tuple(_passage(one) for one in retriever.settle().history),
            provenance=self._provenance(transcript.provenance, weights, state),
        )

    def _weights(self) -> ModelUse | None:
        """What finds by meaning; None where words alone are searched."""
        try:
            return self._tools.weights()
        except SetupError:
            return None

    def _state(self, transcript: Transcript, weights: ModelUse | None) -> str:
        """The same for the same text, manuals, weights and program."""
        editions = [one for one in self._store.editions() if one.state is EditionState.CURRENT]
        embedded = self._store.models().get(vectors_key(weights), 0) if weights else 0
        parts = [
            __version__,
            vectors_key(weights) if weights else "",
            embedded,
            sorted(one.id for one in editions),
            [(one.speaker, one.text) for one in transcript.turns],
        ]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:STATE_DIGITS]

    def _provenance(self, made: Provenance, weights: ModelUse | None, state: str) -> Provenance:
        before = tuple(one for one in made.models if one.task != TASK)
        return replace(
            made,
            models=(*before, weights) if weights else before,
            versions=made.versions | self._versions,
            settings=made.settings | {SETTING: state},
        )


def _passage(shown: ShownPassage) -> TurnPassage:
    hit = shown.hit
    return TurnPassage(
        turn=shown.turn,
        second=shown.second,
        manual=hit.edition.title,
        edition=hit.edition.id,
        edition_date=hit.edition.date,
        headings=hit.passage.headings,
        page=hit.passage.page,
        text=hit.passage.text,
        score=hit.score,
        reasons=hit.reasons,
        passage=hit.passage.id,
    )
