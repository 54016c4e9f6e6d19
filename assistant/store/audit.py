"""The audit log in the database: each row carries the hash of the one before."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from assistant.archive import AuditRow
from assistant.services.auditing import FIRST, row_of
from assistant.store import archive_tables as t
from assistant.store.tables import counter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Row

    from assistant.archive import Event
    from assistant.people import Actor

_COUNTER = counter.c.name == "audit"
PAGE = 5_000
"""Rows that are read at once."""


class SqlAudit:
    """`services.archive_store.Audit` in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def append(self, actor: Actor, event: Event, at: datetime) -> AuditRow:
        """Writes an event down; others who write wait until this transaction ends."""
        step = counter.update().where(_COUNTER).values(value=counter.c.value + 1)
        seq = self._connection.scalars(step.returning(counter.c.value)).one()
        before = sa.select(t.audit.c.hash).where(t.audit.c.seq == seq - 1)
        previous = self._connection.scalar(before) or FIRST
        row = row_of(seq, at.astimezone(UTC), actor, event, previous)
        self._connection.execute(t.audit.insert().values(_values(row)))
        return row

    def rows(self, after: int = 0, limit: int | None = None) -> Iterator[AuditRow]:
        """In order, those with a greater number than `after`."""
        left = limit
        while left is None or left > 0:
            size = PAGE if left is None else min(PAGE, left)
            query = sa.select(t.audit).where(t.audit.c.seq > after).order_by(t.audit.c.seq)
            page = [_row(one) for one in self._connection.execute(query.limit(size))]
            yield from page
            if len(page) < size:
                return
            after = page[-1].seq
            left = None if left is None else left - len(page)

    def latest(
        self, limit: int, user: str = "", action: str = "", object_: str = ""
    ) -> list[AuditRow]:
        """The newest first, those that fit what is given."""
        query = sa.select(t.audit).order_by(t.audit.c.seq.desc()).limit(limit)
        wanted = ((t.audit.c.user, user), (t.audit.c.action, action), (t.audit.c.object, object_))
        query = query.where(*(column == value for column, value in wanted if value))
        return [_row(one) for one in self._connection.execute(query)]

    def count(self) -> int:
        """How many rows were ever written."""
        return int(self._connection.scalars(sa.select(counter.c.value).where(_COUNTER)).one())


def _values(row: AuditRow) -> dict[str, object]:
    values = {one.name: getattr(row, one.name) for one in fields(AuditRow)}
    return values | {"at": row.at.isoformat(), "details": json.dumps(row.details)}


def _row(row: Row[Any]) -> AuditRow:
    values = dict(zip(row._fields, row, strict=True))
    kept = {"at": datetime.fromisoformat(row.at), "details": json.loads(row.details)}
    return AuditRow(**values | kept)
