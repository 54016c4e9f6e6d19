"""Seals a file while it is written; memory is constant, and nothing readable reaches the disk."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING

from assistant.sealing.chunks import CHUNK

if TYPE_CHECKING:
    from typing import BinaryIO

    from _typeshed import ReadableBuffer

    from assistant.sealing.chunks import ChunkCipher


class SealedWriter(io.RawIOBase):
    """Writes to `file`, which is empty. `finish` makes it whole; without it nothing can be read.

    The first chunk is sealed last: containers of sound come back to correct their headers. Other
    chunks cannot be written again, since no chunk may be sealed twice with one key.
    """

    def __init__(self, file: BinaryIO, cipher: ChunkCipher) -> None:
        self._file = file
        self._cipher = cipher
        self.name = cipher.name
        self._position = 0
        self._head = bytearray()
        self._tail = bytearray()
        self._sealed = 0
        """Chunks between `_head` and `_tail` that are on the disk."""

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def write(self, data: ReadableBuffer) -> int:
        """All of it.

        Raises:
            io.UnsupportedOperation: there, something was sealed already.
        """
        rest = memoryview(data).cast("B")
        written = len(rest)
        if self._position < CHUNK:
            rest = self._overwrite(self._head, self._position, rest, CHUNK)
        if rest:
            rest = self._overwrite(
                self._tail, self._position - self._sealed_end, rest, len(self._tail)
            )
            self._append(rest)
        return written

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Anywhere in what was written."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}[whence]
        if not 0 <= base + offset <= self._size:
            raise io.UnsupportedOperation("outside of what was written")
        self._position = base + offset
        return self._position

    def finish(self) -> None:
        """Seals what is left: the last chunk, then the first."""
        only = not (self._tail or self._sealed)
        if not only:
            self._write_chunk(self._sealed + 1, self._tail, last=True)
        self._write_chunk(0, self._head, last=only)
        self._file.seek(0)
        self._file.write(self._cipher.header)
        self._file.flush()

    @property
    def _sealed_end(self) -> int:
        return (self._sealed + 1) * CHUNK

    @property
    def _size(self) -> int:
        return self._sealed_end + len(self._tail) if self._tail or self._sealed else len(self._head)

    def _overwrite(self, part: bytearray, at: int, data: memoryview, room: int) -> memoryview:
        """Puts what fits into `room` bytes of a part that is not sealed yet; gives what is left."""
        if at < 0:
            raise io.UnsupportedOperation("sealed already")
        fits = data[: room - at]
        part[at : at + len(fits)] = fits
        self._position += len(fits)
        return data[len(fits) :]

    def _append(self, data: memoryview) -> None:
        """Seals every chunk that is followed by something: the last one has a mark of its own.

        Where the disk is full, everything counts as before: the next write fails again.
        """
        while data:
            if len(self._tail) == CHUNK:
                self._seal_next(self._tail)
                self._tail.clear()
            if not self._tail and len(data) > CHUNK:
                taken = CHUNK
                self._seal_next(data[:taken])
            else:
                taken = min(len(data), CHUNK - len(self._tail))
                self._tail += data[:taken]
            self._position += taken
            data = data[taken:]

    def _seal_next(self, plain: bytearray | memoryview) -> None:
        self._write_chunk(self._sealed + 1, plain, last=False)
        self._sealed += 1

    def _write_chunk(self, chunk: int, plain: bytearray | memoryview, *, last: bool) -> None:
        self._file.seek(self._cipher.offset(chunk))
        self._file.write(self._cipher.seal(plain, chunk, last=last))
