"""Measuring the search of manuals."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

import pytest

from assistant.errors import BadQuestions, NothingFound
from assistant.manual import Hit, Passage
from assistant.services.evaluating import Answer, Question, answers, evaluate, read_questions
from tests.manuals import edition

if TYPE_CHECKING:
    from pathlib import Path

HANDBOOK = edition("handbook")[0]


def hit(*headings: str) -> Hit:
    return Hit(Passage("handbook", 0, headings, "…"), HANDBOOK, 1.0, ())


def question(query: str, *sections: str) -> Question:
    return Question(query, tuple(Answer("handbook.md", (one,)) for one in sections))


def search(query: str) -> list[Hit]:
    """Finds the sections that the question names, one a letter, and nothing for a full stop."""
    return [hit(letter) for letter in query if letter != "。"]


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        (Answer("handbook.md", ("第3章", "一時保護")), True),
        (Answer("手引き", ("一時保護",)), True),
        (Answer("", ("第３章　通告", "１ 一時保護")), True),
        (Answer("handbook.md", ()), True),
        (Answer("handbook.md", ("一時保護", "第3章")), False),
        (Answer("handbook.md", ("第3章", "家庭訪問")), False),
        (Answer("handbook.md", ("第3章", "一時保護", "期間")), False),
        (Answer("another.md", ("一時保護",)), False),
    ],
)
def test_a_hit_answers_when_its_headings_hold_the_path(wanted: Answer, fits: bool) -> None:
    assert answers(hit("第3章 通告", "1 一時保護"), wanted) is fits


def test_a_heading_inside_a_passage_of_small_sections_answers_too() -> None:
    joined = Passage("handbook", 0, ("第3章 通告",), "1 氏名\n名前を聞く。\n2 住所\n住所を聞く。")
    found = Hit(joined, HANDBOOK, 1.0, ())
    assert answers(found, Answer("", ("通告", "住所")))
    assert answers(found, Answer("", ("住所",)))
    assert not answers(found, Answer("", ("一時保護", "住所")))
    assert not answers(found, Answer("", ("通告", "電話")))


def test_the_figures_are_means_over_the_questions() -> None:
    asked = [
        question("ab", "a"),
        question("xxb", "b"),
        question("xxxxc", "c"),
        question("xx", "d"),
        question("。"),
        question("z"),
    ]
    [row] = evaluate(asked, {"words": search})
    assert row.recall == {1: 1 / 4, 3: 2 / 4, 5: 3 / 4}
    assert row.mrr == pytest.approx((1 + 1 / 3 + 1 / 5) / 4)
    assert row.ndcg == pytest.approx((1 + 1 / 2 + 1 / math.log2(6)) / 4)
    assert (row.silent_precision, row.silent_recall) == (1.0, 0.5)
    assert 0 <= row.median <= row.p95


def test_every_answer_counts_for_ndcg() -> None:
    [both, one] = (
        evaluate([question(query, "a", "b")], {"words": search})[0] for query in ("ab", "ax")
    )
    assert both.ndcg == pytest.approx(1.0)
    assert one.ndcg == pytest.approx(1 / (1 + 1 / math.log2(3)))
    assert one.recall[1] == 1.0


def test_an_answer_below_the_tenth_hit_is_not_found() -> None:
    [row] = evaluate([question("xxxxxxxxxxa", "a")], {"words": search})
    assert row.mrr == row.ndcg == 0.0


def test_silence_is_wrong_where_something_answers() -> None:
    [row] = evaluate([question("。", "a"), question("。")], {"words": search})
    assert (row.silent_precision, row.silent_recall) == (0.5, 1.0)


def test_what_no_question_tells_is_left_open() -> None:
    [row] = evaluate([question("z")], {"words": search})
    assert row.mrr is row.silent_precision is None
    assert set(row.recall.values()) == {None}
    assert evaluate([], {"words": search}) == []


def test_the_ways_stand_side_by_side() -> None:
    rows = evaluate([question("a", "a")], {"words": search, "nothing": lambda _: []})
    assert [(row.way, row.mrr) for row in rows] == [("words", 1.0), ("nothing", 0.0)]


def test_questions_are_read_a_line_each(tmp_path: Path) -> None:
    lines = [
        {"query": "議会を見たい", "answers": [{"manual": "a.md", "headings": ["第1章", "傍聴"]}]},
        {"query": "明日の天気", "answers": []},
    ]
    file = tmp_path / "questions.jsonl"
    file.write_text("\ufeff" + "\n\n".join(json.dumps(one) for one in lines), encoding="utf-8")
    assert read_questions(file) == [
        Question("議会を見たい", (Answer("a.md", ("第1章", "傍聴")),)),
        Question("明日の天気", ()),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "何か",
        "[]",
        '{"query": "何か"}',
        '{"query": 1, "answers": []}',
        '{"query": "", "answers": 3}',
        '{"query": "", "answers": ["第1章"]}',
        '{"query": "", "answers": [{"headings": "第1章"}]}',
    ],
)
def test_a_line_that_is_no_question_is_told(tmp_path: Path, line: str) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_text('{"query": "傍聴", "answers": []}\n\n' + line, encoding="utf-8")
    with pytest.raises(BadQuestions) as caught:
        read_questions(file)
    assert caught.value.details == {"name": "questions.jsonl", "line": 3}
    assert " 3 行目" in caught.value.message("ja")


def test_no_file_and_no_questions_are_told(tmp_path: Path) -> None:
    with pytest.raises(NothingFound):
        read_questions(tmp_path / "none.jsonl")
    (tmp_path / "empty.jsonl").write_bytes(b"\n")
    with pytest.raises(BadQuestions):
        read_questions(tmp_path / "empty.jsonl")
