"""Reads a sealed file as if it were plain, opening only the chunks that are needed."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING

from assistant.sealing.chunks import CHUNK, TAG, shape

if TYPE_CHECKING:
    from typing import BinaryIO

    from _typeshed import WriteableBuffer

    from assistant.sealing.chunks import ChunkCipher


def open_sealed(file: BinaryIO, cipher: ChunkCipher) -> io.BufferedReader:
    """The plain content of the sealed `file`, which is closed with it.

    Raises:
        BrokenSeal: it was cut off or changed. Chunks in its middle are checked when they are read.
    """
    return io.BufferedReader(_SealedReader(file, cipher), CHUNK)


class _SealedReader(io.RawIOBase):
    """The last chunk is opened first: it vouches for the length, whatever is read later."""

    def __init__(self, file: BinaryIO, cipher: ChunkCipher) -> None:
        self._file = file
        self._cipher = cipher
        self.name = cipher.name
        self._chunks, self._size = shape(cipher.file_id, file.seek(0, os.SEEK_END), self.name)
        self._position = 0
        self._open = self._chunks - 1
        self._plain = self._read_chunk(self._open)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise OSError(22, "before the start of the file")  # as a plain file does
        self._position = base + offset
        return self._position

    def readinto(self, buffer: WriteableBuffer) -> int:
        """At most to the end of a chunk; 0 at the end of the file."""
        if self._position >= self._size:
            return 0
        chunk, start = divmod(self._position, CHUNK)
        if chunk != self._open:
            self._plain, self._open = self._read_chunk(chunk), chunk
        target = memoryview(buffer).cast("B")
        piece = memoryview(self._plain)[start : start + len(target)]
        target[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)

    def close(self) -> None:
        self._file.close()
        super().close()

    def _read_chunk(self, chunk: int) -> bytes:
        self._file.seek(self._cipher.offset(chunk))
        sealed = self._file.read(CHUNK + TAG)
        return self._cipher.open(sealed, chunk, last=chunk == self._chunks - 1)
