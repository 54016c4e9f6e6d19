"""The words that a search compares."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.text.tokens import SudachiTokenizer

TOKENIZER = SudachiTokenizer()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("届を出す", "届け"),
        ("子供が", "こども"),
        ("叩かれてる", "叩いた"),
        ("ご飯を食べさせてもらえない", "食べる"),
        ("１２３号室", "123号室"),
        ("児童相談所に", "相談"),
        ("お母さんが", "母親"),
    ],
)
def test_another_way_to_write_it_is_found(one: str, other: str) -> None:
    assert set(TOKENIZER.terms(one)) & set(TOKENIZER.terms(other))


@pytest.mark.parametrize("word", ["税", "痣", "虐待", "保護"])
def test_short_words_are_terms(word: str) -> None:
    assert TOKENIZER.terms(word) == [word]


def test_what_leans_on_others_is_no_term() -> None:
    assert TOKENIZER.terms("それはどうすることですか。") == []


def test_a_long_text_without_an_end_is_cut_for_sudachi() -> None:
    assert len(TOKENIZER.terms("虐待" * 30_000)) >= 29_000


@settings(max_examples=60)
@given(st.text(st.characters(codec=None), max_size=80))
def test_any_text_has_terms_that_stand_in_it(text: str) -> None:
    for token in TOKENIZER.tokens(text):
        assert 0 <= token.start < token.end <= len(text)
        assert token.term
