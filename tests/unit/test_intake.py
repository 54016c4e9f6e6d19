from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from assistant.errors import DiskFull
from assistant.people import SINGLE_USER as ME
from assistant.services import intake
from assistant.services.intake import RecordingIntake, TakenFile
from tests.libraries import Shelves, content

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class MemoryTaken:
    """`services.intake.TakenFiles` in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, TakenFile] = {}

    def all(self) -> dict[str, TakenFile]:
        return dict(self.kept)

    def keep(self, file: TakenFile) -> None:
        self.kept[file.path] = file

    def with_content(self, sha256: str) -> list[TakenFile]:
        return [one for one in self.kept.values() if one.sha256 == sha256 and one.complete]


class Site(Shelves):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.inbox = folder / "inbox"
        self.inbox.mkdir()
        self.taken = MemoryTaken()
        self.others_look = False
        self.intake = self.worker()

    def worker(self, folder: Path | None = None) -> RecordingIntake:
        ours = (self.folder / "recordings", self.folder / "state")
        return RecordingIntake(folder or self.inbox, self.library, self.taken, self.alone, ours)

    @contextmanager
    def alone(self) -> Iterator[bool]:
        yield not self.others_look

    def look(self, times: int = 2) -> None:
        for _ in range(times):
            self.intake.look(lambda: True)

    def names(self) -> list[str]:
        return sorted(entry.record.name for entry in self.library.entries(ME))


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_a_recording_that_stands_still_is_taken_in_once_and_stays_where_it_is(site: Site) -> None:
    original = site.inbox / "2026" / "委員会.wav"
    original.parent.mkdir()
    original.write_bytes(b"sound")
    site.look(5)

    (entry,) = site.library.entries(ME)
    assert (entry.record.name, entry.job.state) == ("委員会.wav", "waiting")
    assert content(site.library.sound(ME, entry.id)) == b"sound"
    assert original.read_bytes() == b"sound"
    assert site.taken.kept["2026/委員会.wav"].recording == entry.id


def test_what_is_still_being_written_waits(site: Site) -> None:
    growing = site.inbox / "a.wav"
    for size in range(1, 5):
        growing.write_bytes(b"s" * size)
        os.utime(growing, (size, size))
        site.look(1)
    assert site.names() == []
    site.look(1)
    assert site.names() == ["a.wav"]


def test_what_changes_while_it_is_copied_waits(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    path, copy = site.inbox / "a.wav", intake._copy
    path.write_bytes(b"half")

    def copy_while_others_write(source: Path, target: object) -> str:
        copied = copy(source, target)  # type: ignore[arg-type]  # a file
        path.write_bytes(b"half and half")
        return copied

    with monkeypatch.context() as patched:
        patched.setattr(intake, "_copy", copy_while_others_write)
        site.look()
    assert site.names() == []
    assert list((site.folder / "recordings").glob("*")) == []
    site.look()
    (entry,) = site.library.entries(ME)
    assert content(site.library.sound(ME, entry.id)) == b"half and half"


@pytest.mark.parametrize("name", [".hidden.wav", "notes.txt", "a.wav.part", ".sync/a.wav", "e.wav"])
def test_what_is_no_recording_or_empty_is_left_alone(site: Site, name: str) -> None:
    path = site.inbox / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"" if name == "e.wav" else b"sound")
    site.look(3)
    assert site.names() == []


def test_our_own_files_are_never_taken_in(site: Site) -> None:
    site.add("ours.wav")
    site.intake = site.worker(site.folder)
    (site.folder / "theirs.wav").write_bytes(b"theirs")
    site.look(3)
    assert site.names() == ["ours.wav", "theirs.wav"]


def test_the_same_content_under_another_name_is_the_same_recording(site: Site) -> None:
    (site.inbox / "a.wav").write_bytes(b"sound")
    site.look()
    (site.inbox / "a.wav").rename(site.inbox / "b.wav")
    site.look()
    assert site.names() == ["a.wav"]
    kept = site.taken.kept
    assert kept["b.wav"].recording == kept["a.wav"].recording


def test_another_file_of_the_same_name_is_another_recording(site: Site) -> None:
    for sound in (b"monday", b"tuesday"):
        (site.inbox / "a.wav").write_bytes(sound)
        site.look()
    assert site.names() == ["a.wav", "a.wav"]


def test_what_somebody_removed_does_not_come_back_by_itself(site: Site) -> None:
    (site.inbox / "a.wav").write_bytes(b"sound")
    site.look()
    (entry,) = site.library.entries(ME)
    site.library.remove(ME, entry.id)
    site.look(3)
    assert site.names() == []
    (site.inbox / "again.wav").write_bytes(b"sound")
    site.look()
    assert site.names() == ["again.wav"]


@pytest.mark.parametrize("recorded", [True, False])
def test_killed_between_note_and_record_it_is_taken_once(site: Site, recorded: bool) -> None:
    path = site.inbox / "a.wav"
    path.write_bytes(b"sound")
    site.look()
    taken = site.taken.kept["a.wav"]
    if not recorded:
        site.library.remove(ME, taken.recording)
    site.taken.keep(replace(taken, complete=False))
    site.intake = site.worker()
    site.look(3)
    assert site.names() == ["a.wav"]
    assert site.taken.kept["a.wav"].complete


def test_a_full_disk_is_not_the_files_fault(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    (site.inbox / "a.wav").write_bytes(b"sound")

    def full(*_: object) -> str:
        raise DiskFull(path="x")

    with monkeypatch.context() as patched:
        patched.setattr(intake, "_copy", full)
        site.look(1)
        with pytest.raises(DiskFull):
            site.look(1)
    assert site.taken.kept == {}
    site.look(1)
    assert site.names() == ["a.wav"]


def test_a_file_that_cannot_be_read_is_remembered_and_stops_no_other(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.wav", "b.wav"):
        (site.inbox / name).write_bytes(name.encode())
    copy = intake._copy

    def refuse(path: Path, target: object) -> str:
        if path.name == "a.wav":
            path = path.with_name("gone.wav")
        return copy(path, target)  # type: ignore[arg-type]  # a file

    monkeypatch.setattr(intake, "_copy", refuse)
    site.look(4)
    assert site.names() == ["b.wav"]
    assert "開けません" in dict(site.taken.kept["a.wav"].error)["ja"]


def test_only_one_of_several_machines_takes_files_at_a_time(site: Site) -> None:
    (site.inbox / "a.wav").write_bytes(b"sound")
    site.others_look = True
    site.look(3)
    assert site.names() == []
    site.others_look = False
    site.look(1)
    assert site.names() == ["a.wav"]
