from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from assistant.errors import AlreadyRunning, NotWritable
from assistant.jobs.steps import StepsDatabase

if TYPE_CHECKING:
    from pathlib import Path

KILLED_IN_THE_THIRD_STEP = """
import os, sys
from pathlib import Path
from assistant.jobs.steps import StepsDatabase
with StepsDatabase(Path(sys.argv[1])).open("work", "a.wav") as steps:
    steps.run("one", lambda: b"1")
    steps.run("two", lambda: b"2")
    steps.run("three", lambda: os.kill(os.getpid(), 9))
"""


def never() -> bytes:
    raise AssertionError("computed again")


def test_a_finished_step_is_not_computed_again(tmp_path: Path) -> None:
    database = StepsDatabase(tmp_path)
    with database.open("work", "a.wav") as steps:
        assert steps.run("one", lambda: b"1") == b"1"
    with database.open("work", "a.wav") as steps:
        assert steps.run("one", never) == b"1"


def test_work_is_apart_from_other_work(tmp_path: Path) -> None:
    database = StepsDatabase(tmp_path)
    with database.open("work", "a.wav") as steps, database.open("other", "b.wav") as others:
        steps.run("one", lambda: b"1")
        assert others.run("one", lambda: b"2") == b"2"


def test_a_killed_process_loses_only_the_step_it_was_in(tmp_path: Path) -> None:
    command = [sys.executable, "-c", KILLED_IN_THE_THIRD_STEP, str(tmp_path)]
    assert subprocess.run(command, check=False).returncode == -9
    with StepsDatabase(tmp_path).open("work", "a.wav") as steps:
        assert steps.run("one", never) == b"1"
        assert steps.run("two", never) == b"2"
        assert steps.run("three", lambda: b"3") == b"3"


def test_the_same_work_is_done_by_one_process_at_a_time(tmp_path: Path) -> None:
    database = StepsDatabase(tmp_path)
    with (
        database.open("work", "a.wav"),
        pytest.raises(AlreadyRunning, match=r"a\.wav"),
        database.open("work", "a.wav"),
    ):
        pass


def test_forgotten_steps_leave_no_trace_of_what_was_said(tmp_path: Path) -> None:
    database = StepsDatabase(tmp_path)
    with database.open("work", "a.wav") as steps:
        steps.run("one", "ひみつのはなし".encode)
    database.forget("work")
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert "ひみつのはなし".encode() not in kept


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("")
    with pytest.raises(NotWritable, match="file"), StepsDatabase(blocker).open("w", "a.wav"):
        pass
