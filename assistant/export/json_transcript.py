"""Transcripts as JSON: everything is in it, and reading gives the same transcript back.

The classes below are the file format. It is described to other programs by the JSON Schema in
docs/reference, which is made from them, so their docstrings speak to strangers.
"""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    FiniteFloat,
    TypeAdapter,
    ValidationError,
)

from assistant.errors import UnreadableTranscript
from assistant.manual import Reason, ReasonKind
from assistant.model import Flag, Kind, Transcript

if TYPE_CHECKING:
    from typing import BinaryIO

FORMAT = "kikigaki-transcript"
VERSION = 1

_TRANSCRIPT = TypeAdapter(Transcript)
_TRANSCRIPT.rebuild(_types_namespace={"date": date, "datetime": datetime, "Reason": Reason})


def _in_order(flags: tuple[Flag, ...]) -> tuple[Flag, ...]:
    return tuple(sorted(flags))


Flags = Annotated[tuple[Flag, ...], AfterValidator(_in_order)]


def _writable(name: object) -> object:
    """File names may hold bytes that are no UTF-8, as lone surrogates, which JSON cannot."""
    return name.encode("utf-8", "replace").decode() if isinstance(name, str) else name


class _Part(BaseModel):
    model_config = ConfigDict(
        from_attributes=True,
        use_attribute_docstrings=True,
        json_schema_serialization_defaults_required=True,
    )


class RecordingPart(_Part):
    """The sound file."""

    name: Annotated[str, BeforeValidator(_writable)]
    """File name without folder."""
    sha256: str
    """Checksum of the file, hexadecimal."""
    duration: FiniteFloat
    """Length in seconds."""
    channels: int
    """Channels in the file."""
    sample_rate: int
    """Samples per second in the file."""
    codec: str
    """Codec of the file."""
    truncated: bool
    """The file ended before it should; what could be read was used."""


class ModelPart(_Part):
    """Weights that took part."""

    task: str
    """What they did: recognition, diarization, …"""
    name: str
    """What they are called."""
    source: str
    """Where they came from."""
    licence: str
    """Their licence."""
    sha256: str
    """Checksum of the weights, hexadecimal; empty when unknown."""
    embedded: bool
    """They came with the installation."""


class ProvenancePart(_Part):
    """How the transcript was made."""

    models: tuple[ModelPart, ...]
    """All weights that took part."""
    versions: dict[str, str]
    """Program or library -> version."""
    settings: dict[str, str]
    """Setting -> value, as far as they decide the result."""
    started: AwareDatetime
    """When the work began, ISO 8601 with time zone."""
    finished: AwareDatetime
    """When it ended, ISO 8601 with time zone."""


class SpeakerPart(_Part):
    """A voice in the recording."""

    id: str
    """What turns and speech refer to; never changes."""
    name: str
    """What people call the speaker."""
    role: str
    """Role, such as caller or worker; empty when unknown."""


class WordPart(_Part):
    """What was recognised in one stretch of sound; Japanese words may be shorter than a word."""

    start: FiniteFloat
    """Seconds from the start of the recording."""
    end: FiniteFloat
    """Seconds from the start of the recording."""
    text: str
    """As recognised."""
    probability: FiniteFloat
    """How sure the recogniser was, 0 to 1."""


class TurnPart(_Part):
    """What one speaker said before somebody else did. Ordered by start."""

    id: str
    """Unique in the transcript."""
    start: FiniteFloat
    """Seconds from the start of the recording."""
    end: FiniteFloat
    """Seconds from the start of the recording."""
    speaker: str
    """Id of the speaker."""
    text: str
    """What was said; empty when nothing could be recognised."""
    words: tuple[WordPart, ...]
    """The words with their times, all inside the turn."""
    flags: Flags
    """Why a person should look at it again, in alphabetical order."""


class SpeechPart(_Part):
    """Somebody speaks, whether or not words were recognised. Different speakers may overlap."""

    start: FiniteFloat
    """Seconds from the start of the recording."""
    end: FiniteFloat
    """Seconds from the start of the recording."""
    speaker: str
    """Id of the speaker."""


class WithheldPart(_Part):
    """Recognised text that very probably nobody said; not part of any turn."""

    start: FiniteFloat
    """Seconds from the start of the recording."""
    end: FiniteFloat
    """Seconds from the start of the recording."""
    lane: int
    """Which sound it was heard in: the channel, counted from 0."""
    text: str
    """The words, joined."""
    words: tuple[WordPart, ...]
    """The words with their times."""
    flags: Flags
    """Why it is held back, in alphabetical order."""


class ReasonPart(_Part):
    """Why a passage fits."""

    kind: ReasonKind
    """How it was found."""
    words: tuple[str, ...]
    """The words it was found by, as they stand in the passage."""


class PassagePart(_Part):
    """A passage of a manual that fits a part of the talk, copied from the manual."""

    turn: str
    """Id of the turn that it stands beside."""
    second: FiniteFloat
    """When enough had been said to find it, in seconds from the start of the recording."""
    manual: str
    """Title of the manual."""
    edition: str
    """Id of the edition: the first digits of its file's SHA-256."""
    edition_date: date | None
    """Date of the edition, ISO 8601; null when the manual does not tell it."""
    headings: tuple[str, ...]
    """The headings above it, from the chapter to the section."""
    page: int | None
    """Page, counted from 1; null in manuals without pages."""
    text: str
    """The passage; the cells of a table are separated by tabs."""
    score: FiniteFloat
    """How well it fits, 0 to 1. Meant for comparing within one transcript."""
    reasons: tuple[ReasonPart, ...]
    """Why it fits."""
    passage: str = ""
    """Id of the passage in the library of manuals; empty in older files."""


class TranscriptPart(_Part):
    """A transcript with everything that is known about it. All times are in seconds."""

    format: Literal["kikigaki-transcript"]
    """Says what this file is."""
    version: Literal[1]
    """Grows when a program that reads this version could no longer read the file."""
    recording: RecordingPart
    """The sound that was transcribed."""
    kind: Kind
    """What was recorded."""
    provenance: ProvenancePart
    """Which weights, programs and settings made the transcript, and when."""
    speakers: tuple[SpeakerPart, ...]
    """Everybody who was heard."""
    turns: tuple[TurnPart, ...]
    """What was said."""
    speech: tuple[SpeechPart, ...]
    """Who was speaking when."""
    withheld: tuple[WithheldPart, ...]
    """What was held back."""
    passages: tuple[PassagePart, ...] = ()
    """Sections of manuals that fit parts of the talk, ordered by time; missing in older files."""


def to_json(transcript: Transcript) -> str:
    """The whole transcript, always in the same order; `from_json` reads it back."""
    parts = {field.name: getattr(transcript, field.name) for field in fields(transcript)}
    part = TranscriptPart.model_validate({"format": FORMAT, "version": VERSION, **parts})
    return part.model_dump_json(indent=1) + "\n"


def from_json(text: str | bytes) -> Transcript:
    """The transcript that `to_json` wrote.

    Raises:
        UnreadableTranscript: it is no JSON, not of this format and version, or inconsistent.
    """
    try:
        part = TranscriptPart.model_validate_json(text)
    except ValidationError as error:  # `from None`: its text would quote what people said
        raise UnreadableTranscript(place=_place(error)) from None
    transcript = _TRANSCRIPT.validate_python(part.model_dump(exclude={"format", "version"}))
    known = {speaker.id for speaker in transcript.speakers}
    named = {one.speaker for one in transcript.turns} | {one.speaker for one in transcript.speech}
    if not named <= known:
        raise UnreadableTranscript(place="speakers")
    if not {one.turn for one in transcript.passages} <= {one.id for one in transcript.turns}:
        raise UnreadableTranscript(place="passages")
    return transcript


def _place(error: ValidationError) -> str:
    """Where the first fault is, such as `turns.3.start`."""
    return ".".join(str(step) for step in error.errors()[0]["loc"]) or "JSON"


def json_schema() -> dict[str, Any]:
    """The JSON Schema of the file."""
    schema = TranscriptPart.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def json_schema_text() -> str:
    """`json_schema` as it is printed in the reference."""
    return json.dumps(json_schema(), ensure_ascii=False, indent=1) + "\n"


class JsonExporter:
    """`ports.Exporter` of JSON."""

    suffix = "json"

    def export(self, transcript: Transcript, stream: BinaryIO) -> None:
        """UTF-8 without BOM."""
        stream.write(to_json(transcript).encode())
