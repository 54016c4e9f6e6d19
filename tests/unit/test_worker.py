from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from assistant.errors import DatabaseUnavailable, Stopped
from assistant.jobs.queue import QueueDatabase
from assistant.jobs.steps import StepsDatabase
from assistant.jobs.worker import Reporter
from assistant.model import Progress, TurnPassage
from assistant.people import SINGLE_USER as ME
from assistant.services.queueing import JobState
from assistant.services.transcribing import Options
from tests.worker_process import library, make_worker

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.model import Transcript
    from assistant.ports import ProgressHook
    from assistant.services.library import Library

PASSAGE = TurnPassage("t1", 1.0, "手引き", "e1", None, ("1 通告",), 3, "本文", 0.5, ())


@pytest.fixture
def queue(tmp_path: Path) -> QueueDatabase:
    return QueueDatabase(tmp_path / "queue.sqlite")


@pytest.fixture
def shelves(tmp_path: Path, queue: QueueDatabase) -> Library:
    return library(tmp_path, queue, StepsDatabase(tmp_path / "steps"))


def add(shelves: Library, name: str, options: Options | None = None) -> str:
    with shelves.adding(ME, name, options or Options()) as (recording, file):
        file.write(b"sound")
    return recording


def test_a_recording_becomes_a_transcript(
    tmp_path: Path, shelves: Library, queue: QueueDatabase
) -> None:
    recording = add(shelves, "meeting.wav")

    worker = make_worker(tmp_path)
    assert worker.work()
    assert not worker.work()

    job = shelves.entry(ME, recording).job
    assert (job.state, job.error) == (JobState.DONE, ())
    transcript = shelves.transcript(ME, recording)
    assert transcript.recording.name == "meeting.wav"
    assert "".join(turn.text for turn in transcript.turns).startswith("10。11。12。")
    assert shelves.files.copy(recording).is_file()
    assert shelves.files.peaks(recording).is_file()


def test_the_sections_that_fit_are_added_where_somebody_asked(
    tmp_path: Path, shelves: Library
) -> None:
    def annotate(heard: Transcript, progress: ProgressHook) -> Transcript:
        progress(Progress("annotate", 1.0, 2.0))
        return replace(heard, passages=(PASSAGE,))

    without, asked = add(shelves, "a.wav"), add(shelves, "b.wav", Options(manuals=True))
    worker = make_worker(tmp_path, annotate=annotate)
    while worker.work():
        pass

    assert shelves.transcript(ME, without).passages == ()
    assert shelves.transcript(ME, asked).passages == (PASSAGE,)


def test_a_library_that_does_not_answer_costs_no_transcript(
    tmp_path: Path, shelves: Library
) -> None:
    def annotate(heard: Transcript, progress: ProgressHook) -> Transcript:
        raise DatabaseUnavailable(place="db")

    recording = add(shelves, "a.wav", Options(manuals=True))
    make_worker(tmp_path, annotate=annotate).work()

    assert shelves.entry(ME, recording).job.state is JobState.DONE
    assert shelves.transcript(ME, recording).turns


def test_what_fails_does_not_keep_others_waiting(tmp_path: Path, shelves: Library) -> None:
    broken, bug, good = (add(shelves, name) for name in ("broken.wav", "bug.wav", "good.wav"))

    worker = make_worker(tmp_path)
    while worker.work():
        pass

    jobs = {one: shelves.entry(ME, one).job for one in (broken, bug, good)}
    assert [job.state for job in jobs.values()] == [
        JobState.FAILED,
        JobState.FAILED,
        JobState.DONE,
    ]
    assert "broken.wav" in dict(jobs[broken].error)["ja"]
    assert "もう一度" in dict(jobs[bug].error)["ja"]


def test_the_log_of_a_fault_holds_no_words(
    tmp_path: Path, shelves: Library, caplog: pytest.LogCaptureFixture
) -> None:
    add(shelves, "bug.wav")

    make_worker(tmp_path).work()

    (record,) = [one for one in caplog.records if one.message == "unforeseen"]
    assert "ZeroDivisionError at worker_process.py:" in vars(record)["error"]
    assert "ご本人の言葉" not in caplog.text + str(vars(record))


def test_a_retry_goes_on_from_the_finished_steps(
    tmp_path: Path, shelves: Library, queue: QueueDatabase
) -> None:
    recording = add(shelves, "bug.wav")
    make_worker(tmp_path).work()
    make_worker(tmp_path)
    queue.retry(recording)
    make_worker(tmp_path).work()

    heard = (tmp_path / "heard.log").read_text().splitlines()
    assert heard == ["bug.wav 0", "bug.wav 4", "bug.wav 8", "bug.wav 8"]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr("assistant.jobs.worker.time.monotonic", lambda: now[0])
    return now


def test_progress_is_noted_now_and_then_with_the_time_left(
    queue: QueueDatabase, clock: list[float]
) -> None:
    queue.add("a", Options())
    queue.take()
    reporter = Reporter(queue, "a")
    seen = []
    for step in range(100):  # ten seconds of work, ten times as fast as the sound
        clock[0] = 100 + step / 10
        reporter(Progress("recognize", step, 200.0))
        job = queue.find("a")
        assert job is not None
        seen.append((job.progress, job.left))

    assert len(set(seen)) == 20
    assert seen[5][1] is None
    assert seen[99][1] == pytest.approx((200 - 95) / 10)


def test_a_job_stops_when_somebody_asks(queue: QueueDatabase, clock: list[float]) -> None:
    queue.add("a", Options())
    queue.take()
    reporter = Reporter(queue, "a")
    reporter(Progress("recognize", 1, 10))
    queue.stop("a")
    clock[0] += 1

    with pytest.raises(Stopped):
        reporter(Progress("recognize", 2, 10))
