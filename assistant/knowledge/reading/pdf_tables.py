"""Ruled tables on PDF pages: pdfplumber finds the cells, pdfium's characters fill them."""

from __future__ import annotations

import ctypes
import logging
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import pypdfium2.raw as pdfium

from assistant.knowledge.reading.pdf_page import SPACES, lines
from assistant.knowledge.reading.plain import join

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pdfplumber.page import Page
    from pdfplumber.pdf import PDF
    from pypdfium2 import PdfPage

    from assistant.knowledge.reading.pdf_page import Glyph
    from assistant.ports import ReadableFile

log = logging.getLogger(__name__)

MOST_SHAPES = 4000
"""Shapes of a page that are looked at: a page with more of them is a map or a drawing."""
_THIN = 3.0
_LONG = 8.0
"""Points: a rule is at most so thick, and at least so long."""

Box = tuple[float, float, float, float]
"""Left, top, right and bottom in points from the page's top left."""


@dataclass(frozen=True, slots=True)
class Table:
    """Cells by rows; None where another cell reaches over."""

    box: Box
    rows: tuple[tuple[Box | None, ...], ...]

    def text(self, glyphs: Sequence[Glyph]) -> str:
        """Cells separated by tabs, rows by line feeds."""
        written = (
            "\t".join("" if cell is None else _cell(cell, glyphs) for cell in row)
            for row in self.rows
        )
        return "\n".join(row.rstrip("\t") for row in written if row.strip())


class TableFinder:
    """Opens the file a second time when the first page with rules is met."""

    def __init__(self, file: ReadableFile) -> None:
        self._file = file
        self._plumber: PDF | None = None
        self._pages: Sequence[Page] = ()
        self._broken = False

    def close(self) -> None:
        """Closes the file."""
        if self._plumber is not None:
            self._plumber.stream.close()

    def tables(self, page: PdfPage, index: int) -> list[Table]:
        """The tables of a page with at least two rows and two columns."""
        if self._broken or not _is_ruled(page):
            return []
        try:
            return self._found(index)
        except Exception as error:  # it stops at damage that pdfium reads over
            log.warning("tables left as text", extra={"error": type(error).__name__})
            self._broken = not self._pages
            return []

    def _found(self, index: int) -> list[Table]:
        import pdfplumber

        if self._plumber is None:
            self._plumber = pdfplumber.open(self._file.open("rb"))
            self._pages = self._plumber.pages
        page = self._pages[index]
        try:
            left, top, *_ = page.bbox
            found = [
                Table(
                    _moved(table.bbox, left, top),
                    tuple(
                        tuple(
                            None if cell is None else _moved(cell, left, top) for cell in row.cells
                        )
                        for row in table.rows
                    ),
                )
                for table in page.find_tables()
            ]
        finally:
            page.close()
        return [one for one in found if len(one.rows) > 1 and max(map(len, one.rows)) > 1]


def is_inside(glyph: Glyph, box: Box) -> bool:
    """Whether a character's centre stands in a box."""
    left, top, right, bottom = box
    return left <= glyph.x <= right and top <= glyph.y <= bottom


def _moved(box: Box, left: float, top: float) -> Box:
    return box[0] - left, box[1] - top, box[2] - left, box[3] - top


def _cell(box: Box, glyphs: Sequence[Glyph]) -> str:
    """Its lines put together; where one ends early, something new begins."""
    text = ""
    full = True
    for line in lines(one for one in glyphs if one.text in SPACES or is_inside(one, box)):
        text = join(text, line.text) if full else f"{text} {line.text}"
        full = line.end > (box[3] if line.vertical else box[2]) - 2 * line.size
    return text


def _is_ruled(page: PdfPage) -> bool:
    """Whether there are rules in both directions, or several boxes."""
    upright = level = boxes = 0
    edges = [ctypes.c_float() for _ in range(4)]
    shapes = page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH], max_depth=2)
    for shape in islice(shapes, MOST_SHAPES):
        pdfium.FPDFPageObj_GetBounds(shape.raw, *edges)
        left, bottom, right, top = (edge.value for edge in edges)
        wide, high = right - left > _LONG, top - bottom > _LONG
        if wide and high:
            boxes += max(1, pdfium.FPDFPath_CountSegments(shape.raw) // 4)
        upright += high and right - left < _THIN
        level += wide and top - bottom < _THIN
    return (upright >= 2 and level >= 2) or boxes >= 3
