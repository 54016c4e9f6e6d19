"""A site's own words, in the database."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import sqlalchemy as sa

from assistant.archive import GlossaryEntry
from assistant.store import archive_tables as t

if TYPE_CHECKING:
    from sqlalchemy import Connection


class SqlGlossary:
    """`services.archive_store.Glossary` in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep(self, entry: GlossaryEntry) -> None:
        """Puts it in the place of the one of that id."""
        self.remove(entry.id)
        values = {one.name: getattr(entry, one.name) for one in fields(GlossaryEntry)}
        self._connection.execute(t.glossary_entry.insert().values(values))

    def remove(self, entry: str) -> None:
        """Drops the one of that id."""
        this = t.glossary_entry.c.id == entry
        self._connection.execute(t.glossary_entry.delete().where(this))

    def of(self, matter: str | None) -> list[GlossaryEntry]:
        """The words of everybody and, where one is named, those of a matter, by reading."""
        table = t.glossary_entry.c
        columns = [table[one.name] for one in fields(GlossaryEntry)]
        shared = table.matter.is_(None)
        query = sa.select(*columns).where(sa.or_(shared, table.matter == matter))
        rows = self._connection.execute(query.order_by(table.reading, table.surface, table.id))
        return [GlossaryEntry(*row) for row in rows]
