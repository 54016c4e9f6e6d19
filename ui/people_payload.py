"""What the place of administration is told: accounts, matters, the audit log."""

from __future__ import annotations

from datetime import date as Date  # noqa: N812 (pydantic reads it)
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Self

from pydantic import BaseModel, Field

from assistant.people import MatterKind, Right, Role  # noqa: TC001 (pydantic reads it)
from assistant.services.access import rights_of
from assistant.services.auditing import AuditQuery

if TYPE_CHECKING:
    from assistant.archive import AuditRow
    from assistant.people import Matter, Person
    from assistant.services.auditing import Verification
    from assistant.services.matters import Membership
    from assistant.services.signing import Visitor


class MeJson(BaseModel):
    """Who is at the browser. `csrf` goes into the header of every request that changes anything."""

    user: str
    name: str
    roles: list[Role]
    rights: list[Right]
    way: str
    csrf: str

    @classmethod
    def of(cls, visitor: Visitor) -> Self:
        """Told to the page once."""
        actor = visitor.actor
        return cls(
            user=actor.user,
            name=actor.name,
            roles=sorted(actor.roles),
            rights=sorted(rights_of(actor)),
            way=actor.way,
            csrf=visitor.csrf,
        )


class AccountJson(BaseModel):
    """An account, without what it is signed in with."""

    id: str
    login: str
    name: str
    roles: list[Role]
    active: bool
    waiting: bool
    """The first password was not changed yet."""
    own_password: bool
    """They sign in with a password of this site."""
    os_user: str

    @classmethod
    def of(cls, person: Person) -> Self:
        """A line of the list."""
        return cls(
            id=person.id,
            login=person.login,
            name=person.name,
            roles=sorted(person.roles),
            active=person.active,
            waiting=person.must_change,
            own_password=person.password is not None,
            os_user=person.os_user or "",
        )


class AddedJson(BaseModel):
    """A new account and its first password, which is told this once; empty where there is none."""

    id: str
    password: str


class FirstPasswordJson(BaseModel):
    """A first password, which is told this once."""

    password: str


class MatterNameJson(BaseModel):
    """A case or a body."""

    id: str
    kind: MatterKind
    name: str
    closed: bool

    @classmethod
    def named(cls, matter: Matter) -> Self:
        """To choose from."""
        closed = matter.closed is not None
        return cls(id=matter.id, kind=matter.kind, name=matter.name, closed=closed)


class MatterJson(MatterNameJson):
    """A case or a body and the ids of its members."""

    members: list[str]

    @classmethod
    def of(cls, one: Membership) -> Self:
        """A line of the list."""
        matter, closed = one.matter, one.matter.closed is not None
        members = list(one.members)
        return cls(id=matter.id, kind=matter.kind, name=matter.name, closed=closed, members=members)


class AuditFilter(BaseModel):
    """Which rows are wanted; days are the server's, and `until` is the last one."""

    user: str = Field(default="", max_length=200)
    action: str = Field(default="", max_length=50)
    object: str = Field(default="", max_length=200)
    since: Date | None = None
    until: Date | None = None
    before: int | None = Field(default=None, ge=0, lt=1 << 62)

    def asked(self) -> AuditQuery:
        """As the service understands it."""
        return AuditQuery(
            user=self.user,
            action=self.action,
            object=self.object,
            since=_begin(self.since),
            until=_begin(self.until, days=1),
            before=self.before,
        )


class RowJson(BaseModel):
    """A row of the log."""

    seq: int
    at: datetime
    user: str
    name: str
    way: str
    address: str
    action: str
    object: str
    details: dict[str, str]

    @classmethod
    def of(cls, row: AuditRow) -> Self:
        """Without the hashes: those are for `verify`."""
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


class AuditJson(BaseModel):
    """Rows of the log, the newest first."""

    rows: list[RowJson]
    more: bool


class VerificationJson(BaseModel):
    """How far the log is whole. `fault` and `row` say what is wrong first, and where."""

    intact: bool
    rows: int
    head: str
    fault: str
    row: int

    @classmethod
    def of(cls, found: Verification) -> Self:
        """What `kikigaki audit verify` says."""
        fault = found.fault
        return cls(
            intact=fault is None,
            rows=found.rows,
            head=str(found.head),
            fault=fault.why if fault else "",
            row=fault.seq if fault else 0,
        )


def _begin(day: Date | None, days: int = 0) -> datetime | None:
    """Midnight here, some days later; None for days that no calendar of ours has."""
    if day is None:
        return None
    try:
        return datetime.combine(day + timedelta(days=days), time()).astimezone()
    except (OverflowError, ValueError):
        return None
