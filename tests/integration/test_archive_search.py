"""The search in the archive on each engine: what is found, by whom, and what is kept up."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from assistant.archive import Action, Edit, Field
from assistant.errors import BadSynonyms, Forbidden, UnknownSearch
from assistant.model import Kind
from assistant.people import SINGLE_USER, Role
from assistant.search import By, Filters
from assistant.services.archive_search import Page
from assistant.services.archive_windows import ArchiveWindows
from assistant.services.auditing import AuditQuery
from assistant.services.search_filters import read_filters
from assistant.services.search_table import hits_csv
from assistant.store import places
from assistant.store.archive import SqlArchive
from tests.archive_searches import Searches, worker
from tests.archives import CODEC
from tests.databases import EVERYWHERE

if TYPE_CHECKING:
    from assistant.store.engine import Database


@pytest.fixture
def searches(database: Database) -> Searches:
    return Searches(SqlArchive(database, CODEC))


@pytest.fixture
def filled(searches: Searches) -> Searches:
    searches.matter("総務委員会")
    searches.matter("ケース31")
    searches.add(
        "r1",
        "児童相談所への届けを受け取りました。",
        "虐待の疑いがあり、あざを確認しています。",
        "一時保護の期間は二か月を超えてはなりません。",
        "税の話です。保護者にも伝えます。",
        matter="id-総務委員会",
        occurred=datetime(2026, 10, 5, 1, 0, tzinfo=UTC),
    )
    searches.add(
        "r2",
        "こどもが 家に帰りたくないと言う",
        "学校の先生に、叩かれてると話したそうです。",
        by="w2",
        matter="id-ケース31",
        kind=Kind.CALL,
        occurred=datetime(2026, 11, 3, 1, 0, tzinfo=UTC),
        speakers="CB",
    )
    return searches


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("虐待", {("r1", 1)}),
        ("税", {("r1", 3)}),
        ("あざ", {("r1", 1)}),
        ("痣", {("r1", 1)}),
        ("保護", {("r1", 2), ("r1", 3)}),
        ("届", {("r1", 0)}),
        ("届け", {("r1", 0)}),
        ("児相", {("r1", 0)}),
        ("子供", {("r2", 0)}),
        ("子ども", {("r2", 0)}),
        ("コドモ", {("r2", 0)}),
        ("叩く", {("r2", 1)}),
        ("叩かれた", {("r2", 1)}),
        ("一保", {("r1", 2)}),
        ('"一時保護の期間"', {("r1", 2)}),
        ("「こどもが家に」", {("r2", 0)}),
        ('"一時保護期間"', set()),
        ("保護 -一時", {("r1", 3)}),
        ("保護 NOT 税", {("r1", 2)}),
        ("虐待 OR 税", {("r1", 1), ("r1", 3)}),
        ("虐待 税", set()),
        ("虐待 NEAR/10 あざ", {("r1", 1)}),
        ("あざ 近傍10 虐待", {("r1", 1)}),
        ("虐待 NEAR/3 確認", set()),
        ("発言者:高橋 保護", {("r1", 2)}),
        ("役割:委員長", {("r1", 0), ("r1", 2)}),
        ("期間:令和8年11月", {("r2", 0), ("r2", 1)}),
        ("", set()),
        ("。。", set()),
    ],
)
def test_what_is_said_is_found(
    filled: Searches, words: str, expected: set[tuple[str, int]]
) -> None:
    assert filled.places(words) == expected


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(speaker="田中"), {("r1", 1), ("r1", 3), ("r2", 1)}),
        (Filters(speaker="髙橋"), {("r1", 0), ("r1", 2)}),
        (Filters(role="chair"), {("r1", 0), ("r1", 2)}),
        (Filters(role="member"), {("r1", 1), ("r1", 3), ("r2", 1)}),
        (Filters(role="caller"), {("r2", 0)}),
        (Filters(role="相談者"), {("r2", 0)}),
        (Filters(speaker="田中", role="chair"), set()),
        (Filters(kind=Kind.CALL), {("r2", 0), ("r2", 1)}),
        (Filters(matter="総務"), {("r1", n) for n in range(4)}),
        (Filters(matter="id-ケース31"), {("r2", 0), ("r2", 1)}),
        (Filters(matter="どこにもない"), set()),
        (Filters(record="r2"), {("r2", 0), ("r2", 1)}),
        (Filters(first_day=date(2026, 11, 3)), {("r2", 0), ("r2", 1)}),
        (Filters(last_day=date(2026, 11, 2)), {("r1", n) for n in range(4)}),
        (Filters(first_day=date(2026, 10, 5), last_day=date(2026, 10, 5), role="chair"),
         {("r1", 0), ("r1", 2)}),
    ],
)  # fmt: skip
def test_filters_narrow_the_search(
    filled: Searches, filters: Filters, expected: set[tuple[str, int]]
) -> None:
    assert filled.places("", filters) == expected


def test_a_hit_says_where_it_stands(filled: Searches) -> None:
    (hit,) = filled.ask("虐待").hits
    assert (hit.record, hit.title, hit.turn, hit.start, hit.end) == ("r1", "題 r1", "t1", 1.0, 2.0)
    assert (hit.speaker, hit.role, hit.matter_name) == ("田中委員", "委員", "総務委員会")
    assert [hit.text[a:b] for a, b in hit.spans] == ["虐待"]
    assert 0 < hit.score <= 1


def test_marks_stand_on_the_characters_as_they_were_written(searches: Searches) -> None:
    searches.add("r1", "ﾄﾞﾒｽﾃｨｯｸ な髙 橋さん、ＤＶ")
    (hit,) = searches.ask("ドメスティック 高橋 dv").hits
    assert [hit.text[a:b] for a, b in hit.spans] == ["ﾄﾞﾒｽﾃｨｯｸ", "髙 橋", "ＤＶ"]


def test_hits_are_grouped_by_recording(searches: Searches) -> None:
    for name, times in (("r1", 3), ("r2", 5)):
        searches.add(name, *["予算の話"] * times, "別の話")
    page = Page(grouped=True, in_group=2)
    found = searches.service.search(SINGLE_USER, "予算", page=page)
    assert (found.total, found.records, found.hits) == (8, 2, ())
    assert {one.record: (one.total, len(one.hits)) for one in found.groups} == {
        "r1": (3, 2),
        "r2": (5, 2),
    }
    second = searches.service.search(SINGLE_USER, "予算", page=replace(page, offset=1, limit=1))
    assert [one.record for one in second.groups] == [found.groups[1].record]


def test_pages_of_hits_follow_each_other(searches: Searches) -> None:
    searches.add("r1", *["予算"] * 7)
    pages = [
        searches.service.search(SINGLE_USER, "予算", page=Page(offset, 3)).hits
        for offset in (0, 3, 6, 9)
    ]
    assert [len(one) for one in pages] == [3, 3, 1, 0]
    assert len({hit.turn for page in pages for hit in page}) == 7


def test_a_correction_is_searched_at_once(filled: Searches) -> None:
    edit = Edit("r1", 1, filled.clock.now(), "w1", Field.TURN_TEXT, "t3", "", "年金の話です。")
    with filled.store.writing() as unit:
        unit.records.edit(edit)
    assert filled.places("年金") == {("r1", 3)}
    assert filled.places("税") == set()
    assert filled.places("保護") == {("r1", 2)}
    assert filled.places('"の話"') == {("r1", 3)}


def test_a_new_revision_takes_the_place_of_the_old_one(filled: Searches) -> None:
    filled.add("r1", "まったく新しい発言")
    assert filled.places("虐待") == set()
    assert filled.places("新しい") == {("r1", 0)}


def test_nothing_is_left_of_a_record_that_was_removed(filled: Searches, database: Database) -> None:
    with filled.store.writing() as unit:
        unit.records.remove("r1")
        unit.records.remove("r2")
    assert filled.ask("虐待").total == 0
    with database.reading() as connection:
        for table in ("search_posting", "search_record", "search_vector"):
            assert connection.scalar(sa.text(f"SELECT count(*) FROM {table}")) == 0  # noqa: S608


def test_a_transaction_that_fails_leaves_nothing_to_find(filled: Searches) -> None:
    def fail() -> None:
        with filled.store.writing() as unit:
            unit.records.remove("r1")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert filled.places("虐待") == {("r1", 1)}


def test_records_may_lie_across_blocks(searches: Searches, monkeypatch: pytest.MonkeyPatch) -> None:
    searches.add("r1", *["前の話"] * 5)
    with searches.store.writing() as unit:
        from assistant.store.tables import counter

        connection = unit.records._connection  # type: ignore[attr-defined]
        connection.execute(counter.update().where(counter.c.name == "search").values(
            value=places.BLOCK - 3))  # fmt: skip
    searches.add("r2", *[f"予算の話 {n}番" for n in range(6)])
    assert searches.places("予算") == {("r2", n) for n in range(6)}
    assert searches.places('"話4番"') == {("r2", 4)}
    with searches.store.writing() as unit:
        unit.records.remove("r2")
    assert searches.ask("予算").total == 0
    assert searches.ask("話").total == 5


def test_another_process_sees_what_was_added(filled: Searches, place: object) -> None:
    from assistant.store.engine import Database

    filled.ask("虐待")
    other = Database(place)  # type: ignore[arg-type]
    Searches(SqlArchive(other, CODEC)).add("r9", "虐待について")
    other.close()
    assert filled.places("虐待") == {("r1", 1), ("r9", 0)}


OUTSIDER = worker("w9", "id-総務委員会")
OWNER = worker("w2")


@pytest.mark.parametrize("words", ["叩かれた", "学校", '"家に帰り"', "種別:通話", "役割:caller"])
def test_what_others_said_leaves_no_trace(filled: Searches, words: str) -> None:
    """The same answer as for an archive without it."""
    hidden = filled.ask(words, actor=OUTSIDER)
    assert (hidden.total, hidden.records, hidden.hits, hidden.groups) == (0, 0, (), ())
    assert filled.ask(words, actor=OWNER).total > 0
    with filled.store.writing() as unit:
        unit.records.remove("r2")
    assert filled.ask(words, actor=OUTSIDER) == hidden


def test_scores_tell_nothing_of_other_records(filled: Searches) -> None:
    before = filled.ask("保護", actor=OUTSIDER)
    filled.add("r3", *["保護", "一時保護", "あ"] * 30, by="w2")
    assert filled.ask("保護", actor=OUTSIDER) == before


@pytest.mark.parametrize("actor", [worker("w9"), OUTSIDER], ids=["no matter", "another matter"])
def test_exports_and_pages_keep_to_the_rights(filled: Searches, actor: object) -> None:
    found = filled.service.export(actor, "学校", None, 100)  # type: ignore[arg-type]
    assert found.total == 0
    grouped = filled.service.search(actor, "学校", page=Page(grouped=True))  # type: ignore[arg-type]
    assert grouped.groups == ()


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR])
def test_who_reads_no_records_does_not_search(filled: Searches, role: Role) -> None:
    nobody = worker("a1", roles=(role,))
    for act in (
        lambda: filled.ask("虐待", actor=nobody),
        lambda: filled.service.export(nobody, "虐待", None, 5),
        lambda: filled.service.saved(nobody),
        lambda: filled.service.save(nobody, "名前", "虐待", {}),
    ):
        with pytest.raises(Forbidden):
            act()


def test_the_words_are_written_into_the_audit_log(filled: Searches) -> None:
    filled.ask("虐待", Filters(speaker="田中"))
    filled.service.export(SINGLE_USER, "税", None, 5)
    with filled.store.reading() as unit:
        export, search = unit.audit.latest(AuditQuery(), 2)
    assert (search.action, search.details["words"]) == (Action.SEARCH, "虐待")
    assert search.details["speaker"] == "田中"
    assert (export.action, export.details["total"]) == (Action.EXPORT, "1")


def test_synonyms_are_the_sites_own(filled: Searches) -> None:
    assert filled.places("箱庭") == set()
    added = filled.synonyms.add(SINGLE_USER, "箱庭＝虐待")
    assert added.words == ("箱庭", "虐待")
    assert filled.places("箱庭") == {("r1", 1)}
    filled.synonyms.remove(SINGLE_USER, "箱庭 = 虐待")
    assert filled.places("箱庭") == set()

    filled.synonyms.remove(SINGLE_USER, "児相")
    assert filled.places("児相") == set()
    filled.synonyms.add(SINGLE_USER, "児相 = 児童相談所")
    assert filled.places("児相") == {("r1", 0)}

    with pytest.raises(BadSynonyms):
        filled.synonyms.add(SINGLE_USER, "一語だけ")
    with pytest.raises(Forbidden):
        filled.synonyms.add(worker("w1"), "あ = い")
    with filled.store.reading() as unit:
        changes = unit.audit.latest(AuditQuery(action=Action.DICTIONARY), 10)
    assert len(changes) == 4


def test_where_nothing_is_found_it_says_what_was_tried(searches: Searches) -> None:
    (tried,) = searches.ask("要対協").tried
    assert tried.word == "要対協"
    assert "要保護児童対策地域協議会" in tried.others


def test_saved_searches_are_ones_own(filled: Searches) -> None:
    kept = filled.service.save(OWNER, "学校のこと", "学校", {"kind": "通話", "speaker": ""})
    assert filled.service.saved(OWNER) == [kept]
    assert kept.filters == {"kind": "通話"}
    assert filled.service.saved(OUTSIDER) == []
    with pytest.raises(UnknownSearch):
        filled.service.forget(OUTSIDER, kept.id)
    filled.service.forget(OWNER, kept.id)
    assert filled.service.saved(OWNER) == []


def test_a_table_of_hits_holds_no_formula(searches: Searches) -> None:
    searches.add("r1", "=HYPERLINK(1) 税", "普通の税")
    found = searches.service.export(SINGLE_USER, "税", None, 10)
    content = hits_csv(found.hits)
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert {row[8] for row in rows[1:]} == {"'=HYPERLINK(1) 税", "普通の税"}


def windows(searches: Searches) -> ArchiveWindows:
    return ArchiveWindows(searches.store, searches.tools)


@EVERYWHERE
def test_meaning_is_prepared_in_steps_and_adds_to_words(searches: Searches) -> None:
    searches.add("r1", "あめがふる", "かさをさす", "そらがくらい", "ぎだいをあげる", "いぎなし")
    asked = "かさ くらい そらに"
    assert searches.ask(asked).total == 0
    upkeep = windows(searches)
    assert upkeep.step()
    while upkeep.step():
        pass
    found = searches.ask(asked)
    assert found.hits
    assert {hit.by for hit in found.hits} == {By.MEANING}
    assert all(hit.score < 0.5 for hit in found.hits)
    assert found.total == len(found.hits)


@EVERYWHERE
def test_meaning_keeps_to_the_rights(searches: Searches) -> None:
    searches.add("r1", "あめがふる", "かさをさす", "そらがくらい", by="w2")
    windows(searches).step()
    assert searches.ask("かさ くらい そらに", actor=worker("w2")).total > 0
    assert searches.ask("かさ くらい そらに", actor=worker("w3")).total == 0


@EVERYWHERE
def test_no_score_tells_of_a_neighbour_that_one_may_not_see(searches: Searches) -> None:
    asked = "かさ くらい そらに"
    scores = []
    for neighbour in ("おなじこと", "かさくらいそらに"):
        searches.add("r1", "あめがふる", "べつのこと", "かさくらいそら", neighbour, by="w2")
        searches.add("r2", "かさをさしたらそらに", by="w3")
        upkeep = windows(searches)
        while upkeep.step():
            pass
        scores.append([hit.score for hit in searches.ask(asked, actor=worker("w3")).hits])
    assert scores[0] == scores[1]
    assert scores[0]


def test_one_word_is_looked_for_as_that_word(searches: Searches) -> None:
    searches.add("r1", "あめがふる", "かさをさす")
    windows(searches).step()
    assert searches.ask("くじら").total == 0


@EVERYWHERE
def test_a_corrected_turn_is_embedded_anew(searches: Searches) -> None:
    searches.add("r1", *[f"発言 {n}" for n in range(9)])
    upkeep = windows(searches)
    while upkeep.step():
        pass
    before = sum(searches.tools.fake.batches)
    edit = Edit("r1", 1, searches.clock.now(), "w1", Field.TURN_TEXT, "t3", "", "まるで違うこと")
    with searches.store.writing() as unit:
        unit.records.edit(edit)
    while upkeep.step():
        pass
    assert sum(searches.tools.fake.batches) > before
    assert not windows(searches).step()


@EVERYWHERE
def test_a_text_that_changed_while_it_was_embedded_is_embedded_again(searches: Searches) -> None:
    searches.add("r1", "前の発言")
    with searches.store.reading() as unit:
        batch = unit.search.windows.missing("m", 16)
    assert batch is not None
    edit = Edit("r1", 1, searches.clock.now(), "w1", Field.TURN_TEXT, "t0", "", "後の発言")
    with searches.store.writing() as unit:
        unit.records.edit(edit)
        assert not unit.search.windows.keep("m", batch, searches.tools.fake.passages(["前の発言"]))
    with searches.store.reading() as unit:
        assert unit.search.windows.missing("m", 16) is not None


def test_records_of_the_time_before_the_index_are_indexed_by_the_worker(
    filled: Searches, database: Database
) -> None:
    with database.writing() as connection:
        for table in ("search_vector", "search_posting", "search_record"):
            connection.execute(sa.text(f"DELETE FROM {table}"))  # noqa: S608
    fresh = Searches(SqlArchive(database, CODEC))
    assert fresh.ask("虐待").total == 0
    upkeep = windows(fresh)
    while upkeep.step():
        pass
    assert fresh.places("虐待") == {("r1", 1)}


def test_filters_are_read_from_what_people_type() -> None:
    assert read_filters({"from": "R8.11.1", "to": "令和８年11月", "kind": "通話", "role": ""}) == (
        Filters(first_day=date(2026, 11, 1), last_day=date(2026, 11, 30), kind=Kind.CALL)
    )
