"""Steps that are sealed where they are kept."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from assistant.errors import AlreadyRunning, BrokenSeal, MissingMasterKey
from assistant.sealing.steps import SealedSteps
from assistant.store.steps import SqlSteps
from tests.archives import sqlite_at
from tests.sealed_site import Site

if TYPE_CHECKING:
    from pathlib import Path

SPEECH = "ご本人の言葉".encode()


def never() -> bytes:
    raise AssertionError("computed again")


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "site")


@pytest.fixture
def steps(tmp_path: Path, site: Site) -> SealedSteps:
    return SealedSteps(SqlSteps(sqlite_at(tmp_path / "steps" / "a.sqlite")), site.keys)


def on_disk(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_a_step_is_given_back_and_lies_there_sealed(tmp_path: Path, steps: SealedSteps) -> None:
    with steps.open("work", "a.wav") as work:
        assert work.run("one", lambda: SPEECH) == SPEECH
        assert work.run("empty", lambda: b"") == b""
    assert SPEECH not in on_disk(tmp_path / "steps")
    with steps.open("work", "a.wav") as work:
        assert work.run("one", never) == SPEECH
        assert work.run("empty", never) == b""


def test_forgotten_work_has_no_key_and_can_be_done_again(site: Site, steps: SealedSteps) -> None:
    with steps.open("work", "a.wav") as work:
        work.run("one", lambda: SPEECH)
    steps.forget("work")
    assert site.memory.kept == {}
    with steps.open("work", "a.wav") as work:
        assert work.run("one", lambda: b"new") == b"new"


def test_work_is_held_as_before(steps: SealedSteps) -> None:
    with steps.open("work", "a.wav"), pytest.raises(AlreadyRunning), steps.open("work", "b.wav"):
        pass


def test_steps_that_were_exchanged_are_not_taken(tmp_path: Path, steps: SealedSteps) -> None:
    with steps.open("work", "a.wav") as work:
        work.run("one", lambda: b"1")
        work.run("two", lambda: b"2")
    with closing(sqlite3.connect(tmp_path / "steps" / "a.sqlite")) as database, database:
        database.execute(
            "UPDATE job_step SET result = (SELECT result FROM job_step WHERE name = 'one')"
            " WHERE name = 'two'"
        )
    with steps.open("work", "a.wav") as work, pytest.raises(BrokenSeal):
        work.run("two", never)


def test_steps_from_before_are_read_and_switched_off_they_are_kept_plain(
    tmp_path: Path, site: Site, steps: SealedSteps
) -> None:
    plain = SqlSteps(sqlite_at(tmp_path / "steps" / "a.sqlite"))
    off = SealedSteps(plain, site.keys, sealing=False)
    with off.open("old", "a.wav") as work:
        assert work.run("one", lambda: SPEECH) == SPEECH
    assert not site.key_file.exists()
    with steps.open("old", "a.wav") as work:
        assert work.run("one", never) == SPEECH
        assert work.run("two", lambda: SPEECH[::-1]) == SPEECH[::-1]
    with off.open("old", "a.wav") as work:
        assert work.run("two", never) == SPEECH[::-1]


def test_without_the_master_key_nothing_is_computed_again(site: Site, steps: SealedSteps) -> None:
    with steps.open("work", "a.wav") as work:
        work.run("one", lambda: SPEECH)
    key = site.key_file.read_bytes()
    site.key_file.unlink()
    with pytest.raises(MissingMasterKey), steps.open("work", "a.wav"):
        pass
    site.key_file.write_bytes(key)
    with steps.open("work", "a.wav") as work:
        assert work.run("one", never) == SPEECH
