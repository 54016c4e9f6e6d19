"""Backups that are asked for on the page: made, verified, told of; on both databases."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from assistant.errors import BackupError, Forbidden, Stopped, UnknownBackup
from assistant.people import SINGLE_USER, Role
from assistant.services.backup_desk import SUBJECT, BackupDesk
from assistant.services.backup_work import STALE, BackupWork
from assistant.services.backups import SUFFIX, Restores
from assistant.services.queueing import BACKUP, Job, JobState
from assistant.store.jobs import SqlJobs
from assistant.testing import FakeClock
from assistant.testing_jobs import FakeTask
from tests.integration.test_backup import Place

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.services.backup_desk import Backup
    from assistant.store.engine import Database


class Site:
    """A place, its desk, and a worker that does what the desk asks for."""

    def __init__(self, folder: Path, database: Database) -> None:
        self.place = Place(folder / "data", database)
        self.place.add("20261120-101530-5f3a91")
        self.folder = folder / "backups"
        self.jobs = SqlJobs(database)
        self.desk = BackupDesk(
            self.place.store, self.jobs, self.folder, self.place.folder, FakeClock()
        )
        restores = Restores(self.place.restorer(None), self.place.anchors, FakeClock())
        self.work = BackupWork(self.place.backups(), restores, self.folder)

    def job(self) -> Job:
        found = self.jobs.find(BACKUP, SUBJECT)
        assert found is not None
        return found

    def do(self) -> FakeTask:
        task = FakeTask(self.job())
        self.work(task)
        return task

    def backups(self) -> list[Backup]:
        return self.desk.overview(SINGLE_USER).backups

    def files(self) -> list[str]:
        return sorted(one.name for one in self.folder.iterdir())


@pytest.fixture
def site(tmp_path: Path, database: Database) -> Site:
    return Site(tmp_path, database)


def test_a_backup_is_made_verified_and_told_of(site: Site) -> None:
    assert site.backups() == []
    site.desk.start(SINGLE_USER)
    site.desk.start(SINGLE_USER)  # one is enough
    assert site.job().state is JobState.WAITING
    task = site.do()
    (one,) = site.backups()
    assert (one.name, task.work) == (site.files()[0], site.files()[0])
    assert one.size == (site.folder / one.name).stat().st_size
    assert (one.here, one.passphrase, one.by) == (True, False, SINGLE_USER.name)
    assert one.verified is not None
    stages = list(dict.fromkeys(progress.stage for progress in task.seen))
    assert stages == ["backup_rows", "backup_files", "backup_verify"]
    assert max(progress.share for progress in task.seen) == 1.0
    told = site.desk.overview(SINGLE_USER)
    assert (told.folder, told.beside) == (site.folder, True)


def test_a_broken_backup_is_told_of(site: Site) -> None:
    site.desk.start(SINGLE_USER)
    site.do()
    (one,) = site.backups()
    content = bytearray(one.path.read_bytes())
    content[len(content) // 2] ^= 1
    one.path.write_bytes(content)
    site.jobs.forget(BACKUP, SUBJECT)
    site.desk.verify(SINGLE_USER, one.name)
    with pytest.raises(BackupError):
        site.do()
    (one,) = site.backups()
    assert (one.verified, one.broken is None) == (None, False)


def test_what_was_made_before_a_sudden_end_is_not_made_again(site: Site) -> None:
    site.desk.start(SINGLE_USER)
    made, _ = site.place.backups().make(SINGLE_USER, site.place.folder, None)
    site.folder.mkdir()
    made.rename(site.folder / made.name)
    site.work(FakeTask(replace(site.job(), work=made.name)))
    assert site.files() == [made.name]


def test_nothing_is_left_of_what_was_stopped_or_killed(site: Site) -> None:
    site.folder.mkdir()
    dead, alive = (site.folder / f".{name}{SUFFIX}.0a1b.part" for name in ("dead", "alive"))
    for piece in (dead, alive):
        piece.touch()
    long_ago = time.time() - STALE - 1
    os.utime(dead, (long_ago, long_ago))
    site.desk.start(SINGLE_USER)
    with pytest.raises(Stopped):
        site.work(FakeTask(site.job(), stopped=True))
    assert site.files() == [alive.name]  # somebody may be writing it
    site.desk.stop(SINGLE_USER)
    assert site.job().state is JobState.CANCELLED


def test_what_was_made_by_command_is_told_of_too(site: Site, tmp_path: Path) -> None:
    made, _ = site.place.backups().make(SINGLE_USER, tmp_path, "合言葉")
    (one,) = site.backups()
    assert (one.name, one.place, one.passphrase) == (made.name, str(tmp_path), True)
    made.unlink()
    assert not site.backups()[0].here
    for name in (made.name, "../x", "never"):
        with pytest.raises(UnknownBackup):
            site.desk.verify(SINGLE_USER, name)


def test_only_who_looks_after_backups_may(site: Site) -> None:
    others = replace(SINGLE_USER, roles=frozenset(Role) - {Role.ADMINISTRATOR})
    for act in (site.desk.overview, site.desk.start, site.desk.stop):
        with pytest.raises(Forbidden):
            act(others)
    with pytest.raises(Forbidden):
        site.desk.verify(others, "x")
