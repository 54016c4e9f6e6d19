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
    AccessError,
    DatabaseUnavailable,
    DiskFull,
    ExportNotReady,
    Forbidden,
    InputError,
    KikigakiError,
    LoginTaken,
    MatterTaken,
    NotSignedIn,
    ProviderFails,
    RecordingInUse,
    SignInFailed,
    TooManyAttempts,
    UnknownBackup,
    UnknownDisplay,
    UnknownExport,
    UnknownImport,
    UnknownManual,
    UnknownMatter,
    UnknownPerson,
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
STATUS: dict[type[KikigakiError], int] = {
    UnknownRecording: 404,
    UnknownSearch: 404,
    UnknownExport: 404,
    UnknownImport: 404,
    UnknownManual: 404,
    UnknownDisplay: 404,
    UnknownMatter: 404,
    UnknownBackup: 404,
    UnknownPerson: 404,
    RecordingInUse: 409,
    ExportNotReady: 409,
    LoginTaken: 409,
    MatterTaken: 409,
    DatabaseUnavailable: 503,
    DiskFull: 507,
    NotSignedIn: 401,
    SignInFailed: 401,
    TooManyAttempts: 429,
    AccessError: 403,
    Forbidden: 403,
    ProviderFails: 502,
    InputError: 400,
}
"""The status of an error is that of its class, or of the nearest one above it."""


def add_error_handlers(app: FastAPI) -> None:
    """Our errors become their sentences in both languages, and a fitting status."""

    async def answer(request: Request, error: Exception) -> JSONResponse:
        return refusal(cast("KikigakiError", error))

    async def gone(request: Request, error: Exception) -> Response:
        return Response(status_code=499)

    app.add_exception_handler(KikigakiError, answer)
    app.add_exception_handler(ClientDisconnect, gone)


def refusal(error: KikigakiError) -> JSONResponse:
    """Our error as an answer: its sentences, and its kind for the page."""
    kinds = (STATUS.get(one) for one in type(error).__mro__)
    status = next((one for one in kinds if one is not None), 500)
    told = {"ja": error.message("ja"), "en": error.message("en")}
    content = {"error": told, "kind": type(error).__name__}
    return JSONResponse(content, status, headers={"Cache-Control": "no-store"})


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
