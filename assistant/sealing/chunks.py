"""The form of a sealed file, and the cipher of its chunks.

    header    b"KIKISEAL", a byte for the version, a byte for the length of the file's id, the id
    chunks    AES-256-GCM of `CHUNK` bytes each, the last one shorter: text and tag of 16 bytes

This is the STREAM construction (Hoang, Reyhanitabar, Rogaway and Vizár, 2015) as `age` uses it:
the nonce is the chunk's number in 11 bytes and a byte that is 1 for the last chunk, so that chunks
that were cut off, moved or repeated do not open. Every file has a random key of its own and every
chunk is sealed once, so that no nonce occurs twice under a key. The header is authenticated with
each chunk. Chunks open without those before them, which is what playing from the middle needs.
"""

from __future__ import annotations

from operator import ne
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from assistant.errors import BrokenSeal

if TYPE_CHECKING:
    from typing import BinaryIO

    Bytes = bytes | bytearray | memoryview

MAGIC = b"KIKISEAL\x01"
CHUNK = 1 << 16
"""Bytes of a chunk before it is sealed."""
TAG = 16
LONGEST_ID = 255
FLIPPED = 2
"""Bytes of the beginning that may be wrong in what still counts as a sealed file, a broken one."""


def header_of(file_id: str) -> bytes:
    """The header of the sealed file with that id."""
    text = file_id.encode()
    if not 0 < len(text) <= LONGEST_ID:
        raise ValueError("a file's id has 1 to 255 bytes")
    return MAGIC + bytes([len(text)]) + text


def read_header(file: BinaryIO) -> str | None:
    """The id of a sealed file that is at its start, and is at its first chunk afterwards.

    None when it is not sealed, or its header is broken.
    """
    start = file.read(len(MAGIC) + 1)
    if len(start) <= len(MAGIC) or not start.startswith(MAGIC):
        return None
    text = file.read(start[-1])
    try:
        return text.decode() if text and len(text) == start[-1] else None
    except UnicodeDecodeError:
        return None


def is_nearly_sealed(file: BinaryIO) -> bool:
    """Whether a file at its start begins like a sealed one, but for a few bytes."""
    start = file.read(len(MAGIC))
    return bool(start) and sum(map(ne, start, MAGIC)) <= FLIPPED


def shape(file_id: str, sealed: int, name: str) -> tuple[int, int]:
    """Of a sealed file of so many bytes: the number of its chunks, and its length when opened.

    Raises:
        BrokenSeal: no sealed file has this length.
    """
    body = sealed - len(header_of(file_id))
    chunks = -(-body // (CHUNK + TAG))
    last = body - (chunks - 1) * (CHUNK + TAG) - TAG
    if chunks < 1 or last < 0 or (last == 0 and chunks > 1):
        raise BrokenSeal(name=name)
    return chunks, (chunks - 1) * CHUNK + last


class ChunkCipher:
    """Seals and opens the chunks of one file; `name` is for the sentence when one does not open."""

    def __init__(self, key: bytes, file_id: str, name: str) -> None:
        self._cipher = AESGCM(key)
        self.file_id = file_id
        self.name = name
        self.header = header_of(file_id)

    def offset(self, chunk: int) -> int:
        """Where a chunk begins in the sealed file."""
        return len(self.header) + chunk * (CHUNK + TAG)

    def seal(self, plain: Bytes, chunk: int, *, last: bool) -> bytes:
        """The chunk as it lies on the disk. No chunk is sealed twice."""
        return self._cipher.encrypt(_nonce(chunk, last=last), plain, self.header)

    def open(self, sealed: Bytes, chunk: int, *, last: bool) -> bytes:
        """What was sealed.

        Raises:
            BrokenSeal: it is not what was sealed, at this place, in this file, with this key.
        """
        try:
            return self._cipher.decrypt(_nonce(chunk, last=last), sealed, self.header)
        except InvalidTag as error:
            raise BrokenSeal(name=self.name) from error


def _nonce(chunk: int, *, last: bool) -> bytes:
    return chunk.to_bytes(11, "big") + bytes([last])
