from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from assistant.services.holding import calling
from assistant.store.job_tables import worker
from assistant.store.presence import SqlCalls, SqlWorkers

if TYPE_CHECKING:
    from assistant.store.engine import Database


def age(database: Database, name: str, seconds: float) -> None:
    this = worker.c.id == name
    with database.writing() as connection:
        connection.execute(worker.update().where(this).values(seen=worker.c.seen - seconds))


def test_a_worker_without_a_sign_of_life_is_silent_until_somebody_took_over(
    database: Database,
) -> None:
    workers = SqlWorkers(database)
    for name in ("alive", "dead"):
        workers.beat(name, "machine")
        age(database, name, 30)
    workers.beat("alive", "machine")

    assert workers.silent(20.0) == ["dead"]
    assert workers.silent(40.0) == []
    workers.forget("dead")
    assert workers.silent(20.0) == []


def test_a_worker_that_took_leave_is_silent_at_once(database: Database) -> None:
    workers = SqlWorkers(database)
    workers.beat("gone", "machine")
    workers.leave("gone")

    assert workers.silent(365 * 86400.0) == ["gone"]


def test_a_call_holds_its_own_machine_for_as_long_as_it_lasts(database: Database) -> None:
    here, there = SqlCalls(database, "here"), SqlCalls(database, "there")
    with calling(here, "call-1", every=0.01):
        deadline = time.monotonic() + 10
        while not here.running(20.0):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        assert not there.running(20.0)
    assert not here.running(20.0)


def test_a_call_whose_process_died_holds_nobody(database: Database) -> None:
    calls = SqlCalls(database, "here")
    calls.beat("call-1")
    with database.writing() as connection:
        connection.execute(sa.text("UPDATE live_call SET seen = seen - 30"))

    assert not calls.running(20.0)
    calls.beat("call-1")
    assert calls.running(20.0)


def test_a_name_is_held_by_one_at_a_time(database: Database) -> None:
    with database.alone("x") as first, database.alone("x") as second, database.alone("y") as other:
        assert (first, second, other) == (True, False, True)
    with database.alone("x") as again:
        assert again


def test_a_name_is_let_go_when_the_block_fails(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.alone("x"):
        raise ZeroDivisionError
    with database.alone("x") as again:
        assert again
