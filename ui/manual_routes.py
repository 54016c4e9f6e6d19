"""What the page of manuals asks for: questions, sections, editions, files, judgements."""

from __future__ import annotations

import mimetypes
from datetime import date as Date  # noqa: N812, TC003 (FastAPI reads it)
from typing import TYPE_CHECKING, Annotated, Any, Protocol

from fastapi import APIRouter, Body, Path, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse  # noqa: TC002 (FastAPI reads it)

from assistant.errors import Forbidden, StorageError, UnknownManual
from assistant.manual import Verdict  # noqa: TC001 (FastAPI reads it)
from assistant.services.feedback import report_csv
from assistant.services.naming import file_name
from ui.acting import Acting  # noqa: TC001 (FastAPI reads it)
from ui.manual_payload import (
    change_json,
    edition_json,
    hit_json,
    library_json,
    report_json,
    section_json,
)
from ui.ranges import ranged
from ui.streams import stream_progress
from ui.web import PRIVATE, attachment, drain, free_bytes, write_stream

if TYPE_CHECKING:
    import pathlib

    from assistant.manual import Edition
    from assistant.ports import ProgressHook
    from assistant.services.feedback import ManualFeedback
    from assistant.services.manual_desk import ManualDesk
    from assistant.services.manual_questions import ManualQuestions
    from assistant.services.manuals import ManualLibrary

Json = dict[str, Any]

HITS = 8
"""Sections that a question brings: what a screen holds."""
PDF = "application/pdf"
Number = Annotated[int, Path(ge=0, lt=1 << 31)]
"""Of a display."""


class ManualServices(Protocol):
    """Where the services come from; each is made when first asked for."""

    @property
    def manuals(self) -> ManualLibrary:
        """The library."""

    @property
    def manual_desk(self) -> ManualDesk:
        """Who may change it, and that it is written down."""

    @property
    def manual_questions(self) -> ManualQuestions:
        """Questions to sections."""

    @property
    def feedback(self) -> ManualFeedback:
        """What was shown, and whether it helped."""


class ManualRoutes:
    """The routes under `/api/manuals`. Questions go in bodies: addresses may stand in a log.

    `watched` is the folder whose files are taken in by themselves.
    """

    def __init__(self, services: ManualServices, watched: pathlib.Path) -> None:
        self._services = services
        self._watched = watched

    def router(self) -> APIRouter:
        """Ready to be included."""
        router = APIRouter(prefix="/api/manuals")
        one = "/editions/{edition}"
        for path, answer in (
            ("", self.library),
            ("/sections/{passage}", self.section),
            ("/report", self.report),
            ("/report.csv", self.report_csv),
            (f"{one}/file", self.file),
            (f"{one}/changes", self.changes),
        ):
            router.add_api_route(path, answer, response_model=None)
        router.add_api_route("", self.add, methods=["PUT"], status_code=201)
        router.add_api_route("/search", self.search, methods=["POST"])
        router.add_api_route("/reindex", self.reindex, methods=["POST"], response_model=None)
        router.add_api_route(f"{one}/retire", self.retire, methods=["POST"])
        router.add_api_route(f"{one}/restore", self.restore, methods=["POST"])
        display = "/displays/{display}"
        for method, path, act in (
            ("POST", f"{display}/opened", self.opened),
            ("PUT", f"{display}/verdict", self.judge),
        ):
            router.add_api_route(path, act, methods=[method], status_code=204)
        return router

    def search(
        self,
        actor: Acting,
        question: Annotated[str, Body()],
        manual: Annotated[str | None, Body()] = None,
    ) -> Json:
        """The sections that fit, the best first; each is noted as shown."""
        found = self._services.manual_questions.ask(actor, question, HITS, manual)
        return {"hits": [hit_json(hit, display) for hit, display in found]}

    def library(self, actor: Acting) -> Json:
        """The editions, and what could not be taken from the watched folder."""
        manuals = self._services.manuals
        library = library_json(
            manuals.editions(), manuals.troubles(), str(self._watched), free_bytes(manuals.folder)
        )
        return library | {"may_change": self._services.manual_desk.may_change(actor)}

    def section(self, passage: str) -> Json:
        """The whole section that a passage stands in."""
        return section_json(self._services.manuals.section(passage))

    async def add(
        self,
        request: Request,
        actor: Acting,
        name: str,
        manual: str | None = None,
        date: Date | None = None,
    ) -> Json:
        """Takes a file in: its bytes are the body."""
        stream, desk = request.stream(), self._services.manual_desk
        try:
            with desk.receiving(actor, file_name(name)) as arrived:
                with arrived.create() as file:
                    await write_stream(stream, file)
                wish = (date, manual or None)
                addition = await run_in_threadpool(desk.receive, actor, arrived, *wish)
        except (StorageError, Forbidden):
            await drain(stream)
            raise
        if addition.error is not None:
            raise addition.error
        replaced = addition.replaced
        return {
            "outcome": addition.outcome.value,
            "edition": edition_json(addition.edition) if addition.edition else None,
            "replaced": edition_json(replaced) if replaced else None,
        }

    def file(self, request: Request, edition: str) -> Response:
        """The edition's file as it was taken in; a PDF opens in the browser, others are saved.

        Others could carry scripts that would run as ours.
        """
        found = self._edition(edition)
        disposition = attachment(found.file)
        if mimetypes.guess_type(found.file)[0] == PDF:
            disposition = disposition.replace("attachment", "inline", 1)
        headers = PRIVATE | {"Content-Disposition": disposition}
        return ranged(request, self._services.manuals.original(found), headers)

    def changes(self, edition: str) -> Json:
        """What this edition says differently from the one before."""
        new = self._edition(edition)
        old = self._services.manuals.predecessor(new)
        if old is None:
            raise UnknownManual(name=new.file)
        found = self._services.manuals.changes(old, new)
        return {
            "old": edition_json(old),
            "new": edition_json(new),
            "changes": [change_json(one) for one in found],
        }

    def retire(self, actor: Acting, edition: str) -> Json:
        """Takes an edition out of the search."""
        desk = self._services.manual_desk
        return edition_json(desk.retire(actor, self._edition(edition).id))

    def restore(self, actor: Acting, edition: str) -> Json:
        """Makes an edition the current one of its manual."""
        desk = self._services.manual_desk
        return edition_json(desk.restore(actor, self._edition(edition).id))

    def reindex(self, actor: Acting) -> StreamingResponse:
        """Makes the index of words anew; tells how far it is."""

        def work(progress: ProgressHook) -> Json:
            return {"editions": self._services.manual_desk.reindex(actor, progress)}

        return stream_progress(work)

    def opened(self, actor: Acting, display: Number) -> None:
        """They opened what was shown to them."""
        self._services.feedback.opened(actor, display)

    def judge(
        self,
        actor: Acting,
        display: Number,
        verdict: Annotated[Verdict | None, Body(embed=True)] = None,
    ) -> None:
        """They said that it helped or was wrong, or took that back."""
        self._services.feedback.judge(actor, display, verdict)

    def report(self) -> Json:
        """How often each section was shown and judged."""
        return {"sections": [report_json(one) for one in self._services.feedback.report()]}

    def report_csv(self) -> Response:
        """The same for a spreadsheet."""
        headers = PRIVATE | {"Content-Disposition": attachment("マニュアルの表示と評価.csv")}
        content = report_csv(self._services.feedback.report())
        return Response(content, media_type="text/csv; charset=utf-8", headers=headers)

    def _edition(self, id_: str) -> Edition:
        found = next((one for one in self._services.manuals.editions() if one.id == id_), None)
        if found is None:
            raise UnknownManual(name=id_)
        return found
