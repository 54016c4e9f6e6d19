"""The library on a real vault: what is deleted cannot be read again, what is not stays readable."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from assistant.errors import BrokenSeal, DiskFull, LostFileKey
from assistant.people import SINGLE_USER as ME
from assistant.services.recording_files import RecordingFiles
from assistant.store.keys import SqlKeyShelf
from tests.archives import sqlite_at
from tests.libraries import Shelves, content
from tests.sealed_site import Site

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def site(tmp_path: Path) -> Site:
    database = sqlite_at(tmp_path / "state" / "kikigaki.sqlite")
    return Site(tmp_path / "keys", shelf=SqlKeyShelf(database))


@pytest.fixture
def shelves(tmp_path: Path, site: Site) -> Shelves:
    made = Shelves(tmp_path)
    made.library.files = RecordingFiles(tmp_path / "recordings", site.vault)
    return made


def test_a_recording_lies_there_sealed_and_is_given_back(shelves: Shelves) -> None:
    recording = shelves.add(content=b"what somebody said")
    sound = shelves.library.sound(ME, recording)
    assert b"somebody" not in sound.path.read_bytes()
    assert content(sound) == b"what somebody said"
    assert shelves.library.entry(ME, recording).record.size == len(b"what somebody said")


def test_a_removed_recording_is_noise_also_where_a_copy_was_kept(
    shelves: Shelves, site: Site, tmp_path: Path
) -> None:
    recording, other = shelves.add(content=b"this"), shelves.add(content=b"that")
    folder = shelves.library.files.folder
    shutil.copytree(folder / recording, tmp_path / "stolen")
    shelves.library.remove(ME, recording)
    stolen = next((tmp_path / "stolen" / "original").iterdir())
    with pytest.raises(LostFileKey):
        content(site.vault.file(stolen, f"{recording}/sound"))
    assert content(shelves.library.sound(ME, other)) == b"that"
    assert sum(site.shelf.counts().values()) == 1


def test_a_removal_that_fails_keeps_the_keys(
    shelves: Shelves, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording = shelves.add(content=b"this")

    def full(*_: object) -> None:
        raise DiskFull(path="x")

    with monkeypatch.context() as patch:
        patch.setattr("assistant.store.audit.SqlAudit.append", full)
        with pytest.raises(DiskFull):
            shelves.library.remove(ME, recording)
    assert content(shelves.library.sound(ME, recording)) == b"this"


def test_a_recording_that_did_not_arrive_leaves_no_key(
    shelves: Shelves, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise DiskFull(path="x")

    monkeypatch.setattr("assistant.store.audit.SqlAudit.append", full)
    with pytest.raises(DiskFull):
        shelves.add(content=b"this")
    assert site.shelf.counts() == {}


def test_keys_go_in_the_transaction_that_removes_the_record(
    shelves: Shelves, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording = shelves.add(content=b"this")

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(RecordingFiles, "_destroy", dies)
    with pytest.raises(KeyboardInterrupt):
        shelves.library.remove(ME, recording)
    assert site.shelf.counts() == {}


def test_files_of_a_recording_that_were_exchanged_are_not_played(shelves: Shelves) -> None:
    recording = shelves.add(content=b"this")
    sound, copy = shelves.library.files.sound(recording), shelves.library.files.copy(recording)
    with copy.create() as file:
        file.write(b"a copy")
    sound.path.write_bytes(copy.path.read_bytes())
    with pytest.raises(BrokenSeal):
        content(shelves.library.files.sound(recording))
    sound.path.write_bytes(b"a plain forgery")
    with pytest.raises(BrokenSeal):
        content(shelves.library.files.sound(recording))
