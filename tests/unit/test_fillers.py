from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.text.fillers import without_fillers


@pytest.mark.parametrize(
    ("spoken", "clean"),
    [
        ("えーと、本日は", "本日は"),
        ("本日はえーと審査します", "本日は審査します"),
        ("えー、ただいまから", "ただいまから"),
        ("はい。あー、それは", "はい。それは"),
        ("あっ、もしもし", "もしもし"),
        ("うーん、腕は", "腕は"),
        ("そのー、件数ですが", "件数ですが"),
        ("えー本日", "本日"),
    ],
)
def test_fillers_go(spoken: str, clean: str) -> None:
    assert without_fillers(spoken) == clean


@pytest.mark.parametrize(
    "text",
    [
        "あの人が来た",
        "この度は",
        "ねえー、待って",
        "へえー",
        "あっち",
        "ほーむ",
        "もう限界です",
        "はい、賛成です",
        "おーい",
    ],
)
def test_words_stay(text: str) -> None:
    assert without_fillers(text) == text


@given(st.text("えーとあのうんっ、。本日は ", max_size=20))
def test_nothing_is_put_in(text: str) -> None:
    rest = iter(text)
    assert all(character in rest for character in without_fillers(text))
