from __future__ import annotations

import errno
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from assistant.archive import Action, Field
from assistant.errors import DiskFull, Forbidden, RecordingInUse, UnknownFormat, UnknownRecording
from assistant.model import SpeakerCount
from assistant.people import SINGLE_USER, Actor, Matter, MatterKind, Role, Scope
from assistant.services.auditing import first_fault
from assistant.services.queueing import JobState
from assistant.services.transcribing import Options
from assistant.testing import FakeClock
from tests.jobs import WORKER, begin
from tests.libraries import Shelves, content
from tests.recordings import make_transcript

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.archive import AuditRow

ME = SINGLE_USER
EVERYTHING = Scope(everything=True)


@pytest.fixture
def shelves(tmp_path: Path) -> Shelves:
    return Shelves(tmp_path)


def files(shelves: Shelves) -> list[str]:
    folder = shelves.library.files.folder
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def log(shelves: Shelves) -> list[AuditRow]:
    with shelves.store.reading() as unit:
        rows = list(unit.audit.rows())
        assert first_fault(rows, unit.audit.count()) is None
    return rows


def test_a_recording_that_arrives_is_kept_as_it_is_and_waits(shelves: Shelves) -> None:
    options = Options(count=SpeakerCount(2, 6), model="large-v3-turbo")
    with shelves.library.adding(ME, "文教委員会.wav", options) as (recording, file):
        file.write(b"sound")

    entry = shelves.library.entry(ME, recording)
    assert (entry.record.name, entry.record.title) == ("文教委員会.wav", "文教委員会")
    assert (entry.record.size, entry.record.added_by) == (5, "single")
    assert entry.job.state is JobState.WAITING
    assert entry.job.options == options
    sound = shelves.library.sound(ME, recording)
    assert (sound.name, content(sound)) == ("文教委員会.wav", b"sound")
    assert [one for one in files(shelves) if one.startswith(".")] == []
    assert log(shelves)[0].action == Action.ADD


def test_a_recording_that_breaks_off_leaves_nothing(shelves: Shelves) -> None:
    def break_off() -> None:
        with shelves.library.adding(ME, "a.wav", Options()) as (_, file):
            file.write(b"half of it")
            raise ConnectionError

    with pytest.raises(ConnectionError):
        break_off()

    assert files(shelves) == []
    assert shelves.library.entries(ME) == []
    assert shelves.queue.open() == {}
    assert log(shelves) == []


def test_a_full_disk_is_said_and_leaves_nothing(shelves: Shelves) -> None:
    with pytest.raises(DiskFull), shelves.library.adding(ME, "a.wav", Options()):
        raise OSError(errno.ENOSPC, "no space")

    assert files(shelves) == []


def test_recordings_of_the_same_name_live_side_by_side(shelves: Shelves) -> None:
    first, second = shelves.add(content=b"one"), shelves.add(content=b"two")

    assert first != second
    assert content(shelves.library.sound(ME, first)) == b"one"
    assert content(shelves.library.sound(ME, second)) == b"two"


def test_the_newest_recording_comes_first(shelves: Shelves) -> None:
    older = shelves.add("older.wav")
    shelves.clock.time += timedelta(minutes=1)
    newer = shelves.add("newer.wav")

    assert [entry.id for entry in shelves.library.entries(ME)] == [newer, older]


@pytest.mark.parametrize(
    "recording", ["", ".", "..", "../x", "x/../..", "/etc", "20261120-100000-abcdef", "a" * 300]
)
def test_what_is_no_recording_is_unknown(shelves: Shelves, recording: str) -> None:
    shelves.add()
    library = shelves.library

    for ask in (library.entry, library.sound, library.transcript, library.peaks, library.remove):
        with pytest.raises(UnknownRecording):
            ask(ME, recording)


def test_a_recording_without_transcript_has_none_yet(shelves: Shelves) -> None:
    with pytest.raises(UnknownRecording):
        shelves.library.transcript(ME, shelves.add())


def test_a_name_shows_everywhere_and_what_was_recognised_stays(shelves: Shelves) -> None:
    recording = shelves.add_finished()

    shelves.editing.rename_speaker(ME, recording, "S1", " 青木委員長\n")

    assert shelves.library.transcript(ME, recording).speaker("S1").name == "青木委員長"
    document = shelves.library.export(ME, recording, "txt")
    assert document.content.decode().startswith("青木委員長\tただいまから")
    with shelves.store.reading() as unit:
        assert unit.records.transcript(recording, 1) == make_transcript("文教委員会.wav")


def test_a_correction_shows_and_what_was_recognised_stays(shelves: Shelves) -> None:
    recording = shelves.add_finished()
    made = make_transcript("文教委員会.wav")

    shelves.editing.correct(ME, recording, made.turns[0].id, "ただいまから厚生委員会を開きます。")

    turns = shelves.library.transcript(ME, recording).turns
    assert turns[0].text == "ただいまから厚生委員会を開きます。"
    assert turns[0].words == made.turns[0].words
    assert turns[1:] == made.turns[1:]
    with shelves.store.reading() as unit:
        assert unit.records.transcript(recording, 1) == made
    with pytest.raises(UnknownRecording):
        shelves.editing.correct(ME, recording, "t999", "")


def test_every_change_is_written_down(shelves: Shelves) -> None:
    recording = shelves.add_finished()

    for name in ("青木", "青木", "青木委員長", ""):
        shelves.editing.rename_speaker(ME, recording, "S1", name)
    shelves.editing.retitle(ME, recording, "第１回 文教委員会")

    edits = shelves.library.edits(ME, recording)
    assert [(edit.field, edit.before, edit.after) for edit in edits] == [
        (Field.SPEAKER_NAME, "話者1", "青木"),
        (Field.SPEAKER_NAME, "青木", "青木委員長"),
        (Field.SPEAKER_NAME, "青木委員長", "話者1"),
        (Field.TITLE, "文教委員会", "第１回 文教委員会"),
    ]
    assert {(edit.by, edit.at) for edit in edits} == {("single", shelves.clock.time)}
    assert [row.action for row in log(shelves)].count(Action.EDIT) == len(edits)


def test_names_given_at_once_are_all_kept(shelves: Shelves) -> None:
    recording = shelves.add_finished()

    def name(speaker: str) -> None:
        shelves.editing.rename_speaker(ME, recording, speaker, f"{speaker}さん")

    with ThreadPoolExecutor(4) as people:
        list(people.map(name, ("S1", "S2", "S3", "S4")))

    speakers = shelves.library.transcript(ME, recording).speakers
    assert [speaker.name for speaker in speakers] == ["S1さん", "S2さん", "S3さん", "S4さん"]


def test_a_speaker_who_is_not_there_cannot_be_named(shelves: Shelves) -> None:
    with pytest.raises(UnknownRecording):
        shelves.editing.rename_speaker(ME, shelves.add_finished(), "S9", "誰か")


def test_a_document_is_called_like_the_recording(shelves: Shelves) -> None:
    recording = shelves.add_finished("文教/委員会: 第1回.wav")

    assert shelves.library.export(ME, recording, "txt").name == "委員会_ 第1回.txt"
    with pytest.raises(UnknownFormat):
        shelves.library.export(ME, recording, "pdf")


def test_removing_leaves_nothing_and_forgets_the_steps(shelves: Shelves) -> None:
    recording = shelves.add()
    run = begin(shelves.jobs, recording)
    shelves.jobs.began(run, WORKER, "work-1")
    with pytest.raises(RecordingInUse):
        shelves.library.remove(ME, recording)
    shelves.jobs.end(run, WORKER, JobState.CANCELLED)

    shelves.library.remove(ME, recording)

    assert files(shelves) == []
    assert shelves.library.entries(ME) == []
    assert shelves.queue.find(recording) is None
    assert shelves.forgotten == ["work-1"]
    assert [row.action for row in log(shelves)] == [Action.ADD, Action.REMOVE]


def test_a_removal_that_cannot_be_written_down_does_not_happen(
    shelves: Shelves, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording = shelves.add()

    def full(*_: object) -> None:
        raise DiskFull(path="x")

    with monkeypatch.context() as patch:
        patch.setattr("assistant.store.audit.SqlAudit.append", full)
        with pytest.raises(DiskFull):
            shelves.library.remove(ME, recording)

    assert content(shelves.library.sound(ME, recording)) == b"sound"


def test_a_start_completes_what_a_sudden_end_left(shelves: Shelves) -> None:
    arrived, removed = shelves.add("arrived.wav"), shelves.add("removed.wav")
    folder = shelves.library.files.folder
    (folder / arrived).rename(folder / f".arriving-{arrived}")
    (folder / removed).rename(folder / f".removed-{removed}")
    for recording in (arrived, removed):
        shelves.queue.forget(recording)

    shelves.library.tidy(Options())

    assert set(shelves.queue.open()) == {arrived, removed}
    for recording in (arrived, removed):
        assert content(shelves.library.sound(ME, recording)) == b"sound"


def test_a_start_drops_what_the_archive_does_not_know(shelves: Shelves) -> None:
    done = shelves.add_finished("done.wav")
    shelves.queue.forget(done)
    folder = shelves.library.files.folder
    (folder / ".removed-20261120-100000-abcdef").mkdir()
    arriving = folder / ".arriving-20261120-100000-abcdef"
    arriving.mkdir()

    shelves.library.tidy(Options())
    assert arriving.exists(), "another process may be writing it now"
    shelves.clock.time += timedelta(days=400)
    shelves.library.tidy(Options())

    assert shelves.queue.open() == {}
    assert [one for one in files(shelves) if one.startswith(".")] == []
    assert [entry.id for entry in shelves.library.entries(ME)] == [done]


def test_what_was_made_elsewhere_is_taken_once(shelves: Shelves, tmp_path: Path) -> None:
    sound = tmp_path / "委員会.wav"
    sound.write_bytes(b"sound")

    recording = shelves.library.take(ME, make_transcript("委員会.wav"), sound)
    again = shelves.library.take(ME, make_transcript("委員会.wav"), sound)

    assert recording == again
    (entry,) = shelves.library.entries(ME)
    assert (entry.id, entry.job.state) == (recording, JobState.DONE)
    assert shelves.library.transcript(ME, recording) == make_transcript("委員会.wav")
    assert content(shelves.library.sound(ME, recording)) == b"sound"


def test_hearing_a_recording_is_written_down_once_and_not_for_every_range(
    shelves: Shelves,
) -> None:
    recording = shelves.add_finished()

    for minutes in (0, 1, 11):
        shelves.clock.time += timedelta(minutes=minutes)
        shelves.library.sound(ME, recording)

    assert [row.action for row in log(shelves)].count(Action.PLAY) == 2


def actor(user: str, *roles: Role, matters: tuple[str, ...] = (), opened: str = "") -> Actor:
    glass = frozenset({opened} - {""})
    return Actor(user, user, frozenset(roles), frozenset(matters), glass)


@pytest.fixture
def case(shelves: Shelves) -> str:
    matter = Matter("case-1", MatterKind.CASE, "ケース1", FakeClock().time)
    with shelves.store.writing() as unit:
        unit.matters.add(matter)
    return matter.id


def test_what_is_not_ones_own_is_not_there(shelves: Shelves, case: str) -> None:
    worker = actor("w1", Role.CASEWORKER, matters=(case,))
    colleague = actor("w2", Role.CASEWORKER, matters=(case,))
    stranger = actor("w3", Role.CASEWORKER)
    manager = actor("m1", Role.MANAGER)
    recording = shelves.add_finished(actor=worker, matter=case)
    own = shelves.add_finished(actor=stranger)

    assert [one.id for one in shelves.library.entries(worker)] == [recording]
    assert [one.id for one in shelves.library.entries(colleague)] == [recording]
    assert [one.id for one in shelves.library.entries(stranger)] == [own]
    assert {one.id for one in shelves.library.entries(manager)} == {recording, own}
    for someone in (stranger, actor("a1", Role.ADMINISTRATOR), actor("a2", Role.AUDITOR)):
        for ask in (shelves.library.transcript, shelves.library.sound, shelves.library.entry):
            with pytest.raises(UnknownRecording):
                ask(someone, recording)
        with pytest.raises(UnknownRecording):
            shelves.library.export(someone, recording, "txt")
        with pytest.raises(UnknownRecording):
            shelves.editing.rename_speaker(someone, recording, "S1", "誰か")


def test_what_was_opened_in_an_emergency_is_read_and_not_changed(
    shelves: Shelves, case: str
) -> None:
    recording = shelves.add_finished(actor=actor("w1", Role.CASEWORKER, matters=(case,)))
    opener = actor("w3", Role.CASEWORKER, opened=recording)

    assert shelves.library.transcript(opener, recording).turns
    with pytest.raises(UnknownRecording):
        shelves.editing.correct(opener, recording, "t1", "")


def test_nobody_adds_to_a_case_of_others(shelves: Shelves, case: str) -> None:
    stranger = actor("w3", Role.CASEWORKER)
    with pytest.raises(Forbidden):
        shelves.add(actor=stranger, matter=case)
    own = shelves.add(actor=stranger)
    with pytest.raises(Forbidden):
        shelves.editing.move(stranger, own, case)
    with pytest.raises(Forbidden):
        shelves.add(actor=actor("a2", Role.AUDITOR))
    assert [one.id for one in shelves.library.entries(ME)] == [own]


def test_a_member_moves_a_recording_into_the_case(shelves: Shelves, case: str) -> None:
    worker = actor("w1", Role.CASEWORKER, matters=(case,))
    recording = shelves.add(actor=worker)

    shelves.editing.move(worker, recording, case)

    colleague = actor("w2", Role.CASEWORKER, matters=(case,))
    assert shelves.library.entry(colleague, recording).record.matter == case


def test_who_was_named_in_a_body_is_offered_in_its_next_recording(
    shelves: Shelves, case: str
) -> None:
    worker = actor("w1", Role.CASEWORKER, matters=(case,))
    first, second = (shelves.add_finished(actor=worker, matter=case) for _ in range(2))
    alone = shelves.add_finished(actor=worker)

    shelves.editing.rename_speaker(worker, first, "S1", "青木委員長")
    shelves.editing.rename_speaker(worker, second, "S2", "青木委員長")
    shelves.editing.rename_speaker(worker, alone, "S1", "相談者の祖母")

    assert shelves.editing.known_names(worker, second) == ["青木委員長"]
    assert shelves.editing.known_names(worker, alone) == []
    with shelves.store.reading() as unit:
        (known,) = unit.known_speakers.all(case)
        assert unit.known_speakers.records(known.id) == sorted([(first, "S1"), (second, "S2")])
    shelves.editing.rename_speaker(worker, first, "S1", "")
    with shelves.store.reading() as unit:
        assert unit.known_speakers.records(known.id) == [(second, "S2")]
    with pytest.raises(UnknownRecording):
        shelves.editing.known_names(actor("w3", Role.CASEWORKER), second)


def test_a_start_leaves_to_others_what_they_are_just_removing(shelves: Shelves) -> None:
    recording = shelves.add_finished()
    folder = shelves.library.files.folder
    with shelves.library.files.removing(recording):
        shelves.library.tidy(Options())  # another process: the record is still there
        assert [one.name for one in folder.iterdir()] == [f".removed-{recording}"]
        with shelves.store.writing() as unit:
            unit.records.remove(recording)
    assert list(folder.iterdir()) == []
