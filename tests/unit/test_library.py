from __future__ import annotations

import errno
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from assistant.errors import DiskFull, RecordingInUse, UnknownFormat, UnknownRecording
from assistant.jobs.queue import QueueDatabase
from assistant.model import SpeakerCount
from assistant.services.library import Library
from assistant.services.queueing import JobState
from assistant.services.transcribing import Options
from assistant.testing import FakeClock, FakeExporter, FakeShelf
from tests.recordings import make_transcript

if TYPE_CHECKING:
    from pathlib import Path


class Shelves:
    """A library in a temporary folder, with everything it works with."""

    def __init__(self, folder: Path) -> None:
        self.clock = FakeClock()
        self.queue = QueueDatabase(folder / "state" / "queue.sqlite")
        self.forgotten: list[str] = []
        self.shelf = FakeShelf()
        self.library = Library(
            folder / "recordings",
            self.shelf,
            {"txt": FakeExporter()},
            self.queue,
            self.clock,
            self.forgotten.append,
        )

    def add(self, name: str = "文教委員会.wav", content: bytes = b"sound") -> str:
        with self.library.adding(name, Options()) as (recording, file):
            file.write(content)
        return recording

    def add_finished(self, name: str = "文教委員会.wav") -> str:
        recording = self.add(name)
        self.queue.take()
        self.library.keep(recording, make_transcript(name))
        self.queue.done(recording)
        return recording


@pytest.fixture
def shelves(tmp_path: Path) -> Shelves:
    return Shelves(tmp_path)


def everything(library: Library) -> list[str]:
    return sorted(str(path.relative_to(library.folder)) for path in library.folder.rglob("*"))


def test_a_recording_that_arrives_is_kept_as_it_is_and_waits(shelves: Shelves) -> None:
    options = Options(count=SpeakerCount(2, 6), model="large-v3-turbo")
    with shelves.library.adding("文教委員会.wav", options) as (recording, file):
        file.write(b"sound")

    entry = shelves.library.entry(recording)
    assert (entry.name, entry.size) == ("文教委員会.wav", 5)
    assert entry.job.state is JobState.WAITING
    assert entry.job.options == options
    assert shelves.library.sound(recording).read_bytes() == b"sound"
    assert shelves.library.sound(recording).name == "文教委員会.wav"
    assert [one for one in everything(shelves.library) if one.startswith(".")] == []


def test_a_recording_that_breaks_off_leaves_nothing(shelves: Shelves) -> None:
    def break_off() -> None:
        with shelves.library.adding("a.wav", Options()) as (_, file):
            file.write(b"half of it")
            raise ConnectionError

    with pytest.raises(ConnectionError):
        break_off()

    assert everything(shelves.library) == []
    assert shelves.queue.jobs() == {}


def test_a_full_disk_is_said_and_leaves_nothing(shelves: Shelves) -> None:
    with pytest.raises(DiskFull), shelves.library.adding("a.wav", Options()):
        raise OSError(errno.ENOSPC, "no space")

    assert everything(shelves.library) == []


def test_recordings_of_the_same_name_live_side_by_side(shelves: Shelves) -> None:
    first, second = shelves.add(content=b"one"), shelves.add(content=b"two")

    assert first != second
    assert shelves.library.sound(first).read_bytes() == b"one"
    assert shelves.library.sound(second).read_bytes() == b"two"


def test_the_newest_recording_comes_first(shelves: Shelves) -> None:
    older = shelves.add("older.wav")
    shelves.clock.time += timedelta(minutes=1)
    newer = shelves.add("newer.wav")

    assert [entry.id for entry in shelves.library.entries()] == [newer, older]


@pytest.mark.parametrize(
    "recording", ["", ".", "..", "../x", "x/../..", "/etc", "20261120-100000-abcdef", "a" * 300]
)
def test_what_is_no_recording_is_unknown(shelves: Shelves, recording: str) -> None:
    shelves.add()

    for ask in (shelves.library.entry, shelves.library.sound, shelves.library.transcript):
        with pytest.raises(UnknownRecording):
            ask(recording)


def test_a_recording_without_transcript_has_none_yet(shelves: Shelves) -> None:
    with pytest.raises(UnknownRecording):
        shelves.library.transcript(shelves.add())


def test_a_name_shows_everywhere_and_what_was_recognised_stays(shelves: Shelves) -> None:
    recording = shelves.add_finished()

    shelves.library.rename_speaker(recording, "S1", " 青木委員長\n", "127.0.0.1")

    assert shelves.library.transcript(recording).speaker("S1").name == "青木委員長"
    document = shelves.library.export(recording, "txt")
    assert document.content.decode().startswith("青木委員長\tただいまから")
    kept = shelves.shelf.find(shelves.library.folder / recording, "transcript")
    assert kept == make_transcript("文教委員会.wav")


def test_every_change_of_a_name_is_written_down(shelves: Shelves) -> None:
    recording = shelves.add_finished()

    for name in ("青木", "青木", "青木委員長", ""):
        shelves.library.rename_speaker(recording, "S1", name, "127.0.0.1")

    lines = (shelves.library.folder / recording / "edits.jsonl").read_text("utf-8").splitlines()
    edits = [json.loads(line) for line in lines]
    assert [(edit["before"], edit["after"]) for edit in edits] == [
        ("話者1", "青木"),
        ("青木", "青木委員長"),
        ("青木委員長", "話者1"),
    ]
    assert {edit["who"] for edit in edits} == {"127.0.0.1"}
    assert {edit["at"] for edit in edits} == {shelves.clock.time.isoformat()}


def test_names_given_at_once_are_all_kept(shelves: Shelves) -> None:
    recording = shelves.add_finished()

    def name(speaker: str) -> None:
        shelves.library.rename_speaker(recording, speaker, f"{speaker}さん", "")

    with ThreadPoolExecutor(4) as people:
        list(people.map(name, ("S1", "S2", "S3", "S4")))

    speakers = shelves.library.transcript(recording).speakers
    assert [speaker.name for speaker in speakers] == ["S1さん", "S2さん", "S3さん", "S4さん"]


def test_a_speaker_who_is_not_there_cannot_be_named(shelves: Shelves) -> None:
    with pytest.raises(UnknownRecording):
        shelves.library.rename_speaker(shelves.add_finished(), "S9", "誰か", "")


def test_a_document_is_called_like_the_recording(shelves: Shelves) -> None:
    recording = shelves.add_finished("文教/委員会: 第1回.wav")

    assert shelves.library.export(recording, "txt").name == "委員会_ 第1回.txt"
    with pytest.raises(UnknownFormat):
        shelves.library.export(recording, "pdf")


def test_removing_leaves_nothing_and_forgets_the_steps(shelves: Shelves) -> None:
    recording = shelves.add()
    shelves.queue.take()
    shelves.queue.began(recording, "work-1")
    with pytest.raises(RecordingInUse):
        shelves.library.remove(recording)
    shelves.queue.stopped(recording)

    shelves.library.remove(recording)

    assert everything(shelves.library) == []
    assert shelves.queue.find(recording) is None
    assert shelves.forgotten == ["work-1"]


def test_a_start_tidies_up_what_a_sudden_end_left(shelves: Shelves) -> None:
    lost = shelves.add("lost.wav")
    done = shelves.add_finished("done.wav")
    for recording in (lost, done):
        shelves.queue.forget(recording)
    (shelves.library.folder / ".removed-20261120-100000-abcdef").mkdir()
    arriving = shelves.library.folder / ".arriving-20261120-100000-abcdef"
    arriving.mkdir()

    shelves.clock.time += timedelta(days=400)
    shelves.library.tidy(Options())

    assert list(shelves.queue.jobs()) == [lost]
    assert {entry.id for entry in shelves.library.entries()} == {lost, done}
    assert not arriving.exists()
    assert [one for one in everything(shelves.library) if one.startswith(".")] == []
