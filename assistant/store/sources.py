"""What became of the files of the watched folder, in the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from assistant.manual import Source
from assistant.store import tables as t

if TYPE_CHECKING:
    from sqlalchemy import Row

    from assistant.store.engine import Database


class SqlWatchedFiles:
    """`ports.WatchedFiles`.

    Every method raises `StorageError` when the database cannot be read or written.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def sources(self) -> dict[str, Source]:
        """By path."""
        with self._database.reading() as connection:
            rows = connection.execute(sa.select(t.source).order_by(t.source.c.path)).all()
        return {row.path: _source(row) for row in rows}

    def keep_source(self, source: Source) -> None:
        """Puts it in the place of what was remembered of that path."""
        errors = dict(source.error)
        row = {
            "path": source.path,
            "size": source.size,
            "modified": source.modified,
            "edition": source.edition,
            "error_ja": errors.get("ja"),
            "error_en": errors.get("en"),
        }
        with self._database.writing() as connection:
            connection.execute(t.source.delete().where(t.source.c.path == source.path))
            connection.execute(t.source.insert(), row)

    def forget_source(self, path: str) -> None:
        """The file is gone, and somebody was told."""
        with self._database.writing() as connection:
            connection.execute(t.source.delete().where(t.source.c.path == path))


def _source(row: Row[Any]) -> Source:
    languages = (("ja", row.error_ja), ("en", row.error_en))
    error = tuple((language, text) for language, text in languages if text)
    return Source(row.path, row.size, row.modified, row.edition, error)
