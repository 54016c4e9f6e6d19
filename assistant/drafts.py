"""The nouns of importing: records as documents tell them, before they are taken."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from assistant.errors import InputError
    from assistant.model import Kind, Speaker, Transcript, Turn

DOCUMENT = "D"
"""The id of the speaker whose turns nobody said: what the document notes between the speeches."""
DOCUMENT_NAME = "（記載）"


class SpeakerRole(StrEnum):
    """What somebody speaks as."""

    CHAIR = "chair"
    MEMBER = "member"
    OFFICIAL = "official"
    WITNESS = "witness"
    CALLER = "caller"
    WORKER = "worker"


class Doubt(StrEnum):
    """What a person should look at before a draft is taken."""

    NO_DATE = "no_date"
    WEEKDAY = "weekday"
    """The document's weekday is not that of its date."""
    NO_TITLE = "no_title"
    """The title is the file's name."""
    ROLELESS = "roleless"
    """There is a speaker of whom the document does not tell the role."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A record as its document tells it. A moment without a time zone is in that of the site.

    `matter` names the case or body that it belongs to; `body` only that which its text names.
    `made` is a transcript of ours, whose provenance stays; others are made from `turns`.
    """

    source: Path
    digest: str
    """SHA-256 of what was read: the same content is taken once."""
    title: str
    kind: Kind
    speakers: tuple[Speaker, ...]
    turns: tuple[Turn, ...]
    occurred: datetime | None = None
    matter: str = ""
    body: str = ""
    line: int | None = None
    """Where several records are in one file: the line, counted from 1."""
    made: Transcript | None = None
    doubts: frozenset[Doubt] = field(default=frozenset())


@dataclass(frozen=True, slots=True)
class Refused:
    """A part of a file that cannot be taken; the rest of the file can."""

    source: Path
    error: InputError
    line: int | None = None
