"""Who holds a piece of work, on a database that many machines share.

A lease ends when its holder falls silent, as a worker does: a lock of the server would stay for as
long as a frozen machine keeps its connection. Whoever lost a lease without noticing can write
nothing more under it.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager, suppress
from secrets import token_hex
from typing import TYPE_CHECKING

import sqlalchemy as sa

from assistant.errors import StorageError
from assistant.store.engine import insert_if_absent, server_seconds
from assistant.store.job_tables import lease as t

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import ColumnElement, Connection

    from assistant.store.engine import Database

BEAT = 5.0
"""Seconds between two signs of life of a holder."""
SILENT = 20.0
"""Seconds without one after which others may take the work."""


@contextmanager
def leased(database: Database, work: str) -> Iterator[str | None]:
    """The name under which the work is held, None where somebody else holds it.

    Raises:
        StorageError: the database does not answer.
    """
    holder = token_hex(8)
    if not _take(database, work, holder):
        yield None
        return
    over = threading.Event()
    thread = threading.Thread(target=_renew, args=(database, work, holder, over), daemon=True)
    thread.start()
    try:
        yield holder
    finally:
        over.set()
        thread.join()
        with suppress(StorageError), database.writing() as connection:
            connection.execute(t.delete().where(_is(work, holder)))


def holds(connection: Connection, work: str, holder: str) -> bool:
    """Whether the lease is still the holder's; it stays so until the transaction ends."""
    query = sa.select(t.c.work).where(_is(work, holder)).with_for_update()
    return connection.execute(query).first() is not None


def _take(database: Database, work: str, holder: str) -> bool:
    with database.writing() as connection:
        now = server_seconds(connection)
        connection.execute(t.delete().where(t.c.work == work, t.c.seen < now - SILENT))
        new = insert_if_absent(connection, t).values(work=work, holder=holder, seen=now)
        return connection.scalar(new.returning(t.c.holder)) is not None


def _renew(database: Database, work: str, holder: str, over: threading.Event) -> None:
    while not over.wait(BEAT):
        with suppress(StorageError), database.writing() as connection:
            seen = server_seconds(connection)
            connection.execute(t.update().where(_is(work, holder)).values(seen=seen))


def _is(work: str, holder: str) -> ColumnElement[bool]:
    return sa.and_(t.c.work == work, t.c.holder == holder)
