"""Tells files that end before their container says they should.

FFmpeg corrects many headers by the size of the file, silently; so the headers are read here.
FLAC and AIFF announce a duration instead (`ANNOUNCING`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from assistant.audio.mp4 import boxes
from assistant.audio.protection import ASF_HEADER

if TYPE_CHECKING:
    from typing import BinaryIO

ASF_FILE_PROPERTIES = UUID("8cabdca1-a947-11cf-8ee4-00c00c205365").bytes_le
EBML_HEADER = bytes.fromhex("1a45dfa3")
MATROSKA_SEGMENT = bytes.fromhex("18538067")
"""Element identifiers of Matroska and WebM (RFC 8794, RFC 9559)."""
ANNOUNCING = frozenset({"flac", "aiff"})
"""Containers in which FFmpeg finds the duration written, and does not guess it."""
OGG_PAGE = 65_307
"""The longest page of Ogg in bytes (RFC 3533)."""
UNKNOWN_SIZES = range(0x7FFF_F000, 0x1_0000_0000)
"""What recorders write into a WAV header when they cannot come back to correct it."""


def ends_early(file: BinaryIO, size: int, container: str) -> bool:
    """Whether the container (FFmpeg's name) of a file of `size` bytes goes on after its end."""
    if container == "mp3":
        return _mp3_ends_early(file, size)
    file.seek(0)
    start = file.read(16)
    if start[:4] in {b"RIFF", b"RF64"} and start[8:12] == b"WAVE":
        return _wav_ends_early(file, size)
    if start == ASF_HEADER:
        return _asf_ends_early(file, size)
    if start[:4] == b"OggS":
        return _ogg_ends_early(file, size)
    if start[:4] == EBML_HEADER:
        return _matroska_ends_early(file, size)
    return start[4:8] == b"ftyp" and any(box.end > size for box in boxes(file, 0, size))


def _wav_ends_early(file: BinaryIO, size: int) -> bool:
    position, long_size = 12, 0
    while position + 8 <= size:
        file.seek(position)
        head = file.read(24)
        length = int.from_bytes(head[4:8], "little")
        if head[:4] == b"ds64":
            long_size = int.from_bytes(head[16:24], "little")
        if head[:4] == b"data":
            if length in UNKNOWN_SIZES:
                length = long_size
            return position + 8 + length > size
        position += 8 + length + length % 2
    return False


def _asf_ends_early(file: BinaryIO, size: int) -> bool:
    header = file.read(1 << 16)
    found = header.find(ASF_FILE_PROPERTIES)
    return found >= 0 and int.from_bytes(header[found + 40 : found + 48], "little") > size


def _matroska_ends_early(file: BinaryIO, size: int) -> bool:
    """Whether the segment, which holds everything after a short header, is longer than the file."""
    file.seek(0)
    start = file.read(1024)
    found = start.find(MATROSKA_SEGMENT) + len(MATROSKA_SEGMENT)
    if found < len(MATROSKA_SEGMENT) or found >= len(start):
        return False
    width = 9 - start[found].bit_length()
    length = int.from_bytes(start[found : found + width]) & ((1 << 7 * width) - 1)
    unknown = length == (1 << 7 * width) - 1
    return not unknown and found + width + length > size


def _ogg_ends_early(file: BinaryIO, size: int) -> bool:
    """Whether the last page lacks bytes or the mark of an end (flag 4 of its header)."""
    file.seek(max(0, size - OGG_PAGE))
    tail = file.read()
    page = tail[max(0, tail.rfind(b"OggS")) :]
    segments = page[27 : 27 + page[26]] if len(page) > 27 else b""
    whole = bool(segments) and len(page) >= 27 + page[26] + sum(segments)
    return not whole or not page[5] & 4


def _mp3_ends_early(file: BinaryIO, size: int) -> bool:
    """Whether the Xing header, which LAME and others write, counts more bytes than are left."""
    file.seek(0)
    begin = _id3_length(file.read(10))
    file.seek(begin)
    frame = file.read(4096)
    found = max(frame.find(b"Xing"), frame.find(b"Info"))
    if found < 0 or len(frame) < found + 16 or not frame[found + 7] & 2:
        return False
    place = found + (12 if frame[found + 7] & 1 else 8)
    return begin + int.from_bytes(frame[place : place + 4]) > size


def _id3_length(start: bytes) -> int:
    """Bytes of an ID3v2 tag, whose length is written in seven bits a byte."""
    if start[:3] != b"ID3" or len(start) < 10:
        return 0
    return 10 + sum(byte << shift for byte, shift in zip(start[6:10], (21, 14, 7, 0), strict=True))
