"""The files of exports: a folder for each, sealed.

state/exports/
  1f3a…/documents/12   the document of the twelfth record, until all are there
  1f3a…/export.zip     all of them

A folder counts when the archive has an export of its id; without its keys nobody reads any of it.
"""

from __future__ import annotations

import shutil
from collections import Counter
from contextlib import suppress
from typing import IO, TYPE_CHECKING, cast
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from assistant.errors import storage_errors
from assistant.keys import export_owner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime
    from pathlib import Path
    from typing import BinaryIO

    from assistant.ports import StoredFile, Vault

    Files = Iterable[tuple[str, Callable[[], bytes]]]


class ExportFiles:
    """Exports' folders in `folder`; the vault seals what lies in them."""

    def __init__(self, folder: Path, vault: Vault) -> None:
        self._folder = folder
        self._vault = vault

    def document(self, export: str, number: int) -> StoredFile:
        """The document of one record, there or not yet."""
        path = self._folder / export / "documents" / str(number)
        return self._vault.file(path, f"{export_owner(export)}/{number}")

    def archive(self, export: str) -> StoredFile:
        """All of them in one file, there or not yet."""
        path = self._folder / export / "export.zip"
        return self._vault.file(path, f"{export_owner(export)}/zip")

    def pack(self, export: str, at: datetime, files: Files) -> None:
        """Writes that file, from names and what gives the content.

        Raises:
            StorageError: no room, or no right to write.
        """
        with (
            self.archive(export).create() as stream,
            ZipFile(cast("IO[bytes]", _Onward(stream)), "w", ZIP_DEFLATED) as archive,
        ):
            for name, content in files:
                entry = ZipInfo(name, at.timetuple()[:6])
                entry.compress_type = ZIP_DEFLATED
                archive.writestr(entry, content())

    def drop_documents(self, export: str, numbers: Iterable[int]) -> None:
        """Once they are in the one file.

        Raises:
            StorageError: something cannot be removed.
        """
        for number in numbers:
            self.document(export, number).remove()
        shutil.rmtree(self._folder / export / "documents", ignore_errors=True)

    def drop(self, export: str) -> None:
        """Everything of an export; the keys first.

        Raises:
            StorageError: something cannot be removed.
        """
        self._vault.shred(export_owner(export))
        place = self._folder / export
        with storage_errors(place), suppress(FileNotFoundError):
            shutil.rmtree(place)

    def all(self) -> Iterator[str]:
        """The exports of which there is a folder."""
        if self._folder.is_dir():
            yield from (place.name for place in sorted(self._folder.iterdir()))


def distinct(names: Iterable[str]) -> Iterator[str]:
    """The names, with a number where one comes again: `a.docx`, `a (2).docx`."""
    seen: Counter[str] = Counter()
    for name in names:
        stem, dot, suffix = name.rpartition(".")
        fresh = name
        while seen[fresh.casefold()]:
            seen[name.casefold()] += 1
            fresh = f"{stem} ({seen[name.casefold()]}){dot}{suffix}"
        seen[fresh.casefold()] += 1
        yield fresh


class _Onward:
    """A stream that is only written on: a sealed one cannot correct what it wrote."""

    def __init__(self, stream: BinaryIO) -> None:
        self.write = stream.write

    def flush(self) -> None:
        """The stream's owner does."""
