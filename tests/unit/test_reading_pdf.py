"""What a reader of a PDF sees: lines put together, columns, tables, headings, however turned."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from assistant.errors import ManualError
from assistant.knowledge.reading import FileReader
from assistant.knowledge.reading.pdf_columns import in_columns
from assistant.knowledge.reading.pdf_page import Glyph, Line
from assistant.manual import BlockKind, Document
from tests.pdf_files import Page, pdf

if TYPE_CHECKING:
    from collections.abc import Sequence

LONG = "職員は、通告を受けたときは直ちに子どもの氏名と年齢と住所を確かめて記録し、係"
REST = "長に報告する。"
TEXT = LONG + REST
WIDE = "段組みの前にある、ページの幅いっぱいの長さを持っている文がここに書いてある。"
LEFT = ("左の段の文は、ここから始まり、まだ続い", "て、ここで終わる。")
RIGHT = ("右の段の文は、ここから始まり、まだ続い", "て、ここで終わる。")


def read(tmp_path: Path, *pages: Page, outline: Sequence[tuple[int, str, int]] = ()) -> Document:
    return FileReader().read(pdf(tmp_path / "a.pdf", pages, outline))


def outline(document: Document) -> list[tuple[str, int, str]]:
    return [(one.kind.value, one.level, one.text) for one in document.blocks]


def texts(document: Document) -> list[str]:
    return [one.text for one in document.blocks]


def body(number: int, y: float = 120) -> Page:
    """A page of whole paragraphs; every page has other words."""
    lines = [part for n in range(6) for part in (f"{number}の{n}{LONG[3:]}", REST)]
    return Page().lines(*lines, y=y)


def test_numbered_headings_stand_over_lines_that_are_put_together(tmp_path: Path) -> None:
    document = read(
        tmp_path,
        Page().lines("第1章 総則", LONG, REST, "1 目的", LONG, REST, "(1) 手順", LONG, REST,
                     "ア 一つ目", LONG, REST),
    )  # fmt: skip
    assert outline(document) == [
        ("heading", 1, "第1章 総則"),
        ("paragraph", 0, TEXT),
        ("heading", 2, "1 目的"),
        ("paragraph", 0, TEXT),
        ("heading", 3, "(1) 手順"),
        ("paragraph", 0, TEXT),
        ("list_item", 0, "ア 一つ目"),
        ("paragraph", 0, TEXT),
    ]


@pytest.mark.parametrize("by_rows", [False, True])
def test_a_column_is_read_to_its_end(tmp_path: Path, by_rows: bool) -> None:
    columns = [(text, x, 90 + 20 * n) for x, part in ((70, LEFT), (320, RIGHT))
               for n, text in enumerate(part * 3)]  # fmt: skip
    page = Page().text(WIDE, y=70)
    for text, x, y in sorted(columns, key=lambda one: one[2] if by_rows else 0):
        page.text(text, x, y)
    assert texts(read(tmp_path, page)) == [WIDE, *["".join(LEFT)] * 3, *["".join(RIGHT)] * 3]


@pytest.mark.parametrize("backwards", [False, True])
def test_a_tier_of_vertical_text_is_read_to_its_end(tmp_path: Path, backwards: bool) -> None:
    page = Page()
    order = range(8)
    for y, part in ((80, LEFT), (420, RIGHT)):
        for n in reversed(order) if backwards else order:
            page.text(part[n % 2], 500 - 20 * n, y, vertical=True)
    assert texts(read(tmp_path, page)) == ["".join(LEFT)] * 4 + ["".join(RIGHT)] * 4


def test_a_half_space_in_vertical_text_is_kept(tmp_path: Path) -> None:
    page = Page().text("第１章", 500, 80, vertical=True).text("総則", 500, 117, vertical=True)
    for n in range(4):
        page.text(LONG, 470 - 40 * n, 80, vertical=True)
        page.text(REST, 450 - 40 * n, 80, vertical=True)
    assert outline(read(tmp_path, page))[:2] == [
        ("heading", 1, "第１章 総則"),
        ("paragraph", 0, TEXT),
    ]


def test_headers_of_left_and_right_pages_and_their_numbers_are_left_out(tmp_path: Path) -> None:
    pages = []
    for n in range(1, 7):
        right = n % 2
        header, x = ("第1章 通告", 450) if right else ("児童相談の手引き", 70)
        pages.append(body(n).text(header, x, 40, 9).text(f"- {n} -", 500 if right else 70, 800, 9))
    document = read(tmp_path, *pages)
    assert len(document.blocks) == 36
    assert all(one.text.endswith("報告する。") for one in document.blocks)
    assert [one.page for one in document.blocks] == [n for n in range(1, 7) for _ in range(6)]


@pytest.mark.parametrize(
    "number", ["1", "１", "－ 1 －", "1/20", "P.1", "1ページ", "第1頁", "iv", "（1）", "Page 1"]
)
def test_a_page_number_is_left_out(tmp_path: Path, number: str) -> None:
    document = read(tmp_path, body(1).text(number, 290, 800, 9))
    assert all(one.text.endswith("報告する。") for one in document.blocks)


def test_a_number_below_text_is_no_page_number(tmp_path: Path) -> None:
    page = Page().text("電話番号は次のとおり。", y=60).text("189", y=85).lines(LONG, REST, y=120)
    assert texts(read(tmp_path, page)) == ["電話番号は次のとおり。", "189", TEXT]


def test_a_table_without_rules_is_read_by_rows(tmp_path: Path) -> None:
    page = Page().text("連絡先は次のとおり。", y=70)
    for n, row in enumerate((("機関", "電話", "すること"), ("児童相談所", "189", "調査する。"),
                             ("警察署", "110", "事件を調べる。"))):  # fmt: skip
        for text, x in zip(row, (70, 200, 300), strict=True):
            page.text(text, x, 90 + 20 * n)
    page.lines("以上のとおり。", y=170)
    assert outline(read(tmp_path, page)) == [
        ("paragraph", 0, "連絡先は次のとおり。"),
        (
            "table",
            0,
            "機関\t電話\tすること\n児童相談所\t189\t調査する。\n警察署\t110\t事件を調べる。",
        ),
        ("paragraph", 0, "以上のとおり。"),
    ]


def test_a_cell_of_several_lines_stays_one(tmp_path: Path) -> None:
    page = Page().text("機関", 70, 90).text("すること", 220, 90)
    page.lines("みどり野市こども家", "庭支援窓口", x=70, y=110)
    page.lines("虐待の通告を受け、調査をし、子どもを", "一時保護する。", x=220, y=110)
    page.text("警察署", 70, 150).text("事件を調べる。", 220, 150)
    page.lines(LONG, REST, y=190)
    table, text = read(tmp_path, page).blocks
    assert table.text.split("\n") == [
        "機関\tすること",
        "みどり野市こども家庭支援窓口\t虐待の通告を受け、調査をし、子どもを一時保護する。",
        "警察署\t事件を調べる。",
    ]
    assert text.text == TEXT


def test_headings_with_room_after_their_numbers_are_no_table(tmp_path: Path) -> None:
    page = Page()
    for n, (number, text) in enumerate((("第1章", "総則"), ("第1節", "目的"))):
        page.text(number, 70, 90 + 20 * n).text(text, 140, 90 + 20 * n)
    page.lines(LONG, REST, y=130)
    assert [one.kind for one in read(tmp_path, page).blocks[:2]] == [BlockKind.HEADING] * 2


def _turned(rotation: int, turn: tuple[int, int, int, int], texts: Sequence[str]) -> Page:
    """Lines that begin where a page turned so has its top left."""
    page = Page(rotation=rotation)
    x, y, right, down = {
        (1, 0, 0, 1): (70, 90, 0, 20),
        (0, 1, -1, 0): (100, 700, 20, 0),
        (-1, 0, 0, -1): (520, 700, 0, -20),
        (0, -1, 1, 0): (500, 100, -20, 0),
    }[turn]
    for n, text in enumerate(texts):
        page.text(text, x + n * right, y + n * down, turn=turn)
    return page


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("turn", [(1, 0, 0, 1), (0, 1, -1, 0), (-1, 0, 0, -1), (0, -1, 1, 0)])
def test_text_is_read_however_it_lies(
    tmp_path: Path, rotation: int, turn: tuple[int, int, int, int]
) -> None:
    page = _turned(rotation, turn, [f"1 {LONG[2:]}", REST, f"2 {LONG[2:]}", REST, "終わり。"])
    assert texts(read(tmp_path, page)) == [f"1 {TEXT[2:]}", f"2 {TEXT[2:]}", "終わり。"]


def test_readings_are_left_out_of_the_line(tmp_path: Path) -> None:
    level = Page().lines("職員は、虐待を知ったときは通告をする。")
    level.text("ぎゃくたい", 112, 82, 5).text("つうこく", 206.5, 82, 5)
    upright = Page().text("職員は、虐待を知った。", 400, 100, vertical=True)
    upright.text("ぎゃくたい", 408, 142, 5, vertical=True)
    assert texts(read(tmp_path, level, upright)) == [
        "職員は、虐待を知ったときは通告をする。",
        "職員は、虐待を知った。",
    ]


def test_a_small_line_above_a_large_one_is_no_reading(tmp_path: Path) -> None:
    page = Page().text("こども家庭課のしごと", 70, 80, 10).text("相談の手引き", 70, 102, 24)
    page.lines(LONG, REST, y=200)
    assert texts(read(tmp_path, page))[:2] == ["こども家庭課のしごと", "相談の手引き"]


def test_bookmarks_are_the_headings_where_they_name_lines(tmp_path: Path) -> None:
    marks = [(1, "総則", 1), (2, "目的", 1), (1, "対応と記録", 2), (2, "確かめること", 2)]
    document = read(
        tmp_path,
        Page().lines("総則", LONG, REST, "目的", LONG, REST),
        Page().lines("対応と", "記録", LONG, REST, "確かめること", LONG, REST),
        outline=marks,
    )
    headings = [(one.level, one.text, one.page) for one in document.blocks if one.level]
    assert headings == marks
    assert texts(document).count(TEXT) == 4


def test_bookmarks_of_a_scanning_program_are_no_headings(tmp_path: Path) -> None:
    marks = [(1, "Page 1", 1), (1, "Page 2", 1), (1, "総則", 1)]
    document = read(tmp_path, Page().lines("総則", LONG, REST), outline=marks)
    assert not any(one.level for one in document.blocks)


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: re.sub(rb"startxref\n\d+", b"startxref\n7", data),
        lambda data: data[: data.rindex(b"startxref")],
        lambda data: b"garbage\n" + data,
        lambda data: data.replace(b" 00000 n", b" 00000 f"),
    ],
)
def test_a_pdf_with_a_damaged_table_of_contents_is_read(tmp_path: Path, damage) -> None:  # type: ignore[no-untyped-def]
    made = pdf(tmp_path / "a.pdf", [Page().lines(LONG, REST)])
    made.write_bytes(damage(made.read_bytes()))
    assert texts(FileReader().read(made)) == [TEXT]


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.7, 0.9])
def test_half_a_pdf_is_read_or_refused(tmp_path: Path, share: float) -> None:
    made = pdf(tmp_path / "a.pdf", [body(n) for n in range(20)])
    data = made.read_bytes()
    made.write_bytes(data[: int(len(data) * share)])
    with suppress(ManualError):
        assert all(one.text for one in FileReader().read(made).blocks)


def test_bullets_of_a_font_of_symbols_are_read_as_bullets() -> None:
    sample = Path(__file__).parents[2] / "manuals" / "sample"
    blocks = FileReader().read(sample / "casework.pdf").blocks
    listed = [block.text for block in blocks if block.text.startswith("・")]

    assert not any("\uf020" <= char <= "\uf0ff" for block in blocks for char in block.text)
    assert any(text.startswith("・ 服装は動きやすく") for text in listed)


def test_a_character_miles_away_costs_no_memory() -> None:
    def line(number: int, x: float) -> Line:
        return Line([Glyph("字", x + 10.0 * n, 20.0 * number, 10.0, 5.0) for n in range(20)])

    lines = [line(number, 300.0 * (number % 2)) for number in range(12)]
    away = [*lines, line(12, 1e12)]

    assert [placed.line for placed in in_columns(away)] == away
