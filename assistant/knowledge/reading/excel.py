"""Excel workbooks: every row says what its cells are, so that it can be found on its own."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import openpyxl
from openpyxl.utils.cell import range_boundaries

from assistant.errors import UnreadableManual
from assistant.knowledge.reading.names import R, S, drawn_words
from assistant.knowledge.reading.package import open_package
from assistant.manual import Block, BlockKind
from assistant.text.eras import era_year

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from assistant.knowledge.reading.package import Package

WIDEST = 500
"""Columns; what stands to the right of them was not written by a person."""
SEPARATOR = " / "
_THOUSANDS = re.compile(r"#,##0")
_ZEROS = re.compile(r"0{2,}")
_ERA = re.compile(r"(?<!\[)(?:g{1,3}|e{1,2})(?![a-z])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Layout:
    """What openpyxl's streaming leaves out: hidden rows and columns, merged cells, drawings."""

    rows: frozenset[int] = frozenset()
    columns: frozenset[int] = frozenset()
    down: dict[tuple[int, int], tuple[int, int]] | None = None
    """For each cell below the first of its merged range, that first cell (row, column)."""
    across: frozenset[int] = frozenset()
    """Rows in which cells are merged over columns: of a heading, the next row divides it."""
    drawn: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    cells: dict[int, str]


def read(path: Path, name: str) -> tuple[str, list[Block]]:
    """The title (empty if the properties have none), and a heading and rows for every sheet.

    Raises:
        ManualError: it cannot be read.
    """
    with open_package(path, name) as package:
        layouts = _layouts(package)
        title = package.title().strip()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of drawings and extensions that it does not know
            return title, list(_sheets(path, layouts))
    except MemoryError:
        raise
    except Exception as error:  # openpyxl raises whatever its classes meet in a damaged file
        raise UnreadableManual(name=name) from error


def _sheets(path: Path, layouts: dict[str, _Layout]) -> Iterator[Block]:
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    try:
        for sheet in book.worksheets:
            layout = layouts.get(sheet.title, _Layout())
            if sheet.sheet_state != "visible":
                continue
            sheet.reset_dimensions()  # what the file says of its size is often wrong
            blocks = list(_sheet(sheet.iter_rows(max_col=WIDEST), layout))
            if blocks:
                yield Block(BlockKind.HEADING, sheet.title, 1)
                yield from blocks
    finally:
        book.close()


def _sheet(rows: Iterable[Sequence[Any]], layout: _Layout) -> Iterator[Block]:
    region: list[_Row] = []
    for row in _filled(rows, layout):
        if region and row.number > region[-1].number + 1 and not _hidden(region[-1], row, layout):
            yield from _region(region, layout)
            region = []
        region.append(row)
    yield from _region(region, layout)
    for text in layout.drawn:
        yield Block(BlockKind.NOTE, text)


def _filled(rows: Iterable[Sequence[Any]], layout: _Layout) -> Iterator[_Row]:
    """The rows that show anything; a cell that is merged downwards counts in each of its rows."""
    firsts: dict[tuple[int, int], str] = {}
    down = layout.down or {}
    starts = set(down.values())
    for number, row in enumerate(rows, 1):
        cells: dict[int, str] = {}
        for column, cell in enumerate(row, 1):
            text = firsts.get(down.get((number, column), (0, 0)), "") or _text(cell)
            if (number, column) in starts:
                firsts[number, column] = text
            if text and column not in layout.columns:
                cells[column] = text
        if cells and number not in layout.rows:
            yield _Row(number, cells)


def _hidden(before: _Row, after: _Row, layout: _Layout) -> bool:
    """Whether only hidden rows lie between the two."""
    return all(n in layout.rows for n in range(before.number + 1, after.number))


def _region(rows: list[_Row], layout: _Layout) -> Iterator[Block]:
    """Rows without a gap: lines of one cell first, then a header, then what it heads."""
    while rows and len(rows[0].cells) == 1:
        yield Block(BlockKind.PARAGRAPH, next(iter(rows.pop(0).cells.values())))
    header = _header(rows, layout)
    if header:
        rows = rows[2:] if rows[0].number in layout.across and len(rows) > 2 else rows[1:]
    for row in rows:
        yield Block(BlockKind.LIST_ITEM, _row(row, header))


def _header(rows: Sequence[_Row], layout: _Layout) -> dict[int, str]:
    """The names of the columns; empty if the first row names none."""
    if len(rows) < 2 or any(_is_figure(text) for text in rows[0].cells.values()):
        return {}
    first = {column: _line(text) for column, text in rows[0].cells.items()}
    if rows[0].number not in layout.across or len(rows) == 2:
        return first
    names: dict[int, str] = {}
    last = ""
    below = rows[1].cells
    for column in range(min(first), max((*first, *below)) + 1):
        last = first.get(column, last)
        own = _line(below.get(column, ""))
        if column in first or own:
            names[column] = last if own in {"", last} else f"{last} {own}"
    return names


def _row(row: _Row, header: dict[int, str]) -> str:
    parts = []
    for column, text in row.cells.items():
        name = header.get(column)
        parts.append(f"{name}: {_line(text)}" if name else _line(text))
    return SEPARATOR.join(parts)


def _line(text: str) -> str:
    return " ".join(text.split())


def _is_figure(text: str) -> bool:
    return bool(re.fullmatch(r"[\d.,%年月日:/\s-]+", text))


def _text(cell: Any) -> str:
    """As the sheet shows it."""
    found = cell.value
    if found is None or isinstance(found, bool):
        return "" if found is None else str(found).upper()
    if isinstance(found, (datetime, date)):
        return _day(found, str(cell.number_format or ""))
    if isinstance(found, time):
        return f"{found:%H:%M}"
    if isinstance(found, timedelta):
        minutes = int(found.total_seconds()) // 60
        return f"{minutes // 60}:{minutes % 60:02}"
    if isinstance(found, (int, float)):
        return _number(found, str(cell.number_format or ""))
    return str(found).replace("_x000D_", "").strip()


def _day(day: date, format_: str) -> str:
    year = era_year(day) if _ERA.search(format_) else f"{day.year}年"
    text = f"{year}{day.month}月{day.day}日"
    timed = isinstance(day, datetime) and (day.hour or day.minute)
    return f"{text} {day:%H:%M}" if timed else text


def _number(number: float, format_: str) -> str:
    if format_.rstrip().endswith("%"):
        return f"{number * 100:.10g}%"
    whole = int(number) if number == number // 1 and abs(number) < 1e15 else None
    if whole is None:
        return f"{number:.12g}"
    if _ZEROS.fullmatch(format_):
        return str(whole).zfill(len(format_))
    return f"{whole:,}" if _THOUSANDS.search(format_) else str(whole)


def _layouts(package: Package) -> dict[str, _Layout]:
    main = package.main()
    book = package.xml(main)
    relations = package.relations(main)
    layouts: dict[str, _Layout] = {}
    for sheet in book.iter(f"{S}sheet") if book is not None else ():
        kind, part = relations.get(sheet.get(f"{R}id", ""), ("", ""))
        if kind == "worksheet":
            layouts[sheet.get("name", "")] = _layout(package, part)
    return layouts


def _layout(package: Package, part: str) -> _Layout:
    root = package.xml(part)
    if root is None:
        return _Layout()
    rows = {_int(one.get("r")) for one in root.iter(f"{S}row") if _is_on(one.get("hidden"))}
    columns: set[int] = set()
    for one in root.iter(f"{S}col"):
        if _is_on(one.get("hidden")):
            columns.update(range(_int(one.get("min")), min(_int(one.get("max")), WIDEST) + 1))
    down, across = _merged(one.get("ref", "") for one in root.iter(f"{S}mergeCell"))
    drawn = [
        text
        for kind, name in package.relations(part).values()
        if kind == "drawing" and (drawing := package.xml(name)) is not None
        for text in drawn_words(drawing)
    ]
    return _Layout(frozenset(rows), frozenset(columns), down, frozenset(across), tuple(drawn))


def _merged(refs: Iterable[str]) -> tuple[dict[tuple[int, int], tuple[int, int]], set[int]]:
    down: dict[tuple[int, int], tuple[int, int]] = {}
    across: set[int] = set()
    for ref in refs:
        try:
            left, top, right, bottom = (int(one or 0) for one in range_boundaries(ref))
        except (ValueError, TypeError):
            continue
        if right > left:
            across.add(top)
        for row in range(top + 1, min(bottom, top + 10_000) + 1):
            down[row, left] = (top, left)
    return down, across


def _int(text: str | None) -> int:
    return int(text) if text and text.isdigit() else 0


def _is_on(text: str | None) -> bool:
    return text in {"1", "true"}
