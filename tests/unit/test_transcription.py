from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assistant.errors import AlreadyRunning, DatabaseUnavailable, Stopped, UnreadableSound
from assistant.model import Progress
from assistant.people import SINGLE_USER as ME
from assistant.services.queueing import PLAYBACK, TRANSCRIPTION, Job
from assistant.services.transcribing import Options
from assistant.services.transcription import PlaybackWork
from assistant.testing import MemorySteps
from assistant.testing_jobs import FakeTask
from tests.libraries import Shelves
from tests.recordings import make_transcript
from tests.worker_process import transcription, write_something

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

    from assistant.model import Transcript
    from assistant.ports import ProgressHook
    from assistant.services.transcription import Annotate, TranscriptionWork


class Site(Shelves):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.steps = MemorySteps()

    def arrive(self, name: str, options: Options | None = None) -> FakeTask:
        """The work on a new recording."""
        with self.library.adding(ME, name, options or Options()) as (recording, file):
            file.write(b"sound")
        return self.task(recording)

    def task(self, recording: str) -> FakeTask:
        job = self.jobs.find(TRANSCRIPTION, recording)
        assert job is not None
        return FakeTask(job)

    def work(self, annotate: Annotate | None = None) -> TranscriptionWork:
        return transcription(self.folder, self.bench, self.steps, annotate=annotate)

    def transcript(self, task: FakeTask) -> Transcript:
        return self.library.transcript(ME, task.job.subject)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_a_recording_becomes_a_transcript(site: Site) -> None:
    task = site.arrive("meeting.wav")
    site.work()(task)

    transcript = site.transcript(task)
    assert transcript.recording.name == "meeting.wav"
    assert "".join(turn.text for turn in transcript.turns).startswith("10。11。12。")
    assert site.bench.copy(task.job.subject).is_file()
    assert site.bench.peaks(task.job.subject).is_file()
    assert task.work == transcript.provenance.settings["work"]
    assert list(dict.fromkeys(one.stage for one in task.seen)) == [
        "prepare",
        "survey",
        "load",
        "recognize",
        "finish",
    ]


def test_what_was_heard_elsewhere_is_made_playable(site: Site, tmp_path: Path) -> None:
    sound = tmp_path / "委員会.wav"
    sound.write_bytes(b"sound")
    recording = site.library.take(ME, make_transcript("委員会.wav"), sound)
    job = site.jobs.find(PLAYBACK, recording)
    assert job is not None

    PlaybackWork(site.bench, write_something)(FakeTask(job))

    assert site.bench.copy(recording).is_file()
    assert site.bench.peaks(recording).is_file()
    assert site.jobs.find(TRANSCRIPTION, recording) is None, "it is not heard again"


def test_what_was_heard_is_kept_nowhere_else_when_it_is_done(site: Site) -> None:
    site.work()(site.arrive("meeting.wav"))

    assert site.steps.computed
    assert site.steps.kept == {}


def test_the_sections_that_fit_are_added_where_somebody_asked(site: Site) -> None:
    annotated: list[str] = []

    def annotate(heard: Transcript, progress: ProgressHook) -> Transcript:
        progress(Progress("annotate", 1.0, 2.0))
        annotated.append(heard.recording.name)
        return heard

    for task in (site.arrive("a.wav"), site.arrive("b.wav", Options(manuals=True))):
        site.work(annotate)(task)

    assert annotated == ["b.wav"]
    assert task.seen[-1] == Progress("annotate", 1.0, 2.0)


def test_a_library_that_does_not_answer_costs_no_transcript(site: Site) -> None:
    def annotate(heard: Transcript, progress: ProgressHook) -> Transcript:
        raise DatabaseUnavailable(place="db")

    task = site.arrive("a.wav", Options(manuals=True))
    site.work(annotate)(task)

    assert site.transcript(task).turns


def test_a_broken_file_says_so(site: Site) -> None:
    with pytest.raises(UnreadableSound, match=r"broken\.wav"):
        site.work()(site.arrive("broken.wav"))


def test_another_try_goes_on_from_the_finished_steps(site: Site) -> None:
    task = site.arrive("bug.wav")
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            site.work()(task)

    heard = (site.folder / "heard.log").read_text().splitlines()
    assert heard == ["bug.wav 0", "bug.wav 4", "bug.wav 8", "bug.wav 8"]


def test_it_stops_between_two_steps(site: Site) -> None:
    task = site.arrive("meeting.wav")
    task.stopped = True
    with pytest.raises(Stopped):
        site.work()(task)
    assert not (site.folder / "heard.log").exists()


def test_work_that_somebody_else_holds_is_waited_for(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.services.transcription.LOOK_EVERY", 0.0)
    refusals, open_steps = [1, 2, 3], site.steps.open

    def held(work: str, name: str) -> AbstractContextManager[MemorySteps]:
        if refusals.pop():
            raise AlreadyRunning(name=name)
        return open_steps(work, name)

    refusals.insert(0, 0)
    monkeypatch.setattr(site.steps, "open", held)
    task = site.arrive("a.wav")
    site.work()(task)
    assert site.transcript(task).turns

    refusals.extend([1, 1])
    monkeypatch.setattr("assistant.services.transcription.PATIENCE", -1.0)
    with pytest.raises(AlreadyRunning):
        site.work()(site.arrive("b.wav"))


def test_a_job_without_arguments_has_the_usual_options() -> None:
    assert Job("a").options == Options()
