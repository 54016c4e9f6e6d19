from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from assistant.errors import DatabaseUnavailable, MissingWeights, Stopped
from assistant.services import watching
from assistant.services.manual_desk import ManualDesk
from assistant.services.manuals import ManualLibrary
from assistant.services.queueing import Job, JobState
from assistant.services.upkeep import Daily, Piecework, WatchedManuals
from assistant.testing import (
    FakeClock,
    FakeEmbedder,
    FakeManualTools,
    InMemoryManualStore,
    MemoryWatchedFiles,
    PlainVault,
)
from assistant.testing_jobs import FakeTask, MemoryJobs
from tests.archives import archive_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EMBEDDING = "embed manuals"


class Site:
    def __init__(self, folder: Path) -> None:
        self.folder = folder / "manuals"
        self.folder.mkdir()
        store = InMemoryManualStore()
        self.tools = FakeManualTools()
        watched = MemoryWatchedFiles()
        self.library = ManualLibrary(
            folder / "kept", PlainVault(), store, watched, self.tools, FakeClock()
        )
        self.jobs = MemoryJobs()
        self.clock = FakeClock(datetime.now(UTC))
        self.archive = archive_in(folder)
        self.desk = ManualDesk(self.library, self.archive, self.clock)
        self.others_look = False
        self.watched = WatchedManuals(self.desk, self.folder, self.alone)
        incomplete, step = self.library.incomplete, self.library.embed_some
        self.work = Piecework(EMBEDDING, self.jobs, self.clock, incomplete, step)

    @contextmanager
    def alone(self) -> Iterator[bool]:
        yield not self.others_look

    def write(self, name: str, passages: int) -> None:
        text = "\n".join(f"{name}の{n}番目。" for n in range(passages))
        (self.folder / name).write_text(text, encoding="utf-8")

    def look(self, *, crowded: bool = False) -> None:
        for look in (self.watched.look, self.work.look):
            look(lambda: crowded)

    def task(self) -> FakeTask:
        return FakeTask(Job("", EMBEDDING))

    def embedded(self) -> int:
        return sum(one.embedded for one in self.library.editions())

    def waits(self) -> bool:
        job = self.jobs.find(EMBEDDING, "")
        return job is not None and job.state is JobState.WAITING


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setattr(watching, "SETTLED", 0.0)
    return Site(tmp_path)


def test_new_files_are_taken_and_what_is_to_embed_becomes_a_job(site: Site) -> None:
    site.look()
    assert not site.waits()
    site.write("a.md", 20)
    site.write("b.md", 4)
    site.look()
    assert (len(site.library.editions()), site.embedded()) == (2, 0)
    assert site.waits()

    task = site.task()
    site.work.kind.run(task)
    assert site.embedded() == 24
    assert [one.done for one in task.seen] == [1, 2]
    site.jobs.forget(EMBEDDING, "")
    site.look()
    assert not site.waits()


def test_embedding_ends_when_others_wait_and_goes_on_later(site: Site) -> None:
    site.write("a.md", 20)
    site.look()
    task = site.task()
    task.crowded = True
    site.work.kind.run(task)
    assert site.embedded() == 0
    task.stopped, task.crowded = True, False
    with pytest.raises(Stopped):
        site.work.kind.run(task)
    assert site.embedded() == 16

    site.jobs.forget(EMBEDDING, "")
    site.look()
    assert site.waits()


def test_nothing_is_taken_while_the_machine_is_crowded(site: Site) -> None:
    site.write("a.md", 1)
    site.look(crowded=True)
    assert site.library.editions() == []


def test_only_one_of_several_machines_takes_files_at_a_time(site: Site) -> None:
    site.write("a.md", 1)
    site.others_look = True
    site.look()
    assert site.library.editions() == []


def test_files_are_searchable_by_words_without_weights(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(self: FakeManualTools) -> FakeEmbedder:
        raise MissingWeights(name="e5", folder="models")

    monkeypatch.setattr(FakeManualTools, "embedder", missing)
    site.write("a.md", 2)
    site.look()
    assert len(site.library.store.indexed()) == 2
    with pytest.raises(MissingWeights):
        site.work.kind.run(site.task())


def test_what_failed_is_tried_again_after_a_while(site: Site) -> None:
    site.write("a.md", 2)
    site.look()
    job = site.jobs.unsent()[0]
    site.jobs.begin(job.run, "me", 3)
    site.jobs.end(job.run, "me", JobState.FAILED, MissingWeights(name="e5", folder="models"))
    site.look()
    assert not site.waits()
    site.clock.time += timedelta(minutes=2)
    site.look()
    assert site.waits()


def test_a_look_that_failed_is_taken_again(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.write("a.md", 1)
    with monkeypatch.context() as patched:

        def down(*_: object) -> None:
            raise DatabaseUnavailable(place="x")

        patched.setattr(site.library.store, "add", down)
        with pytest.raises(DatabaseUnavailable):
            site.look()
    site.look()
    assert len(site.library.editions()) == 1
    assert replace(site.library.editions()[0], passages=1) == site.library.editions()[0]


def test_daily_work_is_done_once_a_day() -> None:
    jobs, clock, done = MemoryJobs(), FakeClock(), []
    daily = Daily("sweep", jobs, clock, lambda: done.append(clock.now()))

    def look() -> None:
        daily.look(lambda: True)
        for job in jobs.unsent():
            jobs.begin(job.run, "me", 3)
            daily.kind.run(FakeTask(job))
            jobs.end(job.run, "me", JobState.DONE)

    look()
    look()
    assert len(done) == 1
    clock.time += timedelta(days=1)
    look()
    look()
    assert len(done) == 2


def test_a_day_that_failed_is_tried_again_the_same_day_less_and_less_often() -> None:
    jobs, clock = MemoryJobs(), FakeClock(datetime.now(UTC).replace(hour=0, minute=0))
    daily = Daily("sweep", jobs, clock, lambda: None)
    tries: list[timedelta] = []
    midnight = clock.time
    for _ in range(24 * 60):
        daily.look(lambda: False)
        for job in jobs.unsent():
            jobs.begin(job.run, "me", 3)
            jobs.end(job.run, "me", JobState.FAILED, MissingWeights(name="a", folder="b"))
            failed = jobs.find("sweep", "")
            assert failed is not None
            jobs._put(replace(failed, ended=clock.time))
            tries.append(clock.time - midnight)
        clock.time += timedelta(minutes=1)
    rests = [later - earlier for earlier, later in pairwise(tries)]
    assert rests[:6] == [timedelta(minutes=5 * 2**number) for number in range(6)]
    assert set(rests[6:]) == {timedelta(hours=4)}
    assert len(tries) < 14

    daily.look(lambda: False)
    new = jobs.find("sweep", "")
    assert new is not None
    assert new.state is JobState.WAITING, "the next day begins anew"
    assert new.arguments == clock.time.date().isoformat()
