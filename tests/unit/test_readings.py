from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.text.readings import long_vowels, reading


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("厚生委員会", "公正委員会"),
        ("欠席", "結石"),
        ("一時保護所", "一時保護書"),
        ("３，５１２件", "三千五百十二件"),
        ("「はい」、そうです。", "はい そうです"),
        ("大きい", "おおきい"),
        ("とうきょう", "トーキョー"),
    ],
)
def test_what_sounds_the_same_reads_the_same(one: str, other: str) -> None:
    assert reading(one) == reading(other) != ""


def test_what_sounds_different_reads_different() -> None:
    assert reading("保護") != reading("介護")


def test_particles_are_read_as_they_sound() -> None:
    assert reading("私は東京へ行く").startswith("ワタシワトーキョーエ")


@pytest.mark.parametrize("text", ["", "。、！？", "\n\n", "…", "〜"])
def test_nothing_to_read(text: str) -> None:
    assert reading(text) == ""


def test_long_talk_without_a_full_stop() -> None:
    assert reading("保護について伺います" * 400).count("ホゴ") >= 380


@given(st.text("アイウエオカキクケコガギセソテドノハパヒャュョッンー、", max_size=15))
def test_long_vowels_have_one_form(kana: str) -> None:
    assert long_vowels(long_vowels(kana)) == long_vowels(kana)
