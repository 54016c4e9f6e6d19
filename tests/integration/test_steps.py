from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from assistant.errors import AlreadyRunning
from assistant.store.steps import SqlSteps

if TYPE_CHECKING:
    from assistant.store.engine import Database

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
