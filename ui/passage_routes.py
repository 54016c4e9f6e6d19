"""The sections of manuals beside a transcript: finding them, and noting what was shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from fastapi import APIRouter

from assistant.errors import UnknownManual
from ui.acting import Acting  # noqa: TC001 (FastAPI reads it)
from ui.manual_payload import turn_passage_json
from ui.streams import stream_progress

if TYPE_CHECKING:
    from fastapi.responses import StreamingResponse

    from assistant.model import TurnPassage
    from assistant.ports import ProgressHook
    from assistant.services.annotating import Annotator
    from assistant.services.editing import Editing
    from assistant.services.feedback import ManualFeedback
    from assistant.services.library import Library
    from assistant.services.manuals import ManualLibrary


class PassageServices(Protocol):
    """Where the services come from; each is made when first asked for."""

    @property
    def library(self) -> Library:
        """The recordings."""

    @property
    def editing(self) -> Editing:
        """Their corrections."""

    @property
    def manuals(self) -> ManualLibrary:
        """The manuals."""

    @property
    def annotator(self) -> Annotator:
        """Finds what fits a recording."""

    @property
    def feedback(self) -> ManualFeedback:
        """What was shown, and whether it helped."""


class PassageRoutes:
    """The routes under `/api/recordings/…/passages`."""

    def __init__(self, services: PassageServices) -> None:
        self._services = services

    def router(self) -> APIRouter:
        """Ready to be included."""
        router = APIRouter(prefix="/api/recordings/{recording}/passages")
        router.add_api_route("", self.find, methods=["POST"], response_model=None)
        router.add_api_route("/{number}/shown", self.shown, methods=["POST"])
        return router

    def find(self, actor: Acting, recording: str) -> StreamingResponse:
        """Finds the sections for a recording that is finished; tells how far it is."""
        editing, annotator = self._services.editing, self._services.annotator
        self._services.library.entry(actor, recording)

        def work(progress: ProgressHook) -> dict[str, Any]:
            made = editing.annotate(
                actor, recording, lambda heard: annotator.annotate(heard, progress)
            )
            return {"passages": [turn_passage_json(one) for one in made.passages]}

        return stream_progress(work)

    def shown(self, actor: Acting, recording: str, number: int, rank: int = 1) -> dict[str, int]:
        """Somebody has the passage before them: the id of the display that its judgement goes to.

        `number` counts the transcript's passages from 0.
        """
        passage = self._services.library.passage(actor, recording, number)
        if passage is None or not self._is_here(passage):
            raise UnknownManual(name=str(number))
        return {"display": self._services.feedback.shown_beside(actor, recording, passage, rank)}

    def _is_here(self, passage: TurnPassage) -> bool:
        """A transcript may quote an edition that this library never had."""
        known = any(one.id == passage.edition for one in self._services.manuals.editions())
        return known and bool(passage.passage)
