"""From a question to the sections that answer it."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from threading import Event
from typing import TYPE_CHECKING

import pytest

from assistant.errors import DatabaseUnavailable
from assistant.manual import Edition, EditionState, Passage, Reason, ReasonKind
from assistant.services import searching
from assistant.services.manuals import vectors_key
from assistant.services.searching import REREAD_SECONDS, ManualSearch
from assistant.testing import FakeEmbedder, FakeManualTools, InMemoryManualStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from assistant.model import HalfArray
    from assistant.testing import FakeIndex

WHEN = datetime(2026, 4, 1, tzinfo=UTC)


class NoWording:
    def written(self, question: str) -> dict[str, float]:
        del question
        return {}


class HungerWording:
    """飢 is what people say where the manual writes 食."""

    def written(self, question: str) -> dict[str, float]:
        return {"食": 0.6} if "飢" in question else {}


class SlowToIndex(FakeManualTools):
    """Makes an index once it is `ready`; refuses so many times first."""

    def __init__(self) -> None:
        super().__init__()
        self.ready = Event()
        self.ready.set()
        self.refuse = self.times = 0

    def index(
        self, terms: Iterable[Sequence[str]], rows: Sequence[int], vectors: HalfArray
    ) -> FakeIndex:
        self.ready.wait(30)
        self.times += 1
        if self.refuse:
            self.refuse -= 1
            raise DatabaseUnavailable(place="")
        return super().index(terms, rows, vectors)


@pytest.fixture
def store() -> InMemoryManualStore:
    return InMemoryManualStore()


def add(store: InMemoryManualStore, edition: str, manual: str, *texts: str) -> None:
    passages = [
        Passage(edition, at, (text.split(":", 1)[0],), text.split(":", 1)[1])
        for at, text in enumerate(texts)
    ]
    terms = [" ".join((*one.headings[0], *one.text)) for one in passages]
    kept = Edition(
        edition, manual, manual, f"{manual}.md", edition * 8, WHEN, EditionState.CURRENT, len(texts)
    )
    store.add(kept, passages, terms)


def found(search: ManualSearch, question: str, manual: str | None = None) -> list[str]:
    return [hit.passage.headings[0] for hit in search.search(question, manual=manual)]


def test_words_answer_before_anything_is_embedded(store: InMemoryManualStore) -> None:
    add(store, "e1", "手引き", "甲:痣の記録", "乙:面会の申込")
    search = ManualSearch(store, FakeManualTools(), NoWording())
    (hit, *_) = search.search("痣")
    assert hit.passage.headings == ("甲",)
    assert (hit.reasons[0].kind, hit.reasons[0].words) == (ReasonKind.WORDS, ("痣",))
    assert 0.0 < hit.score <= 1.0


def test_what_is_added_or_retired_is_seen_at_once(store: InMemoryManualStore) -> None:
    search = ManualSearch(store, FakeManualTools(), NoWording())
    assert found(search, "痣") == []
    add(store, "e1", "手引き", "甲:痣の記録")
    assert found(search, "痣") == ["甲"]
    store.set_state("e1", EditionState.RETIRED)
    assert found(search, "痣") == []


def large(
    store: InMemoryManualStore, tools: SlowToIndex, monkeypatch: pytest.MonkeyPatch
) -> ManualSearch:
    """The search of a library that was read once, and takes longer to read than one waits."""
    search = ManualSearch(store, tools, NoWording())
    add(store, "e1", "手引き", "甲:痣の記録")
    assert found(search, "痣") == ["甲"]
    monkeypatch.setattr(searching, "PATIENCE", 0.0)
    return search


def wait_until(done: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 30
    while not done() and time.monotonic() < give_up:
        time.sleep(0.01)


def test_a_large_library_answers_as_it_was_while_it_is_read_anew(
    store: InMemoryManualStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools = SlowToIndex()
    search = large(store, tools, monkeypatch)
    tools.ready.clear()
    add(store, "e2", "便覧", "乙:痣の写真")
    assert [found(search, "痣"), found(search, "痣")] == [["甲"], ["甲"]]
    tools.ready.set()
    wait_until(lambda: found(search, "痣") != ["甲"])
    assert sorted(found(search, "痣")) == ["乙", "甲"]
    assert tools.times == 2


def test_a_library_that_could_not_be_read_is_tried_again(
    store: InMemoryManualStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools = SlowToIndex()
    search = large(store, tools, monkeypatch)
    tools.refuse = 1
    store.set_state("e1", EditionState.RETIRED)
    wait_until(lambda: not found(search, "痣"))
    assert found(search, "痣") == []
    assert tools.refuse == 0


def test_a_new_edition_answers_in_the_place_of_the_old(store: InMemoryManualStore) -> None:
    search = ManualSearch(store, FakeManualTools(), NoWording())
    add(store, "e1", "手引き", "甲:痣の記録")
    add(store, "e2", "手引き", "丙:痣の写真")
    assert found(search, "痣") == ["丙"]


def test_a_section_is_shown_once_by_its_best_passage(store: InMemoryManualStore) -> None:
    add(store, "e1", "手引き", "甲:痣", "甲:痣と傷", "乙:傷")
    search = ManualSearch(store, FakeManualTools(), NoWording())
    assert found(search, "痣傷") == ["甲", "乙"]


def test_one_manual_can_be_asked_alone(store: InMemoryManualStore) -> None:
    add(store, "e1", "手引き", "甲:痣の記録")
    add(store, "e2", "議会", "乙:痣の話")
    search = ManualSearch(store, FakeManualTools(), NoWording())
    assert found(search, "痣", manual="議会") == ["乙"]


def test_nothing_fits(store: InMemoryManualStore) -> None:
    add(store, "e1", "手引き", "甲:痣の記録")
    search = ManualSearch(store, FakeManualTools(), NoWording())
    assert found(search, "駐車場料金") == []
    assert found(search, "") == []


def test_a_written_word_is_found_by_a_spoken_one(store: InMemoryManualStore) -> None:
    add(store, "e1", "手引き", "甲:食事の不足", "乙:面会")
    (hit,) = ManualSearch(store, FakeManualTools(), HungerWording()).search("飢")
    assert [reason.kind for reason in hit.reasons] == [ReasonKind.EXPANSION]
    assert hit.reasons[0].words == ("食",)


def test_words_that_everybody_says_explain_nothing(store: InMemoryManualStore) -> None:
    add(store, "e1", "手引き", "甲:人の痣")
    (hit,) = ManualSearch(store, FakeManualTools(), NoWording()).search("人の痣")
    assert hit.reasons == (Reason(ReasonKind.WORDS, ("の", "痣")),)


def test_meaning_is_a_reason_once_it_is_embedded(store: InMemoryManualStore) -> None:
    add(store, "e1", "手引き", "甲:痣の記録")
    tools = FakeManualTools()
    vectors = tools.embedder().passages(["痣の記録"])
    store.keep_vectors(vectors_key(tools.weights()), ["e1:0"], vectors)
    (hit,) = ManualSearch(store, tools, NoWording()).search("痣の記録")
    assert ReasonKind.MEANING in {reason.kind for reason in hit.reasons}


def test_until_new_vectors_are_complete_the_old_ones_answer(store: InMemoryManualStore) -> None:
    add(store, "e1", "手引き", "甲:痣の記録", "乙:面会の申込")
    old, new = FakeEmbedder(), FakeEmbedder(replace(FakeEmbedder().model, name="new"), 96)
    tools = FakeManualTools(fake_embedder=new, other_embedders=(old,))
    search = ManualSearch(store, tools, NoWording())
    texts, ids = ["甲\n痣の記録", "乙\n面会の申込"], ["e1:0", "e1:1"]
    store.keep_vectors(vectors_key(old.model), ids, old.passages(texts))
    store.keep_vectors(vectors_key(new.model), ids[:1], new.passages(texts[:1]))
    assert answering(search) == {"old"}
    store.keep_vectors(vectors_key(new.model), ids[1:], new.passages(texts[1:]))
    assert answering(search) == {"new"}


def test_without_the_old_weights_the_new_vectors_answer_as_far_as_they_go(
    store: InMemoryManualStore,
) -> None:
    add(store, "e1", "手引き", "甲:痣の記録", "乙:面会の申込")
    old, new = FakeEmbedder(), FakeEmbedder(replace(FakeEmbedder().model, name="new"), 96)
    search = ManualSearch(store, FakeManualTools(fake_embedder=new), NoWording())
    store.keep_vectors(vectors_key(old.model), ["e1:0", "e1:1"], old.passages(["甲", "乙"]))
    assert answering(search) == {"words"}
    store.keep_vectors(vectors_key(new.model), ["e1:0"], new.passages(["甲"]))
    assert answering(search) == {"new"}


def test_weights_that_were_replaced_under_their_name_do_not_answer_for_the_old(
    store: InMemoryManualStore,
) -> None:
    add(store, "e1", "手引き", "甲:痣の記録")
    old, new = FakeEmbedder(), FakeEmbedder(replace(FakeEmbedder().model, sha256="1" * 64))
    store.keep_vectors(vectors_key(old.model), ["e1:0"], old.passages(["甲"]))
    search = ManualSearch(store, FakeManualTools(fake_embedder=new), NoWording())
    assert answering(search) == {"words"}


def answering(search: ManualSearch) -> set[str]:
    """What answers now, told by the vectors that the search holds."""
    shelf = search._current()
    if shelf.embedder is None:
        return {"words"}
    return {"new" if shelf.embedder.model.name == "new" else "old"}


def test_passages_without_headings_are_found_apart(store: InMemoryManualStore) -> None:
    passages = [Passage("e1", at, (), text) for at, text in enumerate(["痣の記録", "痣の写真"])]
    kept = Edition("e1", "m", "m", "m.txt", "1" * 64, WHEN, EditionState.CURRENT, 2)
    store.add(kept, passages, [" ".join(one.text) for one in passages])
    found_now = ManualSearch(store, FakeManualTools(), NoWording()).search("痣")
    assert [one.passage.position for one in found_now] == [0, 1]


class Shortest:
    """`ports.Reranker` that likes short passages."""

    def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        del query
        return [1 / len(text) for text in texts]


class Slow:
    """`ports.Reranker` that takes too long."""

    def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        time.sleep(REREAD_SECONDS)
        return [1.0 for _ in texts]


def test_a_reranker_has_the_last_word_when_it_is_quick(store: InMemoryManualStore) -> None:
    add(store, "e1", "手引き", "甲:痣と傷の記録", "乙:痣", "丙:痣の写真を")
    plain = found(ManualSearch(store, FakeManualTools(), NoWording()), "痣傷")
    reread = ManualSearch(store, FakeManualTools(fake_reranker=Shortest()), NoWording())
    assert plain[0] == "甲"
    assert found(reread, "痣傷") == ["乙", "丙", "甲"]
    assert [hit.passage.headings[0] for hit in reread.search("痣傷", ways="fused")] == plain


def test_a_slow_reranker_changes_nothing(store: InMemoryManualStore) -> None:
    add(store, "e1", "手引き", *(f"{at}:痣{'と傷' * at}" for at in range(6)))
    slow = ManualSearch(store, FakeManualTools(fake_reranker=Slow()), NoWording())
    assert found(slow, "痣傷") == found(ManualSearch(store, FakeManualTools(), NoWording()), "痣傷")
