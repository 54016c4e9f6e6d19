"""Excel workbooks: every row says what its cells are, so that it can be found on its own."""

from __future__ import annotations

import re
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, groupby
from typing import TYPE_CHECKING, Any

import openpyxl
from openpyxl.utils.cell import column_index_from_string, range_boundaries

from assistant.errors import ManualTooLarge, UnreadableManual
from assistant.knowledge.reading.excel_formats import shown
from assistant.knowledge.reading.names import R, S, drawn_words
from assistant.knowledge.reading.package import open_package
from assistant.manual import Block, BlockKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lxml.etree import _Element as Element

    from assistant.knowledge.reading.package import Package
    from assistant.ports import ReadableFile

WIDEST, LONGEST = 500, 1_048_576
"""Columns and rows that are looked at; Excel has no more rows."""
CELLS = 20_000_000
"""Empty and filled cells up to the last one with a value: they are walked through one by one."""
SEPARATOR = " / "
_DRAWINGS = {"chart", "chartEx", "diagramData"}
_HEADED = 2
"""Rows of a header at most."""
_PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,9})")


_Cell = tuple[object, str]
"""A value and the format it is shown in."""


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
    size: tuple[int, int] = (0, 0)
    """The last row and the last column with a value."""


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    cells: dict[int, str]


def read(file: ReadableFile, name: str) -> tuple[str, list[Block]]:
    """The title (empty if the properties have none), and a heading and rows for every sheet.

    Raises:
        ManualError: it cannot be read.
    """
    with open_package(file, name) as package:
        layouts = _layouts(package)
        title = package.title().strip()
    if sum(rows * columns for rows, columns in (one.size for one in layouts.values())) > CELLS:
        raise ManualTooLarge(name=name)
    blocks: list[Block] = []
    for sheet, rows in _sheets(file, name, layouts):
        if found := list(_sheet(rows, layouts.get(sheet, _Layout()))):
            blocks += [Block(BlockKind.HEADING, sheet, 1), *found]
    return title, blocks


def _sheets(
    file: ReadableFile, name: str, layouts: dict[str, _Layout]
) -> Iterator[tuple[str, Iterable[list[_Cell]]]]:
    """The visible sheets and their cells."""
    with file.open("rb") as stream:
        with warnings.catch_warnings(), _damage(name):
            warnings.simplefilter("ignore")  # of drawings and extensions that it does not know
            book = openpyxl.load_workbook(stream, read_only=True, data_only=True)
        try:
            for sheet in book.worksheets:
                if sheet.sheet_state == "visible":
                    yield sheet.title, _rows(sheet, name, layouts.get(sheet.title, _Layout()).size)
        finally:
            book.close()


def _rows(sheet: Any, name: str, size: tuple[int, int]) -> Iterator[list[_Cell]]:
    height, width = size
    with _damage(name):
        sheet.reset_dimensions()  # what the file says of its size is often wrong
        rows = sheet.iter_rows(max_row=height, max_col=width) if height else iter(())
    while True:
        with _damage(name):
            row = next(rows, None)
            cells = [(one.value, str(one.number_format or "")) for one in row or ()]
        if row is None:
            return
        yield cells


@contextmanager
def _damage(name: str) -> Iterator[None]:
    """In a damaged file openpyxl raises whatever its classes meet there."""
    try:
        yield
    except MemoryError:
        raise
    except Exception as error:
        raise UnreadableManual(name=name) from error


def _sheet(rows: Iterable[list[_Cell]], layout: _Layout) -> Iterator[Block]:
    for _, region in groupby(_regions(_filled(rows, layout), layout), lambda one: one[0]):
        yield from _region((row for _, row in region), layout)
    for text in layout.drawn:
        yield Block(BlockKind.NOTE, text)


def _regions(rows: Iterable[_Row], layout: _Layout) -> Iterator[tuple[int, _Row]]:
    """Each row with the number of its region: an empty row ends one."""
    number, last = 0, None
    for row in rows:
        if last and row.number > last.number + 1 and not _hidden(last, row, layout):
            number += 1
        yield number, row
        last = row


def _filled(rows: Iterable[list[_Cell]], layout: _Layout) -> Iterator[_Row]:
    """The rows that show anything; a cell that is merged downwards counts in each of its rows."""
    firsts: dict[tuple[int, int], str] = {}
    down = layout.down or {}
    starts = set(down.values())
    for number, row in enumerate(rows, 1):
        cells: dict[int, str] = {}
        for column, cell in enumerate(row, 1):
            text = firsts.get(down.get((number, column), (0, 0)), "") or shown(*cell)
            if (number, column) in starts:
                firsts[number, column] = text
            if text and column not in layout.columns:
                cells[column] = text
        if cells and number not in layout.rows:
            yield _Row(number, cells)


def _hidden(before: _Row, after: _Row, layout: _Layout) -> bool:
    """Whether only hidden rows lie between the two."""
    return all(n in layout.rows for n in range(before.number + 1, after.number))


def _region(rows: Iterator[_Row], layout: _Layout) -> Iterator[Block]:
    """Rows without a gap: lines of one cell first, then a header, then what it heads."""
    first: list[_Row] = []
    for row in rows:
        if first or len(row.cells) > 1:
            first.append(row)
            if len(first) > _HEADED:
                break
        else:
            yield Block(BlockKind.PARAGRAPH, next(iter(row.cells.values())))
    header = _header(first, layout)
    if header:
        divided = first[0].number in layout.across and len(first) > _HEADED
        first = first[2:] if divided else first[1:]
    for row in chain(first, rows):
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
    """By one pass over the sheet, which may be of any length."""
    rows: set[int] = set()
    columns: set[int] = set()
    merged: list[str] = []
    size = _Size()
    for one in package.elements(part, *(f"{S}{tag}" for tag in ("col", "c", "row", "mergeCell"))):
        if one.tag == f"{S}c":
            size.see(one)
        elif one.tag == f"{S}mergeCell":
            merged.append(one.get("ref", ""))
        elif one.tag == f"{S}row":
            size.end_row()
            rows.update([_int(one.get("r"))] if _is_on(one.get("hidden")) else [])
        elif _is_on(one.get("hidden")):
            columns.update(range(_int(one.get("min")), min(_int(one.get("max")), WIDEST) + 1))
    down, across = _merged(merged)
    drawn = [
        text
        for kind, name in package.relations(part).values()
        if kind == "drawing"
        for text in _drawn(package, name)
    ]
    return _Layout(
        frozenset(rows), frozenset(columns), down, frozenset(across), tuple(drawn), size.found
    )


class _Size:
    """The last row and column with a value; formats often reach to the end of the sheet.

    Some programs do not number their cells: those are counted.
    """

    def __init__(self) -> None:
        self._numbered = (0, 0)
        self._counted = (0, 0)
        self._cells = 0

    def see(self, cell: Element) -> None:
        self._cells += 1
        place = _PLACE.fullmatch(cell.get("r", ""))
        if place and len(cell):
            height, width = self._numbered
            column = min(column_index_from_string(place[1]), WIDEST)
            self._numbered = max(height, min(int(place[2]), LONGEST)), max(width, column)

    def end_row(self) -> None:
        rows, widest = self._counted
        self._counted = rows + 1, max(widest, min(self._cells, WIDEST))
        self._cells = 0

    @property
    def found(self) -> tuple[int, int]:
        return self._numbered if self._numbered[1] else self._counted


def _drawn(package: Package, part: str) -> Iterator[str]:
    """The words of text boxes, and of the charts and diagrams that stand among them."""
    charts = [name for kind, name in package.relations(part).values() if kind in _DRAWINGS]
    for name in (part, *charts):
        if (drawing := package.xml(name)) is not None:
            yield from drawn_words(drawing)


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
