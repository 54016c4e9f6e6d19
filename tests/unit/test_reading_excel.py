"""Cells of workbooks as a sheet shows them, and what stands beside the cells."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment

from assistant.knowledge.reading import FileReader
from assistant.knowledge.reading.excel_formats import shown
from assistant.manual import BlockKind
from tests.manual_files import members_of, pack

if TYPE_CHECKING:
    from pathlib import Path

NINE = datetime(2026, 4, 1, 9, 5)  # noqa: DTZ001 - a cell has no time zone
BOX = (
    '<xdr:twoCellAnchor xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"><xdr:sp>'
    "<xdr:txBody><a:bodyPr/><a:p><a:r><a:t>囲みの</a:t></a:r><a:r><a:t>文</a:t></a:r></a:p>"
    "</xdr:txBody></xdr:sp></xdr:twoCellAnchor>"
)


@pytest.mark.parametrize(
    ("value", "format_", "text"),
    [
        (3.14159, "0.00", "3.14"),
        (0.125, "0%", "13%"),
        (0.125, "0.0%", "12.5%"),
        (1234567, "#,##0", "1,234,567"),
        (12.5, "#,##0.##", "12.5"),
        (1234567, "000-0000", "123-4567"),
        (312345678, "00-0000-0000", "03-1234-5678"),
        (7, "000", "007"),
        (12000, '"¥"#,##0', "¥12,000"),
        (12000, "[$¥-411]#,##0", "¥12,000"),
        (5, '0"人"', "5人"),
        (-5, "#,##0;[Red]-#,##0", "-5"),
        (-1234, "#,##0_);(#,##0)", "(1,234)"),
        (12, "General", "12"),
        (0.5, "# ?/?", "0.5"),
        (True, "General", "TRUE"),
        ("一行目_x000D_\n二行目", "@", "一行目\n二行目"),
        (date(2026, 4, 1), "yyyy/m/d", "2026年4月1日"),
        (date(2026, 4, 1), 'yyyy"年"m"月"', "2026年4月"),
        (date(2026, 4, 1), 'm"月"d"日"(aaa)', "4月1日(水)"),
        (date(2026, 4, 1), '[$-411]ggge"年"m"月"d"日";@', "令和8年4月1日"),
        (NINE, "yyyy/m/d h:mm", "2026年4月1日 09:05"),
        (time(9, 5), "h:mm", "09:05"),
        (timedelta(hours=30, minutes=5), "[h]:mm", "30:05"),
        (None, "General", ""),
    ],
)
def test_a_value_is_shown_by_its_format(value: object, format_: str, text: str) -> None:
    assert shown(value, format_) == text


@given(
    st.one_of(st.floats(), st.integers(), st.datetimes(), st.text(), st.booleans()),
    st.one_of(st.text(max_size=12), st.text('0#?.,;%-()"\\[]_*ymdhgae人$ ', max_size=12)),
)
def test_any_format_shows_something(value: object, format_: str) -> None:
    assert isinstance(shown(value, format_), str)


def test_what_the_sheet_does_not_show_is_left_out(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["名称", "電話", "秘密"], ["児相", "189\n(夜間も)", "隠し"], ["隠し", "0", "隠し"]):
        sheet.append(row)
    sheet["A2"].comment = Comment("隠し", "係")
    sheet.column_dimensions["C"].hidden = True
    sheet.row_dimensions[3].hidden = True
    for state in ("hidden", "veryHidden"):
        other = book.create_sheet(state)
        other.append(["隠し"])
        other.sheet_state = state
    book.save(tmp_path / "a.xlsx")
    blocks = FileReader().read(tmp_path / "a.xlsx").blocks
    assert [one.text for one in blocks] == ["Sheet", "名称: 児相 / 電話: 189 (夜間も)"]


def test_a_formula_is_read_by_what_it_came_to(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["件数", "合計"])  # type: ignore[union-attr]
    book.active.append([3, "=A2+1"])  # type: ignore[union-attr]
    book.save(tmp_path / "a.xlsx")
    members = members_of(tmp_path / "a.xlsx")
    sheet = "xl/worksheets/sheet1.xml"
    members[sheet] = members[sheet].replace(b"<v></v>", b"<v>4</v>").replace(b"<v/>", b"<v>4</v>")
    blocks = FileReader().read(pack(tmp_path / "a.xlsx", members)).blocks
    assert blocks[-1].text == "件数: 3 / 合計: 4"


def test_text_boxes_and_charts_are_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.create_sheet("図")
    for row in (["年", "件数"], ["令和七年", 3], ["令和八年", 5]):
        sheet.append(row)
    chart = BarChart()
    chart.title = "件数の移り変わり"
    chart.add_data(Reference(sheet, min_col=2, min_row=1, max_row=3), titles_from_data=True)
    sheet.add_chart(chart, "D2")
    book.save(tmp_path / "a.xlsx")
    members = members_of(tmp_path / "a.xlsx")
    drawing = "xl/drawings/drawing1.xml"
    end = members[drawing].rindex(b"</")
    members[drawing] = members[drawing][:end] + BOX.encode() + members[drawing][end:]
    blocks = FileReader().read(pack(tmp_path / "a.xlsx", members)).blocks
    notes = [one.text for one in blocks if one.kind is BlockKind.NOTE]
    assert notes == ["囲みの文", "件数の移り変わり"]


def test_a_wide_sheet_is_read_to_its_last_column(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append([f"列{n}" for n in range(300)])  # type: ignore[union-attr]
    book.active.append([f"値{n}" for n in range(300)])  # type: ignore[union-attr]
    book.save(tmp_path / "a.xlsx")
    assert FileReader().read(tmp_path / "a.xlsx").blocks[-1].text.endswith("列299: 値299")
