"""The wrapped keys of sealed files, in the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from assistant.keys import FileKey
from assistant.store.archive_tables import file_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Connection, Row

    from assistant.store.engine import Database


class SqlKeyShelf:
    """`ports.KeyShelf`.

    Every method raises `StorageError` when the database cannot be read or written.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, file: str) -> FileKey | None:
        """The key of the file with that id."""
        query = sa.select(file_key).where(file_key.c.file == file)
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _key(row)

    def put(self, key: FileKey) -> None:
        """Keeps the key of a new file."""
        with self._database.writing() as connection:
            connection.execute(file_key.insert().values(_values(key)))

    def has(self, owner: str) -> bool:
        """Whether `delete` would drop any."""
        with self._database.reading() as connection:
            return bool(connection.scalar(sa.select(sa.exists().where(_of(owner)))))

    def delete(self, owner: str) -> None:
        """Drops the key of the file with that id, and all whose id begins with `owner` and a /.

        What SQLite noted of them beside its file goes too.
        """
        with self._database.writing() as connection:
            drop_keys(connection, owner)
        self._database.settle()

    def counts(self) -> dict[str, int]:
        """How many keys are wrapped under each master key, by its id."""
        query = sa.select(file_key.c.master, sa.func.count().label("number")).group_by(
            file_key.c.master
        )
        with self._database.reading() as connection:
            return {row.master: row.number for row in connection.execute(query)}

    def under(self, master: str, limit: int) -> list[FileKey]:
        """Some of the keys that are wrapped under that master key."""
        query = sa.select(file_key).where(file_key.c.master == master).limit(limit)
        with self._database.reading() as connection:
            return [_key(row) for row in connection.execute(query)]

    def exchange(self, before: Sequence[FileKey], after: Sequence[FileKey]) -> None:
        """Puts each of `after` in the place of that `before`, unless that was dropped meanwhile."""
        with self._database.writing() as connection:
            for old, new in zip(before, after, strict=True):
                same = sa.and_(file_key.c.file == old.file, file_key.c.wrapped == old.wrapped)
                connection.execute(file_key.update().where(same).values(_values(new)))


def drop_keys(connection: Connection, owner: str) -> None:
    """Deletes the keys of all that belongs to `owner`, within a transaction."""
    connection.execute(file_key.delete().where(_of(owner)))


def _of(owner: str) -> ColumnElement[bool]:
    # Not LIKE: on SQLite it takes large and small letters for the same.
    begins = sa.func.substr(file_key.c.file, 1, len(owner) + 1)
    return sa.or_(file_key.c.file == owner, begins == f"{owner}/")


def _values(key: FileKey) -> dict[str, object]:
    return {"file": key.file, "master": key.master, "wrapped": key.wrapped, "made": key.made}


def _key(row: Row[Any]) -> FileKey:
    return FileKey(row.file, row.master, bytes(row.wrapped), row.made)
