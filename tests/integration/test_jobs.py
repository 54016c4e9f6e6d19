"""What every keeper of jobs promises: in memory, in SQLite, on PostgreSQL."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from assistant.errors import UnreadableSound
from assistant.model import Kind, Progress, SpeakerCount
from assistant.services.queueing import Job, JobState, TranscriptionQueue, WorkerSide
from assistant.services.transcribing import Options
from assistant.store.engine import Database
from assistant.store.jobs import SqlJobs
from assistant.testing_jobs import MemoryJobs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KIND = "transcription"


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def jobs(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[WorkerSide]:
    if request.param == "memory":
        yield MemoryJobs()
        return
    place: Path | str = tmp_path / "a.sqlite"
    if request.param == "postgresql":
        place = request.getfixturevalue("postgresql").fresh()
    database = Database(place)
    database.upgrade()
    yield SqlJobs(database)
    database.close()


def states(jobs: WorkerSide) -> dict[str, str]:
    return {job.subject: job.state.value for job in jobs.jobs(KIND)}


def find(jobs: WorkerSide, subject: str) -> Job:
    job = jobs.find(KIND, subject)
    assert job is not None
    return job


def begin(jobs: WorkerSide, subject: str, worker: str = "me", attempts: int = 3) -> Job | None:
    return jobs.begin(find(jobs, subject).run, worker, attempts)


def test_jobs_wait_in_the_order_they_came_until_an_engine_knows_them(jobs: WorkerSide) -> None:
    for name in "abc":
        jobs.add(KIND, name)

    unsent = jobs.unsent()
    assert [job.subject for job in unsent] == ["a", "b", "c"]
    jobs.sent(unsent[0].run)
    assert [job.subject for job in jobs.unsent()] == ["b", "c"]
    assert [job.subject for job in jobs.unfinished()] == ["a"]


def test_a_transcription_keeps_its_options(jobs: WorkerSide) -> None:
    options = Options(kind=Kind.CALL, count=SpeakerCount(2, None), model="small", manuals=True)
    queue = TranscriptionQueue(jobs)
    queue.add("a", options)
    jobs.add("other", "b")

    assert list(queue.open()) == ["a"]
    assert queue.open()["a"].options == options


def test_progress_is_seen_by_others(jobs: WorkerSide) -> None:
    jobs.add(KIND, "a")
    begin(jobs, "a")
    run = find(jobs, "a").run
    assert jobs.report(run, "me", Progress("recognize", 30.0, 120.0), 45.0)

    job = find(jobs, "a")
    assert (job.progress, job.left, job.held) == (Progress("recognize", 30.0, 120.0), 45.0, False)
    jobs.report(run, "me", None, None, held=True)
    job = find(jobs, "a")
    assert (job.progress, job.left, job.held) == (Progress("recognize", 30.0, 120.0), None, True)


def test_a_waiting_job_is_cancelled_at_once_and_a_running_one_is_asked(jobs: WorkerSide) -> None:
    for name in ("running", "waiting", "done"):
        jobs.add(KIND, name)
    for name in ("running", "done"):
        begin(jobs, name)
    jobs.end(find(jobs, "done").run, "me", JobState.DONE)
    for name in ("running", "waiting", "done"):
        jobs.stop(KIND, name)

    assert states(jobs) == {"running": "running", "waiting": "cancelled", "done": "done"}
    assert begin(jobs, "waiting") is None
    run = find(jobs, "running").run
    assert not jobs.report(run, "me", None, None)
    jobs.end(run, "me", JobState.CANCELLED)
    assert states(jobs)["running"] == "cancelled"
    assert not find(jobs, "running").stopping


def test_a_removed_job_stops(jobs: WorkerSide) -> None:
    jobs.add(KIND, "a")
    run = find(jobs, "a").run
    begin(jobs, "a")
    jobs.forget(KIND, "a")

    assert not jobs.report(run, "me", None, None)
    jobs.end(run, "me", JobState.CANCELLED)
    assert jobs.find(KIND, "a") is None


def test_a_failed_job_says_why_in_both_languages_and_can_be_retried(jobs: WorkerSide) -> None:
    for name in "ab":
        jobs.add(KIND, name, "{}")
    first = begin(jobs, "a")
    assert first is not None
    jobs.began(first.run, "me", "work-1")
    error = UnreadableSound(name="a.wav")
    jobs.end(first.run, "me", JobState.FAILED, error)

    failed = find(jobs, "a")
    assert dict(failed.error) == {"ja": error.message("ja"), "en": error.message("en")}
    assert failed.ended is not None

    jobs.retry(KIND, "a")
    again = find(jobs, "a")
    assert list(states(jobs)) == ["b", "a"]
    assert again.run != first.run
    assert (again.error, again.work, again.arguments, again.attempts) == ((), "work-1", "{}", 0)


def test_only_what_has_ended_badly_is_retried(jobs: WorkerSide) -> None:
    for name in ("running", "waiting"):
        jobs.add(KIND, name)
    begin(jobs, "running")
    for name in ("running", "waiting"):
        jobs.retry(KIND, name)

    assert states(jobs) == {"running": "running", "waiting": "waiting"}


def test_a_job_is_ensured_once_while_it_is_not_over(jobs: WorkerSide) -> None:
    assert jobs.ensure(KIND, "a")
    assert not jobs.ensure(KIND, "a")
    begin(jobs, "a")
    assert not jobs.ensure(KIND, "a")
    jobs.end(find(jobs, "a").run, "me", JobState.DONE)
    assert jobs.ensure(KIND, "a")
    assert states(jobs) == {"a": "waiting"}


def test_a_job_that_kills_its_workers_fails_after_the_last_attempt(jobs: WorkerSide) -> None:
    jobs.add(KIND, "deadly")
    attempts = [begin(jobs, "deadly", f"worker {number}") for number in range(4)]

    assert [job.attempts if job else None for job in attempts] == [1, 2, 3, None]
    job = find(jobs, "deadly")
    assert job.state is JobState.FAILED
    assert "もう一度" in dict(job.error)["ja"]
    jobs.retry(KIND, "deadly")
    again = begin(jobs, "deadly")
    assert again is not None
    assert again.attempts == 1


def test_a_worker_that_ends_in_good_order_has_made_no_attempt(jobs: WorkerSide) -> None:
    jobs.add(KIND, "a")
    for _ in range(5):
        begin(jobs, "a")
        jobs.give_back("me")

    assert find(jobs, "a").attempts == 0
    assert states(jobs) == {"a": "running"}


def test_a_job_that_was_asked_to_stop_is_cancelled_when_its_worker_is_dead(
    jobs: WorkerSide,
) -> None:
    jobs.add(KIND, "a")
    begin(jobs, "a", "dead")
    jobs.stop(KIND, "a")

    assert begin(jobs, "a", "next") is None
    assert states(jobs) == {"a": "cancelled"}


def test_a_worker_that_was_taken_for_dead_is_not_heard(jobs: WorkerSide) -> None:
    jobs.add(KIND, "a")
    begin(jobs, "a", "zombie")
    begin(jobs, "a", "next")
    run = find(jobs, "a").run

    assert not jobs.report(run, "zombie", Progress("recognize", 1.0, 2.0), None)
    jobs.began(run, "zombie", "work")
    jobs.end(run, "zombie", JobState.DONE)
    assert (find(jobs, "a").state, find(jobs, "a").work) == (JobState.RUNNING, "")
    assert jobs.report(run, "next", Progress("recognize", 1.0, 2.0), None)


def test_what_the_engine_lost_becomes_a_new_run(jobs: WorkerSide) -> None:
    for name in ("waiting", "running", "done"):
        jobs.add(KIND, name)
        jobs.sent(find(jobs, name).run)
    for name in ("running", "done"):
        begin(jobs, name)
    jobs.end(find(jobs, "done").run, "me", JobState.DONE)
    before = {name: find(jobs, name).run for name in ("waiting", "running", "done")}
    for run in before.values():
        jobs.send_again(run)

    assert [job.subject for job in jobs.unsent()] == ["waiting", "running"]
    assert find(jobs, "running").attempts == 1
    assert find(jobs, "done").run == before["done"]


def test_a_job_outlives_the_process(database: Database) -> None:
    SqlJobs(database).add(KIND, "a", "{}")

    found = SqlJobs(Database(database.place)).find(KIND, "a")
    assert found is not None
    assert (found.state, found.arguments) == (JobState.WAITING, "{}")


def test_no_run_is_begun_by_two(database: Database) -> None:
    SqlJobs(database).add(KIND, "a")
    run = SqlJobs(database).unsent()[0].run

    with ThreadPoolExecutor(8) as threads:
        every = list(threads.map(lambda n: SqlJobs(database).begin(run, f"w{n}", 100), range(8)))

    assert sorted(job.attempts for job in every if job) == list(range(1, 9))


def test_a_job_added_by_many_at_once_is_there_once(database: Database) -> None:
    with ThreadPoolExecutor(8) as threads:
        added = list(threads.map(lambda _: SqlJobs(database).ensure(KIND, "a"), range(8)))

    assert sum(added) == 1
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: SqlJobs(database).add(KIND, "a"), range(8)))
    assert len(SqlJobs(database).jobs()) == 1
