"""What the page of backups asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Protocol

from fastapi import APIRouter, Body

from ui.acting import Acting  # noqa: TC001 (FastAPI reads it)
from ui.backup_payload import BackupsJson

if TYPE_CHECKING:
    from assistant.services.backup_desk import BackupDesk


class BackupServices(Protocol):
    """Where the service comes from."""

    @property
    def backup_desk(self) -> BackupDesk:
        """What was made, and one more."""


class BackupRoutes:
    """The routes under `/api/backups`. A passphrase never comes this way: those are typed."""

    def __init__(self, services: BackupServices) -> None:
        self._desk = services.backup_desk

    def router(self) -> APIRouter:
        """Ready to be included."""
        router = APIRouter(prefix="/api/backups")
        router.add_api_route("", self.overview)
        for path, act in (("", self.start), ("/verify", self.verify), ("/stop", self.stop)):
            router.add_api_route(path, act, methods=["POST"], status_code=204)
        return router

    def overview(self, actor: Acting) -> BackupsJson:
        """What was made, and what is being done."""
        return BackupsJson.of(self._desk.overview(actor))

    def start(self, actor: Acting) -> None:
        """Asks for a backup."""
        self._desk.start(actor)

    def verify(
        self, actor: Acting, name: Annotated[str, Body(embed=True, max_length=1000)]
    ) -> None:
        """Asks whether a backup can be read."""
        self._desk.verify(actor, name)

    def stop(self, actor: Acting) -> None:
        """Stops what is being done."""
        self._desk.stop(actor)
