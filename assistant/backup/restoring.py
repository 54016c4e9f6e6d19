"""A backup into an empty place: all of it, or nothing.

The backup is read to its end before anything is written. Files are then laid out in a folder of
their own, the database is filled in one transaction, and what was laid out takes its place at the
end. A restore that was killed is seen by that folder, and the next one begins anew.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import tarfile
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from assistant.backup.making import END, FILES, FORM, MANIFEST, ROWS, Contents
from assistant.errors import BrokenBackup, NewerBackup, PlaceNotEmpty, storage_errors
from assistant.store import migrations
from assistant.store.audit import SqlAudit
from assistant.store.dumping import Loader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import Connection

    from assistant.backup.making import Site
    from assistant.backup.sealing import BackupKeys
    from assistant.services.archive_store import Audit

    Told = Callable[[Contents], None]

BLOCK = 1 << 20
"""Bytes that are copied at once."""
_OURS = re.compile(r"[0-9a-f]{8,}(?:-[0-9]{6}-[0-9a-f]{6,})?")
"""The folder of a recording or of an edition; others, as that of the samples, do not count."""


class BackupRestorer:
    """Restores backups into `site`; `staging` is a folder on the same disk as its files."""

    def __init__(self, site: Site, staging: Path, keys: BackupKeys) -> None:
        self._site = site
        self._staging = staging
        self._keys = keys

    def check(self, path: Path, told: Told) -> Contents:
        """Reads a backup to its end, and writes nothing.

        Raises:
            BackupError: it cannot be opened, or is not whole.
        """
        with self._reading(path) as (tar, _):
            return self._look(tar, told, path.name)

    def restore(
        self, path: Path, told: Told, note: Callable[[Audit], object] = lambda _: None
    ) -> Contents:
        """Makes the empty place what the backup holds; `note` writes it down with that.

        Raises:
            BackupError: it cannot be opened, or is not whole; nothing was changed.
            PlaceNotEmpty, DatabaseNotEmpty: the place is in use; nothing was changed.
            StorageError: something cannot be written; nothing of it counts.
        """
        self._insist_on_emptiness()
        self.check(path, told)
        with storage_errors(self._staging):
            shutil.rmtree(self._staging, ignore_errors=True)
            self._staging.mkdir(parents=True)
        with self._reading(path) as (tar, revision):
            contents = self._site.database.fill(
                revision,
                lambda connection: self._lay_out(tar, connection, told, path.name),
                lambda connection: note(SqlAudit(connection)),
            )
        with storage_errors(self._staging):
            shutil.rmtree(self._staging)
        return contents

    def _insist_on_emptiness(self) -> None:
        """What an earlier restore put there before it was killed does not count."""
        if not self._site.database.is_empty():
            raise PlaceNotEmpty(place=self._site.database.name)
        if self._staging.exists():
            return
        for folder in self._site.folders.values():
            if folder.is_dir() and any(_OURS.fullmatch(one.name) for one in folder.iterdir()):
                raise PlaceNotEmpty(place=folder)

    @contextmanager
    def _reading(self, path: Path) -> Iterator[tuple[tarfile.TarFile, str]]:
        """The members behind the manifest, and the revision of the tables."""
        try:
            with (
                self._keys.opening(path) as file,
                tarfile.open(fileobj=file, mode="r|") as tar,
            ):
                yield tar, _revision(tar, path.name)
        except (tarfile.TarError, gzip.BadGzipFile, EOFError, json.JSONDecodeError) as error:
            raise BrokenBackup(name=path.name) from error

    def _look(self, tar: tarfile.TarFile, told: Told, name: str) -> Contents:
        contents, end = Contents(), None
        for kind, rest, member in _members(tar, name):
            if kind == END:
                end = json.loads(_content(tar, member))
            elif kind == ROWS:
                contents.rows[_table(rest)] += gzip.decompress(_content(tar, member)).count(b"\n")
            else:
                contents.count(member.size)  # the archive reads through it to the next member
            told(contents)
        if end != contents.told():
            raise BrokenBackup(name=name)
        return contents

    def _lay_out(
        self, tar: tarfile.TarFile, connection: Connection, told: Told, name: str
    ) -> Contents:
        contents, loader = Contents(), Loader(connection)
        for kind, rest, member in _members(tar, name):
            if kind == ROWS:
                contents.rows[_table(rest)] += loader.load(_table(rest), _content(tar, member))
            elif kind == FILES:
                self._write(tar, member, self._staging / rest)
                contents.count(member.size)
            told(contents)
        loader.finish()
        self._move()  # before the database is kept: files without rows are nothing
        return contents

    def _write(self, tar: tarfile.TarFile, member: tarfile.TarInfo, target: Path) -> None:
        with storage_errors(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            source = tar.extractfile(member)
            with target.open("xb") as file:
                if source is not None:
                    shutil.copyfileobj(source, file, BLOCK)
                file.flush()
                os.fsync(file.fileno())

    def _move(self) -> None:
        for name, folder in self._site.folders.items():
            laid_out = self._staging / name
            with storage_errors(folder):
                folder.mkdir(parents=True, exist_ok=True)
                for one in sorted(laid_out.iterdir()) if laid_out.is_dir() else ():
                    shutil.rmtree(folder / one.name, ignore_errors=True)
                    one.rename(folder / one.name)
        for name, path in self._site.files.items():
            if (self._staging / name).is_file():
                with storage_errors(path):
                    path.parent.mkdir(parents=True, exist_ok=True)
                    (self._staging / name).replace(path)


def _revision(tar: tarfile.TarFile, name: str) -> str:
    member = tar.next()
    if member is None or member.name != MANIFEST:
        raise BrokenBackup(name=name)
    manifest = json.loads(_content(tar, member))
    if manifest["form"] > FORM or manifest["revision"] not in migrations.REVISIONS:
        raise NewerBackup(name=name)
    return str(manifest["revision"])


def _members(tar: tarfile.TarFile, name: str) -> Iterator[tuple[str, str, tarfile.TarInfo]]:
    """Kind and rest of the name of each member. Nothing leads out of the folder it is put into."""
    while (member := tar.next()) is not None:
        tar.members.clear()  # type: ignore[attr-defined]  # it would remember all of them
        kind, *rest = PurePosixPath(member.name).parts
        if not member.isfile() or ".." in rest or kind not in {END, ROWS, FILES}:
            raise BrokenBackup(name=name)
        yield kind, "/".join(rest), member


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = tar.extractfile(member)
    return b"" if file is None else file.read()


def _table(rest: str) -> str:
    return rest.partition("/")[0]
