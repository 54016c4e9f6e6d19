from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.text.compare import Errors, Level, cer, errors, normalized, pooled, reading_cer

JAPANESE = st.text(
    st.sampled_from(
        "一二三十百千万億〇１2,.点時半ー〜、。「」あいうエオｱｶﾞＡb漢字千葉Ⅳ㈱℃ İß\u0301\u3099"
    ),
    max_size=15,
)

ANYTHING = st.text(st.sampled_from([chr(code) for code in range(0x3400)]), max_size=10)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("３，５１２件でございます。", "3512件でございます"),
        ("三千五百十二件", "3,512件"),
        ("ＯＫです!", "ok です"),
        ("ﾃﾞｰﾀ・共有", "データ共有"),
        ("「はい」と呼ぶ者あり", "はいと呼ぶ者あり"),
        ("一つ", "１つ"),
    ],
)
def test_spelling_is_no_error(one: str, other: str) -> None:
    assert normalized(one) == normalized(other)
    assert cer(one, other) == 0


@given(JAPANESE | ANYTHING)
def test_normalising_again_changes_nothing(text: str) -> None:
    assert normalized(normalized(text)) == normalized(text)


@given(JAPANESE)
def test_only_letters_and_digits_are_left(text: str) -> None:
    assert not set(normalized(text)) & set("、。「」〜 ,.%")


def test_each_level_counts_what_it_says() -> None:
    said, heard = "えーと、厚生委員会です。", "公正委員会です"
    assert cer(said, heard, Level.RAW) == pytest.approx(7 / 12)
    assert cer(said, heard) == pytest.approx(5 / 10)
    assert cer(said, heard, Level.FILLER_FREE) == pytest.approx(2 / 7)
    assert reading_cer("厚生委員会です", heard) == 0
    assert reading_cer("厚生委員会です", "更生委員会でした") > 0


def test_spaces_at_the_ends_count_when_raw() -> None:
    assert errors(" はい", "はい", Level.RAW) == Errors(1, 3)


@pytest.mark.parametrize(
    ("said", "heard", "expected"),
    [
        ("保護", "保護", Errors(0, 2)),
        ("保護所", "保護", Errors(1, 3)),
        ("保護", "保護所", Errors(1, 2)),
        ("保護", "介護", Errors(1, 2)),
        ("保護", "", Errors(2, 2)),
        ("", "保護", Errors(2, 0)),
        ("", "", Errors(0, 0)),
    ],
)
def test_edits_and_length(said: str, heard: str, expected: Errors) -> None:
    assert errors(said, heard) == expected


def test_an_invented_text_has_a_rate() -> None:
    assert errors("", "ご視聴ありがとうございました").rate == 14
    assert errors("", "").rate == 0


def test_pooling_weighs_by_length() -> None:
    short, long = ("あ", "い"), ("あいうえおかきくけ", "あいうえおかきくけ")
    assert pooled([short, long]) == Errors(1, 10)
    assert pooled([]) == Errors()


@given(JAPANESE, JAPANESE)
def test_a_text_equals_itself_and_distance_has_no_direction(one: str, other: str) -> None:
    assert errors(one, one).edits == 0
    assert errors(one, other).edits == errors(other, one).edits
