"""Backups, and what becomes of them, by those who may."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from assistant.archive import Action, Event
from assistant.errors import FileThere
from assistant.people import Right
from assistant.services.access import require

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from assistant.people import Actor
    from assistant.ports import Clock
    from assistant.services.anchoring import AnchorBook
    from assistant.services.archive_store import ArchiveStore, Audit

SUFFIX = ".kikigaki-backup"


class Contents(Protocol):
    """What is in a backup: how many rows of each table, how many files, how many bytes of these."""

    @property
    def rows(self) -> dict[str, int]:
        """By table."""

    files: int
    bytes: int


class Maker(Protocol):
    """Writes backups."""

    def make(
        self, target: Path, passphrase: str | None, told: Callable[[Contents], None]
    ) -> Contents:
        """To a file that is not there yet, whole or not at all.

        Raises:
            StorageError, SetupError: it cannot be written.
        """

    def weigh(self) -> int:
        """Bytes of the files that a backup would hold, near enough to tell how far it is."""


class Restorer(Protocol):
    """Reads backups."""

    def check(self, path: Path, told: Callable[[Contents], None]) -> Contents:
        """Reads a backup to its end, and writes nothing.

        Raises:
            BackupError: it cannot be opened, or is not whole.
        """

    def restore(
        self, path: Path, told: Callable[[Contents], None], note: Callable[[Audit], object]
    ) -> Contents:
        """Makes the empty place what the backup holds; `note` writes it down with that.

        Raises:
            BackupError: it cannot be opened, or is not whole; nothing was changed.
            PlaceNotEmpty, DatabaseNotEmpty: the place is in use; nothing was changed.
            StorageError: something cannot be written; nothing of it counts.
        """


class Backups:
    """Makes backups, and writes down that it did: once within the backup, and once after it."""

    def __init__(self, store: ArchiveStore, maker: Maker, clock: Clock) -> None:
        self._store = store
        self._maker = maker
        self._clock = clock

    def make(
        self,
        actor: Actor,
        place: Path,
        passphrase: str | None,
        told: Callable[[Contents], None] = lambda _: None,
    ) -> tuple[Path, Contents]:
        """A backup at `place`, or in it if it is a folder; its file and what is in it.

        Raises:
            Forbidden: the actor may not make backups.
            FileThere: there is such a file already.
            StorageError: no room, or no right to write; nothing is left of it.
            SetupError: the master key is missing.
        """
        require(actor, Right.BACKUP)
        now = self._clock.now()
        place = place.absolute()
        target = place / f"{now:%Y%m%d-%H%M%S}{SUFFIX}" if place.is_dir() else place
        if target.exists():
            raise FileThere(path=target)
        self.note(actor, target.name, "begun")
        contents = self._maker.make(target, passphrase, told)
        told_of = {
            "place": str(target.parent),
            "bytes": str(target.stat().st_size),
            "files": str(contents.bytes),
            "sealed": "master" if passphrase is None else "passphrase",
        }
        self.note(actor, target.name, "done", **told_of)
        return target, contents

    def weigh(self) -> int:
        """Bytes of the files that a backup would hold, near enough to tell how far it is."""
        return self._maker.weigh()

    def note(self, actor: Actor, name: str, state: str, **details: str) -> None:
        """Writes down what became of a backup.

        Raises:
            Forbidden: the actor may not make backups.
        """
        require(actor, Right.BACKUP)
        with self._store.writing() as unit:
            event = Event(Action.BACKUP, name, {"state": state} | details)
            unit.audit.append(actor, event, self._clock.now())


class Restores:
    """Restores backups, and writes down that it did, in what was restored.

    Nobody has an account in an empty place: the actor is who runs this machine. Anchors of another
    log, that was here before, are set aside.
    """

    def __init__(self, restorer: Restorer, anchors: AnchorBook, clock: Clock) -> None:
        self._restorer = restorer
        self._anchors = anchors
        self._clock = clock

    def check(
        self, actor: Actor, file: Path, told: Callable[[Contents], None] = lambda _: None
    ) -> Contents:
        """Whether the backup can be read; what is in it.

        Raises:
            Forbidden: the actor may not.
            BackupError: it cannot be opened, or is not whole.
        """
        require(actor, Right.BACKUP)
        return self._restorer.check(file, told)

    def restore(
        self, actor: Actor, file: Path, told: Callable[[Contents], None] = lambda _: None
    ) -> Contents:
        """Makes the empty place what the backup holds; what was restored.

        Raises:
            Forbidden: the actor may not.
            BackupError: it cannot be opened, or is not whole; nothing was changed.
            PlaceNotEmpty, DatabaseNotEmpty: the place is in use; nothing was changed.
            StorageError: something cannot be written; nothing of it counts.
        """
        require(actor, Right.BACKUP)
        event = Event(Action.RESTORE, file.name)

        def note(audit: Audit) -> None:
            now = self._clock.now()
            audit.append(actor, event, now)
            self._anchors.set_aside(now)

        return self._restorer.restore(file, told, note)
