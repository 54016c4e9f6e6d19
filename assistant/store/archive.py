"""The archive in the database: one unit is one transaction."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from assistant.store.audit import SqlAudit
from assistant.store.matters import SqlMatters
from assistant.store.people import SqlAttempts, SqlOpenings, SqlPeople, SqlSessions
from assistant.store.records import SqlRecords
from assistant.store.retention import SqlRetention

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from assistant.store.engine import Database
    from assistant.store.records import Codec


class SqlUnit:
    """`services.archive_store.Unit` on a connection."""

    def __init__(self, connection: Connection, codec: Codec) -> None:
        self.records = SqlRecords(connection, codec)
        self.matters = SqlMatters(connection)
        self.people = SqlPeople(connection)
        self.sessions = SqlSessions(connection)
        self.attempts = SqlAttempts(connection)
        self.openings = SqlOpenings(connection)
        self.retention = SqlRetention(connection)
        self.audit = SqlAudit(connection)


class SqlArchive:
    """`services.archive_store.ArchiveStore`."""

    def __init__(self, database: Database, codec: Codec) -> None:
        self._database = database
        self._codec = codec

    @contextmanager
    def reading(self) -> Iterator[SqlUnit]:
        """A unit that sees one state of the archive.

        Raises:
            StorageError: it cannot be read.
        """
        with self._database.reading() as connection:
            yield SqlUnit(connection, self._codec)

    @contextmanager
    def writing(self) -> Iterator[SqlUnit]:
        """A unit that is kept as a whole, or not at all.

        Raises:
            StorageError: it cannot be written; nothing was kept.
        """
        with self._database.writing() as connection:
            yield SqlUnit(connection, self._codec)
