"""What the page of backups is told."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 (pydantic reads it)
from typing import TYPE_CHECKING, Self

from pydantic import BaseModel

from assistant.services.queueing import JobState  # noqa: TC001 (pydantic reads it)

if TYPE_CHECKING:
    from assistant.services.backup_desk import Backup, Overview
    from assistant.services.queueing import Job


class BackupJson(BaseModel):
    """A backup that was made; `path` is where, `here` whether this machine sees it there."""

    name: str
    path: str
    made: datetime
    by: str
    size: int
    passphrase: bool
    verified: datetime | None
    broken: datetime | None
    here: bool
    ours: bool
    """It lies in the folder of backups, and can be verified from the page."""

    @classmethod
    def of(cls, one: Backup, folder: str) -> Self:
        """A line of the list."""
        return cls(
            name=one.name,
            path=str(one.path) if one.place else "",
            made=one.made,
            by=one.by,
            size=one.size,
            passphrase=one.passphrase,
            verified=one.verified,
            broken=one.broken,
            here=one.here,
            ours=one.here and one.place == folder and not one.passphrase,
        )


class BackupJobJson(BaseModel):
    """What is being done, and how far it is; `error` is the sentence, by language."""

    state: JobState
    stopping: bool
    held: bool
    stage: str
    share: float
    measured: bool
    left: float | None
    error: dict[str, str]

    @classmethod
    def of(cls, job: Job) -> Self:
        """For the bar."""
        progress = job.progress
        return cls(
            state=job.state,
            stopping=job.stopping,
            held=job.held,
            stage=progress.stage if progress else "",
            share=progress.share if progress else 0.0,
            measured=bool(progress and progress.total),
            left=job.left,
            error=dict(job.error),
        )


class BackupsJson(BaseModel):
    """The latest first. `beside` says that they lie on the disk of the data."""

    backups: list[BackupJson]
    job: BackupJobJson | None
    folder: str
    beside: bool

    @classmethod
    def of(cls, overview: Overview) -> Self:
        """All that the page shows."""
        folder = str(overview.folder)
        return cls(
            backups=[BackupJson.of(one, folder) for one in overview.backups],
            job=BackupJobJson.of(overview.job) if overview.job else None,
            folder=folder,
            beside=overview.beside,
        )
