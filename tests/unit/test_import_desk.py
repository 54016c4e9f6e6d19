"""Files that wait to be imported, and what people say of them before."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from assistant.errors import Forbidden, Stopped, UnknownImport, UnknownMatter
from assistant.export.json_transcript import to_json
from assistant.importing.files import DraftFiles
from assistant.model import Kind, Progress
from assistant.people import SINGLE_USER, Actor, Matter, MatterKind, Role, Scope
from assistant.services.import_desk import KEPT, ImportDesk
from assistant.services.importing import BATCH_RECORDS, Importer
from assistant.services.mending import Corrections, Wishes
from assistant.testing import FakeClock, PlainVault
from tests.archives import archive_in
from tests.minutes import COMMITTEE
from tests.recordings import make_transcript

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.archive import Record
    from assistant.model import Transcript
    from assistant.services.importing import Seen

CLERK = Actor("sato", "佐藤", frozenset({Role.CLERK}))
OTHER = Actor("suzuki", "鈴木", frozenset({Role.CLERK}))


class Site:
    """A desk whose files lie in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.store = archive_in(folder / "data")
        self.clock = FakeClock()
        self.clock.time = datetime.now(UTC)  # folders have the time of the disk
        self.folder = folder / "imports"
        importer = Importer(self.store, DraftFiles(), self.clock)
        self.desk = ImportDesk(importer, PlainVault(), self.folder, self.clock)

    def put(self, name: str, content: str, actor: Actor = CLERK) -> str:
        with self.desk.receiving(actor, name) as (id_, arrived), arrived.create() as file:
            file.write(content.encode())
        return id_

    def only(self, id_: str) -> Seen:
        (seen,) = self.desk.preview(CLERK, id_, 10).seen
        return seen

    def records(self) -> list[Record]:
        with self.store.reading() as unit:
            return unit.records.all(Scope(everything=True))

    def transcript(self, record: str) -> Transcript:
        with self.store.reading() as unit:
            found = unit.records.transcript(record)
            assert found is not None
            return found

    def left(self) -> list[str]:
        return [one.name for one in self.folder.rglob("*") if one.is_file()]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def lines(number: int, **more: object) -> str:
    turns = [{"speaker": "会長", "text": "開会します。"}]
    made = ({"title": f"第{n}回", "turns": turns, **more} for n in range(number))
    return "\n".join(json.dumps(one, ensure_ascii=False) for one in made)


def test_what_was_read_is_shown_and_nothing_is_taken(site: Site) -> None:
    id_ = site.put("会議録.txt", COMMITTEE)
    seen = site.only(id_)
    assert (seen.draft.title, seen.known) == ("文教委員会会議録（要点記録）", False)
    assert (seen.matter, seen.missing, seen.draft.body) == (None, "", "文教委員会")
    assert site.records() == []
    assert [(one.id, one.name) for one in site.desk.waiting(CLERK)] == [(id_, "会議録.txt")]


def test_what_somebody_says_of_a_record_is_how_it_is_taken(site: Site) -> None:
    with site.store.writing() as unit:
        unit.matters.add(Matter("m1", MatterKind.BODY, "文教委員会", site.clock.now()))
    id_ = site.put("会議録.txt", COMMITTEE, SINGLE_USER)
    (seen,) = site.desk.preview(SINGLE_USER, id_, 10).seen
    assert seen.matter == "m1"
    first = seen.draft.speakers[0]
    mended = Corrections("題", None, Kind.CALL, "", {first.id: "witness"}, undated=True)
    site.desk.take(SINGLE_USER, id_, Wishes(records={seen.draft.digest: mended}))
    (record,) = site.records()
    assert (record.title, record.occurred, record.kind) == ("題", None, Kind.CALL)
    assert record.matter is None  # somebody said so, although the document names one
    assert site.transcript(record.id).speaker(first.id).role == "witness"
    assert site.left() == []
    with pytest.raises(UnknownImport):
        site.desk.preview(SINGLE_USER, id_, 10)


def test_roles_of_our_own_transcript_are_mended_too(site: Site) -> None:
    id_ = site.put("a.json", to_json(make_transcript("a.wav")))
    digest = site.only(id_).draft.digest
    mended = Corrections(roles={"S1": "chair", "S9": "nobody"}, matter="")
    site.desk.take(CLERK, id_, Wishes(records={digest: mended}))
    (record,) = site.records()
    assert site.transcript(record.id).speaker("S1").role == "chair"


def test_of_many_records_some_are_left_out_and_the_rest_shares_what_was_said(site: Site) -> None:
    with site.store.writing() as unit:
        unit.matters.add(Matter("m1", MatterKind.BODY, "部会", site.clock.now()))
    id_ = site.put("a.jsonl", lines(5, matter="ない部会") + "\n{")
    preview = site.desk.preview(CLERK, id_, 2)
    assert (len(preview.seen), preview.records, preview.turns) == (2, 5, 5)
    assert (preview.missing, len(preview.refused)) == (5, 1)
    with pytest.raises(UnknownMatter):
        site.desk.take(CLERK, id_, Wishes())
    assert site.left() == ["a.jsonl"]
    member = Actor("sato", "佐藤", frozenset({Role.CLERK}), frozenset({"m1"}))
    skipped = {preview.seen[0].draft.digest: Corrections(skip=True)}
    tally = site.desk.take(member, id_, Wishes(Corrections(matter="m1"), skipped))
    assert (len(tally.taken), len(tally.refused)) == (4, 1)
    assert {one.matter for one in site.records()} == {"m1"}


def test_a_stopped_import_goes_on_where_it_stopped(site: Site) -> None:
    id_ = site.put("a.jsonl", lines(BATCH_RECORDS + 1))
    told: list[float] = []

    def stop(progress: Progress) -> None:
        told.append(progress.done)
        raise Stopped

    with pytest.raises(Stopped):
        site.desk.take(CLERK, id_, Wishes(), stop)
    assert (told, len(site.records())) == ([BATCH_RECORDS], BATCH_RECORDS)
    assert site.desk.preview(CLERK, id_, 1).known == BATCH_RECORDS
    tally = site.desk.take(CLERK, id_, Wishes())
    assert (len(tally.taken), tally.already) == (1, BATCH_RECORDS)
    assert site.left() == []


def test_the_files_of_others_are_not_there(site: Site) -> None:
    id_ = site.put("会議録.txt", COMMITTEE)
    for act in (
        lambda: site.desk.preview(OTHER, id_, 10),
        lambda: site.desk.take(OTHER, id_, Wishes()),
        lambda: site.desk.drop(OTHER, id_),
        lambda: site.desk.drop(CLERK, "../" + id_),
        lambda: site.desk.drop(CLERK, "0" * 16),
    ):
        with pytest.raises(UnknownImport):
            act()
    assert site.desk.waiting(OTHER) == []
    site.desk.drop(CLERK, id_)
    assert site.left() == []


def test_what_nobody_comes_back_for_is_dropped(site: Site) -> None:
    old, new = site.put("a.txt", COMMITTEE), site.put("b.txt", COMMITTEE, OTHER)
    dead = site.folder / "x" / ".arriving-1"
    dead.mkdir(parents=True)
    (dead / "c.txt").touch()
    long_ago = (site.clock.now() - KEPT).timestamp() - 1
    for place in (dead, next(site.folder.glob(f"*/{old}"))):
        os.utime(place, (long_ago, long_ago))
    assert site.desk.waiting(CLERK) == []
    assert [one.id for one in site.desk.waiting(OTHER)] == [new]
    assert site.left() == ["b.txt"]


def test_what_could_not_be_written_does_not_wait(site: Site) -> None:
    with pytest.raises(ZeroDivisionError), site.desk.receiving(CLERK, "a.txt"):
        raise ZeroDivisionError
    assert site.desk.waiting(CLERK) == []
    assert list(site.folder.glob("*/*")) == []


def test_who_may_not_add_may_not_import(site: Site) -> None:
    auditor = Actor("a", "監査", frozenset({Role.AUDITOR, Role.ADMINISTRATOR}))
    with pytest.raises(Forbidden), site.desk.receiving(auditor, "a.txt"):
        pass
    for act in (
        lambda: site.desk.waiting(auditor),
        lambda: site.desk.preview(auditor, "x", 1),
        lambda: site.desk.take(auditor, "x", Wishes()),
        lambda: site.desk.drop(auditor, "x"),
    ):
        with pytest.raises(Forbidden):
            act()
