"""Backups as administrators see them on a page: what was made, whether it can be read, one more.

What is known of a backup stands in the audit log, also of those that were made by command. They are
made and verified by a worker (`backup_work`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.archive import Action, Event
from assistant.errors import UnknownBackup
from assistant.people import SYSTEM, Right
from assistant.services.access import require
from assistant.services.auditing import AuditQuery
from assistant.services.queueing import BACKUP

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from assistant.archive import AuditRow
    from assistant.people import Actor
    from assistant.ports import Clock
    from assistant.services.archive_store import ArchiveStore
    from assistant.services.queueing import Job, Jobs

ROWS = 400
"""Of the log that are looked at."""
SUBJECT = "page"
"""What the job is about: there is one at a time."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was made. `place` is its folder, empty where that was not noted.

    `size` is in bytes. `verified` is when it was read to its end, and `broken` when that failed.
    `here` says that the file is seen from this machine.
    """

    name: str
    made: datetime
    by: str
    place: str
    size: int
    passphrase: bool
    verified: datetime | None = None
    broken: datetime | None = None
    here: bool = False

    @property
    def path(self) -> Path:
        """Where it was written."""
        return Path(self.place, self.name)


@dataclass(frozen=True, slots=True)
class Overview:
    """The latest backups first, the work that is being done, and where backups go.

    `beside` says that they lie on the disk of the data.
    """

    backups: list[Backup]
    job: Job | None
    folder: Path
    beside: bool


class BackupDesk:
    """Every call raises `Forbidden` where the actor may not make backups."""

    def __init__(
        self, store: ArchiveStore, jobs: Jobs, folder: Path, data: Path, clock: Clock
    ) -> None:
        self._store = store
        self._jobs = jobs
        self._folder = folder.absolute()
        self._data = data
        self._clock = clock

    def overview(self, actor: Actor) -> Overview:
        """What was made, and what is being done."""
        require(actor, Right.BACKUP)
        with self._store.reading() as unit:
            rows = unit.audit.latest(AuditQuery(action=Action.BACKUP), ROWS)
        found = [replace(one, here=one.path.is_file()) for one in _backups(reversed(rows))]
        return Overview(
            backups=sorted(found, key=lambda one: one.made, reverse=True),
            job=self._jobs.find(BACKUP, SUBJECT),
            folder=self._folder,
            beside=_disk(self._folder) == _disk(self._data),
        )

    def start(self, actor: Actor) -> None:
        """Asks for a backup, sealed by the master key; nothing where one is being made."""
        self._ask(actor, "", "asked")

    def verify(self, actor: Actor, name: str) -> None:
        """Asks whether a backup in the folder of backups can be read to its end.

        Raises:
            UnknownBackup: there is none of that name.
        """
        known = {one.name: one for one in self.overview(actor).backups}
        one = known.get(name)
        if one is None or not one.here or one.path.parent != self._folder:
            raise UnknownBackup(name=name)
        self._ask(actor, name, "to_verify")

    def stop(self, actor: Actor) -> None:
        """Stops what is being done; nothing is left of a backup that is not finished."""
        require(actor, Right.BACKUP)
        with self._store.writing() as unit:
            event = Event(Action.BACKUP, "", {"state": "stop"})
            unit.audit.append(actor, event, self._clock.now())
            self._jobs.stop(BACKUP, SUBJECT)

    def _ask(self, actor: Actor, name: str, state: str) -> None:
        require(actor, Right.BACKUP)
        with self._store.writing() as unit:
            if self._jobs.ensure(BACKUP, SUBJECT, name):
                event = Event(Action.BACKUP, name, {"state": state})
                unit.audit.append(actor, event, self._clock.now())


def _backups(rows: Iterable[AuditRow]) -> list[Backup]:
    """From the rows of the log, oldest first."""
    found: dict[str, Backup] = {}
    asked = ""
    for row in rows:
        state, name = row.details.get("state"), row.object
        if state == "asked":
            asked = row.name
        elif state == "done":
            found[name] = _backup(row, asked if row.user == SYSTEM.user else row.name)
        elif state == "verified" and name in found:
            found[name] = replace(found[name], verified=row.at, broken=None)
        elif state == "broken" and name in found:
            found[name] = replace(found[name], verified=None, broken=row.at)
    return list(found.values())


def _backup(row: AuditRow, by: str) -> Backup:
    return Backup(
        name=row.object,
        made=row.at,
        by=by,
        place=row.details.get("place", ""),
        size=int(row.details.get("bytes", "0")),
        passphrase=row.details.get("sealed") == "passphrase",
    )


def _disk(folder: Path) -> int:
    """Of a folder that may not be there yet."""
    existing = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    return existing.stat().st_dev
