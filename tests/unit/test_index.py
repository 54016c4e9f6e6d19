"""Words and meaning over many passages."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.knowledge.index import FusedIndex
from assistant.knowledge.lexical import LexicalIndex

TERMS = [["虐待", "通告"], ["面会", "申込"], ["虐待", "虐待", "痣", "記録"], ["傍聴"]]
NOTHING = np.zeros((0, 2), np.float32)


def unit(*angles: float) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    return np.asarray([(np.cos(one), np.sin(one)) for one in angles], np.float32)


def rows(index: FusedIndex, *terms: str, **options: object) -> list[int]:
    return [match.row for match in index.rank(dict.fromkeys(terms, 1.0), None, **options)]  # type: ignore[arg-type]


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


def test_words_answer_alone_while_nothing_is_embedded() -> None:
    index = FusedIndex(TERMS, [], NOTHING)
    assert rows(index, "虐待", "痣") == [2, 0]
    assert index.rank({"無": 1.0}, unit(0.0)[0]) == []


def test_meaning_finds_what_no_word_says() -> None:
    index = FusedIndex(TERMS, range(4), unit(0.0, 0.4, 0.8, 1.2))
    best = index.rank({"無": 1.0}, unit(1.2)[0])[0]
    assert best.row == 3
    assert best.lead == pytest.approx(1.0)


def test_the_best_of_both_comes_first() -> None:
    index = FusedIndex(TERMS, range(4), unit(0.0, 1.5, 0.1, 1.4))
    found = index.rank({"虐待": 1.0, "痣": 1.0}, unit(0.05)[0])
    assert found[0].row == 2
    assert found[0].score > found[1].score


def test_only_what_is_asked_for_is_searched() -> None:
    index = FusedIndex(TERMS, range(4), unit(0.0, 0.4, 0.8, 1.2))
    assert rows(index, "虐待", among=[0]) == [0]
    assert {one.row for one in index.rank({"虐待": 1.0}, unit(0.8)[0], among=[1, 3])} <= {1, 3}


def test_an_empty_library_has_no_answer() -> None:
    assert rows(FusedIndex([], [], NOTHING), "虐待") == []


@given(
    st.lists(st.lists(st.sampled_from("甲乙丙丁"), max_size=6), min_size=1, max_size=30),
    st.dictionaries(st.sampled_from("甲乙丙戊"), st.floats(0.1, 1.0), max_size=3),
    st.floats(0.0, 1.5),
)
def test_scores_are_shares_in_order(
    documents: list[list[str]], terms: dict[str, float], angle: float
) -> None:
    index = FusedIndex(documents, range(len(documents)), unit(*np.linspace(0, 1.5, len(documents))))
    scores = [match.score for match in index.rank(terms, unit(angle)[0])]
    assert scores == sorted(scores, reverse=True)
    assert all(0.0 < score <= 1.0 + 1e-6 for score in scores)
