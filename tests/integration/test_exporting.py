"""Exports of many records: on both databases, sealed, with rights, killed in the middle."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from zipfile import ZipFile

import pytest

from assistant.archive import Action
from assistant.bootstrap import Application
from assistant.errors import (
    ExportNotReady,
    Forbidden,
    NothingToExport,
    NotWritable,
    RightsChanged,
    Stopped,
    TooManyToExport,
    UnknownExport,
    UnknownFormat,
    UnknownRecording,
)
from assistant.export.text import TextExporter
from assistant.model import Progress
from assistant.people import SINGLE_USER as ME
from assistant.people import MatterKind, Role, Scope
from assistant.sealing.vault import holds_sealed
from assistant.services import exporting
from assistant.services.auditing import first_fault
from assistant.services.documents import Documents
from assistant.services.export_files import ExportFiles
from assistant.services.export_work import FAULTS, ExportWork
from assistant.services.exporting import ExportDesk
from assistant.services.matters import MatterDesk
from assistant.services.queueing import EXPORT, Job, JobState
from assistant.settings import Settings
from assistant.store.archive import SqlArchive
from assistant.store.dumping import dump
from assistant.store.jobs import SqlJobs
from assistant.store.keys import SqlKeyShelf
from assistant.testing import FakeClock
from assistant.testing_jobs import FakeTask
from tests.archives import CODEC
from tests.people import actor_named, add_person, make_record
from tests.recordings import SENTENCES, make_transcript
from tests.sealed_site import Site

if TYPE_CHECKING:
    from assistant.archive import AuditRow
    from assistant.model import Transcript
    from assistant.people import Actor
    from assistant.store.engine import Database

HOURS = timedelta(hours=72)


class CountingExporter:
    """Writes text, but for recordings that it cannot bear; remembers what it wrote."""

    suffix = "txt"

    def __init__(self) -> None:
        self.made: list[str] = []

    def export(self, transcript: Transcript, stream: BinaryIO) -> None:
        if transcript.recording.name == "bad.wav":
            raise ZeroDivisionError
        self.made.append(transcript.recording.name)
        TextExporter().export(transcript, stream)


class World:
    """An archive with what exports need; the clock is moved by hand."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.clock = FakeClock()
        self.store = SqlArchive(database, CODEC)
        self.jobs = SqlJobs(database)
        self.shelf = SqlKeyShelf(database)
        self.folder = folder / "exports"
        files = ExportFiles(self.folder, Site(folder, shelf=self.shelf).vault)
        self.exporter = CountingExporter()
        documents = Documents({"txt": self.exporter})
        self.desk = ExportDesk(self.store, self.jobs, files, documents, self.clock, HOURS)
        self.work = ExportWork(self.store, files, documents, self.clock, HOURS)

    def add(self, record: str, by: str = "single", matter: str | None = None) -> str:
        make_record(self.store, record, by, matter)
        with self.store.writing() as unit:
            transcript = make_transcript(f"{record}.wav")
            unit.records.keep(record, transcript, by, self.clock.now())
        return record

    def run(self, export: str) -> FakeTask:
        job = self.jobs.find(EXPORT, export)
        assert job is not None
        task = FakeTask(job)
        self.work(task)
        return task

    def content(self, actor: Actor, export: str) -> dict[str, str]:
        with (
            self.desk.file(actor, export).open("rb") as file,
            ZipFile(file) as archive,
        ):
            assert archive.testzip() is None
            return {name: archive.read(name).decode("utf-8-sig") for name in archive.namelist()}

    def log(self) -> list[AuditRow]:
        with self.store.reading() as unit:
            rows = list(unit.audit.rows())
            assert first_fault(rows, unit.audit.count()) is None
        return [row for row in rows if row.action == Action.EXPORT]

    def paths(self) -> list[str]:
        found = self.folder.rglob("*") if self.folder.is_dir() else ()
        return sorted(str(one.relative_to(self.folder)) for one in found if one.is_file())


@pytest.fixture
def world(database: Database, tmp_path: Path) -> World:
    return World(database, tmp_path)


def test_many_records_come_in_one_file_each_written_down(world: World) -> None:
    records = [world.add(one) for one in ("a", "b", "c")]
    export = world.desk.ask(ME, [*records, "a"], "txt")
    with pytest.raises(ExportNotReady):
        world.desk.file(ME, export)
    assert [one.job and one.job.state for one in world.desk.mine(ME)] == [JobState.WAITING]

    task = world.run(export)

    assert task.seen == [Progress("export", done, 3) for done in range(4)]
    found = world.content(ME, export)
    assert list(found) == ["a.txt", "b.txt", "c.txt"]
    assert all(SENTENCES[0] in text for text in found.values())
    (entry,) = world.desk.mine(ME)
    assert (entry.export.ready, entry.records, entry.made, entry.failed) == (True, 3, 3, 0)
    ask, *each, fetch = world.log()
    assert (ask.object, ask.details["records"]) == (export, "3")
    assert [(row.user, row.object, row.details["export"]) for row in each] == [
        ("single", one, export) for one in records
    ]
    assert (fetch.object, fetch.details["step"]) == (export, "fetch")


def test_nothing_readable_is_left(world: World) -> None:
    export = world.desk.ask(ME, [world.add("a")], "txt")
    world.run(export)
    assert world.paths() == [f"{export}/export.zip"]
    assert holds_sealed(world.folder)
    content = (world.folder / export / "export.zip").read_bytes()
    assert b"a.txt" not in content


def test_one_bad_record_does_not_stop_the_others(world: World) -> None:
    make_record(world.store, "silent")
    records = [world.add("a"), world.add("bad"), "silent", world.add("b")]
    export = world.desk.ask(ME, records, "txt")
    world.run(export)

    found = world.content(ME, export)
    assert list(found) == ["a.txt", "b.txt", FAULTS]
    assert "bad (bad)\r\n  この記録の文書を作れませんでした。" in found[FAULTS]
    assert "silent (silent)\r\n  その録音は一覧にないか" in found[FAULTS]
    (entry,) = world.desk.mine(ME)
    assert (entry.made, entry.failed) == (2, 2)
    assert [row.object for row in world.log()[1:3]] == ["a", "b"]


def test_what_is_finished_is_not_made_again(world: World) -> None:
    records = [world.add(one) for one in ("a", "b", "c", "d")]
    export = world.desk.ask(ME, records, "txt")

    def stop_at_two(progress: Progress) -> None:
        if progress.done == 2:
            raise Stopped

    with pytest.raises(Stopped):
        world.work.make(export, stop_at_two)
    assert world.exporter.made == ["a.wav", "b.wav"]
    world.run(export)
    world.run(export)  # a worker that died just before it said that it was done
    assert world.exporter.made == ["a.wav", "b.wav", "c.wav", "d.wav"]
    assert list(world.content(ME, export)) == ["a.txt", "b.txt", "c.txt", "d.txt"]


def test_names_that_come_again_get_a_number(world: World) -> None:
    for one in ("a", "b"):
        world.add(one)
        with world.store.writing() as unit:
            record = unit.records.find(one, Scope(everything=True))
            assert record is not None
            unit.records.update(replace(record, name="会議.wav"))
    export = world.desk.ask(ME, ["a", "b"], "txt")
    world.run(export)
    assert list(world.content(ME, export)) == ["会議.txt", "会議 (2).txt"]


def test_what_cannot_be_asked_for(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.add("a")
    with pytest.raises(UnknownFormat):
        world.desk.ask(ME, ["a"], "pdf")
    with pytest.raises(NothingToExport):
        world.desk.ask(ME, [], "txt")
    with pytest.raises(UnknownRecording):
        world.desk.ask(ME, ["a", "never"], "txt")
    monkeypatch.setattr(exporting, "MOST_RECORDS", 1)
    with pytest.raises(TooManyToExport):
        world.desk.ask(ME, ["a", "b"], "txt")
    assert world.desk.mine(ME) == []
    assert world.log() == []


class People:
    """A case with two caseworkers, a record of each of two cases, and an auditor."""

    def __init__(self, world: World) -> None:
        self.desk = MatterDesk(world.store, world.clock)
        add_person(world.store, "root", Role.ADMINISTRATOR)
        self.ids = {
            login: add_person(world.store, login, role)[0].id
            for login, role in (
                ("aoki", Role.CASEWORKER),
                ("sato", Role.CASEWORKER),
                ("kansa", Role.AUDITOR),
            )
        }
        self.ours, self.theirs = (
            self.desk.add(ME, MatterKind.CASE, name).id for name in ("山田家", "鈴木家")
        )
        for login in ("aoki", "sato"):
            self.desk.join(ME, self.ours, self.ids[login])
        world.add("ours", "x", self.ours)
        world.add("theirs", "x", self.theirs)
        self._world = world

    def __getitem__(self, login: str) -> Actor:
        return actor_named(self._world.store, login)


def test_rights_are_those_of_who_asked(world: World) -> None:
    people = People(world)
    with pytest.raises(UnknownRecording):
        world.desk.ask(people["aoki"], ["ours", "theirs"], "txt")
    with pytest.raises(Forbidden):
        world.desk.ask(people["kansa"], ["ours"], "txt")
    export = world.desk.ask(people["aoki"], ["ours"], "txt")
    world.run(export)
    assert list(world.content(people["aoki"], export)) == ["ours.txt"]
    row = world.log()[1]
    assert (row.user, row.name, row.way) == (people.ids["aoki"], "Aoki", "password")

    for act in (world.desk.file, world.desk.stop, world.desk.retry, world.desk.remove):
        with pytest.raises(UnknownExport):
            act(people["sato"], export)  # who may see the record, and asked for nothing
    assert world.desk.mine(people["sato"]) == []


def test_rights_are_those_of_the_moment(world: World) -> None:
    people = People(world)
    world.add("own", people.ids["aoki"])
    export = world.desk.ask(people["aoki"], ["ours", "own"], "txt")
    late = world.desk.ask(people["aoki"], ["ours", "own"], "txt")
    world.run(export)
    people.desk.leave(ME, people.ours, people.ids["aoki"])
    with pytest.raises(RightsChanged):
        world.desk.file(people["aoki"], export)
    world.run(late)
    assert list(world.content(people["aoki"], late)) == ["own.txt", FAULTS]


def test_an_account_that_was_stopped_gets_nothing(world: World) -> None:
    people = People(world)
    actor = people["aoki"]
    export = world.desk.ask(actor, ["ours"], "txt")
    with world.store.writing() as unit:
        person = unit.people.find(people.ids["aoki"])
        assert person is not None
        unit.people.update(replace(person, active=False))
    world.run(export)
    assert world.exporter.made == []
    assert list(world.content(actor, export)) == [FAULTS]


def test_what_has_expired_is_shredded(world: World) -> None:
    done, waiting = (world.desk.ask(ME, [world.add(one)], "txt") for one in ("a", "b"))
    world.run(done)
    world.desk.sweep()
    assert world.content(ME, done)

    world.clock.time += HOURS + timedelta(seconds=1)
    with pytest.raises(UnknownExport):
        world.desk.file(ME, done)
    assert world.desk.mine(ME) == []
    world.desk.sweep()
    assert world.paths() == []
    assert world.shelf.counts() == {}
    assert [one.subject for one in world.jobs.jobs(EXPORT)] == [waiting], "it may still be made"


def test_a_deleted_record_takes_the_exports_with_it_that_hold_it(world: World) -> None:
    world.add("b")
    export = world.desk.ask(ME, [world.add("a"), "b"], "txt")
    world.run(export)
    other = world.desk.ask(ME, ["b"], "txt")
    with world.store.writing() as unit:
        unit.records.remove("a")
    with pytest.raises(UnknownExport):
        world.desk.file(ME, export)
    assert world.shelf.counts() == {}
    world.desk.sweep()
    assert world.paths() == []
    assert [one.export.id for one in world.desk.mine(ME)] == [other]


def test_an_export_that_is_removed_while_it_is_made_leaves_nothing(world: World) -> None:
    records = [world.add(one) for one in ("a", "b")]
    export = world.desk.ask(ME, records, "txt")

    def remove(progress: Progress) -> None:
        if progress.done == 1:
            world.desk.remove(ME, export)

    with pytest.raises(UnknownExport):
        world.work.make(export, remove)
    assert world.paths() == []
    assert world.shelf.counts() == {}


def test_a_fault_of_the_disk_is_no_fault_of_the_record(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = world.desk.ask(ME, [world.add("a")], "txt")

    def refuse(*_: object) -> None:
        raise NotWritable(path=world.folder)

    monkeypatch.setattr(world.exporter, "export", refuse)
    with pytest.raises(NotWritable):
        world.run(export)
    monkeypatch.undo()
    world.run(export)
    assert list(world.content(ME, export)) == ["a.txt"]


def test_a_process_that_is_killed_in_the_middle(place: Path | str, tmp_path: Path) -> None:
    told = {"data_dir": tmp_path} | ({} if isinstance(place, Path) else {"database_url": place})
    application = Application(Settings(**told))  # type: ignore[arg-type]  # pydantic makes a secret
    application.upgrade_tables()
    for one in ("a", "b", "c", "d"):
        make_record(application.archive, one)
        with application.archive.writing() as unit:
            unit.records.keep(one, make_transcript(f"{one}.wav"), "single", FakeClock().now())
    desk = application.exports
    export = desk.ask(ME, ["a", "b", "c", "d"], "docx")

    kill_at(export, 2, tmp_path, "" if isinstance(place, Path) else place)

    made: list[float] = []
    before = {one: one.stat().st_mtime_ns for one in documents_in(tmp_path)}
    assert len(before) == 2

    def watch(progress: Progress) -> None:
        made.append(progress.done)
        assert {one: one.stat().st_mtime_ns for one in before} == before, "made again"

    application.export_work.make(export, watch)
    with desk.file(ME, export).open("rb") as file, ZipFile(file) as archive:
        assert archive.namelist() == ["a.docx", "b.docx", "c.docx", "d.docx"]
    with application.archive.reading() as unit:
        rows = [row for row in unit.audit.rows() if row.details.get("export") == export]
    assert [row.object for row in rows] == ["a", "b", "c", "d"], "each is written down once"
    assert documents_in(tmp_path) == []
    application.database.close()


def documents_in(folder: Path) -> list[Path]:
    """Of exports that are not finished."""
    return sorted((folder / "state" / "exports").glob("*/documents/[0-9]*"))


def kill_at(export: str, number: int, folder: Path, database: str) -> None:
    """Makes so many documents in a process of its own, and kills it."""
    environment = os.environ | {"KIKIGAKI_DATA_DIR": str(folder)}
    if database:
        environment["KIKIGAKI_DATABASE_URL"] = database
    with subprocess.Popen(
        [sys.executable, "-m", "tests.export_process", export],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for expected in range(number + 1):
            assert process.stdout.readline() == f"{expected}\n"
            if expected < number:
                process.stdin.write("\n")
                process.stdin.flush()
        process.kill()


def test_a_job_tells_of_a_stop(world: World) -> None:
    export = world.desk.ask(ME, [world.add("a")], "txt")
    with pytest.raises(Stopped):
        world.work(FakeTask(Job(export, EXPORT), stopped=True))
    world.desk.stop(ME, export)
    job = world.jobs.find(EXPORT, export)
    assert job is not None
    assert job.state is JobState.CANCELLED
    world.desk.retry(ME, export)
    job = world.jobs.find(EXPORT, export)
    assert job is not None
    assert job.state is JobState.WAITING


def test_no_backup_holds_the_keys_of_exports(world: World, database: Database) -> None:
    export = world.desk.ask(ME, [world.add("a")], "txt")
    world.run(export)
    assert world.shelf.counts()
    with database.reading() as connection:
        tables = {table for table, _, _ in dump(connection)}
    assert "record" in tables
    assert tables.isdisjoint({"export", "export_item", "file_key"})
