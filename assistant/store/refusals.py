"""What a database says when it cannot, in our words."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError, OperationalError

from assistant.errors import (
    DamagedDatabase,
    DatabaseUnavailable,
    DiskFull,
    NotWritable,
    StorageError,
)

if TYPE_CHECKING:
    from pathlib import Path

_SQLITE: dict[int, type[StorageError]] = {
    sqlite3.SQLITE_FULL: DiskFull,
    sqlite3.SQLITE_READONLY: NotWritable,
    sqlite3.SQLITE_CANTOPEN: NotWritable,
    sqlite3.SQLITE_PERM: NotWritable,
    sqlite3.SQLITE_IOERR: DatabaseUnavailable,
    sqlite3.SQLITE_BUSY: DatabaseUnavailable,
    sqlite3.SQLITE_LOCKED: DatabaseUnavailable,
    sqlite3.SQLITE_PROTOCOL: DatabaseUnavailable,
    sqlite3.SQLITE_CORRUPT: DamagedDatabase,
    sqlite3.SQLITE_NOTADB: DamagedDatabase,
}
"""By primary result code: https://sqlite.org/rescode.html"""
_POSTGRESQL: dict[str, type[StorageError]] = {
    "53100": DiskFull,
    "42501": NotWritable,  # no privilege
    "25006": NotWritable,  # a read-only standby
    "XX001": DamagedDatabase,
    "XX002": DamagedDatabase,
}
"""By SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html"""
_POSTGRESQL_CLASSES = ("08", "28", "3D", "40", "53", "55P03", "57P", "58")
"""No connection, not let in, no such database, a conflict, no resources, shut down, the disk."""


def refusal(error: Exception, place: Path | str) -> StorageError | None:
    """The storage error that `error` of SQLAlchemy means; None when it is a fault of the program.

    `place` is the file or the server's name, for the sentence.
    """
    if not isinstance(error, DBAPIError):
        return DatabaseUnavailable(place=place)  # no connection became free in time
    original = error.orig
    if isinstance(original, sqlite3.Error) or hasattr(original, "sqlite_errorcode"):
        kind = _SQLITE.get(getattr(original, "sqlite_errorcode", 0) & 0xFF)
    else:
        kind = _by_state(getattr(original, "sqlstate", None))
        if kind is None and (error.connection_invalidated or isinstance(error, OperationalError)):
            kind = DatabaseUnavailable
    return None if kind is None else kind(path=place, place=place)


def _by_state(state: str | None) -> type[StorageError] | None:
    if state is None:
        return None
    unavailable = DatabaseUnavailable if state.startswith(_POSTGRESQL_CLASSES) else None
    return _POSTGRESQL.get(state, unavailable)
