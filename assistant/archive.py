"""The nouns of the archive: records, what was changed in them, and the audit log."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from assistant.model import Kind


class Origin(StrEnum):
    """Where a record came from."""

    SOUND = "sound"
    """A recording that was transcribed here."""
    IMPORT = "import"
    """A transcript or minutes that were brought in, without sound."""


@dataclass(frozen=True, slots=True)
class Record:
    """What the archive knows of one recording or one brought transcript.

    `revision` is the number of its current transcript, 0 while there is none. `occurred` is when it
    was said, where that is known. `size` is in bytes of sound, `duration` in seconds.
    """

    id: str
    name: str
    """The name of the file it came as."""
    title: str
    kind: Kind | None
    added: datetime
    added_by: str
    origin: Origin = Origin.SOUND
    matter: str | None = None
    occurred: datetime | None = None
    size: int = 0
    duration: float = 0.0
    sha256: str = ""
    record_class: str = ""
    """Which rule of retention it falls under."""
    revision: int = 0


class Field(StrEnum):
    """What an edit changed."""

    SPEAKER_NAME = "speaker_name"
    TURN_TEXT = "turn_text"
    TITLE = "title"
    MATTER = "matter"


@dataclass(frozen=True, slots=True)
class Edit:
    """Somebody changed something. `target` is the speaker's or the turn's id."""

    record: str
    revision: int
    at: datetime
    by: str
    field: Field
    target: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class KnownSpeaker:
    """Somebody who speaks in several records: a member of the committee `matter`, say."""

    id: str
    name: str
    role: str
    matter: str | None
    added: datetime


@dataclass(frozen=True, slots=True)
class GlossaryEntry:
    """A word of a site's own, with how it is read in hiragana; of everybody where `matter` is None.

    `kind` says what it names: person, place, office, term.
    """

    id: str
    surface: str
    reading: str
    kind: str
    matter: str | None
    added: datetime
    added_by: str


@dataclass(frozen=True, slots=True)
class MinutesVersion:
    """Minutes of a record, made from `revision` of its transcript; a version never changes."""

    record: str
    number: int
    revision: int
    made: datetime
    made_by: str
    content: bytes


class Action(StrEnum):
    """What an audit event tells of."""

    VIEW = "view"
    PLAY = "play"
    SEARCH = "search"
    ADD = "add"
    TRANSCRIBE = "transcribe"
    EDIT = "edit"
    EXPORT = "export"
    PRINT = "print"
    REMOVE = "remove"
    STOP = "stop"
    RETRY = "retry"
    IMPORT = "import"
    SIGN_IN = "sign_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGN_OUT = "sign_out"
    PASSWORD = "password"  # noqa: S105 - the name of an action
    RIGHTS = "rights"
    BREAK_GLASS = "break_glass"
    DICTIONARY = "dictionary"
    MANUALS = "manuals"
    RETENTION = "retention"
    HOLD = "hold"
    KEYS = "keys"
    BACKUP = "backup"
    RESTORE = "restore"
    AUDIT = "audit"
    """Somebody read the log itself."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that was done and is to be written down. `details` hold no text of speech."""

    action: Action
    object: str = ""
    """The id of what it was done to."""
    details: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AuditRow:
    """An event as it stands in the log; `hash` covers the row and the hash of the one before."""

    seq: int
    at: datetime
    user: str
    name: str
    way: str
    address: str
    action: str
    object: str
    details: dict[str, str]
    previous: str
    hash: str
