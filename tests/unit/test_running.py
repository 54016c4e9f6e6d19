from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest

from assistant.errors import DatabaseUnavailable, Stopped, UnreadableSound
from assistant.jobs import patience, running
from assistant.jobs.heart import SILENT, Heart
from assistant.jobs.running import Reporter, Runner
from assistant.model import Progress
from assistant.services.queueing import Job, JobState, Kind, Lane
from assistant.testing_jobs import MemoryCalls, MemoryJobs

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.services.queueing import Task


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "FIRST_PAUSE", 0.0)
    monkeypatch.setattr(running, "LOOK_EVERY", 0.001)


@pytest.fixture
def jobs() -> MemoryJobs:
    return MemoryJobs()


@pytest.fixture
def calls() -> MemoryCalls:
    return MemoryCalls()


def runner(
    jobs: MemoryJobs, calls: MemoryCalls, run: Callable[[Task], None], lane: Lane = Lane.SOUND
) -> Runner:
    return Runner(jobs, {"work": Kind("work", run, lane)}, calls, "me")


def run_of(jobs: MemoryJobs, subject: str = "a") -> str:
    job = jobs.find("work", subject)
    assert job is not None
    return job.run


def outcome(jobs: MemoryJobs, run: Callable[[Task], None]) -> Job:
    jobs.add("work", "a", "{}")
    runner(jobs, MemoryCalls(), run).run(run_of(jobs))
    job = jobs.find("work", "a")
    assert job is not None
    return job


def fail(error: Exception) -> Callable[[Task], None]:
    def run(task: Task) -> None:
        raise error

    return run


def test_a_job_that_went_well_is_done(jobs: MemoryJobs) -> None:
    seen = []
    job = outcome(jobs, lambda task: seen.append((task.job.subject, task.job.arguments)))

    assert seen == [("a", "{}")]
    assert (job.state, job.error, job.attempts) == (JobState.DONE, (), 1)


@pytest.mark.parametrize(
    ("error", "state", "sentence"),
    [
        (Stopped(), JobState.CANCELLED, None),
        (UnreadableSound(name="a.wav"), JobState.FAILED, "a.wav"),
        (ZeroDivisionError("ご本人の言葉"), JobState.FAILED, "もう一度"),
    ],
)
def test_what_a_job_raises_becomes_its_end(
    jobs: MemoryJobs, error: Exception, state: JobState, sentence: str | None
) -> None:
    job = outcome(jobs, fail(error))

    assert job.state is state
    assert sentence is None or sentence in dict(job.error)["ja"]


def test_the_log_of_a_fault_holds_no_words(
    jobs: MemoryJobs, caplog: pytest.LogCaptureFixture
) -> None:
    outcome(jobs, fail(ZeroDivisionError("ご本人の言葉")))

    (record,) = [one for one in caplog.records if one.message == "unforeseen"]
    assert "ZeroDivisionError at test_running.py:" in vars(record)["error"]
    assert "ご本人の言葉" not in caplog.text + str(vars(record))


def test_what_is_not_wanted_any_more_is_not_begun(jobs: MemoryJobs) -> None:
    jobs.add("work", "a")
    run = run_of(jobs)
    jobs.stop("work", "a")
    runner(jobs, MemoryCalls(), fail(AssertionError())).run(run)

    job = jobs.find("work", "a")
    assert job is not None
    assert job.state is JobState.CANCELLED


def test_a_database_that_does_not_answer_is_waited_for(jobs: MemoryJobs) -> None:
    outages = [DatabaseUnavailable(place="db"), DatabaseUnavailable(place="db"), None]

    def run(task: Task) -> None:
        outage = outages.pop(0)
        if outage is not None:
            raise outage

    assert outcome(jobs, run).state is JobState.DONE
    assert outages == []


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def reporter(jobs: MemoryJobs, calls: MemoryCalls, lane: Lane = Lane.SOUND) -> Reporter:
    jobs.add("work", "a")
    job = jobs.begin(run_of(jobs), "me", 3)
    assert job is not None
    return Reporter(runner(jobs, calls, fail(AssertionError()), lane), job)


def test_progress_is_noted_now_and_then_with_the_time_left(
    jobs: MemoryJobs, calls: MemoryCalls, clock: list[float]
) -> None:
    report = reporter(jobs, calls)
    seen = []
    for step in range(100):  # ten seconds of work, ten times as fast as the sound
        clock[0] = 100 + step / 10
        report(Progress("recognize", step, 200.0))
        job = jobs.find("work", "a")
        assert job is not None
        seen.append((job.progress, job.left))

    assert len(set(seen)) == 20
    assert seen[5][1] is None
    assert seen[99][1] == pytest.approx((200 - 95) / 10)


def test_a_job_stops_when_somebody_asks(
    jobs: MemoryJobs, calls: MemoryCalls, clock: list[float]
) -> None:
    report = reporter(jobs, calls)
    report(Progress("recognize", 1, 10))
    jobs.stop("work", "a")
    clock[0] += 1

    with pytest.raises(Stopped):
        report(Progress("recognize", 2, 10))


def test_a_job_that_another_worker_has_taken_over_stops(
    jobs: MemoryJobs, calls: MemoryCalls, clock: list[float]
) -> None:
    report = reporter(jobs, calls)
    jobs.begin(run_of(jobs), "next", 3)

    with pytest.raises(Stopped):
        report(Progress("recognize", 1, 10))


def in_a_thread(act: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=act, daemon=True)
    thread.start()
    return thread


def wait_until_held(jobs: MemoryJobs) -> None:
    deadline = time.time() + 10
    while not (job := jobs.find("work", "a")) or not job.held:
        assert time.time() < deadline
        time.sleep(0.001)


def test_no_step_is_taken_while_a_call_is_running(jobs: MemoryJobs, calls: MemoryCalls) -> None:
    report = reporter(jobs, calls)
    calls.beat("call")
    step = in_a_thread(lambda: report(Progress("recognize", 1, 10)))
    wait_until_held(jobs)
    assert step.is_alive()

    calls.end("call")
    step.join(10)

    assert not step.is_alive()
    job = jobs.find("work", "a")
    assert job is not None
    assert not job.held


def test_a_held_job_can_be_stopped(jobs: MemoryJobs, calls: MemoryCalls) -> None:
    report, stopped = reporter(jobs, calls), []

    def step() -> None:
        try:
            report(Progress("recognize", 1, 10))
        except Stopped:
            stopped.append(True)

    calls.beat("call")
    thread = in_a_thread(step)
    wait_until_held(jobs)
    jobs.stop("work", "a")
    thread.join(10)
    assert stopped == [True]


def test_live_work_is_never_held_and_a_silent_call_holds_nobody(
    jobs: MemoryJobs, calls: MemoryCalls
) -> None:
    calls.beat("call")
    reporter(jobs, calls, Lane.LIVE)(Progress("recognize", 1, 10))
    calls.silence = 60.0
    reporter(jobs, calls)(Progress("recognize", 1, 10))


def test_spare_work_stands_back_from_other_work_and_from_calls(
    jobs: MemoryJobs, calls: MemoryCalls
) -> None:
    seen: dict[str, bool] = {}
    kinds = {
        "work": Kind("work", lambda task: seen.update(work=task.crowded), Lane.SOUND),
        "spare": Kind("spare", lambda task: seen.update(spare=task.crowded), Lane.SPARE),
    }
    both = Runner(jobs, kinds, calls, "me")
    for kind in kinds:
        jobs.add(kind, "a")
        job = jobs.find(kind, "a")
        assert job is not None
        both.run(job.run)

    assert seen == {"work": True, "spare": False}
    assert not both.crowded()
    calls.beat("call")
    assert both.crowded()


class Silent:
    """`jobs.heart.Workers`, of whom some are always silent."""

    def __init__(self) -> None:
        self.down = False
        self.left: list[str] = []
        self.forgotten: list[str] = []

    def beat(self, name: str, machine: str) -> None:
        if self.down:
            raise DatabaseUnavailable(place="db")

    def silent(self, seconds: float) -> list[str]:
        return ["me", "dead"] if seconds <= SILENT else self.left

    def leave(self, name: str) -> None:
        self.left.append(name)

    def forget(self, name: str) -> None:
        self.forgotten.append(name)


def test_the_dead_are_not_counted_right_after_an_outage(clock: list[float]) -> None:
    workers = Silent()
    recovered: list[str] = []
    heart = Heart(workers, "me", "machine", recovered.append)

    def live(seconds: int) -> None:
        for _ in range(seconds):
            clock[0] += 1
            try:
                heart.beat()
            except DatabaseUnavailable:
                continue
            heart.look()

    live(15)
    assert recovered == []
    workers.down = True
    live(15)
    workers.down = False
    live(15)
    assert recovered == []
    workers.left.append("gone")
    live(1)
    assert recovered == ["gone"]
    live(10)
    assert "dead" in recovered
    assert "me" not in recovered
    assert set(workers.forgotten) == set(recovered)
