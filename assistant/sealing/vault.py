"""Files that are sealed as they are written, and read as if they were not."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from secrets import token_hex
from typing import TYPE_CHECKING, cast

from assistant.errors import BrokenSeal, storage_errors
from assistant.sealing.arrival import arrived_as, arriving, parts_of
from assistant.sealing.chunks import ChunkCipher, is_nearly_sealed, read_header, shape
from assistant.sealing.reader import open_sealed
from assistant.sealing.writer import SealedWriter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO, Literal

    from assistant.sealing.wrapping import FileKeys

KEY_BYTES = 32
BLOCK = 1 << 20
NONE = "/"
"""The id of no file."""


class FileVault:
    """`ports.Vault`. With `sealing` off new files are plain; sealed ones are read all the same."""

    def __init__(self, keys: FileKeys, *, sealing: bool = True) -> None:
        self._keys = keys
        self._sealing = sealing

    def ready(self) -> None:
        """Sees to it that new files can be sealed.

        Raises:
            SetupError: the master key is missing, or is none.
        """
        if self._sealing:
            self._keys.ready()

    def file(self, path: Path, owner: str, *, alone: bool = True) -> VaultFile:
        """The file at `path`, there or not yet, which belongs to `owner`.

        Where it is the only one of its owner, a plain file in the place of a sealed one is noticed.
        """
        return VaultFile(path, owner, self._keys, sealing=self._sealing, alone=alone)

    def settle(self, part: Path) -> None:
        """After a sudden end: completes what had arrived whole, drops what had not."""
        target, file_id = arrived_as(part), _id_of(part)
        if target is not None and self._keys.has(file_id) and _id_of(target) == NONE:
            part.replace(target)
            return
        self._keys.shred(file_id)
        part.unlink(missing_ok=True)

    def shred(self, owner: str) -> None:
        """Makes everything of `owner` that was sealed unreadable for ever.

        Raises:
            StorageError: the keys cannot be deleted.
        """
        self._keys.shred(owner)


class VaultFile:
    """`ports.StoredFile`."""

    def __init__(
        self, path: Path, owner: str, keys: FileKeys, *, sealing: bool, alone: bool
    ) -> None:
        self.path = path
        self._owner = owner
        self._keys = keys
        self._sealing = sealing
        self._alone = alone

    def __str__(self) -> str:
        return str(self.path)

    @property
    def name(self) -> str:
        """Without its folder."""
        return self.path.name

    def is_file(self) -> bool:
        """Whether it is there."""
        return self.path.is_file()

    def open(self, mode: Literal["rb"] = "rb") -> BinaryIO:
        """What was written, at its start.

        Raises:
            OSError: it is not there, or may not be read.
            SetupError: the master key is not here.
            LostFileKey: the file's own key was deleted.
            BrokenSeal: it was changed, cut off, or belongs elsewhere.
        """
        file = self.path.open(mode)
        try:
            file_id = read_header(file)
            if file_id is not None:
                return open_sealed(file, self._cipher(file_id))
            if (arrived := self._arrived()) is None:
                self._insist_on_plain(file)
                return file
        except BaseException:
            file.close()
            raise
        file.close()
        return self._open_arrived(arrived)

    @contextmanager
    def create(self) -> Iterator[BinaryIO]:
        """A new file, whole at its place when the block ends well, else nothing of it.

        What it replaces stays until then. Seeks go to what was written, and writes to the first 64
        KiB or the end.

        Raises:
            StorageError: no room, or no right to write.
            SetupError: the master key is missing, or is none.
        """
        replaced = self._file_id()
        if self._sealing:
            with self._sealed() as file:
                yield file
        else:
            with arriving(self.path) as file:
                yield file
        if replaced is not None:
            self._keys.shred(replaced)

    @contextmanager
    def _sealed(self) -> Iterator[BinaryIO]:
        self._keys.ready()
        file_id, key = f"{self._owner}/{token_hex(8)}", os.urandom(KEY_BYTES)
        with arriving(self.path, ready=lambda: self._keys.keep(file_id, key)) as file:
            writer = SealedWriter(file, ChunkCipher(key, file_id, self.name))
            yield cast("BinaryIO", writer)
            writer.finish()

    def seal(self) -> bool:
        """Seals the plain file that is there, in its place; whether there was one to seal.

        Killed at any moment, it leaves the one or the other, whole, and can be run again.

        Raises:
            StorageError: no room, or no right to write.
            SetupError: the master key is missing.
            BrokenSeal: it is no plain file, but a sealed one that was changed.
        """
        if not self._sealing or not self.is_file() or self._file_id() is not None:
            return False
        if (arrived := self._arrived()) is not None:
            arrived.replace(self.path)
            return True
        with self.path.open("rb") as plain:
            self._insist_on_plain(plain)
            with self.create() as file:
                shutil.copyfileobj(plain, file, BLOCK)
        return True

    def remove(self) -> None:
        """Deletes it and its key, if it is there.

        Raises:
            StorageError: no right to delete.
        """
        file_id = self._file_id()
        if file_id is not None:
            self._keys.shred(file_id)
        with storage_errors(self.path):
            self.path.unlink(missing_ok=True)

    def size(self) -> int:
        """Bytes of the content, found without a key.

        Raises:
            OSError: it is not there, or may not be read.
            BrokenSeal: no sealed file has this length.
        """
        with self.path.open("rb") as file:
            file_id = read_header(file)
            sealed = file.seek(0, os.SEEK_END)
        return sealed if file_id is None else shape(file_id, sealed, self.name)[1]

    def _file_id(self) -> str | None:
        """Of the sealed file that is there."""
        if not self.is_file():
            return None
        with self.path.open("rb") as file:
            return read_header(file)

    def _arrived(self) -> Path | None:
        """What was whole, and had its key, when its process ended before it took its place."""
        if not self._alone:
            return None
        parts = parts_of(self.path)
        return next((part for part in parts if self._keys.has(_id_of(part))), None)

    def _open_arrived(self, part: Path) -> BinaryIO:
        """Under the name it has, or in its place by now."""
        try:
            file = part.open("rb")
        except FileNotFoundError:
            file = self.path.open("rb")
        try:
            return open_sealed(file, self._cipher(read_header(file) or ""))
        except BaseException:
            file.close()
            raise

    def _insist_on_plain(self, file: BinaryIO) -> None:
        """What was sealed once is not taken for plain."""
        file.seek(0)
        if is_nearly_sealed(file) or (self._alone and self._keys.has(self._owner)):
            raise BrokenSeal(name=self.name)
        file.seek(0)

    def _cipher(self, file_id: str) -> ChunkCipher:
        if file_id.rpartition("/")[0] != self._owner:
            raise BrokenSeal(name=self.name)  # somebody exchanged files
        return ChunkCipher(self._keys.find(file_id, self.name), file_id, self.name)


def _id_of(path: Path) -> str:
    """Of a sealed file; that of none where it is not sealed, or not there."""
    try:
        with path.open("rb") as file:
            return read_header(file) or NONE
    except FileNotFoundError:
        return NONE


def holds_sealed(folder: Path) -> bool:
    """Whether there is a sealed file somewhere in the folder."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                if read_header(file) is not None:
                    return True
    return False
