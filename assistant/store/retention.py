"""Rules of retention, holds and deletions in the database."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from assistant.model import Kind
from assistant.retention import Counting, Deletion, Hold, Part, Rule
from assistant.store import archive_tables as t
from assistant.store.tables import counter

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection, Row, Table

_DAILY = counter.c.name == "retention"


class SqlRetention:
    """`services.archive_store.Retention` in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def rules(self) -> list[Rule]:
        """Those that the site changed or added."""
        query = sa.select(t.retention_rule).order_by(t.retention_rule.c.record_class)
        return [
            Rule(**_values(row) | {"counting": Counting(row.counting)})
            for row in self._connection.execute(query)
        ]

    def keep_rule(self, rule: Rule) -> None:
        """Puts it in the place of the one of that class."""
        this = t.retention_rule.c.record_class == rule.record_class
        self._connection.execute(t.retention_rule.delete().where(this))
        self._connection.execute(t.retention_rule.insert().values(_row(rule)))

    def daily(self) -> bool:
        """Whether deletion happens by itself."""
        return bool(self._connection.scalar(sa.select(counter.c.value).where(_DAILY)))

    def set_daily(self, *, on: bool) -> None:
        """From now on it does, or does not."""
        self._connection.execute(counter.update().where(_DAILY).values(value=int(on)))

    def hold(self, hold: Hold) -> None:
        """Keeps it; one of that id is replaced."""
        self._replace(t.hold, _row(hold))

    def holds(self, subjects: Collection[str] | None = None) -> list[Hold]:
        """Those that are not released, of all subjects or of these, oldest first."""
        query = sa.select(t.hold).where(t.hold.c.released.is_(None)).order_by(t.hold.c.since)
        if subjects is not None:
            query = query.where(t.hold.c.subject.in_(sorted(subjects)))
        return [Hold(**_values(row)) for row in self._connection.execute(query)]

    def note(self, deletion: Deletion) -> None:
        """Keeps it; one of that id is replaced."""
        self._replace(t.deletion, _row(deletion))

    def deletions(self, limit: int) -> list[Deletion]:
        """The latest first."""
        query = sa.select(t.deletion).order_by(t.deletion.c.at.desc(), t.deletion.c.id)
        return [_deletion(row) for row in self._connection.execute(query.limit(limit))]

    def unfinished(self) -> list[Deletion]:
        """Those whose files may be left, oldest first."""
        query = sa.select(t.deletion).where(t.deletion.c.finished.is_(None))
        return [_deletion(row) for row in self._connection.execute(query.order_by(t.deletion.c.at))]

    def _replace(self, table: Table, row: dict[str, object]) -> None:
        self._connection.execute(table.delete().where(table.c.id == row["id"]))
        self._connection.execute(table.insert().values(row))


def _row(noun: Rule | Hold | Deletion) -> dict[str, object]:
    return {one.name: getattr(noun, one.name) for one in fields(noun)}


def _values(row: Row[Any]) -> dict[str, Any]:
    return dict(zip(row._fields, row, strict=True))


def _deletion(row: Row[Any]) -> Deletion:
    kind = None if row.kind is None else Kind(row.kind)
    return Deletion(**_values(row) | {"part": Part(row.part), "kind": kind})
