"""What all pages' routes share: errors as sentences, bodies that stream to the disk, file names."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, cast
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from starlette.requests import ClientDisconnect

from assistant.errors import (
    DatabaseUnavailable,
    DiskFull,
    InputError,
    KikigakiError,
    RecordingInUse,
    UnknownManual,
    UnknownRecording,
    UnknownSearch,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path
    from typing import BinaryIO

BLOCK = 1 << 20
"""Bytes of an arriving file that are written at once."""
PRIVATE = {"Cache-Control": "private, no-cache"}
"""No cache on the way keeps it, and the browser asks whether it has changed."""
STATUS = {
    UnknownRecording: 404,
    UnknownSearch: 404,
    UnknownManual: 404,
    RecordingInUse: 409,
    DatabaseUnavailable: 503,
    DiskFull: 507,
}


def add_error_handlers(app: FastAPI) -> None:
    """Our errors become their sentences in both languages, and a fitting status."""

    async def answer(request: Request, error: Exception) -> JSONResponse:
        known = cast("KikigakiError", error)
        status = STATUS.get(type(known), 400 if isinstance(known, InputError) else 500)
        return JSONResponse(
            {"error": {"ja": known.message("ja"), "en": known.message("en")}}, status
        )

    async def gone(request: Request, error: Exception) -> Response:
        return Response(status_code=499)

    app.add_exception_handler(KikigakiError, answer)
    app.add_exception_handler(ClientDisconnect, gone)


async def write_stream(stream: AsyncIterator[bytes], file: BinaryIO) -> None:
    """Writes what arrives, in blocks, without keeping the event loop waiting."""
    block = bytearray()
    async for piece in stream:
        block += piece
        if len(block) >= BLOCK:
            await run_in_threadpool(file.write, bytes(block))
            block.clear()
    await run_in_threadpool(file.write, bytes(block))


async def drain(stream: AsyncIterator[bytes]) -> None:
    """Takes the rest and drops it: a browser reads an answer only when it has sent everything."""
    async for _ in stream:
        pass


def free_bytes(folder: Path) -> int:
    """Room in a folder that may not be there yet."""
    existing = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    return shutil.disk_usage(existing).free


def attachment(name: str) -> str:
    """A `Content-Disposition` that saves under `name` in any script (RFC 6266, RFC 8187)."""
    plain = "".join(char if char.isascii() and char not in '"\\' else "_" for char in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
