"""Workers as processes of their own: killed, stuck, left alone; on SQLite and on PostgreSQL."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import psycopg
import pytest

from assistant.bootstrap import job_engine
from assistant.jobs.keeper import WorkerKeeper
from assistant.people import SINGLE_USER as ME
from assistant.services.holding import calling
from assistant.services.queueing import TRANSCRIPTION, Job, JobState
from assistant.services.transcribing import Options
from assistant.store.jobs import SqlJobs
from assistant.store.presence import SqlCalls
from tests.libraries import content
from tests.worker_process import database_in, library

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from assistant.model import Transcript
    from tests.databases import Server

EVERY_STEP = ["0", "4", "8", "12", "16"]


def until(true: Callable[[], bool], seconds: float = 240) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


class Site:
    """A data folder and its database, where workers are started and killed."""

    def __init__(self, data: Path, address: str = "") -> None:
        self.data = data
        self.address = address
        self.database = database_in(data, address)
        self.jobs = SqlJobs(self.database)
        if address:
            self.database.upgrade()
            job_engine(self.database, "").make_tables()
        self.shelves = library(data, self.database)

    @property
    def command(self) -> list[str]:
        more = [self.address] if self.address else []
        return [sys.executable, "-m", "tests.worker_process", str(self.data), *more]

    @contextmanager
    def worker(self) -> Iterator[Started]:
        """A worker that nobody starts again; what it writes into its log is kept."""
        log = self.data / f"worker-{time.monotonic_ns()}.log"
        with (
            log.open("wb") as errors,
            subprocess.Popen(self.command, stdin=subprocess.PIPE, stderr=errors) as process,
        ):
            try:
                yield Started(process, log)
            finally:
                process.kill()

    def add(self, name: str) -> str:
        with self.shelves.adding(ME, name, Options()) as (recording, file):
            file.write(b"sound")
        return recording

    def job(self, recording: str) -> Job:
        job = self.jobs.find(TRANSCRIPTION, recording)
        assert job is not None
        return job

    def state(self, recording: str) -> JobState:
        return self.job(recording).state

    def done(self, recording: str) -> bool:
        assert self.state(recording) is not JobState.FAILED, self.job(recording).error
        return self.state(recording) is JobState.DONE

    def heard(self, name: str) -> list[str]:
        """The steps that were computed, by the second where they begin."""
        log = self.data / "heard.log"
        lines = log.read_text().splitlines() if log.exists() else []
        return [line.split()[1] for line in lines if line.startswith(name)]

    def transcript(self, recording: str) -> Transcript:
        return self.shelves.transcript(ME, recording)


@dataclass
class Started:
    process: subprocess.Popen[bytes]
    log: Path

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def lines(self) -> list[dict[str, str]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def works(self) -> bool:
        return any(line["message"] == "works" for line in self.lines())


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


@pytest.fixture(params=["sqlite", "postgresql"])
def each_site(request: pytest.FixtureRequest, tmp_path: Path) -> Site:
    if request.param == "sqlite":
        return Site(tmp_path)
    return Site(tmp_path, request.getfixturevalue("postgresql").fresh())


@pytest.fixture
def keeper(site: Site) -> Iterator[WorkerKeeper]:
    with WorkerKeeper(site.command, pause=0.1) as kept:
        yield kept


def heard_in(transcript: Transcript) -> tuple[object, ...]:
    """What two transcripts of the same sound have in common."""
    return transcript.turns, transcript.speakers, transcript.speech, transcript.withheld


def test_a_crash_costs_nothing_but_the_step_it_was_in(site: Site, keeper: WorkerKeeper) -> None:
    weak, good = site.add("weak.wav"), site.add("good.wav")

    until(lambda: site.done(good))

    assert site.done(weak)
    assert site.job(weak).attempts == 2
    assert site.heard("weak") == ["0", "4", "8", "8", "12", "16"]


def test_a_recording_that_always_crashes_fails_and_the_next_one_is_heard(
    site: Site, keeper: WorkerKeeper
) -> None:
    deadly, good = site.add("deadly.wav"), site.add("good.wav")

    until(lambda: site.done(good))

    job = site.job(deadly)
    assert (job.state, job.attempts) == (JobState.FAILED, 3)
    assert "録音は残っています" in dict(job.error)["ja"]
    assert content(site.shelves.sound(ME, deadly)) == b"sound"


def test_what_is_stuck_can_be_stopped_and_the_next_one_is_heard(
    site: Site, keeper: WorkerKeeper
) -> None:
    stuck, good = site.add("stuck.wav"), site.add("good.wav")
    until(lambda: "8" in site.heard("stuck"))

    site.shelves.cancel(ME, stuck)

    until(lambda: site.done(good))
    assert site.state(stuck) is JobState.CANCELLED


def test_the_worker_ends_when_its_parent_is_killed(site: Site) -> None:
    keep = (
        "import sys, time; from assistant.jobs.keeper import WorkerKeeper\n"
        "with WorkerKeeper(sys.argv[1:]): time.sleep(600)"
    )
    stuck = site.add("stuck.wav")
    parent = subprocess.Popen([sys.executable, "-c", keep, *site.command])
    until(lambda: site.state(stuck) is JobState.RUNNING)
    (worker,) = psutil.Process(parent.pid).children()

    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()

    worker.wait(timeout=10)
    assert (site.state(stuck), site.job(stuck).attempts) == (JobState.RUNNING, 0)


def test_the_worker_ends_with_the_application(site: Site) -> None:
    stuck = site.add("stuck.wav")
    with WorkerKeeper(site.command) as keeper:
        until(lambda: site.state(stuck) is JobState.RUNNING)
        process = keeper.process

    assert process is not None
    assert process.poll() is not None


def test_killed_in_the_middle_no_finished_step_is_repeated_and_the_result_is_the_same(
    each_site: Site,
) -> None:
    site = each_site
    slow = site.add("slow.wav")
    with site.worker() as first:
        until(lambda: "8" in site.heard("slow"))
        first.kill()
    with site.worker():
        until(lambda: site.done(slow))
        never_killed = site.add("good.wav")
        until(lambda: site.done(never_killed))

    assert site.heard("slow") == ["0", "4", "8", "8", "12", "16"], "only the step it died in"
    assert site.heard("good") == EVERY_STEP
    assert heard_in(site.transcript(slow)) == heard_in(site.transcript(never_killed))


def test_a_living_worker_takes_over_from_a_killed_one_within_a_minute(
    tmp_path: Path, postgresql: Server
) -> None:
    site = Site(tmp_path, postgresql.fresh())
    with site.worker() as first, site.worker() as second:
        until(lambda: first.works() and second.works())
        slow, other = site.add("slow.wav"), site.add("slow-other.wav")
        until(lambda: len(site.heard("slow.wav")) > 1 and len(site.heard("slow-other")) > 1)
        killed = time.monotonic()
        first.kill()
        until(lambda: site.done(slow) and site.done(other), 60)
        took = time.monotonic() - killed
        lines = second.lines()

    assert took < 60
    assert [one for one in lines if one["message"] == "took over from a dead worker"]
    for name in ("slow.wav", "slow-other"):
        assert list(dict.fromkeys(site.heard(name))) == EVERY_STEP
    assert len(site.heard("slow")) <= 2 * len(EVERY_STEP) + 1
    assert {site.job(one).attempts for one in (slow, other)} == {1, 2}


def test_a_database_that_is_down_for_a_while_costs_nothing(
    tmp_path: Path, postgresql: Server
) -> None:
    site = Site(tmp_path, postgresql.fresh())
    with site.worker() as worker:
        until(worker.works)
        recording = site.add("slow.wav")
        until(lambda: len(site.heard("slow")) > 1)
        postgresql.stop()
        time.sleep(20)
        postgresql.start()
        until(lambda: site.done(recording))
        next_one = site.add("good.wav")
        until(lambda: site.done(next_one))
        messages = [line["message"] for line in worker.lines()]

    assert "waiting for the database" in messages
    assert list(dict.fromkeys(site.heard("slow"))) == EVERY_STEP
    assert len(site.heard("slow")) <= len(EVERY_STEP) + 1
    assert site.job(recording).attempts == 1


def test_a_worker_that_was_asked_to_end_has_made_no_attempt(each_site: Site) -> None:
    site = each_site
    slow = site.add("slow.wav")
    with site.worker() as first:
        until(lambda: len(site.heard("slow")) > 1)
        first.process.terminate()
        assert first.process.wait(timeout=10) == 0
    with site.worker():
        until(lambda: site.done(slow))

    assert site.job(slow).attempts == 1


def test_urgent_work_goes_before_what_came_earlier(site: Site) -> None:
    first, second = site.add("slow.wav"), site.add("good.wav")
    with site.worker():
        until(lambda: bool(site.heard("slow")))
        site.jobs.add("urgent", "now")
        until(lambda: site.done(first) and site.done(second))

    lines = (site.data / "heard.log").read_text().splitlines()
    assert lines.index("urgent now") == len(EVERY_STEP)


def test_no_new_step_is_taken_while_a_call_is_running(site: Site) -> None:
    slow = site.add("slow.wav")
    calls = SqlCalls(site.database, os.uname().nodename)
    with site.worker():
        until(lambda: bool(site.heard("slow")))
        with calling(calls, "call"):
            until(lambda: site.job(slow).held)
            before = site.heard("slow")
            time.sleep(3)
            assert site.heard("slow") == before
            assert site.state(slow) is JobState.RUNNING
        until(lambda: site.done(slow))
    assert site.heard("slow") == EVERY_STEP


def test_the_engine_may_lose_its_database_and_never_knows_what_was_said(site: Site) -> None:
    slow, waiting = site.add("slow.wav"), site.add("bug.wav")
    with site.worker() as first:
        until(lambda: len(site.heard("slow")) > 1)
        first.kill()
    for file in (site.data / "state").glob("jobs.sqlite*"):
        content = file.read_bytes()
        assert b"slow.wav" not in content
        assert slow.encode() not in content
        file.unlink()
    with site.worker():
        until(lambda: site.done(slow))
        until(lambda: site.state(waiting) is JobState.FAILED)
    assert site.heard("slow")[-1] == EVERY_STEP[-1]
    kept = b"".join(file.read_bytes() for file in (site.data / "state").glob("jobs.sqlite*"))
    assert "ご本人の言葉".encode() not in kept


def test_every_line_of_the_log_is_ours_and_tells_nothing(site: Site) -> None:
    bug = site.add("bug.wav")
    with site.worker() as worker:
        until(lambda: site.state(bug) is JobState.FAILED)
        lines = worker.lines()
    assert {line["logger"].split(".")[0] for line in lines} == {"assistant"}
    assert "ご本人の言葉" not in worker.log.read_text()


def test_a_worker_needs_no_right_to_make_tables(tmp_path: Path, postgresql: Server) -> None:
    site = Site(tmp_path, postgresql.fresh())
    with psycopg.connect(site.address, autocommit=True) as owner:
        owner.execute("CREATE ROLE kikigaki_worker LOGIN")
        for statement in documented_rights():
            owner.execute(statement)
    site.address = site.address.replace("postgres@", "kikigaki_worker@")
    recording = site.add("good.wav")
    with site.worker():
        until(lambda: site.done(recording))


def documented_rights() -> list[bytes]:
    """What the documentation says a worker's role needs."""
    page = Path(__file__).parents[2] / "docs" / "howto" / "many-machines.md"
    statements = page.read_text("utf-8").partition("```sql\n")[2].partition("```")[0]
    return [one.encode() for one in statements.strip().splitlines()]


def test_a_worker_refuses_a_database_that_nobody_upgraded(
    tmp_path: Path, postgresql: Server
) -> None:
    site = Site(tmp_path)
    site.address = postgresql.fresh()
    with site.worker() as worker:
        assert worker.process.wait(timeout=30) != 0
    assert "OutdatedDatabase" in worker.log.read_text()
    database_in(tmp_path, site.address).upgrade()
    with site.worker() as worker:
        assert worker.process.wait(timeout=30) != 0
    assert "OutdatedDatabase" in worker.log.read_text()


def test_a_worker_that_was_only_slow_leaves_the_job_to_who_took_it_over(
    tmp_path: Path, postgresql: Server
) -> None:
    site = Site(tmp_path, postgresql.fresh())
    with site.worker() as first:
        until(first.works)
        slow = site.add("slow.wav")
        until(lambda: len(site.heard("slow")) > 1)
        with site.worker() as second:
            first.process.send_signal(signal.SIGSTOP)
            until(lambda: site.done(slow))
            first.process.send_signal(signal.SIGCONT)
            second.process.terminate()
            second.process.wait()
        later = site.add("good.wav")
        until(lambda: site.done(later))

    assert (site.state(slow), site.job(slow).attempts) == (JobState.DONE, 2)
    assert heard_in(site.transcript(slow)) == heard_in(site.transcript(later))
