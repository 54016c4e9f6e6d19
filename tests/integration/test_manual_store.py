"""The store of manuals, on SQLite, on PostgreSQL, and its fake: they promise the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from threading import Thread
from typing import TYPE_CHECKING

import numpy as np
import pytest

from assistant.errors import StorageError
from assistant.manual import Display, EditionState, Passage, SectionReport, Source, Verdict
from assistant.store.displays import SqlDisplayLog
from assistant.store.engine import Database
from assistant.store.manuals import SqlManualStore
from assistant.store.sources import SqlWatchedFiles
from assistant.testing import (
    InMemoryManualStore,
    MemoryDisplayLog,
    MemoryWatchedFiles,
    sections_of,
)
from tests.manuals import edition

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from assistant.ports import DisplayLog, ManualStore, WatchedFiles

KINDS = ["memory", "sqlite", "postgresql"]


@pytest.fixture(params=KINDS)
def kept_in(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database | None]:
    """A database on each engine, and none for the fakes."""
    if request.param == "memory":
        yield None
        return
    sqlite = request.param == "sqlite"
    server = None if sqlite else request.getfixturevalue("postgresql")
    opened = Database(server.fresh() if server else tmp_path / "kikigaki.sqlite")
    opened.upgrade()
    yield opened
    opened.close()


@pytest.fixture
def store(kept_in: Database | None) -> ManualStore:
    return SqlManualStore(kept_in) if kept_in else InMemoryManualStore()


@pytest.fixture
def displays(kept_in: Database | None, store: ManualStore) -> DisplayLog:
    store.add(*edition("a"))
    if kept_in is None:
        assert isinstance(store, InMemoryManualStore)
        return MemoryDisplayLog(sections=sections_of(store))
    return SqlDisplayLog(kept_in)


@pytest.fixture
def watched(kept_in: Database | None) -> WatchedFiles:
    return SqlWatchedFiles(kept_in) if kept_in else MemoryWatchedFiles()


def states(store: ManualStore) -> dict[str, EditionState]:
    return {one.id: one.state for one in store.editions()}


def searched(store: ManualStore) -> set[str]:
    return {passage.id for passage, _ in store.indexed()}


def test_an_edition_comes_back_as_it_went_in(store: ManualStore) -> None:
    new, passages, terms = edition("a", passages=3)
    store.add(new, passages, terms)

    assert store.editions() == [new]
    assert store.passages("a") == passages
    assert store.indexed() == list(zip(passages, terms, strict=True))
    assert store.passages("nothing") == []


def test_a_new_edition_supersedes_the_old_one_and_no_other_manual(store: ManualStore) -> None:
    store.add(*edition("a", day=1))
    store.add(*edition("other", manual="contacts.xlsx", day=2))
    store.add(*edition("b", day=3))

    assert [one.id for one in store.editions()] == ["b", "other", "a"]
    assert states(store)["a"] is EditionState.SUPERSEDED
    assert searched(store) == {"b:0", "b:1", "other:0", "other:1"}
    assert len(store.passages("a")) == 2, "an old edition can still be opened"


def test_an_edition_leaves_the_search_and_comes_back(store: ManualStore) -> None:
    store.add(*edition("a", day=1))
    store.add(*edition("b", day=2))
    store.set_state("b", EditionState.RETIRED)
    assert searched(store) == set()

    store.set_state("a", EditionState.CURRENT)
    store.set_state("b", EditionState.CURRENT)
    assert states(store) == {"a": EditionState.SUPERSEDED, "b": EditionState.CURRENT}
    assert searched(store) == {"b:0", "b:1"}


def test_adding_the_same_edition_again_changes_nothing(store: ManualStore) -> None:
    store.add(*edition("a"))
    store.set_state("a", EditionState.RETIRED)
    store.add(*edition("a"))
    assert states(store) == {"a": EditionState.RETIRED}


def test_vectors_come_back_in_the_order_of_the_ids(store: ManualStore) -> None:
    store.add(*edition("a", passages=12))
    values = np.random.default_rng(1).normal(size=(12, 5)).astype(np.float32)
    ids = [f"a:{number}" for number in range(12)]
    store.keep_vectors("m", ids[7:], values[7:])
    store.keep_vectors("m", ids[:7], values[:7])

    found, vectors = store.vectors("m")
    assert found == ids
    np.testing.assert_array_equal(vectors, values.astype(np.float16))


def test_a_passage_may_have_several_vectors(store: ManualStore) -> None:
    store.add(*edition("a"))
    values = np.arange(12).reshape(4, 3).astype(np.float32)
    store.keep_vectors("m", ["a:0", "a:0", "a:0", "a:1"], values)
    ids, vectors = store.vectors("m")
    assert ids == ["a:0", "a:0", "a:0", "a:1"]
    np.testing.assert_array_equal(vectors, values)
    assert store.models() == {"m": 2}
    assert store.missing("m", 10) == []


def test_no_vectors_are_an_empty_array(store: ManualStore) -> None:
    ids, vectors = store.vectors("m")
    assert ids == []
    assert vectors.shape[0] == 0


def test_missing_is_what_these_weights_have_not_embedded(store: ManualStore) -> None:
    store.add(*edition("a", manual="a"))
    store.add(*edition("b", manual="b"))
    store.set_state("b", EditionState.RETIRED)
    assert [one.id for one in store.missing("m", 10)] == ["a:0", "a:1"]
    assert len(store.missing("m", 1)) == 1

    store.keep_vectors("m", ["a:0"], np.ones((1, 3), np.float32))
    assert [one.id for one in store.missing("m", 10)] == ["a:1"]
    assert [one.id for one in store.missing("other", 10)] == ["a:0", "a:1"]
    assert store.editions()[-1].embedded + store.editions()[0].embedded == 1


def test_vectors_of_two_models_live_side_by_side_until_one_is_dropped(store: ManualStore) -> None:
    store.add(*edition("a"))
    store.keep_vectors("old", ["a:0", "a:1"], np.zeros((2, 3), np.float32))
    store.keep_vectors("new", ["a:0"], np.ones((1, 4), np.float32))
    assert store.models() == {"old": 2, "new": 1}

    store.forget_vectors("old")
    assert store.models() == {"new": 1}
    assert store.vectors("new")[1].shape == (1, 4)


def test_a_superseded_edition_keeps_its_vectors(store: ManualStore) -> None:
    store.add(*edition("a", day=1))
    store.keep_vectors("m", ["a:0", "a:1"], np.ones((2, 3), np.float32))
    store.add(*edition("b", day=2))
    assert store.vectors("m")[0] == []
    assert store.models() == {"m": 0}

    store.set_state("a", EditionState.CURRENT)
    assert store.vectors("m")[0] == ["a:0", "a:1"]


def test_new_terms_take_the_place_of_old_ones(store: ManualStore) -> None:
    store.add(*edition("a"))
    store.keep_terms("a", ["新しい", "語"])
    assert [terms for _, terms in store.indexed()] == ["新しい", "語"]


def test_the_version_grows_with_everything_a_search_would_see(store: ManualStore) -> None:
    seen = [store.version()]

    def note() -> None:
        seen.append(store.version())

    store.add(*edition("a"))
    note()
    store.keep_terms("a", ["x", "y"])
    note()
    store.keep_vectors("m", ["a:0", "a:1"], np.ones((2, 3), np.float32))
    note()
    store.set_state("a", EditionState.RETIRED)
    note()
    assert seen == sorted(set(seen)), seen


def test_what_was_shown_comes_back_with_what_people_made_of_it(displays: DisplayLog) -> None:
    moment = datetime(2026, 11, 20, 19, 0, tzinfo=timezone(timedelta(hours=9)))
    shown = Display(
        "a:1",
        moment,
        "call-7",
        "虐待かも",
        turn="T12",
        second=83.5,
        rank=2,
        score=0.75,
        person="p1",
    )
    first, second = displays.log([shown, replace(shown, passage="a:0", turn=None, rank=1)])
    assert displays.opened(first, "p1", moment + timedelta(seconds=5))
    assert displays.opened(first, "p1", moment + timedelta(hours=5))
    assert displays.judge(first, "p1", Verdict.WRONG)
    assert displays.judge(second, "p1", Verdict.HELPED)
    assert displays.judge(second, "p1", None)
    for number, person in ((first, "p2"), (second, ""), (4711, "p1")):
        assert not displays.opened(number, person, moment)
        assert not displays.judge(number, person, Verdict.HELPED)

    one, other = displays.displays()
    assert one == replace(
        shown, id=first, opened=moment + timedelta(seconds=5), verdict=Verdict.WRONG
    )
    assert (other.id, other.turn, other.opened, other.verdict) == (second, None, None, None)


def test_the_report_counts_per_section_over_all_editions(
    displays: DisplayLog, store: ManualStore
) -> None:
    moment = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
    store.add(*edition("b", day=2))
    other, passages, terms = edition("c", "other.md", day=3)
    store.add(replace(other, title="別の手引き"), passages, terms)
    shown = [Display(one, moment, "call-7", person="p1") for one in ("a:0", "a:1", "b:0", "c:0")]
    first, second, third, _ = displays.log(shown)
    displays.judge(first, "p1", Verdict.HELPED)
    displays.opened(second, "p1", moment)
    displays.judge(second, "p1", Verdict.WRONG)
    displays.judge(third, "p1", Verdict.HELPED)

    assert sorted(displays.report(), key=lambda line: (line.manual, line.headings)) == [
        SectionReport("handbook.md", "手引き", ("第1章", "0節"), 2, 0, 2, 0),
        SectionReport("handbook.md", "手引き", ("第1章", "1節"), 1, 1, 0, 1),
        SectionReport("other.md", "別の手引き", ("第1章", "0節"), 1, 0, 0, 0),
    ]


def test_the_watched_files_are_remembered(watched: WatchedFiles) -> None:
    large = Source("大きい.pdf", 5_000_000_000, 1_795_000_000_123_456_789, edition="abc")
    watched.keep_source(Source("a/だめ.pdf", 1, 2, error=(("ja", "壊れています。"), ("en", "x"))))
    watched.keep_source(large)
    watched.keep_source(replace(large, edition="def"))
    assert watched.sources()["大きい.pdf"] == replace(large, edition="def")
    assert watched.sources()["a/だめ.pdf"].error[0] == ("ja", "壊れています。")

    watched.forget_source("大きい.pdf")
    assert list(watched.sources()) == ["a/だめ.pdf"]


def test_what_pdf_files_call_text_can_be_kept(database: Database) -> None:
    store = SqlManualStore(database)
    new, passages, terms = edition("a")
    odd = replace(passages[0], text="零\0字と\ud800半分", headings=("見\0出し",))
    store.add(replace(new, title="表\0題"), [odd, passages[1]], terms)

    assert store.passages("a")[0].text == "零字と?半分"
    assert store.passages("a")[0].headings == ("見出し",)
    assert store.editions()[0].title == "表題"


def test_an_edition_that_cannot_be_kept_whole_leaves_nothing(database: Database) -> None:
    store = SqlManualStore(database)
    store.add(*edition("a", day=1))
    before = store.version()
    new, passages, terms = edition("b", day=2)
    twice: list[Passage] = [passages[0], passages[0]]

    with pytest.raises(Exception, match=r"(?i)unique"):
        store.add(new, twice, terms)

    assert states(store) == {"a": EditionState.CURRENT}
    assert store.passages("b") == []
    assert store.version() == before


def test_editions_added_at_the_same_time_leave_one_current(database: Database) -> None:
    errors: list[StorageError] = []

    def add(number: int) -> None:
        try:
            SqlManualStore(database).add(*edition(f"e{number}", passages=30))
        except StorageError as error:
            errors.append(error)

    threads = [Thread(target=add, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    current = [one for one in SqlManualStore(database).editions() if one.state == "current"]
    assert len(SqlManualStore(database).editions()) == 6
    assert len(current) == 1


def test_two_that_embed_the_same_passage_do_not_disturb_each_other(database: Database) -> None:
    store = SqlManualStore(database)
    store.add(*edition("a"))
    store.keep_vectors("m", ["a:0"], np.ones((1, 3), np.float32))
    store.keep_vectors("m", ["a:0", "a:1"], np.zeros((2, 3), np.float32))
    np.testing.assert_array_equal(store.vectors("m")[1], [[1, 1, 1], [0, 0, 0]])


def test_searches_are_not_told_of_every_batch_of_vectors(database: Database) -> None:
    store = SqlManualStore(database)
    store.add(*edition("a", passages=400))
    told = set()
    for first in range(0, 400, 4):
        ids = [f"a:{number}" for number in range(first, first + 4)]
        store.keep_vectors("m", ids, np.ones((4, 3), np.float32))
        told.add(store.version())
    assert len(told) <= 22
    assert store.version() == max(told)


def test_what_one_process_adds_another_sees(place: Path | str) -> None:
    writer, reader = Database(place), Database(place)
    writer.upgrade()
    before = SqlManualStore(reader).version()
    SqlManualStore(writer).add(*edition("a"))
    assert SqlManualStore(reader).version() > before
    assert searched(SqlManualStore(reader)) == {"a:0", "a:1"}
    writer.close()
    reader.close()


def test_moments_come_back_in_their_own_time_zone_or_utc(database: Database) -> None:
    new, passages, terms = edition("a")
    japan = timezone(timedelta(hours=9))
    store = SqlManualStore(database)
    store.add(replace(new, added=datetime(2026, 11, 20, 1, 0, tzinfo=japan)), passages, terms)
    added = store.editions()[0].added
    assert added == datetime(2026, 11, 19, 16, 0, tzinfo=UTC)
    assert added.tzinfo is not None
