"""Files of transcripts and minutes -> records of the archive."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import docx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.archive import Action, Origin
from assistant.drafts import Draft, Refused
from assistant.errors import (
    BadLine,
    Forbidden,
    NoSpeakers,
    NothingFound,
    UnknownMatter,
    UnreadableDocument,
    UnreadableTranscript,
)
from assistant.export.json_transcript import to_json
from assistant.importing.files import DraftFiles
from assistant.model import Kind
from assistant.people import SINGLE_USER, Actor, Matter, MatterKind, Role, Scope
from assistant.services.auditing import first_fault
from assistant.services.importing import BATCH_TURNS, Importer
from assistant.services.mending import Corrections
from assistant.testing import FakeClock
from tests.archives import archive_in
from tests.minutes import COMMITTEE, COUNCIL
from tests.recordings import make_transcript

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.archive import Record
    from assistant.store.archive import SqlArchive

ALL = Scope(everything=True)
NOTHING = Corrections()
CLERK = Actor("sato", "佐藤", frozenset({Role.CLERK}))


@pytest.fixture
def store(tmp_path: Path) -> SqlArchive:
    return archive_in(tmp_path / "data")


@pytest.fixture
def importer(store: SqlArchive) -> Importer:
    return Importer(store, DraftFiles(), FakeClock())


def records(store: SqlArchive) -> list[Record]:
    with store.reading() as unit:
        return unit.records.all(ALL)


def line(title: str, *texts: str, **more: object) -> str:
    turns = [{"speaker": "会長", "text": text} for text in texts]
    return json.dumps({"title": title, "turns": turns, **more}, ensure_ascii=False)


def lines(path: Path, *written: str) -> Path:
    path.write_text("\n".join(written) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "euc_jp", "utf-16"])
def test_minutes_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "会議録.txt"
    path.write_bytes(COMMITTEE.replace("─", "＝").encode(encoding))
    (draft,) = DraftFiles().read(path)
    assert isinstance(draft, Draft)
    assert [one.name for one in draft.speakers][:3] == [
        "青木委員長",
        "加藤児童相談課長",
        "上田委員",
    ]


def test_minutes_in_word(tmp_path: Path) -> None:
    document = docx.Document()
    for text in COUNCIL.splitlines():
        document.add_paragraph(text)
    document.save(str(tmp_path / "会議録.docx"))
    plain = tmp_path / "会議録.txt"
    plain.write_text(COUNCIL, encoding="utf-8")
    (word,) = DraftFiles().read(tmp_path / "会議録.docx")
    (same,) = DraftFiles().read(plain)
    assert isinstance(word, Draft)
    assert isinstance(same, Draft)
    assert replace(word, source=same.source, digest=same.digest) == same


def test_a_draft_becomes_a_record_with_its_audit_row(
    tmp_path: Path, store: SqlArchive, importer: Importer
) -> None:
    path = tmp_path / "会議録.txt"
    path.write_text(COMMITTEE, encoding="utf-8")
    tally = importer.take(SINGLE_USER, path, NOTHING)
    (record,) = records(store)
    assert tally.taken == [record.id]
    assert (record.title, record.kind, record.origin, record.revision) == (
        "文教委員会会議録（要点記録）",
        Kind.MEETING,
        Origin.IMPORT,
        1,
    )
    assert record.occurred == datetime(2026, 11, 20, 10, tzinfo=UTC)
    with store.reading() as unit:
        transcript = unit.records.transcript(record.id)
        assert transcript is not None
        assert transcript.speakers[0].name == "青木委員長"
        (row,) = unit.audit.rows()
        assert (row.action, row.object) == (Action.IMPORT, record.id)
        assert first_fault(unit.audit.rows(), unit.audit.count()) is None


def test_the_same_content_is_taken_once(
    tmp_path: Path, store: SqlArchive, importer: Importer
) -> None:
    path = lines(tmp_path / "a.jsonl", line("一", "はい"), line("二", "いいえ"))
    assert len(importer.take(SINGLE_USER, path, NOTHING).taken) == 2
    lines(path, line("一", "はい"), line("三", "どちらも"), line("二", "いいえ"))
    tally = importer.take(SINGLE_USER, path, NOTHING)
    assert (len(tally.taken), tally.already) == (1, 2)
    assert {one.title for one in records(store)} == {"一", "二", "三"}


def test_a_bad_line_is_named_and_the_others_are_taken(
    tmp_path: Path, store: SqlArchive, importer: Importer
) -> None:
    bad = ['{"title": "x"}', "{", "[]", line("x", "y", date="0001-01-01"), line("x", "y", odd=1)]
    path = lines(tmp_path / "a.jsonl", line("一", "はい"), *bad, line("二", "いいえ"))
    tally = importer.take(SINGLE_USER, path, NOTHING)
    assert [one.line for one in tally.refused] == [2, 3, 4, 5, 6]
    assert all(isinstance(one.error, BadLine) for one in tally.refused)
    assert len(records(store)) == 2


def test_a_transcript_of_ours_comes_back_as_it_was(
    tmp_path: Path, store: SqlArchive, importer: Importer
) -> None:
    made = make_transcript("文教委員会.wav")
    path = tmp_path / "文教委員会_20261120.json"
    path.write_text(to_json(made), encoding="utf-8")
    (record,) = importer.take(SINGLE_USER, path, NOTHING).taken
    with store.reading() as unit:
        kept = unit.records.transcript(record)
        assert kept is not None
        assert replace(kept, provenance=made.provenance) == made
    assert importer.take(SINGLE_USER, path, NOTHING).already == 1


def test_what_somebody_says_comes_before_what_was_read(
    tmp_path: Path, store: SqlArchive, importer: Importer
) -> None:
    path = tmp_path / "会議録.txt"
    path.write_text(COMMITTEE, encoding="utf-8")
    when = datetime(2025, 1, 2, 3, 4, tzinfo=UTC)
    importer.take(SINGLE_USER, path, Corrections("別の題", when, Kind.CALL, "新しい会"))
    (record,) = records(store)
    assert (record.title, record.occurred, record.kind) == ("別の題", when, Kind.CALL)
    with store.reading() as unit:
        (matter,) = unit.matters.named("新しい会")
    assert (record.matter, matter.kind) == (matter.id, MatterKind.CASE)


def test_a_record_goes_to_a_matter_that_is_there_for_the_actor(
    tmp_path: Path, store: SqlArchive, importer: Importer
) -> None:
    path = tmp_path / "会議録.txt"
    path.write_text(COMMITTEE, encoding="utf-8")
    body = Matter("m1", MatterKind.BODY, "文教委員会", FakeClock().now())
    with store.writing() as unit:
        unit.matters.add(body)
    importer.take(CLERK, path, NOTHING)
    assert records(store)[0].matter is None  # the document only mentions it
    with pytest.raises(UnknownMatter):
        importer.take(
            CLERK, lines(tmp_path / "a.jsonl", line("一", "は", matter="文教委員会")), NOTHING
        )
    with pytest.raises(UnknownMatter):
        importer.take(
            CLERK, lines(tmp_path / "a.jsonl", line("一", "は", matter="ない会")), NOTHING
        )
    member = replace(CLERK, matters=frozenset({"m1"}))
    importer.take(
        member, lines(tmp_path / "a.jsonl", line("一", "は", matter="文教委員会")), NOTHING
    )
    assert {one.matter for one in records(store)} == {None, "m1"}


def test_who_may_not_add_may_not_import(tmp_path: Path, importer: Importer) -> None:
    path = lines(tmp_path / "a.jsonl", line("一", "はい"))
    with pytest.raises(Forbidden):
        importer.take(Actor("a", "監査", frozenset({Role.AUDITOR})), path, NOTHING)


def test_many_records_are_taken_in_batches(tmp_path: Path, importer: Importer) -> None:
    long = [line(f"{n}", *["はい"] * (BATCH_TURNS // 2)) for n in range(5)]
    heard: list[int] = []
    path = lines(tmp_path / "a.jsonl", *long)
    importer.take(SINGLE_USER, path, NOTHING, lambda tally: heard.append(len(tally.taken)))
    assert heard == [2, 4, 5]


def test_times_of_turns_are_kept_and_ordered(tmp_path: Path) -> None:
    turns = [
        {"speaker": "A", "text": "後", "start": 5, "end": 6},
        {"speaker": "B", "text": "先", "start": 1, "end": 2},
        {"speaker": "B", "text": "時刻なし"},
    ]
    path = lines(
        tmp_path / "a.jsonl", json.dumps({"title": "通話", "kind": "call", "turns": turns})
    )
    (draft,) = DraftFiles().read(path)
    assert isinstance(draft, Draft)
    told = [(one.text, one.start, one.end) for one in draft.turns]
    assert told == [("先", 1, 2), ("時刻なし", 2, 2), ("後", 5, 6)]


def test_the_files_of_a_folder(tmp_path: Path) -> None:
    for name in ("b.jsonl", "a.txt", "~$c.docx", ".d.txt", "e.pdf", "sub/f.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert [one.name for one in DraftFiles().find([tmp_path])] == ["a.txt", "b.jsonl", "f.json"]
    with pytest.raises(NothingFound):
        DraftFiles().find([tmp_path / "none"])


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("a.txt", "今日は晴れ。".encode(), NoSpeakers),
        ("a.txt", bytes(range(256)) * 40, UnreadableDocument),
        ("a.docx", b"PK\x03\x04 broken", UnreadableDocument),
        ("a.json", b"{}", UnreadableTranscript),
        ("a.pdf", b"%PDF-1.7\x00\x01\x02\x03", UnreadableDocument),
    ],
)
def test_a_file_that_cannot_be_taken_is_named(
    tmp_path: Path, name: str, content: bytes, error: type[Exception]
) -> None:
    (tmp_path / name).write_bytes(content)
    (refused,) = DraftFiles().read(tmp_path / name)
    assert isinstance(refused, Refused)
    assert type(refused.error) is error


VALUE = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["title", "turns", "text", "speaker", "start", "end", "date", "x"]),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=8,
)
TURN = st.fixed_dictionaries(
    {"text": st.text(max_size=12)},
    optional={
        "speaker": st.text(max_size=4),
        "start": st.floats(allow_nan=False),
        "end": st.floats(allow_nan=False),
    },
)
RECORDING = st.fixed_dictionaries(
    {"title": st.text(max_size=6), "turns": st.lists(TURN, max_size=4)},
    optional={"date": st.one_of(st.dates().map(str), VALUE), "matter": VALUE, "speakers": VALUE},
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.sampled_from(["a.txt", "a.docx", "a.json", "a.jsonl"]), st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    list(DraftFiles().read(tmp_path / name))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.one_of(RECORDING, VALUE), max_size=4))
def test_any_line_is_taken_as_a_whole_or_refused(
    tmp_path: Path, store: SqlArchive, importer: Importer, written: list[object]
) -> None:
    path = lines(tmp_path / "a.jsonl", *map(json.dumps, written))
    before = len(records(store))
    tally = importer.take(SINGLE_USER, path, NOTHING)
    assert len(tally.taken) + tally.already + len(tally.refused) == len(written)
    assert len(records(store)) == before + len(tally.taken)
    with store.reading() as unit:
        assert all(unit.records.transcript(one) for one in tally.taken)
