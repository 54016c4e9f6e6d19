"""What the page asks for: recordings, transcripts, sound, documents."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Body, Request, Response
from fastapi.responses import JSONResponse

from assistant import __version__
from assistant.errors import BadSpeakerCount, StorageError
from assistant.model import Kind, SpeakerCount
from assistant.services.transcribing import Options
from ui.acting import Acting  # noqa: TC001 (FastAPI reads it)
from ui.labels import LABELS
from ui.payload import entry_json, printout_json, transcript_json
from ui.ranges import ranged
from ui.web import PRIVATE, attachment, drain, free_bytes, write_stream

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assistant.services.editing import Editing
    from assistant.services.library import Library

    Models = Callable[[], Sequence[str]]


class Routes:
    """The routes under `/api`. Paths hold ids only: they may stand in a log."""

    def __init__(self, library: Library, editing: Editing, models: Models, language: str) -> None:
        self._library = library
        self._editing = editing
        self._models = models
        self._language = language

    def router(self) -> APIRouter:
        """Ready to be included."""
        router = APIRouter(prefix="/api")
        one = "/recordings/{recording}"
        for path, answer in (
            ("/site", self.site),
            ("/recordings", self.entries),
            (f"{one}/transcript", self.transcript),
            (f"{one}/sound", self.sound),
            (f"{one}/peaks", self.peaks),
            (f"{one}/export/{{form}}", self.export),
        ):
            router.add_api_route(path, answer)
        router.add_api_route("/recordings", self.add, methods=["PUT"], status_code=201)
        router.add_api_route(f"{one}/print", self.print_out, methods=["POST"])
        for method, path, act in (
            ("PUT", f"{one}/speakers/{{speaker}}", self.rename),
            ("PUT", f"{one}/turns/{{turn}}", self.correct),
            ("PUT", f"{one}/title", self.retitle),
            ("PUT", f"{one}/matter", self.move),
            ("POST", f"{one}/cancel", self.cancel),
            ("POST", f"{one}/retry", self.retry),
            ("DELETE", one, self.remove),
        ):
            router.add_api_route(path, act, methods=[method], status_code=204)
        return router

    def site(self) -> dict[str, Any]:
        """What the page needs to know once."""
        return {
            "version": __version__,
            "language": self._language,
            "labels": LABELS,
            "formats": self._library.formats,
            "models": list(self._models()),
        }

    def entries(self, actor: Acting) -> dict[str, Any]:
        """The list, with progress, and the room that is left."""
        entries = [entry_json(entry) for entry in self._library.entries(actor)]
        return {"recordings": entries, "free": free_bytes(self._library.files.folder)}

    async def add(
        self,
        request: Request,
        actor: Acting,
        name: str,
        kind: str = "",
        speakers: str = "",
        model: str = "auto",
        manuals: bool = False,
        matter: str = "",
    ) -> dict[str, str]:
        """Takes a recording in: its bytes are the body."""
        options = replace(parse_options(kind, speakers, model), manuals=manuals)
        stream = request.stream()
        try:
            with self._library.adding(actor, name, options, matter or None) as (recording, file):
                await write_stream(stream, file)
        except StorageError:
            await drain(stream)
            raise
        return {"id": recording}

    def transcript(self, actor: Acting, recording: str) -> JSONResponse:
        """The transcript, with names, and those that its case or body knows."""
        transcript = transcript_json(self._library.transcript(actor, recording))
        known = self._editing.known_names(actor, recording)
        return JSONResponse(transcript | {"known_names": known})

    def sound(self, request: Request, actor: Acting, recording: str) -> Response:
        """The copy that browsers play, in ranges; before it is made, the sound as it came."""
        return ranged(request, self._library.sound(actor, recording), PRIVATE)

    def peaks(self, request: Request, actor: Acting, recording: str) -> Response:
        """The outline of the sound."""
        return ranged(request, self._library.peaks(actor, recording), PRIVATE)

    def export(self, actor: Acting, recording: str, form: str) -> Response:
        """A document to save."""
        document = self._library.export(actor, recording, form)
        headers = PRIVATE | {"Content-Disposition": attachment(document.name)}
        return Response(document.content, media_type="application/octet-stream", headers=headers)

    def print_out(self, actor: Acting, recording: str) -> JSONResponse:
        """What goes onto paper."""
        return JSONResponse(printout_json(self._library.print_out(actor, recording)))

    def rename(
        self, actor: Acting, recording: str, speaker: str, name: Annotated[str, Body(embed=True)]
    ) -> None:
        """Calls a speaker by another name."""
        self._editing.rename_speaker(actor, recording, speaker, name)

    def correct(
        self, actor: Acting, recording: str, turn: str, text: Annotated[str, Body(embed=True)]
    ) -> None:
        """Gives a turn another text."""
        self._editing.correct(actor, recording, turn, text)

    def retitle(
        self, actor: Acting, recording: str, title: Annotated[str, Body(embed=True)]
    ) -> None:
        """Calls the record otherwise."""
        self._editing.retitle(actor, recording, title)

    def move(self, actor: Acting, recording: str, matter: Annotated[str, Body(embed=True)]) -> None:
        """Puts the record into a case or body; an empty one takes it out."""
        self._editing.move(actor, recording, matter or None)

    def cancel(self, actor: Acting, recording: str) -> None:
        """Stops the work."""
        self._library.cancel(actor, recording)

    def retry(self, actor: Acting, recording: str) -> None:
        """Goes on with the work."""
        self._library.retry(actor, recording)

    def remove(self, actor: Acting, recording: str) -> None:
        """Deletes the recording."""
        self._library.remove(actor, recording)


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
