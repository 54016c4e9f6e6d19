"""The nouns of people and rights: who acts, and what that lets them see."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class Role(StrEnum):
    """What somebody is here for. A person may have several."""

    CASEWORKER = "caseworker"
    """児童福祉司など: takes calls."""
    CLERK = "clerk"
    """書記: makes minutes."""
    SUPERVISOR = "supervisor"
    """係長・SV: watches calls, and searches what was said."""
    MANAGER = "manager"
    """課長: answers for all records, their rights and their retention."""
    AUDITOR = "auditor"
    """監査: reads the audit log, and no record."""
    ADMINISTRATOR = "administrator"
    """情報システム担当: accounts, keys, backups; reads no record."""


class Right(StrEnum):
    """What a service lets somebody do. Rights on records hold within a `Scope`."""

    VIEW = "view"
    """Read transcripts, and find them."""
    PLAY = "play"
    EXPORT = "export"
    ADD = "add"
    """Bring recordings and transcripts in, and have them transcribed."""
    EDIT = "edit"
    """Correct texts, name speakers, move a record to another matter."""
    REMOVE = "remove"
    BREAK_GLASS = "break_glass"
    """Open a record of a matter one does not belong to, for a reason that is logged."""
    RETENTION = "retention"
    """Rules and holds of deletion."""
    DICTIONARY = "dictionary"
    """Words that the whole site shares: synonyms, glossary."""
    MANUALS = "manuals"
    """Add and retire manuals."""
    PEOPLE = "people"
    """Accounts, roles, members of matters."""
    AUDIT = "audit"
    """Read and verify the audit log."""
    KEYS = "keys"
    """Rotate the master key."""
    BACKUP = "backup"


class MatterKind(StrEnum):
    """What records are kept together by."""

    CASE = "case"
    """ケース: a child, a family."""
    BODY = "body"
    """会議体: a committee, a council."""


@dataclass(frozen=True, slots=True)
class Matter:
    """案件: a case or a body. Who is a member of it sees its records."""

    id: str
    kind: MatterKind
    name: str
    opened: datetime
    closed: datetime | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. `way` is how they were recognised; `opened` are records opened in an emergency."""

    user: str
    name: str
    roles: frozenset[Role]
    matters: frozenset[str] = frozenset()
    opened: frozenset[str] = frozenset()
    way: str = "single"
    address: str = ""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which records somebody reaches: all, or those of `matters`, their own, and those `opened`.

    The store filters by it inside its queries, so that counts and snippets tell nothing either.
    """

    everything: bool = False
    matters: frozenset[str] = frozenset()
    own: str = ""
    """The user whose own records are reached; empty for nobody's."""
    opened: frozenset[str] = field(default=frozenset())


EVERY_ROLE = frozenset(Role)
SINGLE_USER = Actor("single", "この機械の利用者", EVERY_ROLE, way="single")
"""The one person of a machine without accounts."""
SYSTEM = Actor("system", "聞き書き", EVERY_ROLE, way="system")
"""The program itself: the worker, the daily retention."""
