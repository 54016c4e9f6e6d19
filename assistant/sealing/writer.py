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
            rest = rest[self._put(self._head, self._position, rest[: CHUNK - self._position]) :]
        if rest:
            self._put(self._tail, self._position - self._sealed_end, rest)
            self._seal_what_is_full()
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
        only = not self._tail
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
        return self._sealed_end + len(self._tail) if self._tail else len(self._head)

    def _put(self, part: bytearray, at: int, data: memoryview) -> int:
        if at < 0:
            raise io.UnsupportedOperation("sealed already")
        part[at : at + len(data)] = data
        self._position += len(data)
        return len(data)

    def _seal_what_is_full(self) -> None:
        """All but the end: what is sealed last has a mark of its own."""
        full = (len(self._tail) - 1) // CHUNK
        with memoryview(self._tail) as tail:
            for number in range(full):
                with tail[number * CHUNK : (number + 1) * CHUNK] as piece:
                    self._write_chunk(self._sealed + 1 + number, piece, last=False)
        self._sealed += full
        del self._tail[: full * CHUNK]

    def _write_chunk(self, chunk: int, plain: bytearray | memoryview, *, last: bool) -> None:
        self._file.seek(self._cipher.offset(chunk))
        self._file.write(self._cipher.seal(plain, chunk, last=last))
