"""The archive in the database: one unit is one transaction."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from assistant.store.audit import SqlAudit
from assistant.store.catalogue import Catalogue
from assistant.store.dictionary import SqlDictionary, SqlSavedSearches
from assistant.store.exports import SqlExports
from assistant.store.glossary import SqlGlossary
from assistant.store.known_speakers import SqlKnownSpeakers
from assistant.store.matters import SqlMatters
from assistant.store.minutes import SqlMinutes
from assistant.store.people import SqlAttempts, SqlOpenings, SqlPeople, SqlSessions
from assistant.store.records import SqlRecords
from assistant.store.retention import SqlRetention
from assistant.store.searching import SqlSearch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from assistant.model import Transcript
    from assistant.store.engine import Database
    from assistant.store.records import Codec
    from assistant.text.inverted import Inverter


class SqlUnit:
    """`services.archive_store.Unit` on a connection."""

    def __init__(
        self, connection: Connection, codec: Codec, inverter: Inverter, catalogue: Catalogue
    ) -> None:
        self.records = SqlRecords(connection, codec, inverter)
        self.known_speakers = SqlKnownSpeakers(connection)
        self.glossary = SqlGlossary(connection)
        self.minutes = SqlMinutes(connection)
        self.matters = SqlMatters(connection)
        self.people = SqlPeople(connection)
        self.sessions = SqlSessions(connection)
        self.attempts = SqlAttempts(connection)
        self.openings = SqlOpenings(connection)
        self.retention = SqlRetention(connection)
        self.audit = SqlAudit(connection)
        self.search = SqlSearch(connection, catalogue)
        self.dictionary = SqlDictionary(connection)
        self.saved_searches = SqlSavedSearches(connection)
        self.exports = SqlExports(connection)


class SqlArchive:
    """`services.archive_store.ArchiveStore`."""

    def __init__(self, database: Database, codec: Codec, inverter: Inverter | None = None) -> None:
        """`inverter` cuts what is said into words; by default as the program does."""
        self._database = database
        self._codec = codec
        self._inverter = inverter or _inverter()
        self._catalogue = Catalogue()

    def prepare(self, transcript: Transcript) -> None:
        """Cuts the transcript into words, before a unit that keeps it is opened; may be left."""
        self._inverter.prepare([turn.text for turn in transcript.turns])

    @contextmanager
    def reading(self) -> Iterator[SqlUnit]:
        """A unit that sees one state of the archive.

        Raises:
            StorageError: it cannot be read.
        """
        with self._database.reading() as connection:
            yield self._unit(connection)

    @contextmanager
    def writing(self) -> Iterator[SqlUnit]:
        """A unit that is kept as a whole, or not at all.

        Raises:
            StorageError: it cannot be written; nothing was kept.
        """
        with self._database.writing() as connection:
            unit = self._unit(connection)
            yield unit
            unit.records.flush()

    def _unit(self, connection: Connection) -> SqlUnit:
        return SqlUnit(connection, self._codec, self._inverter, self._catalogue)


def _inverter() -> Inverter:
    from assistant.text.inverted import Inverter
    from assistant.text.tokens import SudachiTokenizer

    return Inverter(SudachiTokenizer())
