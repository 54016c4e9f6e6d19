"""How long work waits: from the start of a worker, from a job's row, from the death of a worker.

    python -m benchmarks.jobs

On SQLite and on PostgreSQL, with jobs that do nothing, so that only the waiting is measured.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from assistant.bootstrap import job_engine, make_worker
from assistant.logs import configure_logs
from assistant.model import Progress
from assistant.services.queueing import JobState, Kind, Lane
from assistant.store.engine import Database
from assistant.store.jobs import SqlJobs
from benchmarks.measure import report
from tests.databases import programs, server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from assistant.services.queueing import Task

SAMPLES = 20
IDLE = 20.0
"""Seconds over which an idle worker's processor time is taken."""


def main() -> None:
    """Measures, or is the worker that is measured."""
    if sys.argv[1:2] == ["--worker"]:
        work(sys.argv[2])
        return
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        places: dict[str, Path | str] = {"SQLite": folder / "a.sqlite"}
        found = programs()
        if found is not None:
            places["PostgreSQL"] = stack.enter_context(server(found)).fresh()
        report("jobs", [measure(name, place) for name, place in places.items()])


def work(place: str) -> None:
    """A worker whose jobs do nothing, or never end."""
    configure_logs()

    def endless(task: Task) -> None:
        while True:
            task(Progress("recognize", 0.0, 1.0))
            time.sleep(0.1)

    kinds = [Kind("nothing", lambda _: None, Lane.SOUND), Kind("endless", endless, Lane.QUICK)]
    database = Database(place if place.startswith("postgresql") else Path(place))
    make_worker(database, kinds).run()


def measure(name: str, place: Path | str) -> dict[str, object]:
    """One row, in seconds; the idle worker's share of one core in percent."""
    database = Database(place)
    database.upgrade()
    job_engine(database, "").make_tables()
    jobs = SqlJobs(database)
    row: dict[str, object] = {"database": name}
    with started(place) as first:
        began = time.perf_counter()
        do_nothing(jobs, "first")
        row["first job after start"] = round(time.perf_counter() - began, 2)
        waits = [do_nothing(jobs, str(number)) for number in range(SAMPLES)]
        row["job median"] = round(statistics.median(waits), 2)
        row["job longest"] = round(max(waits), 2)
        row["idle percent"] = round(psutil.Process(first.pid).cpu_percent(IDLE), 1)
        jobs.add("endless", "")
        until(lambda: state(jobs, "endless", "") is JobState.RUNNING)
        if database.shared:
            row["taken over after"] = round(take_over(jobs, place, first), 1)
    database.close()
    return row


def take_over(jobs: SqlJobs, place: Path | str, first: subprocess.Popen[bytes]) -> float:
    """Seconds from the kill of a worker until another one has its job."""
    with started(place):
        do_nothing(jobs, "second worker")
        time.sleep(30)  # its own signs of life have to be regular for a while
        first.kill()
        killed = time.perf_counter()
        until(lambda: attempts(jobs) == 2)
        return time.perf_counter() - killed


def do_nothing(jobs: SqlJobs, subject: str) -> float:
    """Seconds from adding a job until it is done."""
    began = time.perf_counter()
    jobs.add("nothing", subject)
    until(lambda: state(jobs, "nothing", subject) is JobState.DONE)
    return time.perf_counter() - began


def state(jobs: SqlJobs, kind: str, subject: str) -> JobState | None:
    """Where the job stands."""
    job = jobs.find(kind, subject)
    return job.state if job else None


def attempts(jobs: SqlJobs) -> int:
    """How often the endless job was taken."""
    job = jobs.find("endless", "")
    return job.attempts if job else 0


def until(true: Callable[[], bool]) -> None:
    """Waits."""
    while not true():
        time.sleep(0.01)


@contextmanager
def started(place: Path | str) -> Iterator[subprocess.Popen[bytes]]:
    """A worker process."""
    command = [sys.executable, "-m", "benchmarks.jobs", "--worker", str(place)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.kill()


if __name__ == "__main__":
    main()
