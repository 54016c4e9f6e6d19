"""Everything of a site in one file: what the database holds, and the files that it tells of.

    manifest.json           form, version, revision of the tables, when
    rows/TABLE/000001.gz    rows, as `store.dumping` writes them
    files/…                 files as they lie on the disk: sealed ones stay sealed
    end.json                how many rows and files there are

This is a tar archive inside the seal. The rows are those of one moment; files come after them, so
that what arrives or is replaced meanwhile is left out, and what is removed meanwhile is missing.
"""

from __future__ import annotations

import json
import os
import tarfile
from collections import Counter
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING

import sqlalchemy as sa

from assistant import __version__
from assistant.errors import FilesInUse
from assistant.sealing.chunks import read_header
from assistant.store import archive_tables as t
from assistant.store import migrations
from assistant.store.dumping import dump
from assistant.store.tables import edition

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import BinaryIO

    from sqlalchemy import Connection

    from assistant.backup.sealing import BackupKeys
    from assistant.ports import Clock
    from assistant.store.engine import Database

FORM = 1
"""Grows when a program that reads this form could no longer read the file."""
MANIFEST, END = "manifest.json", "end.json"
ROWS, FILES = "rows", "files"


@dataclass(frozen=True, slots=True)
class Site:
    """Where what is backed up lies: the database, and folders and files by their names in a backup.

    The folders are `recordings` and `manuals`, with one in it for each of their rows.
    """

    database: Database
    folders: dict[str, Path]
    files: dict[str, Path]


@dataclass(slots=True)
class Contents:
    """What is in a backup."""

    rows: Counter[str] = field(default_factory=Counter)
    files: int = 0
    bytes: int = 0

    def count(self, size: int) -> None:
        """A file of so many bytes."""
        self.files += 1
        self.bytes += size

    def told(self) -> dict[str, object]:
        """As it stands at the end of a backup."""
        return {"rows": dict(self.rows), "files": self.files, "bytes": self.bytes}


class BackupMaker:
    """Writes backups of a site while it is being used."""

    def __init__(self, site: Site, keys: BackupKeys, clock: Clock) -> None:
        self._site = site
        self._keys = keys
        self._clock = clock

    def make(
        self, target: Path, passphrase: str | None, told: Callable[[Contents], None]
    ) -> Contents:
        """Writes a backup; `told` hears how far it is.

        Raises:
            StorageError: it cannot be read, or the backup not written; nothing of it is left.
            SetupError: the master key is missing.
            FilesInUse: another backup is made, or plain files are being sealed: their keys would
                not be in this one.
        """
        with self._site.database.alone("files") as ours:
            if not ours:
                raise FilesInUse
            return self._make(target, passphrase, told)

    def _make(
        self, target: Path, passphrase: str | None, told: Callable[[Contents], None]
    ) -> Contents:
        with (
            self._keys.creating(target, passphrase) as file,
            self._site.database.reading() as connection,
            tarfile.open(fileobj=file, mode="w|", format=tarfile.PAX_FORMAT) as tar,
        ):
            contents = Contents()
            _add(tar, MANIFEST, _json(self._manifest()))
            for number, (table, rows, piece) in enumerate(dump(connection), 1):
                _add(tar, f"{ROWS}/{table}/{number:06}.gz", piece)
                contents.rows[table] += rows
                told(contents)
            keys = frozenset(connection.scalars(sa.select(t.file_key.c.file)))
            for name, path in self._paths(connection):
                size = _add_file(tar, f"{FILES}/{name}", path, keys)
                if size is not None:
                    contents.count(size)
                    told(contents)
            _add(tar, END, _json(contents.told()))
        return contents

    def weigh(self) -> int:
        """Bytes of the files that a backup would hold, near enough to tell how far it is."""
        with self._site.database.reading() as connection:
            return sum(_weight(path) for _, path in self._paths(connection))

    def _manifest(self) -> dict[str, object]:
        return {
            "format": "kikigaki-backup",
            "form": FORM,
            "program": __version__,
            "revision": migrations.HEAD,
            "made": self._clock.now().isoformat(),
        }

    def _paths(self, connection: Connection) -> Iterator[tuple[str, Path]]:
        """Files that the rows tell of, and the names they have in a backup."""
        for name, column in (("recordings", t.record.c.id), ("manuals", edition.c.id)):
            folder = self._site.folders[name]
            for owner in sorted(connection.scalars(sa.select(column))):
                for path in sorted((folder / owner).rglob("*")):
                    inside = path.relative_to(folder)
                    if not any(part.startswith(".") for part in inside.parts):
                        yield f"{name}/{inside.as_posix()}", path
        yield from self._site.files.items()


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    tar.addfile(info, BytesIO(content))


def _add_file(tar: tarfile.TarFile, name: str, path: Path, keys: frozenset[str]) -> int | None:
    """Its size; None for what is no file, or gone, or sealed with a key that came later."""
    try:
        file = path.open("rb") if path.is_file() else None
    except FileNotFoundError:
        file = None
    if file is None:
        return None
    with file:
        sealed = read_header(file)
        if sealed is not None and sealed not in keys:
            return None
        file.seek(0)
        info = tarfile.TarInfo(name)
        info.size = _size(file)
        tar.addfile(info, file)
        return info.size


def _weight(path: Path) -> int:
    try:
        return path.stat().st_size if path.is_file() else 0
    except FileNotFoundError:
        return 0


def _size(file: BinaryIO) -> int:
    return os.fstat(file.fileno()).st_size


def _json(told: dict[str, object]) -> bytes:
    return json.dumps(told, ensure_ascii=False, indent=1).encode()
