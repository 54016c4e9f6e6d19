"""The audit log in the database: each row carries the hash of the one before."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from assistant.archive import AuditRow
from assistant.errors import ForeignAuditRow
from assistant.services.auditing import FIRST, row_of
from assistant.store import archive_tables as t
from assistant.store.tables import counter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import ColumnElement, Connection, Row

    from assistant.archive import Event
    from assistant.people import Actor
    from assistant.services.auditing import AuditQuery

_COUNTER = counter.c.name == "audit"
PAGE = 5_000
"""Rows that are read at once."""


class SqlAudit:
    """`services.archive_store.Audit` in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def append(self, actor: Actor, event: Event, at: datetime) -> AuditRow:
        """Writes an event down; others who write wait until this transaction ends.

        Raises:
            ForeignAuditRow: somebody else wrote the next row.
        """
        step = counter.update().where(_COUNTER).values(value=counter.c.value + 1)
        seq = self._connection.scalars(step.returning(counter.c.value)).one()
        before = sa.select(t.audit.c.hash).where(t.audit.c.seq == seq - 1)
        previous = self._connection.scalar(before) or FIRST
        row = row_of(seq, at.astimezone(UTC), actor, event, previous)
        try:
            self._connection.execute(t.audit.insert().values(_values(row)))
        except sa.exc.IntegrityError as error:
            raise ForeignAuditRow from error
        return row

    def alone(self) -> None:
        """From now on, all others who write something down wait until this transaction ends."""
        self._connection.execute(counter.update().where(_COUNTER).values(value=counter.c.value))

    def rows(self) -> Iterator[AuditRow]:
        """All of them, in order."""
        after: ColumnElement[bool] = sa.true()
        while True:
            query = sa.select(t.audit).where(after).order_by(t.audit.c.seq).limit(PAGE)
            page = [_row(one) for one in self._connection.execute(query)]
            yield from page
            if len(page) < PAGE:
                return
            after = t.audit.c.seq > page[-1].seq

    def latest(self, query: AuditQuery, limit: int | None) -> list[AuditRow]:
        """The newest first, those that fit; all of them without a limit."""
        rows = sa.select(t.audit).where(*self._wanted(query)).order_by(t.audit.c.seq.desc())
        return [_row(one) for one in self._connection.execute(rows.limit(limit))]

    def count(self) -> int:
        """How many rows were ever written."""
        return int(self._connection.scalars(sa.select(counter.c.value).where(_COUNTER)).one())

    def _wanted(self, query: AuditQuery) -> Iterator[ColumnElement[bool]]:
        if query.user:
            yield sa.or_(t.audit.c.user == query.user, t.audit.c.name == query.user)
        for column, value in ((t.audit.c.action, query.action), (t.audit.c.object, query.object)):
            if value:
                yield column == value
        # As texts in UTC, moments have the order of their characters.
        byte_order = "C" if self._connection.dialect.name == "postgresql" else "BINARY"
        at = sa.collate(t.audit.c.at, byte_order)
        if query.since is not None:
            yield at >= _moment(query.since)
        if query.until is not None:
            yield at < _moment(query.until)
        if query.before is not None:
            yield t.audit.c.seq < query.before


def _moment(at: datetime) -> str:
    """Up to the second: what follows in a text is later."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _values(row: AuditRow) -> dict[str, object]:
    values = {one.name: getattr(row, one.name) for one in fields(AuditRow)}
    return values | {"at": row.at.isoformat(), "details": json.dumps(row.details)}


def _row(row: Row[Any]) -> AuditRow:
    values = dict(zip(row._fields, row, strict=True))
    return AuditRow(**values | {"at": _read_moment(row.at), "details": _read_details(row.details)})


def _read_moment(text: str) -> datetime:
    """What somebody put there that is no moment gives one that fits no hash."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)


def _read_details(text: str) -> dict[str, str]:
    """What somebody put there that is no details gives some that fit no hash."""
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {"unreadable": text}
