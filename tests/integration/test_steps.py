from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from assistant.errors import AlreadyRunning
from assistant.store.engine import Database
from assistant.store.steps import SqlSteps

if TYPE_CHECKING:
    from tests.databases import Server

KILLED_IN_THE_THIRD_STEP = """
import os, sys
from pathlib import Path
from assistant.store.engine import Database
from assistant.store.steps import SqlSteps
place = sys.argv[1] if sys.argv[1].startswith("postgresql") else Path(sys.argv[1])
with SqlSteps(Database(place)).open("work", "a.wav") as steps:
    steps.run("one", lambda: b"1")
    steps.run("two", lambda: b"2")
    steps.run("three", lambda: os.kill(os.getpid(), 9))
"""


def fall_silent(database: Database) -> None:
    """Half a minute goes by without a sign of life of those who hold work."""
    with database.writing() as connection:
        connection.execute(sa.text("UPDATE job_lease SET seen = seen - 30"))


def never() -> bytes:
    raise AssertionError("computed again")


def test_a_finished_step_is_not_computed_again(database: Database) -> None:
    kept = SqlSteps(database)
    with kept.open("work", "a.wav") as steps:
        assert steps.run("one", lambda: b"1") == b"1"
    with kept.open("work", "a.wav") as steps:
        assert steps.run("one", never) == b"1"


def test_work_is_apart_from_other_work(database: Database) -> None:
    kept = SqlSteps(database)
    with kept.open("work", "a.wav") as steps, kept.open("other", "b.wav") as others:
        steps.run("one", lambda: b"1")
        assert others.run("one", lambda: b"2") == b"2"


def test_a_killed_process_loses_only_the_step_it_was_in(database: Database) -> None:
    command = [sys.executable, "-c", KILLED_IN_THE_THIRD_STEP, str(database.place)]
    assert subprocess.run(command, check=False).returncode == -9
    fall_silent(database)
    with SqlSteps(database).open("work", "a.wav") as steps:
        assert steps.run("one", never) == b"1"
        assert steps.run("two", never) == b"2"
        assert steps.run("three", lambda: b"3") == b"3"


def test_the_same_work_is_done_by_one_process_at_a_time(database: Database) -> None:
    kept = SqlSteps(database)
    with (
        kept.open("work", "a.wav"),
        pytest.raises(AlreadyRunning, match=r"a\.wav"),
        kept.open("work", "a.wav"),
    ):
        pass
    with kept.open("work", "a.wav"):
        pass


def test_forgotten_steps_leave_no_trace_of_what_was_said(database: Database) -> None:
    kept = SqlSteps(database)
    with kept.open("work", "a.wav") as steps, kept.open("other", "b.wav") as others:
        steps.run("one", "ひみつのはなし".encode)
        others.run("one", lambda: b"2")
    kept.forget("work")

    with database.reading() as connection:
        assert connection.execute(sa.text("SELECT work FROM job_step")).all() == [("other",)]
    if not isinstance(database.place, str):
        files = b"".join(one.read_bytes() for one in database.place.parent.glob("*sqlite*"))
        assert b"other" in files
        assert "ひみつのはなし".encode() not in files


def test_work_of_who_fell_silent_is_taken_over_and_they_can_keep_nothing_more(
    postgresql: Server,
) -> None:
    database = Database(postgresql.fresh())  # in a file, a lock ends with its process
    database.upgrade()
    kept = SqlSteps(database)
    with kept.open("work", "a.wav") as frozen:
        frozen.run("one", lambda: b"1")
        fall_silent(database)
        with kept.open("work", "a.wav") as next_one:
            assert next_one.run("one", never) == b"1"
            with pytest.raises(AlreadyRunning):
                frozen.run("two", lambda: b"of the frozen one")
            assert next_one.run("two", lambda: b"2") == b"2"
    with kept.open("work", "a.wav") as again:
        assert again.run("two", never) == b"2"
    database.close()
