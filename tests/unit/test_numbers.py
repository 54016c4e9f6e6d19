from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.text.numbers import arabic, to_kanji


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("三千五百十二件", "3512件"),
        ("四億六千七百万", "467000000"),
        ("４億６，７００万円", "467000000円"),
        ("4億6,755万円", "467550000円"),
        ("零点五", "0.5"),
        ("4.2％", "4.2%"),
        ("1.5億円", "150000000円"),
        ("十時半", "10時30分"),
        ("二〇二六年十一月二十日", "2026年11月20日"),
        ("令和八年", "令和8年"),
        ("百人が千円ずつ", "100人が1000円ずつ"),
        ("320千円", "320000円"),
        ("一千万", "10000000"),
        ("千二百", "1200"),
        ("百二十一", "121"),
        ("〇三の三二一〇の〇一二三", "03の3210の0123"),
        ("03-3210-0123", "03-3210-0123"),
        ("1,234,567", "1234567"),
        ("二、三日", "2、3日"),
        ("①番", "1番"),
        ("12億兆", "1200000000兆"),
    ],
)
def test_numbers_in_arabic_digits(written: str, plain: str) -> None:
    assert arabic(written) == plain


@pytest.mark.parametrize(
    "text", ["千葉", "百合子", "千代田区", "万が", "億劫", "〇〇さん", "論点", "東京"]
)
def test_words_that_hold_no_number_stay(text: str) -> None:
    assert arabic(text) == text


@pytest.mark.parametrize(
    ("text", "plain"), [("一つ", "1つ"), ("一部", "1部"), ("一般", "1般"), ("三位一体", "3位1体")]
)
def test_single_digits_keep_the_length_of_their_words(text: str, plain: str) -> None:
    assert arabic(text) == plain


@given(st.integers(0, 10**16 - 1))
def test_a_number_read_aloud_comes_back(number: int) -> None:
    assert arabic(to_kanji(number)) == str(number) or number in (100, 1000)
    assert arabic(f"{to_kanji(number)}円") == f"{number}円"


@given(st.integers(0, 10**12), st.integers(0, 10**12))
def test_separators_change_nothing(first: int, second: int) -> None:
    assert arabic(f"{first:,}円と{second:,}円") == f"{first}円と{second}円"


@given(st.text("〇零一二三四五六七八九十百千万億兆.,0123456789点時半円つ", max_size=12))
def test_no_mixture_is_too_strange(text: str) -> None:
    result = arabic(text)
    assert not set(result) & set("一二三四五六七八九"), "every kanji digit found its number"
