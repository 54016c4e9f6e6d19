"""The table of what people say and what manuals write."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import BadExpansions
from assistant.text.expansions import WEIGHT, Expansions
from assistant.text.tokens import SudachiTokenizer

if TYPE_CHECKING:
    from pathlib import Path

TOKENIZER = SudachiTokenizer()
OURS = Expansions(TOKENIZER)


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("お父さんに叩かれてるみたいで", "虐待"),
        ("ごはん、食べさせてもらえないって", "ネグレクト"),
        ("家の中に入れてもらえなくて", "締め出し"),
        ("隣からどなり声がするんです", "泣き声"),
        ("ここのところ学校に来ていません", "不登校"),
        ("夜はずっと一人なんです", "留守番"),
        ("児相の電話は", "児童相談所"),
        ("児童相談所に行く", "児相"),
        ("議事録を見たい", "会議録"),
        ("傍聴って誰でもできますか", "傍聴席"),
        ("死にたいって言ってる", "自殺"),
    ],
)
def test_what_people_say_is_written_otherwise(said: str, written: str) -> None:
    assert OURS.written(said)[written] == WEIGHT


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("学校に行く道で", "不登校"),
        ("明日は学校に来るかもしれない", "不登校"),
        ("荷物を押しつけられた", "体罰"),
        ("夜は冷える。一人分の弁当を頼んだ", "留守番"),
        ("明日の天気を知りたい", "相談"),
    ],
)
def test_what_only_looks_like_it_is_left_alone(said: str, written: str) -> None:
    assert written not in OURS.written(said)


def test_words_that_were_said_are_not_said_again() -> None:
    said = "叩かれて虐待だと思う"
    assert OURS.written(said).keys().isdisjoint(TOKENIZER.terms(said))


def table(folder: Path, content: str, encoding: str = "utf-8") -> Expansions:
    path = folder / "expansions.txt"
    path.write_text(content, encoding=encoding)
    return Expansions(TOKENIZER, path)


def test_a_site_adds_its_own(tmp_path: Path) -> None:
    ours = table(tmp_path, "# うちの言い方\n\nあかつき園\t児童養護施設\nみらい = 未来こども館\n")
    assert "養護" in ours.written("あかつき園に電話したい")
    assert "館" in ours.written("みらいは何時まで")
    assert "虐待" in ours.written("叩かれてる")


def test_a_sites_line_takes_the_place_of_ours(tmp_path: Path) -> None:
    ours = table(tmp_path, "叩く → 第3章\n怒鳴る → ×\n")
    assert set(ours.written("叩かれてる")) == {"第", "3", "章"}
    assert ours.written("怒鳴る") == {}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp932"])
def test_any_japanese_editor_will_do(tmp_path: Path, encoding: str) -> None:
    assert "養護" in table(tmp_path, "あかつき園 → 養護施設\r\n", encoding).written("あかつき園")


@pytest.mark.parametrize(
    "line",
    ["叩く", "叩く → ", " → 虐待", "児相 = ", "叩く → 虐待 → 体罰", "それは → 虐待", "叩く → 。"],
)
def test_a_line_that_is_not_understood_is_told(tmp_path: Path, line: str) -> None:
    with pytest.raises(BadExpansions) as caught:
        table(tmp_path, f"# 表\n\n{line}\n")
    assert caught.value.details == {"name": "expansions.txt", "line": 3}


def test_a_site_without_a_table_has_ours(tmp_path: Path) -> None:
    absent = Expansions(TOKENIZER, tmp_path / "expansions.txt")
    assert absent.written("叩かれてる") == OURS.written("叩かれてる")


@given(st.text(max_size=60))
def test_any_text_can_be_asked(text: str) -> None:
    assert set(OURS.written(text).values()) <= {WEIGHT}
