"""Exchanging the master key: the files stay as they are, and nothing is lost on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assistant.errors import FixedMasterKey, Forbidden, LostFileKey, NotWritable, WrongMasterKey
from assistant.export.json_transcript import from_json, to_json
from assistant.keys import FileKey, KeyState
from assistant.people import SINGLE_USER, Actor, Role
from assistant.sealing.master import MasterKeys
from assistant.sealing.places import GivenKey
from assistant.sealing.rotation import KeyRing
from assistant.sealing.vault import FileVault
from assistant.sealing.wrapping import FileKeys
from assistant.services import keys as services_keys
from assistant.services.keys import MasterKeyCare
from assistant.store.archive import SqlArchive
from assistant.store.keys import SqlKeyShelf
from assistant.store.records import Codec
from assistant.testing import FakeClock
from tests.sealed_site import SPEECH, Site

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from assistant.store.engine import Database


class Rotated(Site):
    """Five sealed files, with their keys in the database."""

    def __init__(self, folder: Path, database: Database) -> None:
        super().__init__(folder, shelf=SqlKeyShelf(database))
        self.archive = SqlArchive(database, Codec(lambda one: to_json(one).encode(), from_json))
        self.files = [self.write(SPEECH + bytes([n]), owner=str(n)) for n in range(5)]
        self.before = [file.path.read_bytes() for file in self.files]
        self.care = self.care_of(self.master)

    def care_of(self, master: MasterKeys) -> MasterKeyCare:
        return MasterKeyCare(KeyRing(master), self.shelf, self.archive, FakeClock())

    def check(self) -> None:
        """The files were not touched, and are read as ever."""
        for number, file in enumerate(self.files):
            with file.open("rb") as stream:
                assert stream.read() == SPEECH + bytes([number])
        assert [file.path.read_bytes() for file in self.files] == self.before


@pytest.fixture
def site(tmp_path: Path, database: Database) -> Rotated:
    return Rotated(tmp_path / "site", database)


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services_keys, "BATCH", 2)


def test_a_rotation_touches_no_file(site: Rotated) -> None:
    old = site.master.newest().id
    seen: list[int] = []
    done = site.care.rotate(SINGLE_USER, seen.append)
    assert (done.files, done.dropped, seen) == (5, True, [2, 4, 5])
    assert site.shelf.counts() == {done.newest: 5}
    assert [key.id for key in site.master.all()] == [done.newest] != [old]
    site.check()


def test_a_rotation_is_in_the_audit_log(site: Rotated) -> None:
    old = site.master.newest().id
    done = site.care.rotate(SINGLE_USER)
    with site.archive.reading() as unit:
        rows = [(row.action, row.object, row.details) for row in unit.audit.rows()]
    keys = (old, "begun"), (done.newest, "done")
    assert rows == [("keys", key, {"rotation": state}) for key, state in keys]


@pytest.mark.parametrize("batches", [0, 1, 2, 3])
def test_a_rotation_that_was_broken_off_goes_on(
    site: Rotated, batches: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange = SqlKeyShelf.exchange
    done: list[int] = []

    def breaks(shelf: SqlKeyShelf, before: Sequence[FileKey], after: Sequence[FileKey]) -> None:
        if len(done) == batches:
            raise KeyboardInterrupt
        exchange(shelf, before, after)
        done.append(1)

    with monkeypatch.context() as patch:
        patch.setattr(SqlKeyShelf, "exchange", breaks)
        patch.setattr(KeyRing, "drop_old", breaks)
        with pytest.raises((KeyboardInterrupt, TypeError)):
            site.care.rotate(SINGLE_USER)
    site.check()  # both keys are known meanwhile
    site.files.append(site.write(SPEECH + bytes([5]), owner="5"))
    site.before.append(site.files[-1].path.read_bytes())
    newest = site.master.newest().id
    finished = site.care.rotate(SINGLE_USER)
    assert finished.newest == newest
    assert site.shelf.counts() == {newest: 6}
    assert len(site.master.all()) == 1
    site.check()


def test_a_file_that_is_shredded_meanwhile_stays_shredded(site: Rotated) -> None:
    (first,) = [key for key in site.shelf.under(site.master.newest().id, 5) if key.file[0] == "0"]
    site.master.add()
    again = KeyRing(site.master).rewrap([first])
    site.vault.shred("0")
    site.shelf.exchange([first], again)
    with pytest.raises(LostFileKey), site.files[0].open("rb"):
        pass


def test_a_key_from_the_environment_is_exchanged_in_two_steps(site: Rotated) -> None:
    old = str(site.master.newest())
    lock = site.folder / "lock"
    one = MasterKeys(GivenKey(old), lock, lambda: True)
    with pytest.raises(FixedMasterKey):
        site.care_of(one).rotate(SINGLE_USER)
    new = str(MasterKeys(GivenKey("N" * 43 + "="), lock, lambda: True).newest())
    both = MasterKeys(GivenKey(f"{new},{old}"), lock, lambda: True)
    done = site.care_of(both).rotate(SINGLE_USER)
    assert (done.files, done.dropped) == (5, False)
    only = FileVault(
        FileKeys(site.shelf, MasterKeys(GivenKey(new), lock, lambda: True), FakeClock())
    )
    with only.file(site.files[3].path, "3").open() as stream:
        assert stream.read() == SPEECH + b"\3"


def test_what_there_is_is_shown_without_the_keys(site: Rotated) -> None:
    old = site.master.newest()
    assert site.care.show(SINGLE_USER) == [KeyState(old.id, 5, here=True, newest=True)]
    new = site.master.add()
    assert site.care.show(SINGLE_USER) == [
        KeyState(new.id, 0, here=True, newest=True),
        KeyState(old.id, 5, here=True, newest=False),
    ]
    site.key_file.write_text(str(new))
    assert site.care.show(SINGLE_USER)[1] == KeyState(old.id, 5, here=False, newest=False)


def test_a_rotation_without_the_old_key_changes_nothing(site: Rotated) -> None:
    key = site.key_file.read_bytes()
    site.key_file.write_text("A" * 43 + "=")
    before = site.shelf.counts()
    with pytest.raises(WrongMasterKey):
        site.care.rotate(SINGLE_USER)
    assert site.shelf.counts() == before
    site.key_file.write_bytes(key)
    site.check()


def test_a_place_that_cannot_be_written_changes_nothing(
    site: Rotated, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*arguments: object, **options: object) -> None:
        raise PermissionError(13, "no")

    before = site.key_file.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr("assistant.sealing.arrival.os.fsync", refused)
        with pytest.raises(NotWritable):
            site.care.rotate(SINGLE_USER)
    assert site.key_file.read_bytes() == before
    site.check()


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ADMINISTRATOR}))
def test_only_administrators_see_and_rotate_keys(site: Rotated, role: Role) -> None:
    actor = Actor("a", "A", frozenset({role}))
    with pytest.raises(Forbidden):
        site.care.show(actor)
    with pytest.raises(Forbidden):
        site.care.rotate(actor)


def test_nothing_of_a_shredded_key_is_left_in_the_files_of_the_database(
    site: Rotated, tmp_path: Path
) -> None:
    keys = site.shelf.under(site.master.newest().id, 5)
    files = [path for path in (tmp_path / "state").glob("kikigaki.sqlite*") if path.is_file()]
    if not files:
        pytest.skip("a server keeps its logs to itself")
    assert any(keys[0].wrapped in path.read_bytes() for path in files)
    for key in keys:
        site.vault.shred(key.file.partition("/")[0])
    assert not any(key.wrapped in path.read_bytes() for path in files for key in keys)
    assert site.shelf.counts() == {}


def test_owners_whose_names_begin_alike_are_told_apart(site: Rotated) -> None:
    for owner in ("a_b", "a%b", "axb", "a_b-c", "A_B"):
        site.write(owner=owner)
    site.vault.shred("a_b")
    site.vault.shred("a%b")
    counted = site.shelf.counts()[site.master.newest().id]
    assert counted == 5 + 3
