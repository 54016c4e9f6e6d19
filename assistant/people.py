"""The nouns of people and rights: who acts, and what that lets them see."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime


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
    born: date | None = None
    """Of a case: when its youngest child was born, which retention counts from."""
    record_class: str = ""
    """Of its records that have none of their own."""


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


@dataclass(frozen=True, slots=True)
class Person:
    """An account. Nobody is ever deleted: the audit log names them."""

    id: str
    login: str
    """What they type to sign in; see `services.people.plain_login`."""
    name: str
    roles: frozenset[Role]
    added: datetime
    active: bool = True
    password: str | None = field(default=None, repr=False)
    """An argon2id hash; None where somebody else says who they are."""
    must_change: bool = False
    """The password was given to them, and is good for choosing another one only."""
    subject: str | None = None
    """How the provider of sign-in (OpenID Connect) calls them: its address and their id there."""
    os_user: str | None = None
    """The user of the operating system as whom they type commands."""


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that has signed in. `id` is the SHA-256 of its cookie."""

    id: str
    person: str
    began: datetime
    seen: datetime
    expires: datetime
    csrf: str = field(repr=False)
    way: str
    address: str


@dataclass(frozen=True, slots=True)
class Attempts:
    """Failed sign-ins under one login or from one address, told apart by `key`."""

    key: str
    failures: int
    latest: datetime
    until: datetime | None = None
    """Before this moment nobody gets in."""


@dataclass(frozen=True, slots=True)
class Opening:
    """緊急閲覧: somebody may read one record that is not theirs, for a while."""

    person: str
    record: str
    reason: str
    opened: datetime
    until: datetime


EVERY_ROLE = frozenset(Role)
SINGLE_USER = Actor("single", "この機械の利用者", EVERY_ROLE, way="single")
"""The one person of a machine without accounts."""
SYSTEM = Actor("system", "聞き書き", EVERY_ROLE, way="system")
"""The program itself: the worker, the daily retention."""
NOBODY = Actor("", "", frozenset(), way="")
"""Who has not signed in."""
