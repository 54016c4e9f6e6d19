"""The lines and tables of a PDF page, and where they stand."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from assistant.knowledge.reading.pdf_aligned import AlignedTable, tabled
from assistant.knowledge.reading.pdf_columns import in_columns
from assistant.knowledge.reading.pdf_page import lines, sheet
from assistant.knowledge.reading.pdf_tables import is_inside

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pypdfium2 import PdfPage

    from assistant.knowledge.reading.pdf_page import Glyph, Line, Sheet
    from assistant.knowledge.reading.pdf_tables import TableFinder

MARGIN = 0.12
"""Share of a page's height, or width, in which repeated lines are headers and footers."""
FULL = 0.6
"""Share of the page; a line whose characters fill more is text wherever it stands."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of text, or a whole table, on a page. Measures are in points, along its direction.

    Those of a line in a column begin where the column does.
    """

    text: str
    page: int
    start: float = 0.0
    end: float = 0.0
    across: float = 0.0
    size: float = 0.0
    vertical: bool = False
    margin: tuple[int, int] | None = None
    """Its place, where that is in the margin."""
    outermost: bool = False
    table: bool = False
    column: tuple[float, float] | None = None
    """Where the column begins and ends that the line stands in."""
    level: int = 0
    """Of the heading that it belongs to by a bookmark, 0 for none, and that bookmark."""
    mark: int = -1


def rows_of(page: PdfPage, index: int, finder: TableFinder) -> Iterator[Row]:
    """Lines as they are read; a table where its first character would come."""
    whole = sheet(page)
    left = whole.glyphs
    for table in finder.tables(page, index) if left and whole.as_shown else ():
        inside = {id(one) for one in left if one.size and is_inside(one, table.box)}
        text = table.text(left)
        if not inside or not text:
            continue
        first = next(n for n, one in enumerate(left) if id(one) in inside)
        yield from _lines(left[:first], whole, index)
        yield Row(text, index + 1, table=True)
        left = [one for one in left[first:] if id(one) not in inside]
    yield from _lines(left, whole, index)


def _lines(found: Sequence[Glyph], whole: Sheet, index: int) -> Iterator[Row]:
    edges = _edges(whole.glyphs)
    for column, placed in groupby(in_columns(_ordered(found, whole)), key=lambda one: one.reach):
        for part in tabled([one.line for one in placed]):
            if isinstance(part, AlignedTable):
                yield Row(part.text, index + 1, table=True)
                continue
            left = column[0] if column else 0.0
            for line in part:
                yield Row(
                    line.text, index + 1, line.start - left, line.end - left, line.across,
                    line.size, bool(line.vertical), *_margin(line, whole, edges), column=column,
                )  # fmt: skip


def _ordered(found: Sequence[Glyph], whole: Sheet) -> list[Line]:
    """The lines; pdfium puts those of vertical text, and of a turned page, from left to right."""
    made = lines(found)
    upright = 2 * sum(bool(one.vertical) for one in made) > len(made)
    main = [one for one in made if bool(one.vertical) is upright]
    backwards = sum(a.across > b.across for a, b in pairwise(main))
    if (whole.as_shown and not upright) or 2 * backwards < len(main) - 1:
        return made
    aside = [one for one in made if bool(one.vertical) is not upright]
    return aside + sorted(main, key=lambda one: one.across)


_Edges = tuple[float, float, float, float]
"""Left, top, right and bottom, in points."""


def _edges(glyphs: Sequence[Glyph]) -> _Edges:
    """Of the middles of what stands there."""
    across = [one.x for one in glyphs if one.size] or [0.0]
    down = [one.y for one in glyphs if one.size] or [0.0]
    return min(across), min(down), max(across), max(down)


def _margin(line: Line, whole: Sheet, edges: _Edges) -> tuple[tuple[int, int] | None, bool]:
    """The place of a line that stands wholly in one of the four margins.

    And whether nothing on the page stands farther out there.
    """
    width, height = whole.width, whole.height
    if sum(2 * one.room for one in line.glyphs) > FULL * (height if line.vertical else width):
        return None, False
    left, top, right, bottom = own = _edges(line.glyphs)
    outside = (
        right < MARGIN / 2 * width,
        bottom < MARGIN * height,
        left > (1 - MARGIN / 2) * width,
        top > (1 - MARGIN) * height,
    )
    last = (abs(one - edge) < line.size / 2 for one, edge in zip(own, edges, strict=True))
    place = (round(left / 40), round(top / 4)) if any(outside) else None
    return place, any(out and farthest for out, farthest in zip(outside, last, strict=True))
