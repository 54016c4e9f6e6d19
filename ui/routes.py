"""What the page asks for: recordings, transcripts, sound, documents."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any, cast

from fastapi import APIRouter, Body, FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse, JSONResponse
from starlette.requests import ClientDisconnect

from assistant import __version__
from assistant.errors import (
    BadSpeakerCount,
    DiskFull,
    InputError,
    KikigakiError,
    RecordingInUse,
    StorageError,
    UnknownRecording,
)
from assistant.model import Kind, SpeakerCount
from assistant.services.transcribing import Options
from ui.labels import LABELS
from ui.payload import entry_json, transcript_json

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence
    from typing import BinaryIO

    from assistant.services.library import Library

    Models = Callable[[], Sequence[str]]

BLOCK = 1 << 20
"""Bytes of an arriving recording that are written at once."""
STATUS = {UnknownRecording: 404, RecordingInUse: 409, DiskFull: 507}


def make_router(library: Library, models: Models, language: str) -> APIRouter:
    """The routes under `/api`. Paths hold ids only: they may stand in a log."""
    router = APIRouter(prefix="/api")

    @router.get("/site")
    def site() -> dict[str, Any]:
        return {
            "version": __version__,
            "language": language,
            "labels": LABELS,
            "formats": library.formats,
            "models": list(models()),
        }

    @router.get("/recordings")
    def entries() -> dict[str, Any]:
        return {
            "recordings": [entry_json(entry) for entry in library.entries()],
            "free": free_bytes(library),
        }

    @router.put("/recordings", status_code=201)
    async def add(
        request: Request, name: str, kind: str = "", speakers: str = "", model: str = "auto"
    ) -> dict[str, str]:
        options = parse_options(kind, speakers, model)
        stream = request.stream()
        try:
            with library.adding(name, options) as (recording, file):
                await write_stream(stream, file)
        except StorageError:
            # A browser reads an answer only when it has sent everything.
            async for _ in stream:
                pass
            raise
        return {"id": recording}

    @router.get("/recordings/{recording}/transcript")
    def transcript(recording: str) -> JSONResponse:
        return JSONResponse(transcript_json(library.transcript(recording)))

    @router.get("/recordings/{recording}/sound")
    def sound(recording: str) -> FileResponse:
        copy = library.copy(recording)
        if copy.exists():
            return FileResponse(copy, media_type="audio/webm", headers={"Cache-Control": "private"})
        return FileResponse(library.sound(recording), headers={"Cache-Control": "private"})

    @router.get("/recordings/{recording}/peaks")
    def peaks(recording: str) -> FileResponse:
        outline = library.peaks(recording)
        if not outline.exists():
            raise UnknownRecording
        return FileResponse(outline, media_type="application/octet-stream")

    @router.put("/recordings/{recording}/speakers/{speaker}", status_code=204)
    def rename(
        request: Request, recording: str, speaker: str, name: str = Body(embed=True)
    ) -> None:
        who = request.client.host if request.client else ""
        library.rename_speaker(recording, speaker, name, who)

    @router.get("/recordings/{recording}/export/{form}")
    def export(recording: str, form: str) -> Response:
        document = library.export(recording, form)
        return Response(
            document.content,
            media_type="application/octet-stream",
            headers={"Content-Disposition": attachment(document.name)},
        )

    @router.post("/recordings/{recording}/cancel", status_code=204)
    def cancel(recording: str) -> None:
        library.cancel(recording)

    @router.post("/recordings/{recording}/retry", status_code=204)
    def retry(recording: str) -> None:
        library.retry(recording)

    @router.delete("/recordings/{recording}", status_code=204)
    def remove(recording: str) -> None:
        library.remove(recording)

    return router


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


def parse_options(kind: str, speakers: str, model: str) -> Options:
    """What a person chose in the page; empty texts leave it to the program.

    Raises:
        BadSpeakerCount: the number of speakers is not understood.
    """
    try:
        count = SpeakerCount.parse(speakers)
    except ValueError as error:
        raise BadSpeakerCount(text=speakers) from error
    chosen = Kind(kind) if kind in set(Kind) else None
    return Options(kind=chosen, count=count, model=model or "auto")


def attachment(name: str) -> str:
    """A `Content-Disposition` that saves under `name` in any script (RFC 6266, RFC 8187)."""
    from urllib.parse import quote

    plain = "".join(char if char.isascii() and char not in '"\\' else "_" for char in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def free_bytes(library: Library) -> int:
    """Room for recordings."""
    folder = library.folder
    existing = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    return shutil.disk_usage(existing).free
