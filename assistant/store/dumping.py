"""All rows of a database as pieces of text, and back: the same on every engine.

A piece is gzipped JSON, a line each: first the names of the columns, then a list for each row. What
JSON does not know is an object of one key: bytes `b` (base64), moments `t` and days `d` (ISO 8601).
So a dump of SQLite can be loaded into PostgreSQL, and the other way round.
"""

from __future__ import annotations

import gzip
import json
from base64 import b64decode, b64encode
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from assistant.errors import BrokenBackup
from assistant.keys import export_owner
from assistant.store import pgvector

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, MetaData, Table

LEFT_OUT = frozenset(
    {"alembic_version", "session", "attempt", "job", "job_step", "worker", "live_call"}
    | {"export", "export_item"}
)
"""What only the running program needs: who is signed in, what is being worked on, by whom, and what
is there for some hours only."""
MADE_BY_UPGRADES = frozenset({"alembic_version", "counter"})
"""What is not empty in an empty database."""
PIECE = 4 << 20
"""Characters of a piece, about: it is in memory as a whole."""
_AT_ONCE = 1_000
"""Rows that are read from the server at once."""


def dump(connection: Connection) -> Iterator[tuple[str, int, bytes]]:
    """Table, number of rows, and piece; a table comes after those that it refers to."""
    for table in _tables(connection).sorted_tables:
        if table.name not in LEFT_OUT:
            yield from _pieces(connection, table)


def _pieces(connection: Connection, table: Table) -> Iterator[tuple[str, int, bytes]]:
    names = json.dumps([column.name for column in table.columns])
    query = sa.select(table).order_by(*table.primary_key.columns)
    if table.name == "file_key":  # their files are in no backup
        query = query.where(table.c.file.not_like(export_owner("%")))
    lines, size = [names], 0
    for row in connection.execute(query, execution_options={"yield_per": _AT_ONCE}):
        lines.append(json.dumps(list(row), ensure_ascii=False, default=_encoded))
        size += len(lines[-1])
        if size >= PIECE:
            yield table.name, len(lines) - 1, _packed(lines)
            lines, size = [names], 0
    if len(lines) > 1:
        yield table.name, len(lines) - 1, _packed(lines)


class Loader:
    """Loads pieces into tables that upgrades have just made, in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._tables = _tables(connection).tables
        self._dialect = connection.dialect.name
        for table in self._tables.values():
            if table.name in MADE_BY_UPGRADES - {"alembic_version"}:
                connection.execute(table.delete())

    def load(self, name: str, piece: bytes) -> int:
        """Puts the rows of a piece into their table; how many there are.

        Raises:
            BrokenBackup: there is no such table, or the piece is none.
        """
        try:
            first, *lines = gzip.decompress(piece).decode().split("\n")
            names = json.loads(first)
            table = self._tables[name]
            rows = [
                dict(zip(names, json.loads(line, object_hook=self._decoded), strict=True))
                for line in lines
            ]
        except (KeyError, ValueError, OSError, EOFError) as error:
            raise BrokenBackup(name=name) from error
        self._connection.execute(table.insert(), rows)
        return len(rows)

    def finish(self) -> None:
        """Lets what the database numbers itself go on behind what was loaded."""
        if self._dialect != "postgresql":
            return
        for table in self._tables.values():
            for column in table.primary_key.columns:
                if isinstance(column.type, sa.Integer):
                    self._go_on_behind(table, column.name)

    def _go_on_behind(self, table: Table, column: str) -> None:
        quoted = self._connection.dialect.identifier_preparer.quote(table.name)
        sequence = sa.func.pg_get_serial_sequence(quoted, column)
        largest = sa.select(sa.func.coalesce(sa.func.max(table.c[column]), 0) + 1)
        if self._connection.scalar(sa.select(sequence)) is not None:
            step = sa.func.setval(sequence, largest.scalar_subquery(), False)
            self._connection.execute(sa.select(step))

    def _decoded(self, value: dict[str, str]) -> object:
        (kind, text), *_ = value.items()
        if kind == "b":
            return b64decode(text)
        if kind == "d":
            return date.fromisoformat(text)
        moment = datetime.fromisoformat(text)
        return moment if self._dialect == "postgresql" else moment.replace(tzinfo=None)


def holds_records(connection: Connection) -> bool:
    """Whether anything is in the database that upgrades do not make."""
    tables = _tables(connection).tables.values()
    return any(
        connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first()
        for table in tables
        if table.name not in MADE_BY_UPGRADES
    )


def _tables(connection: Connection) -> MetaData:
    """All but copies: the server makes them again of what it gets."""
    metadata = sa.MetaData()
    metadata.reflect(connection, only=lambda name, _: name != pgvector.TABLE)
    return metadata


def _encoded(value: Any) -> dict[str, str]:
    if isinstance(value, datetime):  # SQLite keeps UTC without saying so
        return {"t": (value.replace(tzinfo=UTC) if value.tzinfo is None else value).isoformat()}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    return {"b": b64encode(bytes(value)).decode()}


def _packed(lines: list[str]) -> bytes:
    return gzip.compress("\n".join(lines).encode(), compresslevel=5, mtime=0)
