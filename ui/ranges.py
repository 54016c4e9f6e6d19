"""Serves a stored file in ranges, decrypted on the way (RFC 9110, 13.1.5 and 14)."""

from __future__ import annotations

import re
from email.utils import formatdate
from hashlib import sha256
from mimetypes import guess_type
from typing import TYPE_CHECKING

from fastapi.responses import Response, StreamingResponse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import BinaryIO

    from fastapi import Request

    from assistant.ports import StoredFile

BLOCK = 1 << 16
"""Bytes that are sent at once: a chunk of a sealed file."""

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


def ranged(request: Request, file: StoredFile, headers: Mapping[str, str]) -> Response:
    """The file, or the range of it that the request asks for.

    Several ranges at once, and what is no range of bytes, get the whole file, as the standard lets
    a server do. The file is opened before anything is answered: what cannot be decrypted is an
    error with a sentence.

    Raises:
        OSError: it cannot be read.
        KikigakiError: it is sealed, and cannot be opened.
    """
    status = file.path.stat()
    size = file.size()
    mark = sha256(f"{status.st_mtime_ns}-{status.st_size}".encode()).hexdigest()[:32]
    tags = {
        "Accept-Ranges": "bytes",
        "ETag": f'"{mark}"',
        "Last-Modified": formatdate(status.st_mtime, usegmt=True),
    }
    asked = requested(request.headers, tags, size)
    if asked is not None and not asked:
        return Response(None, 416, {**headers, "Content-Range": f"bytes */{size}"})
    part = asked or range(size)
    answer = {**headers, **tags, "Content-Length": str(len(part))}
    if asked:
        answer["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{size}"
    kind = guess_type(file.name)[0] or "application/octet-stream"
    body = _pieces(file.open("rb"), part)
    return StreamingResponse(body, 206 if asked else 200, answer, media_type=kind)


def requested(headers: Mapping[str, str], tags: Mapping[str, str], size: int) -> range | None:
    """The bytes that are asked for; an empty range when there are none of them, None for all."""
    asked = _RANGE.fullmatch(headers.get("range", "").replace(" ", ""))
    if asked is None or asked[0] == "bytes=-" or not _unchanged(headers.get("if-range"), tags):
        return None
    first, last = asked[1], asked[2]
    if not first:
        return range(max(0, size - int(last)), size)
    if last and int(last) < int(first):
        return None
    return range(min(int(first), size), min(int(last) + 1, size) if last else size)


def _unchanged(condition: str | None, tags: Mapping[str, str]) -> bool:
    """Whether the part that is asked for still fits the part that somebody has."""
    return condition is None or condition in (tags["ETag"], tags["Last-Modified"])


def _pieces(stream: BinaryIO, part: range) -> Iterator[bytes]:
    with stream:
        stream.seek(part.start)
        left = len(part)
        while left and (piece := stream.read(min(BLOCK, left))):
            yield piece
            left -= len(piece)
