"""Files that somebody wants to import wait here, sealed, while they are looked at and mended.

Each person has a folder of their own, and nobody else's files are there for them. A file is gone
when it was taken or dropped, and a day after it came.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from secrets import token_hex
from typing import TYPE_CHECKING

from assistant.errors import UnknownImport, storage_errors
from assistant.model import Progress
from assistant.people import Right
from assistant.services.access import require
from assistant.services.arriving import arriving
from assistant.services.naming import file_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from assistant.people import Actor
    from assistant.ports import Clock, ProgressHook, StoredFile, Vault
    from assistant.services.importing import Importer, Preview, Tally
    from assistant.services.mending import Mender

OWNER = "imports"
KEPT = timedelta(days=1)
"""How long a file waits for somebody."""
_ID = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file that waits to be taken; `size` is in bytes."""

    id: str
    name: str
    size: int


class ImportDesk:
    """Takes files in, shows what is in them, and has them imported.

    Every call raises `Forbidden` where the actor may not import, and `UnknownImport` where no file
    of that id waits for them.
    """

    def __init__(self, importer: Importer, vault: Vault, folder: Path, clock: Clock) -> None:
        self._importer = importer
        self._vault = vault
        self._folder = folder
        self._clock = clock

    @contextmanager
    def receiving(self, actor: Actor, name: str) -> Iterator[tuple[str, StoredFile]]:
        """A file for what arrives, and its id; it waits from the block's good end on.

        Raises:
            StorageError: no room, or no right to write.
        """
        require(actor, Right.ADD)
        self._tidy()
        id_, mine = token_hex(8), self._of(actor)
        with arriving(mine) as place:
            yield id_, self._vault.file(place / file_name(name), OWNER, alone=False)
            with storage_errors(mine):
                place.rename(mine / id_)

    def waiting(self, actor: Actor) -> list[Waiting]:
        """The files that wait for the actor, the oldest first."""
        require(actor, Right.ADD)
        self._tidy()
        mine = self._of(actor)
        places = [one for one in _folders(mine) if _ID.fullmatch(one.name)]
        files = [(one.name, self._in(one)) for one in sorted(places, key=_age)]
        return [Waiting(id_, file.name, file.size()) for id_, file in files if file]

    def preview(self, actor: Actor, id_: str, shown: int) -> Preview:
        """What is in a file, before it is taken."""
        return self._importer.preview(actor, self.find(actor, id_), shown)

    def take(
        self, actor: Actor, id_: str, mender: Mender, progress: ProgressHook | None = None
    ) -> Tally:
        """Imports a file, which waits no more afterwards; `progress` counts its records.

        Raises:
            UnknownMatter: a case or body that is not there for the actor.
            StorageError: no room, or no right to write.
            Stopped: by `progress`. In each of these cases what came before is kept, and the file
                waits on: taken again, it goes on where it stopped.
        """
        file = self.find(actor, id_)

        def told(tally: Tally) -> None:
            if progress is not None:
                done = len(tally.taken) + tally.already + len(tally.refused)
                progress(Progress("import", done, 0))

        tally = self._importer.take(actor, file, mender, told)
        self._remove(file)
        return tally

    def drop(self, actor: Actor, id_: str) -> None:
        """The file is not wanted; nothing is kept of it."""
        self._remove(self.find(actor, id_))

    def find(self, actor: Actor, id_: str) -> StoredFile:
        """The file of that id."""
        require(actor, Right.ADD)
        found = self._in(self._of(actor) / id_) if _ID.fullmatch(id_) else None
        if found is None:
            raise UnknownImport
        return found

    def _of(self, actor: Actor) -> Path:
        """The folder of a person, whose id may be no name for one."""
        return self._folder / hashlib.sha256(actor.user.encode()).hexdigest()[:16]

    def _in(self, place: Path) -> StoredFile | None:
        files = [one for one in place.iterdir() if one.is_file()] if place.is_dir() else []
        return self._vault.file(files[0], OWNER, alone=False) if len(files) == 1 else None

    def _remove(self, file: StoredFile) -> None:
        file.remove()
        shutil.rmtree(file.path.parent, ignore_errors=True)

    def _tidy(self) -> None:
        """Drops what nobody came back for, and what a dead process left."""
        oldest = (self._clock.now() - KEPT).timestamp()
        for place in (one for mine in _folders(self._folder) for one in _folders(mine)):
            if _age(place) < oldest:
                for path in _files(place):
                    self._vault.file(path, OWNER, alone=False).remove()
                shutil.rmtree(place, ignore_errors=True)


def _folders(folder: Path) -> list[Path]:
    return [one for one in folder.iterdir() if one.is_dir()] if folder.is_dir() else []


def _files(folder: Path) -> list[Path]:
    return [one for one in folder.iterdir() if one.is_file()]


def _age(place: Path) -> float:
    """When something was put there; what somebody else has just removed is from now."""
    try:
        return place.stat().st_mtime
    except FileNotFoundError:
        return float("inf")
