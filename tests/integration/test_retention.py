"""Rules, holds, and deleting what is due, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from assistant.archive import Action, Edit, Field, Origin, Record
from assistant.errors import (
    BadConfirmation,
    BadRule,
    Forbidden,
    NoReason,
    NotWritable,
    RecordOnHold,
    UnknownRecording,
    UnknownRule,
    UnknownSubject,
)
from assistant.model import Kind, Progress
from assistant.people import SINGLE_USER, Actor, Matter, MatterKind, Role, Scope
from assistant.retention import Counting, Part, Rule, Staying
from assistant.sealing.master import MasterKeys
from assistant.sealing.places import KeyFile
from assistant.sealing.vault import FileVault
from assistant.sealing.wrapping import FileKeys
from assistant.services.auditing import first_fault
from assistant.services.deleting import Deleter
from assistant.services.forecasting import Forecaster
from assistant.services.queueing import JobState, TranscriptionQueue
from assistant.services.recording_files import RecordingFiles
from assistant.services.retaining import Retainer
from assistant.services.transcribing import Options
from assistant.store.archive import SqlArchive
from assistant.store.archive_tables import file_key, metadata
from assistant.store.keys import SqlKeyShelf
from assistant.testing import FakeClock
from assistant.testing_jobs import MemoryJobs
from tests.archives import CODEC
from tests.jobs import WORKER, begin
from tests.recordings import make_transcript

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.store.engine import Database

ALL = Scope(everything=True)
MEETING_DAY = datetime(2020, 5, 1, 10, tzinfo=UTC)
SAID = "秘密の言葉"


class World:
    """An archive with its files, and who keeps and deletes in it."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.clock = FakeClock()
        self.database = database
        self.store = SqlArchive(database, CODEC)
        self.files = RecordingFiles(folder / "recordings", sealing_vault(database, folder))
        self.jobs = MemoryJobs()
        self.queue = TranscriptionQueue(self.jobs)
        self.forgotten: list[str] = []
        self.retainer = Retainer(self.store, self.clock)
        self.forecaster = Forecaster(self.store, self.clock)
        self.deleter = Deleter(
            self.store, self.files, self.queue, self.forgotten.append, self.clock
        )

    def add(self, id_: str, *, heard: bool = True, **values: object) -> Record:
        """A record with sound, a transcript and an edit."""
        made = Record(id_, f"{id_}.wav", id_, Kind.MEETING, MEETING_DAY, "w1", size=5)
        record = replace(made, **values)  # type: ignore[arg-type]  # names of the fields
        if record.size:
            with self.files.arriving(id_, "a.wav") as file:
                file.write(b"sound")
            self.files.arrived(id_)
        with self.store.writing() as unit:
            unit.records.add(record)
            if heard:
                transcript = make_transcript("a.wav")
                transcript = replace(transcript, kind=record.kind or Kind.MEETING)
                unit.records.keep(id_, transcript, "w1", MEETING_DAY)
                turn = transcript.turns[0].id
                unit.records.edit(Edit(id_, 1, MEETING_DAY, "w1", Field.TURN_TEXT, turn, "", SAID))
        return record

    def records(self) -> set[str]:
        with self.store.reading() as unit:
            return {one.id for one in unit.records.all(ALL)}

    def due(self, year: int, month: int = 1, day: int = 1) -> list[tuple[str, Part]]:
        plan = self.deleter.plan(SINGLE_USER, date(year, month, day))
        return [(one.record, one.part) for one in plan if one.stays is None]

    def whole(self) -> bool:
        with self.store.reading() as unit:
            return first_fault(unit.audit.rows(), unit.audit.count()) is None


def sealing_vault(database: Database, folder: Path) -> FileVault:
    """With its keys in the database."""
    master = MasterKeys(KeyFile(folder / "master.key"), folder / "lock", lambda: False)
    return FileVault(FileKeys(SqlKeyShelf(database), master, FakeClock()))


@pytest.fixture
def world(database: Database, tmp_path: Path) -> World:
    return World(database, tmp_path)


def test_minutes_stay_for_ever_and_their_sound_does_not(world: World) -> None:
    world.add("m1")
    assert world.due(2020, 10, 27) == []
    assert world.due(2020, 10, 28) == [("m1", Part.SOUND)]  # 180 days after the meeting
    done = world.deleter.run(SINGLE_USER, date(2020, 10, 28))
    assert [(one.record, one.part, one.title) for one in done.gone] == [("m1", Part.SOUND, "m1")]
    with world.store.reading() as unit:
        record = unit.records.find("m1", ALL)
        assert record is not None
        assert (record.size, record.revision) == (0, 1)
        assert unit.records.transcript("m1") is not None
    assert not (world.files.folder / "m1").exists()
    assert world.due(3000) == []
    assert world.whole()


def test_a_child_s_record_stays_to_the_age_of_25(world: World) -> None:
    case = Matter("c1", MatterKind.CASE, "ケース1", MEETING_DAY)
    with world.store.writing() as unit:
        unit.matters.add(case)
    world.add("k1", kind=Kind.CALL, matter="c1", size=0)
    world.add("k2", kind=Kind.CALL, size=0)
    assert world.due(2046, 3, 31) == []
    assert world.due(2046, 4, 1) == [("k1", Part.WHOLE), ("k2", Part.WHOLE)]  # as if just born
    world.retainer.set_birth(SINGLE_USER, "ケース1", date(2008, 2, 29))
    assert world.due(2033, 2, 28) == []
    assert world.due(2033, 3, 1) == [("k1", Part.WHOLE)]
    world.retainer.classify(SINGLE_USER, "c1", "adoption")
    assert world.due(2100) == [("k2", Part.WHOLE)]


def test_nothing_is_left_of_what_was_deleted(world: World) -> None:
    world.add("k1", kind=Kind.CALL)
    world.queue.add("k1", Options())
    run = begin(world.jobs, "k1")
    world.jobs.began(run, WORKER, "work-1")
    world.jobs.end(run, WORKER, JobState.DONE)
    (gone,) = world.deleter.run(SINGLE_USER, date(2050, 1, 1)).gone
    assert world.records() == set()
    assert world.forgotten == ["work-1"]
    assert world.queue.find("k1") is None
    assert list(world.files.folder.iterdir()) == []
    kept = {"deletion", "audit", "counter", "retention_rule", "hold"}
    with world.database.reading() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(file_key)) == 0
        for table in metadata.sorted_tables:
            rows = connection.execute(sa.select(table)).all()
            assert not rows or table.name in kept, table.name
            assert SAID not in str(rows)
    assert (gone.title, gone.by, gone.record_class) == ("", "single", "child")
    (deletion,) = world.deleter.deletions(SINGLE_USER)
    assert deletion == gone
    assert deletion.finished is not None
    assert world.whole()


def test_what_is_held_stays(world: World) -> None:
    with world.store.writing() as unit:
        unit.matters.add(Matter("b1", MatterKind.BODY, "委員会", MEETING_DAY))
    world.add("m1", matter="b1")
    world.add("m2")
    on_matter = world.retainer.hold(SINGLE_USER, "委員会", "係争中")
    world.retainer.hold(SINGLE_USER, "m2", "開示請求")
    done = world.deleter.run(SINGLE_USER, date(2030, 1, 1))
    assert done.gone == []
    assert {(one.record, one.stays) for one in done.staying} == {
        ("m1", Staying.HELD),
        ("m2", Staying.HELD),
    }
    assert [one.reason for one in world.retainer.holds(SINGLE_USER)] == ["係争中", "開示請求"]
    world.retainer.release(SINGLE_USER, on_matter.id, "和解した")
    world.retainer.release(SINGLE_USER, "m2", "開示した")
    assert world.retainer.holds(SINGLE_USER) == []
    assert len(world.deleter.run(SINGLE_USER, date(2030, 1, 1)).gone) == 2
    with pytest.raises(UnknownSubject):
        world.retainer.release(SINGLE_USER, "m2", "開示した")
    with world.store.reading() as unit:
        actions = [row.action for row in unit.audit.rows()]
    assert actions.count(Action.HOLD) == 4


def test_sound_that_was_not_heard_and_what_is_at_work_stay(world: World) -> None:
    world.add("m1", heard=False)
    assert world.due(2030) == []
    with world.store.writing() as unit:
        unit.records.keep("m1", make_transcript("a.wav"), "w1", MEETING_DAY)
    world.queue.add("m1", Options())
    (due,) = world.deleter.plan(SINGLE_USER, date(2030, 1, 1))
    assert due.stays is Staying.BUSY


def test_a_site_has_rules_of_its_own(world: World) -> None:
    world.add("m1", origin=Origin.IMPORT, size=0)
    with pytest.raises(UnknownRule):
        world.retainer.classify(SINGLE_USER, "m1", "short")
    world.retainer.set_rule(SINGLE_USER, Rule("short", "軽易な会議", 1))
    world.retainer.classify(SINGLE_USER, "m1", "short")
    assert world.due(2022, 3, 31) == []
    assert world.due(2022, 4, 1) == [("m1", Part.WHOLE)]  # a year from the next first of April
    world.retainer.set_rule(SINGLE_USER, Rule("short", "軽易な会議", 30, Counting.BIRTH))
    assert world.due(2022, 4, 1) == []
    assert [one.record_class for one in world.retainer.rules(SINGLE_USER)] == [
        "minutes",
        "child",
        "adoption",
        "short",
    ]


def test_deletion_happens_by_itself_only_when_somebody_said_so(world: World) -> None:
    world.add("m1")
    world.clock.time = datetime(2030, 1, 1, tzinfo=UTC)
    assert world.deleter.run_daily().gone == []
    world.deleter.set_daily(SINGLE_USER, on=True)
    (gone,) = world.deleter.run_daily().gone
    assert gone.by == "system"
    assert world.deleter.run_daily().gone == []


def test_the_next_run_completes_what_was_begun(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.add("k1", kind=Kind.CALL)

    def refuse(_: str) -> None:
        raise NotWritable(path="x")

    with monkeypatch.context() as patch:
        patch.setattr(world.files, "erase", refuse)
        with pytest.raises(NotWritable):
            world.deleter.run(SINGLE_USER, date(2050, 1, 1))
    assert world.records() == set()
    (begun,) = world.deleter.deletions(SINGLE_USER)
    assert begun.finished is None
    assert (world.files.folder / "k1").exists()
    assert world.deleter.run(SINGLE_USER, date(2050, 1, 1)).gone == []
    assert not (world.files.folder / "k1").exists()
    (ended,) = world.deleter.deletions(SINGLE_USER)
    assert ended.finished is not None


def test_everybody_who_may_read_a_record_is_told_when_it_falls_due(world: World) -> None:
    with world.store.writing() as unit:
        unit.matters.add(Matter("c1", MatterKind.CASE, "ケース1", MEETING_DAY))
    world.add("k1", kind=Kind.CALL, matter="c1", size=0)
    world.add("m1")
    member = Actor("ito", "伊藤", frozenset({Role.CASEWORKER}), frozenset({"c1"}))
    found = world.forecaster.of(member, "k1")
    assert (found.whole, found.sound) == (date(2046, 4, 1), None)
    assert found.counting is Counting.RECORD  # nobody knows the birth
    world.retainer.set_birth(SINGLE_USER, "c1", date(2008, 2, 29))
    hold = world.retainer.hold(SINGLE_USER, "c1", "係争中")
    found = world.forecaster.of(member, "k1")
    assert (found.whole, found.counting) == (date(2033, 3, 1), Counting.BIRTH)
    assert found.holds == (hold,)
    for unseen in ("m1", "never"):
        with pytest.raises(UnknownRecording):
            world.forecaster.of(member, unseen)
    every = world.forecaster.all(SINGLE_USER)
    assert [(one.record, one.first) for one in every] == [
        ("m1", date(2020, 10, 28)),
        ("k1", date(2033, 3, 1)),
    ]


def test_what_nobody_was_shown_stays(world: World) -> None:
    for number in range(3):
        world.add(f"m{number}")
    world.clock.time = datetime(2030, 1, 1, tzinfo=UTC)
    shown = [("m0", Part.SOUND), ("m1", Part.SOUND)]
    with pytest.raises(BadConfirmation):
        world.deleter.run_confirmed(SINGLE_USER, shown, "3")
    assert len(world.due(2030)) == 3
    told: list[Progress] = []
    done = world.deleter.run_confirmed(SINGLE_USER, shown, " ２", told.append)
    assert [one.record for one in done.gone] == ["m0", "m1"]
    assert [(one.done, one.total) for one in told] == [(0, 2), (1, 2)]
    assert world.due(2030) == [("m2", Part.SOUND)]


def test_what_would_go_by_itself_is_typed_before(world: World) -> None:
    world.add("m1")
    world.clock.time = datetime(2020, 10, 27, tzinfo=UTC)  # the day before
    brief = Rule("minutes", "会議録", 1, sound_days=1)
    world.deleter.insist_on_rule(SINGLE_USER, brief, "")  # nothing happens by itself yet
    with pytest.raises(BadConfirmation):
        world.deleter.set_daily(SINGLE_USER, on=True, typed="0")
    assert not world.deleter.is_daily()
    world.deleter.set_daily(SINGLE_USER, on=True, typed="1")
    with pytest.raises(BadConfirmation):
        world.deleter.insist_on_rule(SINGLE_USER, brief, "")
    world.deleter.insist_on_rule(SINGLE_USER, brief, "1")
    world.deleter.insist_on_rule(SINGLE_USER, Rule("minutes", "会議録", None), "")


@pytest.mark.parametrize(
    "rule",
    [
        Rule("", "名", 1),
        Rule("a", "\u200b", 1),
        Rule("a", "名", 0),
        Rule("a", "名", -3),
        Rule("a", "名", 1, sound_days=10**9),
    ],
)
def test_a_rule_that_nothing_can_be_counted_by_is_refused(world: World, rule: Rule) -> None:
    world.add("m1", record_class="a")
    with pytest.raises(BadRule):
        world.retainer.set_rule(SINGLE_USER, rule)
    with pytest.raises(BadRule):
        world.deleter.plan(SINGLE_USER, date(2030, 1, 1), rule)


def test_a_record_of_the_end_of_time_breaks_no_plan(world: World) -> None:
    world.add("m1", occurred=datetime(9998, 12, 31, tzinfo=UTC), kind=Kind.CALL)
    world.retainer.set_rule(SINGLE_USER, Rule("child", "児童の記録", 999, sound_days=999))
    (found,) = world.forecaster.all(SINGLE_USER)
    assert (found.whole, found.sound) == (date(9999, 4, 1), date.max)


def test_holds_are_set_and_released_for_a_reason(world: World) -> None:
    world.add("m1")
    with pytest.raises(NoReason):
        world.retainer.hold(SINGLE_USER, "m1", " \u3000")
    hold = world.retainer.hold(SINGLE_USER, "m1", "開示請求")
    with pytest.raises(NoReason):
        world.retainer.release(SINGLE_USER, hold.id, "")
    world.retainer.release(SINGLE_USER, hold.id, "開示した")
    with world.store.reading() as unit:
        told = [row.details["reason"] for row in unit.audit.rows() if row.action == Action.HOLD]
    assert told == ["開示請求", "開示した"]


def test_only_those_who_look_after_retention_may(world: World) -> None:
    clerk = Actor("sato", "佐藤", frozenset(Role) - {Role.MANAGER})
    calls = (
        lambda: world.retainer.rules(clerk),
        lambda: world.retainer.set_rule(clerk, Rule("x", "x", 1)),
        lambda: world.retainer.classify(clerk, "x", ""),
        lambda: world.retainer.set_birth(clerk, "x", None),
        lambda: world.retainer.hold(clerk, "x", ""),
        lambda: world.retainer.release(clerk, "x", ""),
        lambda: world.retainer.holds(clerk),
        lambda: world.retainer.names(clerk),
        lambda: world.forecaster.all(clerk),
        lambda: world.deleter.run_confirmed(clerk, [], "0"),
        lambda: world.deleter.insist_on_rule(clerk, Rule("x", "x", 1), ""),
        lambda: world.deleter.plan(clerk, date(2030, 1, 1)),
        lambda: world.deleter.run(clerk, date(2030, 1, 1)),
        lambda: world.deleter.deletions(clerk),
        lambda: world.deleter.set_daily(clerk, on=True),
    )
    for call in calls:
        with pytest.raises(Forbidden):
            call()


def test_the_library_deletes_nothing_that_is_held(world: World) -> None:
    from assistant.services.documents import Documents
    from assistant.services.library import Library

    world.add("m1")
    documents = Documents({})
    library = Library(world.store, world.files, documents, world.queue, world.clock, lambda _: None)
    world.retainer.hold(SINGLE_USER, "m1", "開示請求")
    with pytest.raises(RecordOnHold, match="開示請求"):
        library.remove(SINGLE_USER, "m1")
    assert (world.files.folder / "m1").exists()
    assert world.records() == {"m1"}
