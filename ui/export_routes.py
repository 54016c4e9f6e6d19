"""What the page asks for about exports of many records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Protocol

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from assistant.services.exporting import MOST_RECORDS
from assistant.services.search_filters import read_filters
from ui.acting import Acting  # noqa: TC001 (FastAPI reads it)
from ui.ranges import ranged
from ui.search_models import Narrow
from ui.web import PRIVATE, attachment

if TYPE_CHECKING:
    from assistant.services.archive_search import ArchiveSearch
    from assistant.services.exporting import ExportDesk, ExportEntry
    from assistant.services.queueing import Job

Id = Annotated[str, Field(max_length=100)]


class ExportServices(Protocol):
    """Where the services come from; each is made when first asked for."""

    @property
    def exports(self) -> ExportDesk:
        """Asks, watches, fetches."""

    @property
    def archive_search(self) -> ArchiveSearch:
        """Words to records."""


class Wanted(BaseModel):
    """Records to export: those that are named, or all that a search finds."""

    form: str = Field(default="docx", max_length=20)
    records: list[Id] | None = Field(default=None, max_length=MOST_RECORDS)
    words: str = Field(default="", max_length=1000)
    filters: Narrow = Narrow()


class ExportRoutes:
    """The routes under `/api/exports`."""

    def __init__(self, services: ExportServices) -> None:
        self._services = services

    def router(self) -> APIRouter:
        """Ready to be included."""
        router = APIRouter(prefix="/api/exports")
        router.add_api_route("", self.mine)
        router.add_api_route("", self.ask, methods=["POST"], status_code=201)
        router.add_api_route("/{export}/file", self.file)
        for method, path, act in (
            ("POST", "/{export}/cancel", self.cancel),
            ("POST", "/{export}/retry", self.retry),
            ("DELETE", "/{export}", self.remove),
        ):
            router.add_api_route(path, act, methods=[method], status_code=204)
        return router

    def mine(self, actor: Acting) -> dict[str, Any]:
        """What the person asked for, newest first."""
        return {"exports": [_entry(one) for one in self._services.exports.mine(actor)]}

    def ask(self, actor: Acting, wanted: Wanted) -> dict[str, str]:
        """Has documents made."""
        records = wanted.records
        if records is None:
            filters = read_filters(wanted.filters.given())
            records = self._services.archive_search.records(actor, wanted.words, filters)
        return {"id": self._services.exports.ask(actor, records, wanted.form)}

    def file(self, request: Request, actor: Acting, export: str) -> Response:
        """The finished file."""
        file = self._services.exports.file(actor, export)
        name = {"Content-Disposition": attachment(f"書き出し-{export[:6]}.zip")}
        return ranged(request, file, PRIVATE | name)

    def cancel(self, actor: Acting, export: str) -> None:
        """Stops the work."""
        self._services.exports.stop(actor, export)

    def retry(self, actor: Acting, export: str) -> None:
        """Goes on with the work."""
        self._services.exports.retry(actor, export)

    def remove(self, actor: Acting, export: str) -> None:
        """Shreds it."""
        self._services.exports.remove(actor, export)


def _entry(entry: ExportEntry) -> dict[str, Any]:
    export = entry.export
    return {
        "id": export.id,
        "form": export.form,
        "asked": export.asked.isoformat(),
        "expires": export.expires.isoformat(),
        "records": entry.records,
        "made": entry.made,
        "failed": entry.failed,
        "state": "done" if export.ready else _state(entry.job),
        "left": entry.job.left if entry.job else None,
        "held": bool(entry.job and entry.job.held),
        "error": dict(entry.job.error) if entry.job else {},
    }


def _state(job: Job | None) -> str:
    if job is None:
        return "cancelled"
    return "stopping" if job.stopping else job.state.value
