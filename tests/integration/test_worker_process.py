"""The worker as a process of its own: killed, stuck, left alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import psutil
import pytest

from assistant.jobs.keeper import WorkerKeeper
from assistant.jobs.queue import QueueDatabase
from assistant.jobs.steps import StepsDatabase
from assistant.people import SINGLE_USER as ME
from assistant.services.queueing import JobState
from assistant.services.transcribing import Options
from tests.libraries import content
from tests.worker_process import library

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from assistant.services.library import Library


def until(true: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


def add(shelves: Library, name: str) -> str:
    with shelves.adding(ME, name, Options()) as (recording, file):
        file.write(b"sound")
    return recording


def command(data: Path) -> list[str]:
    return [sys.executable, "-m", "tests.worker_process", str(data)]


@pytest.fixture
def shelves(tmp_path: Path) -> Library:
    queue = QueueDatabase(tmp_path / "queue.sqlite")
    return library(tmp_path, queue, StepsDatabase(tmp_path / "steps"))


@pytest.fixture
def keeper(tmp_path: Path) -> Iterator[WorkerKeeper]:
    with WorkerKeeper(command(tmp_path), pause=0.1) as kept:
        yield kept


def state(shelves: Library, recording: str) -> JobState:
    return shelves.entry(ME, recording).job.state


def test_a_crash_costs_nothing_but_the_step_it_was_in(
    tmp_path: Path, shelves: Library, keeper: WorkerKeeper
) -> None:
    weak, good = add(shelves, "weak.wav"), add(shelves, "good.wav")

    until(lambda: state(shelves, good) is JobState.DONE)

    assert state(shelves, weak) is JobState.DONE
    assert shelves.entry(ME, weak).job.attempts == 2
    heard = (tmp_path / "heard.log").read_text().splitlines()
    starts = [line.split()[1] for line in heard if line.startswith("weak")]
    assert starts == ["0", "4", "8", "8", "12", "16"]


def test_a_recording_that_always_crashes_fails_and_the_next_one_is_heard(
    shelves: Library, keeper: WorkerKeeper
) -> None:
    deadly, good = add(shelves, "deadly.wav"), add(shelves, "good.wav")

    until(lambda: state(shelves, good) is JobState.DONE)

    job = shelves.entry(ME, deadly).job
    assert (job.state, job.attempts) == (JobState.FAILED, 3)
    assert "録音は残っています" in dict(job.error)["ja"]
    assert content(shelves.sound(ME, deadly)) == b"sound"


def test_what_is_stuck_can_be_stopped_and_the_next_one_is_heard(
    tmp_path: Path, shelves: Library, keeper: WorkerKeeper
) -> None:
    stuck, good = add(shelves, "stuck.wav"), add(shelves, "good.wav")
    log = tmp_path / "heard.log"
    until(lambda: log.exists() and "stuck.wav 8" in log.read_text())

    shelves.cancel(ME, stuck)

    until(lambda: state(shelves, good) is JobState.DONE)
    assert state(shelves, stuck) is JobState.CANCELLED


def test_the_worker_ends_when_its_parent_is_killed(tmp_path: Path, shelves: Library) -> None:
    keep = (
        "import sys, time; from assistant.jobs.keeper import WorkerKeeper\n"
        "with WorkerKeeper(sys.argv[1:]): time.sleep(600)"
    )
    stuck = add(shelves, "stuck.wav")
    parent = subprocess.Popen([sys.executable, "-c", keep, *command(tmp_path)])
    until(lambda: state(shelves, stuck) is JobState.RUNNING)
    (worker,) = psutil.Process(parent.pid).children()

    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()

    worker.wait(timeout=10)
    assert state(shelves, stuck) is JobState.RUNNING


def test_the_worker_ends_with_the_application(tmp_path: Path, shelves: Library) -> None:
    stuck = add(shelves, "stuck.wav")
    with WorkerKeeper(command(tmp_path)) as keeper:
        until(lambda: state(shelves, stuck) is JobState.RUNNING)
        process = keeper.process

    assert process is not None
    assert process.poll() is not None
