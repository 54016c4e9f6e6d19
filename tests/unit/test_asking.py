from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.model import Kind
from assistant.search import NEAR, AnyOf, Filters, Near, Word
from assistant.text.asking import FARTHEST, MOST, understand
from assistant.text.periods import read_period


def test_words_phrases_and_what_is_not_wanted() -> None:
    asked = understand('虐待　"一時 保護" -学校 NOT 警察 「そのまま」')
    assert asked.wanted == (
        Word("虐待"),
        Word("一時 保護", exact=True),
        Word("そのまま", exact=True),
    )
    assert asked.unwanted == (Word("学校"), Word("警察"))


@pytest.mark.parametrize("text", ["児相 OR 警察 OR 病院", "児相|警察|病院", "児相 ｜ 警察 OR 病院"])
def test_one_of_several(text: str) -> None:
    assert understand(text).wanted == (AnyOf((Word("児相"), Word("警察"), Word("病院"))),)


@pytest.mark.parametrize(
    ("text", "within"),
    [
        ("母 NEAR/30 祖母", 30),
        ("母 near 祖母", NEAR),
        ("母 近傍5 祖母", 5),
        ("母 近く／5 祖母", 5),
        ("母 NEAR/99999 祖母", FARTHEST),
    ],
)
def test_near_words(text: str, within: int) -> None:
    assert understand(text).wanted == (Near(Word("母"), Word("祖母"), within),)


def test_filters_stand_among_the_words() -> None:
    asked = understand('発言者:"田中 一郎" 役割：委員長 期間:R8.10..R8.11 種別:会議 案件:総務 予算')
    assert asked.wanted == (Word("予算"),)
    assert asked.filters == Filters(
        speaker="田中 一郎",
        role="委員長",
        first_day=date(2026, 10, 1),
        last_day=date(2026, 11, 30),
        kind=Kind.MEETING,
        matter="総務",
    )


def test_from_and_to_may_stand_alone() -> None:
    assert understand("from:2026-11").filters == Filters(first_day=date(2026, 11, 1))
    assert understand("まで:令和8年11月").filters == Filters(last_day=date(2026, 11, 30))


@pytest.mark.parametrize("text", ["期間:いつか", "種別:手紙", "時刻:3"])
def test_what_is_no_filter_is_a_word(text: str) -> None:
    assert understand(text).wanted == (Word(text),)
    assert not understand(text).filters.any


@given(st.text(alphabet='あ虐 待"“”「」『』-－|OR NEAR/0近傍NOT:：発言者期間\n\x00'))
def test_nothing_that_is_typed_is_an_error(text: str) -> None:
    asked = understand(text)
    assert len(asked.wanted) + len(asked.unwanted) <= MOST


@given(st.text())
def test_any_text_is_understood(text: str) -> None:
    understand(text)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026", (2026, 1, 1), (2026, 12, 31)),
        ("2026-11", (2026, 11, 1), (2026, 11, 30)),
        ("2026/2", (2026, 2, 1), (2026, 2, 28)),
        ("2026年11月3日", (2026, 11, 3), (2026, 11, 3)),
        ("令和元年", (2019, 1, 1), (2019, 12, 31)),
        ("r8", (2026, 1, 1), (2026, 12, 31)),
        ("Ｒ８．１１．１", (2026, 11, 1), (2026, 11, 1)),
        ("平成31年4月", (2019, 4, 1), (2019, 4, 30)),
        ("令和8年度", (2026, 4, 1), (2027, 3, 31)),
    ],
)
def test_periods(text: str, first: tuple[int, int, int], last: tuple[int, int, int]) -> None:
    assert read_period(text) == (date(*first), date(*last))


@pytest.mark.parametrize("text", ["", "13", "2026-13", "令和8年4月31日", "昨日", "R8.11.1.1"])
def test_what_is_no_period(text: str) -> None:
    assert read_period(text) is None


@given(st.text(alphabet="令和平成年度月日RHS0123456789./- 元"))
def test_no_period_is_an_error(text: str) -> None:
    found = read_period(text)
    assert found is None or found[0] <= found[1]
