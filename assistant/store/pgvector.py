"""pgvector: the extension with which a PostgreSQL server compares vectors itself.

What it needs is no revision of the tables: a server has the extension or not, today or later, and
everything in it is made of `search_vector`. So the table is made whenever an upgrade finds the
extension, and a backup leaves it out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

from assistant.search import ServerVectors, Standing

if TYPE_CHECKING:
    from sqlalchemy import Connection

TABLE = "search_meaning"
LEAST = (0, 8)
"""The first version that goes on looking where a filter left too little of what was near."""

_LOOK = """
SELECT (SELECT extversion FROM pg_extension WHERE extname = 'vector'),
    (SELECT default_version FROM pg_available_extensions WHERE name = 'vector')
"""
_OWNED = """
SELECT pg_has_role(relowner, 'USAGE') FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
WHERE pg_class.oid = to_regclass('search_meaning') AND attname = 'value' AND NOT attisdropped
"""
"""The column goes when somebody drops the extension; the table stays."""
_WAITING = """
SELECT coalesce(sum(windows), 0) FROM search_vector AS kept
WHERE NOT EXISTS (SELECT FROM search_meaning WHERE number = kept.number)
"""
_MAKE = """
CREATE EXTENSION IF NOT EXISTS vector;
DROP TABLE IF EXISTS search_meaning;
CREATE TABLE search_meaning (
    model bigint NOT NULL,
    turn bigint NOT NULL,
    number bigint NOT NULL REFERENCES search_vector (number) ON DELETE CASCADE,
    value halfvec NOT NULL,
    PRIMARY KEY (model, turn)
);
CREATE INDEX ix_search_meaning_number ON search_meaning (number);
ALTER TABLE search_meaning ALTER COLUMN value SET STORAGE PLAIN
"""
"""`turn` is the first of the window. `value` lies beside it: of many, none must be looked up
elsewhere."""


def standing(connection: Connection) -> ServerVectors:
    """Whether the server compares vectors, and what it lacks if not."""
    if connection.dialect.name != "postgresql":
        return ServerVectors(Standing.FILE)
    installed, offered = connection.exec_driver_sql(_LOOK).one()
    version = installed or offered
    if version is None:
        return ServerVectors(Standing.MISSING)
    if _numbers(version) < LEAST:
        return ServerVectors(Standing.OLD, version)
    if not installed or connection.exec_driver_sql(_OWNED).first() is None:
        return ServerVectors(Standing.OFFERED, version)
    waiting = connection.exec_driver_sql(_WAITING).scalar()
    return ServerVectors(Standing.USED, version, int(waiting or 0))


def prepare(connection: Connection) -> None:
    """Makes what vectors are kept in, where the server has the extension and lets us use it."""
    if standing(connection).standing is not Standing.OFFERED:
        return
    try:
        with connection.begin_nested():
            connection.exec_driver_sql(_MAKE)
    except DBAPIError as error:
        if error.connection_invalidated:
            raise
        # Refused: an administrator adds it, or memory compares, as it does without.


def is_ours(connection: Connection) -> bool:
    """Whether there is where the server compares vectors, and we may change it. Workers may run as
    a role that may not."""
    is_server = connection.dialect.name == "postgresql"
    return is_server and bool(connection.exec_driver_sql(_OWNED).scalar())


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
