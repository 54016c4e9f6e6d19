"""Exports of many records in the database."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from assistant.exports import Export, ExportItem
from assistant.keys import export_owner
from assistant.services.queueing import EXPORT
from assistant.store.export_tables import export as t
from assistant.store.export_tables import export_item as i
from assistant.store.job_tables import job
from assistant.store.keys import drop_keys

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Row


class SqlExports:
    """`services.archive_store.Exports` in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, export: Export, items: Sequence[ExportItem]) -> None:
        """A new one."""
        self._connection.execute(t.insert().values(_row(export)))
        self._connection.execute(i.insert(), [_item_row(export.id, one) for one in items])

    def find(self, export: str) -> Export | None:
        """The one of that id."""
        found = self._all(t.c.id == export)
        return found[0] if found else None

    def of(self, person: str) -> list[Export]:
        """Theirs, newest first."""
        return self._all(t.c.by == person)

    def expired(self, now: datetime) -> list[Export]:
        """Those that nobody may fetch any more."""
        return self._all(t.c.expires < now)

    def items(self, export: str) -> list[ExportItem]:
        """Its records, in order."""
        query = sa.select(i).where(i.c.export == export).order_by(i.c.number)
        return [_item(row) for row in self._connection.execute(query)]

    def note(self, export: str, item: ExportItem) -> None:
        """What became of a record."""
        this = sa.and_(i.c.export == export, i.c.number == item.number)
        self._connection.execute(i.update().where(this).values(_item_row(export, item)))

    def update(self, export: Export) -> None:
        """Puts it in the place of the one of that id, if that is still there."""
        self._connection.execute(t.update().where(t.c.id == export.id).values(_row(export)))

    def remove(self, export: str) -> None:
        """Drops it, its job, and the keys of its files."""
        drop_exports(self._connection, [export])

    def _all(self, those: ColumnElement[bool]) -> list[Export]:
        query = sa.select(t).where(those).order_by(t.c.asked.desc(), t.c.id)
        return [Export(**row) for row in self._connection.execute(query).mappings()]


def drop_exports_with(connection: Connection, record: str) -> None:
    """Drops all exports that hold the record: what is deleted is not to lie in a file for hours."""
    query = sa.select(i.c.export).distinct().where(i.c.record == record)
    drop_exports(connection, connection.scalars(query).all())


def drop_exports(connection: Connection, exports: Sequence[str]) -> None:
    """Drops those of these ids, their jobs, and the keys of their files."""
    for one in exports:
        drop_keys(connection, export_owner(one))
        connection.execute(job.delete().where(job.c.kind == EXPORT, job.c.subject == one))
        connection.execute(t.delete().where(t.c.id == one))


def _row(export: Export) -> dict[str, object]:
    return {one.name: getattr(export, one.name) for one in fields(Export)}


def _item_row(export: str, item: ExportItem) -> dict[str, object]:
    errors = dict(item.error)
    return {
        "export": export,
        "number": item.number,
        "record": item.record,
        "title": item.title,
        "name": item.name,
        "error_ja": errors.get("ja"),
        "error_en": errors.get("en"),
    }


def _item(row: Row[Any]) -> ExportItem:
    languages = (("ja", row.error_ja), ("en", row.error_en))
    error = tuple((language, text) for language, text in languages if text)
    return ExportItem(row.number, row.record, row.title, row.name, error)
