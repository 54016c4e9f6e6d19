"""What does jobs."""

from __future__ import annotations

import platform
from secrets import token_hex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.jobs.engine import Engine
    from assistant.jobs.worker import Look, Worker
    from assistant.services.queueing import Kind
    from assistant.store.engine import Database


def make_worker(database: Database, kinds: Sequence[Kind], looks: Sequence[Look] = ()) -> Worker:
    """A worker for the jobs in that database. There is one in a process."""
    from assistant.jobs.heart import Heart
    from assistant.jobs.running import Runner
    from assistant.jobs.worker import Worker
    from assistant.store.jobs import SqlJobs
    from assistant.store.presence import SqlCalls, SqlWorkers

    machine = platform.node()
    # On one machine there is one worker: the next one takes over at once what it left.
    name = f"{machine}-{token_hex(4)}" if database.shared else "worker"
    engine = job_engine(database, name)
    runner = Runner(
        SqlJobs(database), {one.name: one for one in kinds}, SqlCalls(database, machine), name
    )
    heart = Heart(SqlWorkers(database), name, machine, engine.recover)
    return Worker(engine, runner, heart, tuple(looks))


def job_engine(database: Database, worker: str) -> Engine:
    """What claims jobs for that worker: on the same server, or in a file beside the database's."""
    from assistant.jobs.engine import Engine

    place = database.place
    return Engine(place if isinstance(place, str) else place.with_name("jobs.sqlite"), worker)
