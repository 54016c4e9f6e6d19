"""The archive's tables on each engine."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from assistant.archive import Edit, Field, Origin, Record
from assistant.keys import FileKey, steps_owner
from assistant.model import Kind, TurnPassage
from assistant.people import Matter, MatterKind, Scope
from assistant.store.archive import SqlArchive
from assistant.store.archive_tables import file_key
from assistant.store.job_tables import step
from assistant.store.jobs import SqlJobs
from assistant.store.keys import SqlKeyShelf
from tests.archives import CODEC
from tests.recordings import make_transcript

if TYPE_CHECKING:
    from assistant.store.engine import Database

MOMENT = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
EVERYTHING = Scope(everything=True)


@pytest.fixture
def archive(database: Database) -> SqlArchive:
    return SqlArchive(database, CODEC)


def record(name: str = "r1", **values: object) -> Record:
    made = Record(name, f"{name}.wav", name, Kind.CALL, MOMENT, "w1", size=5)
    return replace(made, **values)  # type: ignore[arg-type]  # names of the fields


def add(archive: SqlArchive, *records: Record) -> None:
    with archive.writing() as unit:
        for one in records:
            unit.records.add(one)


def test_a_record_comes_back_as_it_was(archive: SqlArchive) -> None:
    kept = record(origin=Origin.IMPORT, occurred=MOMENT, record_class="minutes", duration=1.5)
    add(archive, kept)

    with archive.reading() as unit:
        assert unit.records.find("r1", EVERYTHING) == kept
        assert unit.records.all(EVERYTHING) == [kept]
        assert unit.records.find("r2", EVERYTHING) is None


def test_a_transcript_has_revisions(archive: SqlArchive) -> None:
    add(archive, record())
    first, second = make_transcript("a.wav"), make_transcript("a.wav", 3)
    with archive.writing() as unit:
        assert unit.records.keep("r1", first, "system", MOMENT) == 1
        unit.records.edit(
            Edit("r1", 1, MOMENT, "w1", Field.TURN_TEXT, first.turns[0].id, "前", "後")
        )
        assert unit.records.keep("r1", second, "system", MOMENT) == 2

    with archive.reading() as unit:
        assert unit.records.transcript("r1") == second
        assert unit.records.transcript("r1", 1) == first
        assert unit.records.transcript("r1", 3) is None
        found = unit.records.find("r1", EVERYTHING)
        assert found is not None
        assert (found.revision, found.duration) == (2, second.recording.duration)
        assert [edit.after for edit in unit.records.edits("r1")] == ["後"]


def test_passages_are_added_and_corrections_stay(archive: SqlArchive) -> None:
    add(archive, record())
    made = make_transcript("a.wav")
    turn = made.turns[0].id
    with archive.writing() as unit:
        unit.records.keep("r1", made, "system", MOMENT)
        unit.records.edit(Edit("r1", 1, MOMENT, "w1", Field.TURN_TEXT, turn, "前", "後"))
    found = TurnPassage(turn, 1.0, "手引き", "e1", None, ("1",), 3, "本文", 0.5, ())
    with archive.writing() as unit:
        unit.records.add_passages("r1", replace(made, passages=(found,), turns=()))

    with archive.reading() as unit:
        now = unit.records.transcript("r1")
        assert now is not None
        assert now.passages == (found,)
        assert [one.text for one in now.turns] == ["後", *(one.text for one in made.turns[1:])]


def test_a_removed_record_leaves_no_row(archive: SqlArchive, database: Database) -> None:
    add(archive, record())
    with archive.writing() as unit:
        unit.records.keep("r1", make_transcript("a.wav"), "system", MOMENT)
        unit.records.edit(Edit("r1", 1, MOMENT, "w1", Field.TITLE, "", "a", "b"))
        unit.records.remove("r1")

    with database.reading() as connection:
        for table in ("record", "revision", "speaker", "turn", "edit"):
            count = sa.select(sa.func.count()).select_from(sa.table(table))
            assert connection.scalar(count) == 0, table


def test_only_what_is_in_the_scope_is_found(archive: SqlArchive) -> None:
    with archive.writing() as unit:
        unit.matters.add(Matter("m1", MatterKind.CASE, "ケース1", MOMENT))
    add(archive, record("own"), record("mine", added_by="x", matter="m1"))
    add(archive, record("other", added_by="x"), record("glass", added_by="x"))

    def seen(scope: Scope) -> set[str]:
        with archive.reading() as unit:
            found = {one.id for one in unit.records.all(scope)}
            every = ("own", "mine", "other", "glass")
            assert {one for one in every if unit.records.find(one, scope)} == found
        return found

    assert seen(Scope()) == set()
    assert seen(Scope(own="w1")) == {"own"}
    assert seen(Scope(matters=frozenset({"m1"}))) == {"mine"}
    assert seen(Scope(opened=frozenset({"glass"}))) == {"glass"}
    assert seen(Scope(own="w1", matters=frozenset({"m1"}))) == {"own", "mine"}
    assert seen(EVERYTHING) == {"own", "mine", "other", "glass"}


def test_members_come_and_go(archive: SqlArchive) -> None:
    matter = Matter("m1", MatterKind.BODY, "文教委員会", MOMENT)
    with archive.writing() as unit:
        unit.matters.add(matter)
        unit.matters.join("m1", "c1")
        unit.matters.join("m1", "c1")
        unit.matters.join("m1", "c2")
        unit.matters.leave("m1", "c2")
        unit.matters.update(replace(matter, closed=MOMENT + timedelta(days=1)))

    with archive.reading() as unit:
        assert unit.matters.members("m1") == ["c1"]
        assert unit.matters.of("c1") == {"m1"}
        assert unit.matters.of("c2") == frozenset()
        assert unit.matters.all() == [replace(matter, closed=MOMENT + timedelta(days=1))]


def test_with_a_record_go_its_jobs_and_what_was_kept_of_unfinished_work(
    archive: SqlArchive, database: Database
) -> None:
    add(archive, record(), record("r2"))
    jobs = SqlJobs(database)
    for name in ("r1", "r2"):
        jobs.add("transcription", name)
        found = jobs.find("transcription", name)
        assert found is not None
        jobs.sent(found.run)
        jobs.begin(found.run, "worker", 3)
        jobs.began(found.run, "worker", f"work-{name}")
        SqlKeyShelf(database).put(FileKey(steps_owner(f"work-{name}"), "m", b"key", MOMENT))
    with database.writing() as connection:
        rows = [{"work": f"work-{one}", "name": "1", "result": b"said"} for one in ("r1", "r2")]
        connection.execute(step.insert(), rows)
    with archive.writing() as unit:
        unit.records.remove("r1")
    assert [one.subject for one in jobs.jobs()] == ["r2"]
    with database.reading() as connection:
        assert list(connection.scalars(sa.select(step.c.work))) == ["work-r2"]
        assert list(connection.scalars(sa.select(file_key.c.file))) == [steps_owner("work-r2")]
