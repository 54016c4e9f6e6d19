"""Finished steps, kept in the database until the work they belong to is done."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import sqlalchemy as sa

from assistant.errors import AlreadyRunning
from assistant.store.engine import insert_if_absent
from assistant.store.job_tables import step as t
from assistant.store.leases import holds, leased

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from assistant.store.engine import Database


class SqlSteps:
    """`ports.StepsStore`. All machines that share the database share the steps."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def open(self, work: str, name: str) -> Iterator[KeptSteps]:
        """The steps of `work`, held by nobody else meanwhile; `name` is what people call it.

        Raises:
            AlreadyRunning: another process holds them.
            StorageError: they cannot be kept.
        """
        database = self._database
        if database.shared:
            with leased(database, work) as holder:
                if holder is None:
                    raise AlreadyRunning(name=name)
                yield KeptSteps(database, work, name, holder)
            return
        with database.alone(f"work-{work}") as ours:
            if not ours:
                raise AlreadyRunning(name=name)
            yield KeptSteps(database, work, name)

    def forget(self, work: str) -> None:
        """Drops the steps of `work`: its result is safe elsewhere."""
        with self._database.writing() as connection:
            connection.execute(t.delete().where(t.c.work == work))
        self._database.settle()


class KeptSteps:
    """`ports.Steps` of one piece of work.

    Every step is committed on its own: a process killed at any moment loses at most the step it
    was in.
    """

    def __init__(self, database: Database, work: str, name: str, holder: str = "") -> None:
        self._database = database
        self._work = work
        self._name = name
        self._holder = holder

    def run(self, name: str, compute: Callable[[], bytes]) -> bytes:
        """The kept result of the step called `name`, or that of `compute`, then kept.

        Raises:
            StorageError: the result cannot be kept.
            AlreadyRunning: another process took the work over meanwhile.
        """
        this = sa.and_(t.c.work == self._work, t.c.name == name)
        with self._database.reading() as connection:
            kept = connection.scalar(sa.select(t.c.result).where(this))
        if kept is not None:
            return bytes(kept)
        result = compute()
        with self._database.writing() as connection:
            if self._holder and not holds(connection, self._work, self._holder):
                raise AlreadyRunning(name=self._name)
            row = {"work": self._work, "name": name, "result": result}
            connection.execute(insert_if_absent(connection, t), row)
        return result
