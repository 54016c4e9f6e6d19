"""Words and meaning over many passages."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.knowledge import meaning
from assistant.knowledge.index import FusedIndex
from assistant.knowledge.lexical import LexicalIndex
from assistant.manual import Asked, Nearness, Topic

TERMS = [["虐待", "通告"], ["面会", "申込"], ["虐待", "虐待", "痣", "記録"], ["傍聴"]]
FAR = Nearness()
NOTHING = np.zeros((0, 2), np.float16)


def unit(*angles: float) -> np.ndarray[tuple[int, int], np.dtype[np.float16]]:
    return np.asarray([(np.cos(one), np.sin(one)) for one in angles], np.float16)


def asked(*terms: str, angle: float | None = None, near: Nearness = FAR) -> Asked:
    meaning = None if angle is None else unit(angle)[0].astype(np.float32)
    return Asked(terms, {}, meaning, near)


def rows(index: FusedIndex, question: Asked, **options: object) -> list[int]:
    return [match.row for match in index.rank(question, **options)]  # type: ignore[arg-type]


def test_a_rare_word_counts_more_than_a_common_one() -> None:
    index = LexicalIndex(TERMS)
    assert index.idf("痣") > index.idf("虐待") > 0
    assert index.idf("駐車場") > index.idf("痣")
    scores = index.scores({"虐待": 1.0, "痣": 1.0})
    assert scores.argmax() == 2
    assert scores[1] == scores[3] == 0


def test_bm25_is_the_published_formula() -> None:
    """“虐待” twice in a passage of 4 terms, the mean length being 9 / 4; it stands in 2 of 4."""
    idf = np.log(1 + (4 - 2 + 0.5) / (2 + 0.5))
    length = 1 - 0.75 + 0.75 * 4 / (9 / 4)
    expected = idf * 2 * 2.2 / (2 + 1.2 * length)
    assert LexicalIndex(TERMS).scores({"虐待": 1.0})[2] == pytest.approx(expected, rel=1e-5)


def test_terms_that_tell_more_cover_more() -> None:
    index = LexicalIndex(TERMS)
    assert index.covered(2, ["虐待", "痣"]) == 1.0
    assert index.covered(2, ["痣", "面会"]) == pytest.approx(0.5)
    assert index.covered(2, ["痣", "虐待", "面会"]) > index.covered(1, ["痣", "虐待", "面会"])
    assert index.covered(1, ["虐待", "駐車場"]) == index.covered(0, []) == 0.0


def test_words_answer_alone_while_nothing_is_embedded() -> None:
    index = FusedIndex(TERMS, [], NOTHING)
    assert rows(index, asked("虐待", "痣")) == [2, 0]
    assert rows(index, asked("無", angle=0.0)) == []


def test_meaning_finds_what_no_word_says() -> None:
    index = FusedIndex(TERMS, range(4), unit(0.0, 0.4, 0.8, 1.2))
    best = index.rank(asked("無", angle=1.2))[0]
    assert best.row == 3
    assert best.lead == pytest.approx(1.0)


def test_the_best_of_both_comes_first() -> None:
    index = FusedIndex(TERMS, range(4), unit(0.0, 1.5, 0.1, 1.4))
    found = index.rank(asked("虐待", "痣", angle=0.05))
    assert found[0].row == 2
    assert found[0].score > found[1].score
    assert found[0].held == 1.0


def test_a_passage_is_as_near_as_its_whole_and_its_nearest_part() -> None:
    index = meaning.MeaningIndex(3, [0, 0, 2], unit(1.3, 0.1, 0.3))
    cosines = index.cosines(unit(0.1)[0].astype(np.float32))
    assert cosines == pytest.approx([(np.cos(0.6) + 1) / 2, 0.0, np.cos(0.2)], abs=2e-3)


def test_the_whole_is_the_mean_of_its_parts_however_many_passages_there_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    angles = unit(*np.linspace(0, 1.5, 20))
    owners = np.repeat(np.arange(10), 2)
    question = unit(0.7)[0].astype(np.float32)
    at_once = meaning.MeaningIndex(10, owners.tolist(), angles).cosines(question)
    monkeypatch.setattr(meaning, "SLICE", 3)
    assert meaning.MeaningIndex(10, owners.tolist(), angles).cosines(question) == pytest.approx(
        at_once, abs=1e-3
    )


def test_of_many_passages_only_the_nearest_are_looked_at_closely(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(meaning, "CLOSE", 2)
    angles = unit(*np.linspace(0, 1.5, 40))
    index = meaning.MeaningIndex(40, range(40), angles)
    cosines = index.cosines(unit(0.2)[0].astype(np.float32))
    exact = angles.astype(np.float32) @ unit(0.2)[0].astype(np.float32)
    assert cosines.argmax() == exact.argmax()
    assert (cosines <= exact + 1e-3).all()


def test_each_way_looks_at_its_own() -> None:
    index = FusedIndex(TERMS, range(4), unit(0.0, 0.4, 0.8, 1.2))
    question = Asked(("面会",), {"傍聴": 0.4}, unit(0.8)[0].astype(np.float32))
    assert rows(index, question, ways="lexical") == [1]
    assert rows(index, question, ways="expanded") == [1, 3]
    assert rows(index, question, ways="dense")[0] == 2
    assert set(rows(index, question)) >= {1, 2, 3}


def test_what_people_ask_about_brings_its_passages_up() -> None:
    index = FusedIndex(TERMS, range(4), unit(0.0, 0.4, 0.8, 1.2))
    topics = ((Topic("傍聴の受付", ("傍聴",), unit(1.2)[0].astype(np.float32)), 1.0),)
    plain = rows(index, asked("無", angle=0.5))
    assert plain[:2] == [1, 2]
    near = rows(index, asked("無", angle=0.5, near=Nearness(topics, 1.0)))
    assert near[:2] == [1, 3]
    assert rows(index, asked("無", angle=0.5, near=Nearness(topics, 0.0))) == plain


def test_topics_that_were_learned_before_bring_the_same() -> None:
    topics = ((Topic("傍聴の受付", ("傍聴",), unit(1.2)[0].astype(np.float32)), 1.0),)
    question = asked("無", angle=0.5, near=Nearness(topics, 1.0))
    plain, learned = (FusedIndex(TERMS, range(4), unit(0.1, 0.5, 0.9, 1.2)) for _ in range(2))
    learned.learn(topic for topic, _ in topics)
    assert plain.rank(question) == learned.rank(question)


def test_a_question_in_the_manuals_own_words_needs_no_topic() -> None:
    index = FusedIndex(TERMS, range(4), unit(0.0, 0.4, 0.8, 1.2))
    topic = Topic("傍聴の受付", ("傍聴",), unit(1.2)[0].astype(np.float32))
    near = Nearness(((topic, 1.0),), 1.0)
    assert rows(index, asked("面会", "申込", angle=0.4, near=near))[0] == 1


def test_only_what_is_asked_for_is_searched() -> None:
    index = FusedIndex(TERMS, range(4), unit(0.0, 0.4, 0.8, 1.2))
    assert rows(index, asked("虐待"), among=[0]) == [0]
    assert set(rows(index, asked("虐待", angle=0.8), among=[1, 3])) <= {1, 3}


def test_an_empty_library_has_no_answer() -> None:
    assert rows(FusedIndex([], [], NOTHING), asked("虐待")) == []


@given(
    st.lists(st.lists(st.sampled_from("甲乙丙丁"), max_size=6), min_size=1, max_size=30),
    st.lists(st.sampled_from("甲乙丙戊"), max_size=3, unique=True),
    st.floats(0.0, 1.5),
    st.floats(0.0, 1.0),
)
def test_scores_are_shares_in_order(
    documents: list[list[str]], terms: list[str], angle: float, near: float
) -> None:
    index = FusedIndex(documents, range(len(documents)), unit(*np.linspace(0, 1.5, len(documents))))
    topic = Topic("甲乙", ("甲", "乙"), unit(0.7)[0].astype(np.float32))
    question = asked(*terms, angle=angle, near=Nearness(((topic, 0.5),), near))
    scores = [match.score for match in index.rank(question)]
    assert scores == sorted(scores, reverse=True)
    assert all(0.0 < score <= 1.0 + 1e-6 for score in scores)
