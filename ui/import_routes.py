"""What the page of imports asks for: files that wait, what is in them, taking them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Protocol

from fastapi import APIRouter, Body, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse  # noqa: TC002 (FastAPI reads it)

from assistant.errors import Forbidden, StorageError
from ui.acting import Acting  # noqa: TC001 (FastAPI reads it)
from ui.import_payload import PreviewJson, TallyJson, WaitingJson, WishesJson
from ui.streams import stream_progress
from ui.web import drain, write_stream

if TYPE_CHECKING:
    from assistant.ports import ProgressHook
    from assistant.services.import_desk import ImportDesk

SHOWN = 100
"""Records of a file that are shown, and can be mended, one by one."""


class ImportServices(Protocol):
    """Where the service comes from."""

    @property
    def import_desk(self) -> ImportDesk:
        """Where files wait."""


class ImportRoutes:
    """The routes under `/api/imports`. What is said of records goes in bodies, never in paths."""

    def __init__(self, services: ImportServices) -> None:
        self._services = services

    def router(self) -> APIRouter:
        """Ready to be included."""
        router = APIRouter(prefix="/api/imports")
        router.add_api_route("", self.waiting)
        router.add_api_route("", self.add, methods=["PUT"], status_code=201)
        router.add_api_route("/{file}", self.preview)
        router.add_api_route("/{file}", self.drop, methods=["DELETE"], status_code=204)
        router.add_api_route("/{file}/take", self.take, methods=["POST"], response_model=None)
        return router

    def waiting(self, actor: Acting) -> list[WaitingJson]:
        """The files that wait for the actor."""
        return [WaitingJson.of(one) for one in self._services.import_desk.waiting(actor)]

    async def add(
        self, request: Request, actor: Acting, name: Annotated[str, Query(max_length=1000)]
    ) -> WaitingJson:
        """Takes a file in, to be looked at: its bytes are the body."""
        stream, desk = request.stream(), self._services.import_desk
        try:
            with desk.receiving(actor, name) as (id_, arrived):
                with arrived.create() as file:
                    await write_stream(stream, file)
                size = await run_in_threadpool(arrived.size)
        except (StorageError, Forbidden):
            await drain(stream)
            raise
        return WaitingJson(id=id_, name=arrived.name, size=size)

    def preview(self, actor: Acting, file: str) -> PreviewJson:
        """What is in a file; nothing is taken."""
        return PreviewJson.of(self._services.import_desk.preview(actor, file, SHOWN))

    def take(
        self, actor: Acting, file: str, wishes: Annotated[WishesJson, Body()]
    ) -> StreamingResponse:
        """Imports a file as somebody wants it; tells how many records are done."""
        desk, mender = self._services.import_desk, wishes.meant()
        desk.find(actor, file)

        def work(progress: ProgressHook) -> dict[str, Any]:
            tally = desk.take(actor, file, mender, progress)
            return TallyJson.of(tally).model_dump(mode="json")

        return stream_progress(work)

    def drop(self, actor: Acting, file: str) -> None:
        """The file is not wanted."""
        self._services.import_desk.drop(actor, file)
