"""Tells files under DRM by their headers: decoders take them, and give noise."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from assistant.audio.mp4 import boxes, descend

if TYPE_CHECKING:
    from typing import BinaryIO

ASF_HEADER = UUID("75b22630-668e-11cf-a6d9-00aa0062ce6c").bytes_le
"""The object every Windows Media file begins with (ASF specification 01.20.05, 10.1)."""

ASF_ENCRYPTION = tuple(
    UUID(text).bytes_le
    for text in (
        "2211b3fb-bd23-11d2-b4b7-00a0c955fc6e",
        "298ae614-2622-4c17-b935-dae07ee9289c",
        "43058533-6981-49e6-9b74-ad12cb86d58c",
    )
)
"""Content Encryption, Extended and Advanced Content Encryption (ASF specification 01.20.05, 10)."""

MP4_ENCRYPTED = frozenset({b"enca", b"drms", b"aavd"})
"""Sample entries of common encryption (ISO/IEC 23001-7), of FairPlay and of Audible."""

_SAMPLE_ENTRIES = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd")
_MOST_HEADER = 1 << 20


def is_protected(file: BinaryIO, size: int) -> bool:
    """Whether the sound in a file of `size` bytes is encrypted (MP4 and Windows Media)."""
    file.seek(0)
    start = file.read(16)
    if start == ASF_HEADER:
        header = file.read(_MOST_HEADER)
        return any(mark in header[: _asf_length(header)] for mark in ASF_ENCRYPTION)
    return start[4:8] == b"ftyp" and _encrypted_mp4(file, size)


def _asf_length(header: bytes) -> int:
    return int.from_bytes(header[:8], "little")


def _encrypted_mp4(file: BinaryIO, size: int) -> bool:
    return any(
        entry.name in MP4_ENCRYPTED
        for table in descend(file, _SAMPLE_ENTRIES, 0, size)
        for entry in boxes(file, table.start + 8, min(table.end, size))
    )
