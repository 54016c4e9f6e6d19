from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from assistant.errors import UnreadableSound
from assistant.jobs.queue import QueueDatabase
from assistant.model import Kind, Progress, SpeakerCount
from assistant.services.queueing import Job, JobState
from assistant.services.transcribing import Options

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def queue(tmp_path: Path) -> QueueDatabase:
    return QueueDatabase(tmp_path / "queue.sqlite")


def states(queue: QueueDatabase) -> dict[str, str]:
    return {name: job.state.value for name, job in queue.jobs().items()}


def take(queue: QueueDatabase) -> Job:
    job = queue.take()
    assert job is not None
    return job


def test_jobs_are_taken_in_the_order_they_came(queue: QueueDatabase) -> None:
    for name in ("a", "b", "c"):
        queue.add(name, Options())

    assert [take(queue).recording for _ in "abc"] == ["a", "b", "c"]
    assert queue.take() is None


def test_a_job_outlives_the_process_with_its_options(tmp_path: Path, queue: QueueDatabase) -> None:
    options = Options(kind=Kind.CALL, count=SpeakerCount(2, None), model="small")
    queue.add("a", options)

    assert QueueDatabase(tmp_path / "queue.sqlite").jobs() == {"a": Job("a", options)}


def test_no_job_is_taken_twice(tmp_path: Path, queue: QueueDatabase) -> None:
    for number in range(20):
        queue.add(str(number), Options())

    with ThreadPoolExecutor(4) as threads:
        others = [QueueDatabase(tmp_path / "queue.sqlite") for _ in range(24)]
        taken = [job.recording for job in threads.map(lambda one: one.take(), others) if job]

    assert sorted(taken, key=int) == [str(number) for number in range(20)]


def test_progress_is_seen_by_others(tmp_path: Path, queue: QueueDatabase) -> None:
    queue.add("a", Options())
    queue.take()
    queue.report("a", Progress("recognize", 30.0, 120.0), 45.0)

    job = QueueDatabase(tmp_path / "queue.sqlite").find("a")
    assert job is not None
    assert job.progress == Progress("recognize", 30.0, 120.0)
    assert job.left == 45.0


def test_a_waiting_job_is_cancelled_at_once_and_a_running_one_is_asked(
    queue: QueueDatabase,
) -> None:
    for name in ("running", "waiting", "done"):
        queue.add(name, Options())
    queue.take()
    queue.done("done")
    for name in ("running", "waiting", "done"):
        queue.stop(name)

    assert states(queue) == {"running": "running", "waiting": "cancelled", "done": "done"}
    assert queue.asked_to_stop("running")
    queue.stopped("running")
    assert states(queue)["running"] == "cancelled"
    assert not queue.asked_to_stop("running")


def test_a_removed_job_is_asked_to_stop(queue: QueueDatabase) -> None:
    queue.add("a", Options())
    queue.take()
    queue.forget("a")

    assert queue.asked_to_stop("a")


def test_a_failed_job_says_why_in_both_languages_and_can_be_retried(queue: QueueDatabase) -> None:
    for name in ("a", "b"):
        queue.add(name, Options())
    queue.take()
    queue.failed("a", UnreadableSound(name="a.wav"))

    job = queue.jobs()["a"]
    error = UnreadableSound(name="a.wav")
    assert dict(job.error) == {"ja": error.message("ja"), "en": error.message("en")}

    queue.retry("a")
    queue.add("c", Options())

    assert [take(queue).recording for _ in "bac"] == ["b", "a", "c"]
    assert queue.jobs()["a"].error == ()


def test_only_what_has_ended_badly_is_retried(queue: QueueDatabase) -> None:
    for name in ("running", "waiting"):
        queue.add(name, Options())
    queue.take()
    for name in ("running", "waiting"):
        queue.retry(name)

    assert states(queue) == {"running": "running", "waiting": "waiting"}


def test_what_a_dead_worker_left_is_taken_again_before_others(queue: QueueDatabase) -> None:
    for name in ("a", "b"):
        queue.add(name, Options())
    queue.take()

    queue.recover(attempts=3)

    assert [(job.recording, job.attempts) for job in (take(queue), take(queue))] == [
        ("a", 2),
        ("b", 1),
    ]


def test_a_job_that_kills_its_worker_fails_after_the_last_attempt(queue: QueueDatabase) -> None:
    queue.add("deadly", Options())
    for _ in range(3):
        assert take(queue).recording == "deadly"
        queue.recover(attempts=3)

    job = queue.jobs()["deadly"]
    assert job.state is JobState.FAILED
    assert "もう一度" in dict(job.error)["ja"]
    queue.retry("deadly")
    assert take(queue).attempts == 1


def test_a_job_that_was_asked_to_stop_is_cancelled_when_its_worker_is_dead(
    queue: QueueDatabase,
) -> None:
    queue.add("a", Options())
    queue.take()
    queue.stop("a")

    queue.recover(attempts=3)

    assert states(queue) == {"a": "cancelled"}
