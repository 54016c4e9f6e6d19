from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.text.folding import fold, folded


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("髙橋", "高橋"),
        ("山﨑", "山崎"),
        ("澤邉", "沢辺"),
        ("會議", "会議"),
        ("ＤＶ", "dv"),
        ("ｶﾞｽ", "ガス"),
        ("一 時\n保 護", "一時保護"),
        ("市ヶ谷", "市ケ谷"),
        ("葛󠄀城", "葛城"),
        ("１２３", "123"),
    ],
)
def test_spellings_of_the_same_are_one(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_words_of_latin_letters_stay_apart() -> None:
    assert fold("Social  Worker と SW") == "social workerとsw"


def test_katakana_and_hiragana_stay_apart() -> None:
    assert fold("ガス") != fold("がす")


@given(st.text())
def test_every_character_has_its_place(text: str) -> None:
    whole = folded(text)
    assert fold(text) == whole.text
    assert len(whole.text) == len(whole.starts) == len(whole.ends)
    assert whole.starts == sorted(whole.starts)
    assert all(0 <= a < b <= len(text) for a, b in zip(whole.starts, whole.ends, strict=True))


@given(st.text())
def test_folding_twice_changes_nothing_more_for_plain_text(text: str) -> None:
    plain = "".join(one for one in unicodedata.normalize("NFKC", text) if one.isalnum())
    assert fold(fold(plain)) == fold(plain)


@given(st.text(alphabet="髙橋ｶﾞ Ｄv\n、あ"), st.data())
def test_a_span_covers_what_it_stands_for(text: str, data: st.DataObject) -> None:
    whole = folded(text)
    if not whole.text:
        return
    start = data.draw(st.integers(0, len(whole.text) - 1))
    end = data.draw(st.integers(start + 1, len(whole.text)))
    a, b = whole.span(start, end)
    assert whole.text[start:end].strip() in fold(text[a:b])
