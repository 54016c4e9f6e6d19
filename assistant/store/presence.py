"""Who is there, by a row that is renewed: workers, and calls that are running."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from assistant.store.engine import server_seconds
from assistant.store.job_tables import live_call, worker

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table

    from assistant.store.engine import Database

DAY = 86400.0


class SqlWorkers:
    """`jobs.heart.Workers`: the workers on all machines.

    Every method raises `StorageError` when the database cannot be read or written.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def beat(self, name: str, machine: str) -> None:
        """This worker is alive."""
        with self._database.writing() as connection:
            _renew(connection, worker, name, machine)

    def silent(self, seconds: float) -> list[str]:
        """The workers that were not heard of for so long."""
        with self._database.reading() as connection:
            late = worker.c.seen < server_seconds(connection) - seconds
            return list(connection.scalars(sa.select(worker.c.id).where(late)))

    def leave(self, name: str) -> None:
        """This worker ends: others need not wait to know that."""
        with self._database.writing() as connection:
            connection.execute(worker.update().where(worker.c.id == name).values(seen=0.0))

    def forget(self, name: str) -> None:
        """A dead worker's work has gone to others."""
        with self._database.writing() as connection:
            connection.execute(worker.delete().where(worker.c.id == name))


class SqlCalls:
    """`services.holding.Calls`: the calls that are running on `machine`.

    Every method raises `StorageError` when the database cannot be read or written.
    """

    def __init__(self, database: Database, machine: str) -> None:
        self._database = database
        self._machine = machine

    def beat(self, call: str) -> None:
        """The call is running."""
        with self._database.writing() as connection:
            _renew(connection, live_call, call, self._machine)

    def end(self, call: str) -> None:
        """It is over; so are those whose processes died yesterday."""
        with self._database.writing() as connection:
            late = live_call.c.seen < server_seconds(connection) - DAY
            over = sa.or_(live_call.c.id == call, late)
            connection.execute(live_call.delete().where(over))

    def running(self, seconds: float) -> bool:
        """Whether there is one that was heard of within so many seconds."""
        with self._database.reading() as connection:
            late = live_call.c.seen < server_seconds(connection) - seconds
            here = sa.and_(live_call.c.machine == self._machine, sa.not_(late))
            return connection.execute(sa.select(live_call.c.id).where(here)).first() is not None


def _renew(connection: Connection, table: Table, name: str, machine: str) -> None:
    values = {"machine": machine, "seen": server_seconds(connection)}
    renewed = connection.execute(table.update().where(table.c.id == name).values(values))
    if not renewed.rowcount:
        connection.execute(table.insert().values(id=name, **values))
