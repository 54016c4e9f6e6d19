"""What became of the files of the watched folder of recordings, in the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from assistant.services.intake import TakenFile, unnamed
from assistant.store.job_tables import taken_file as t

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from assistant.store.engine import Database


class SqlTakenFiles:
    """`services.intake.TakenFiles`.

    Every method raises `StorageError` when the database cannot be read or written.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> dict[str, TakenFile]:
        """By path."""
        with self._database.reading() as connection:
            rows = connection.execute(sa.select(t).order_by(t.c.path)).all()
        return {row.path: _taken(row) for row in rows}

    def keep(self, file: TakenFile) -> None:
        """Puts it in the place of what was remembered of that path."""
        errors = dict(file.error)
        row = {
            "path": file.path,
            "size": file.size,
            "modified": file.modified,
            "sha256": file.sha256,
            "recording": file.recording,
            "complete": file.complete,
            "error_ja": errors.get("ja"),
            "error_en": errors.get("en"),
        }
        with self._database.writing() as connection:
            connection.execute(t.delete().where(t.c.path == file.path))
            connection.execute(t.insert(), row)

    def with_content(self, sha256: str) -> list[TakenFile]:
        """Those that were taken in completely and had this content."""
        same = sa.and_(t.c.sha256 == sha256, t.c.complete.is_(True))
        with self._database.reading() as connection:
            return [_taken(row) for row in connection.execute(sa.select(t).where(same))]


def forget_names(connection: Connection, record: str) -> None:
    """The record goes: its files' names do too, and that they were taken stays known."""
    rows = connection.execute(sa.select(t.c.path).where(t.c.recording == record)).all()
    for row in rows:
        values = {"path": unnamed(row.path), "error_ja": None, "error_en": None}
        connection.execute(t.update().where(t.c.path == row.path).values(values))


def _taken(row: Row[Any]) -> TakenFile:
    languages = (("ja", row.error_ja), ("en", row.error_en))
    return TakenFile(
        path=row.path,
        size=row.size,
        modified=row.modified,
        sha256=row.sha256,
        recording=row.recording,
        complete=row.complete,
        error=tuple((language, text) for language, text in languages if text),
    )
