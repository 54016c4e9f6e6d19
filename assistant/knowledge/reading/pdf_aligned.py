"""Tables without rules: cells that stand below one another in lines with wide gaps."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from assistant.knowledge.reading.outline import is_label
from assistant.knowledge.reading.plain import join

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assistant.knowledge.reading.pdf_page import Line

GAP = 1.8
"""Ems of empty room between two cells at least."""
_NEAR = 0.8
"""Ems by which the cells of a column may be out of line."""
_BELOW = 4.0
"""Ems from one line of a row to the next line at most."""


@dataclass(slots=True)
class _Row:
    """Texts by column. A file may have all lines of a cell before the next cell's."""

    top: float
    bottom: float
    cells: dict[int, str] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)

    @property
    def is_settled(self) -> bool:
        """Whether a cell beside the first shows that it is a row, and no line of text."""
        return len(self.cells) > 1

    def put(self, places: dict[int, Line], line: Line) -> None:
        for place, cell in places.items():
            self.cells[place] = join(self.cells.get(place, ""), cell.text)
        self.lines.append(line)
        self.bottom = max(self.bottom, line.across)


class AlignedTable:
    """Rows in the making. The first line tells the columns."""

    def __init__(self, cells: Sequence[Line], line: Line) -> None:
        self._columns = list(cells)
        self._rows: list[_Row] = []
        self._begin(dict(enumerate(cells)), line)

    def takes(self, cells: Sequence[Line], line: Line) -> bool:
        """Puts a line below the others or beside them, if it stands as the columns do."""
        places = {n: one for one in cells if (n := self._column(one, len(cells))) is not None}
        row = self._rows[-1]
        if len(places) != len(cells) or not self._is_near(line, places, row):
            return False
        if line.across > row.bottom and (len(cells) > 1 or (0 in places and row.is_settled)):
            if not row.is_settled and len(row.lines) > 1:
                return False
            self._begin(places, line)
        else:
            row.put(places, line)
        return True

    def close(self) -> list[Line]:
        """Takes out of it, and returns, lines at its end that no cell beside them made a row."""
        return [] if self._rows[-1].is_settled else self._rows.pop().lines

    @property
    def lines(self) -> list[Line]:
        return [line for row in self._rows for line in row.lines]

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def text(self) -> str:
        """Cells separated by tabs, rows by line feeds."""
        order = range(len(self._columns))
        rows = ("\t".join(row.cells.get(n, "") for n in order) for row in self._rows)
        return "\n".join(row.rstrip("\t") for row in rows)

    def _begin(self, places: dict[int, Line], line: Line) -> None:
        row = _Row(line.across, line.across)
        row.put(places, line)
        self._rows.append(row)

    def _column(self, cell: Line, cells: int) -> int | None:
        """The column that a cell stands in; a cell alone in its line must begin as it does."""
        for n, (one, after) in enumerate(
            zip(self._columns, [*self._columns[1:], None], strict=True)
        ):
            inside = after is None or cell.end < after.start
            if inside and (_begin_alike(one, cell) or (cells > 1 and _end_alike(one, cell))):
                return n
        return None

    @staticmethod
    def _is_near(line: Line, places: dict[int, Line], row: _Row) -> bool:
        """Beside the row's first line, below its last, or below one in a column of its own."""
        if abs(line.across - row.top) < _NEAR / 2 * line.size:
            return not any(place in row.cells for place in places)
        if line.across > row.bottom:
            return line.across - row.bottom < _BELOW * line.size
        return 0 not in places and line.across > row.top


def tabled(lines: Sequence[Line]) -> Iterator[list[Line] | AlignedTable]:
    """The lines of a column: stretches of text, and tables of at least two rows."""
    text: list[Line] = []
    table: AlignedTable | None = None
    for line in lines:
        cells = _cells(line)
        if table is not None and table.takes(cells, line):
            continue
        if table is not None:
            *done, text = _closed(text, table)
            yield from done
            table = None
        if len(cells) > 1:
            table = AlignedTable(cells, line)
        else:
            text.append(line)
    yield from _closed(text, table) if table is not None else [text]


def _closed(text: list[Line], table: AlignedTable) -> list[Any]:
    """What stands before the table and the table itself, if it is one; last, what goes on."""
    left_over = table.close()
    if len(table) > 1:
        return [text, table, left_over]
    return [[*text, *table.lines, *left_over]]


def _cells(line: Line) -> list[Line]:
    """The pieces between wide gaps; a number keeps what it numbers."""
    places = [place for place, *_ in line.gaps(GAP)]
    if places and is_label(line.parted(places)[0].text):
        del places[0]
    return line.parted(places)


def _begin_alike(above: Line, below: Line) -> bool:
    return abs(below.start - above.start) < _NEAR * max(above.size, below.size)


def _end_alike(above: Line, below: Line) -> bool:
    """At their ends or in their middle."""
    starts, ends = below.start - above.start, below.end - above.end
    near = _NEAR * max(above.size, below.size)
    return min(abs(ends), abs(starts + ends) / 2) < near
