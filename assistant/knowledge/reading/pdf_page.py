"""The lines of a PDF page, from the places of its characters: horizontal or vertical."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pypdfium2.raw as pdfium

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray
    from pypdfium2 import PdfPage

RUBY = 0.62
"""Ruby is set in half the size of what it stands beside; notes are larger than this."""
_KANA = re.compile(r"[\u3040-\u30ff\u30fc\uff66-\uff9f・ ]")
_STEP = 1.35
"""Ems from one character's centre to the next below it; lines are farther apart."""
_FAR = 4.0
"""Ems over which a vertical line goes on: below it stands the page's number."""
SEEMING = "\n"
"""A gap that pdfium takes for a space: between Japanese and Latin characters it is none."""
SPACES = (SEEMING, " ", "\u3000")
_GAP = 0.6
_WIDE_GAP = 0.85
"""Ems of empty room that stand for a space: where pdfium saw one, and anywhere."""


@dataclass(frozen=True, slots=True)
class Glyph:
    """A character; its centre and size in points, y growing downwards from the page's top.

    `room` is half of what the character takes along its line.
    """

    text: str
    x: float
    y: float
    size: float
    room: float


@dataclass(slots=True)
class Line:
    """Characters in reading order. `vertical` is None while there is only one."""

    glyphs: list[Glyph]
    vertical: bool | None = None
    spaces: dict[int, str] = field(default_factory=dict)
    """What stands before the glyphs that a space comes before."""

    @property
    def size(self) -> float:
        return float(np.median([one.size for one in self.glyphs]))

    @property
    def start(self) -> float:
        """Where it begins along its direction, from the left or the top."""
        first = self.glyphs[0]
        return (first.y if self.vertical else first.x) - first.size / 2

    @property
    def end(self) -> float:
        last = self.glyphs[-1]
        return (last.y if self.vertical else last.x) + last.room

    @property
    def across(self) -> float:
        """How far from the page's top, or to the left of its origin when vertical."""
        return -self.glyphs[0].x if self.vertical else self.glyphs[0].y

    @property
    def text(self) -> str:
        return "".join(self.spaces.get(n, "") + one.text for n, one in enumerate(self.glyphs))


def glyphs(page: PdfPage) -> list[Glyph]:
    """The characters in the order of the file, which is that of writing; ruby is left out."""
    textpage = page.get_textpage()
    try:
        found = list(_glyphs(page, textpage.raw))
    finally:
        textpage.close()
    return _without_ruby(found)


def lines(characters: Iterable[Glyph]) -> list[Line]:
    """Neighbours in one line, as far as the order of the file goes on in its direction."""
    found: list[Line] = []
    space = ""
    for glyph in characters:
        if glyph.text in SPACES:
            space = max(space, glyph.text)
            continue
        if found and _goes_on(found[-1], glyph):
            _append(found[-1], glyph, space)
        else:
            found.append(Line([glyph]))
        space = ""
    return found


def _goes_on(line: Line, glyph: Glyph) -> bool:
    last = line.glyphs[-1]
    size = max(last.size, glyph.size)
    right, down = glyph.x - last.x, glyph.y - last.y
    if line.vertical is not True and abs(down) < 0.45 * size and right > -0.3 * size:
        return line.vertical is False or right > 0.1 * size or not down
    if line.vertical is not False and abs(right) < 0.45 * size and down > 0:
        return down < (_FAR if line.vertical else _STEP) * size
    return False


def _append(line: Line, glyph: Glyph, space: str) -> None:
    last = line.glyphs[-1]
    if line.vertical is None:
        line.vertical = abs(glyph.y - last.y) > abs(glyph.x - last.x)
    along = abs(glyph.y - last.y) if line.vertical else abs(glyph.x - last.x)
    empty = along - last.room - glyph.room
    if space == SEEMING:
        latin = last.text.isascii() and glyph.text.isascii()
        space = " " if latin or empty > _GAP * last.size else ""
    if empty > _WIDE_GAP * last.size:
        space = space or (" " if last.text.isascii() or glyph.text.isascii() else "\u3000")
    if space:
        line.spaces[len(line.glyphs)] = space
    line.glyphs.append(glyph)


def _glyphs(page: PdfPage, text: object) -> Iterator[Glyph]:
    place = _Placement(page)
    box, matrix = pdfium.FS_RECTF(), pdfium.FS_MATRIX()
    half = ""
    for n in range(pdfium.FPDFText_CountChars(text)):
        code = pdfium.FPDFText_GetUnicode(text, n)
        generated = pdfium.FPDFText_IsGenerated(text, n) == 1
        if generated or chr(code).isspace():
            space = SEEMING if generated else " " if code < 0x3000 else "\u3000"
            yield Glyph(space, 0, 0, 0, 0)
            continue
        if code < 0x20 or code in {0xFFFE, 0xFFFF}:
            continue
        if 0xD800 <= code < 0xDC00:
            half = chr(code)
            continue
        if not pdfium.FPDFText_GetLooseCharBox(text, n, box):
            continue
        character = _whole(half, chr(code))
        half = ""
        pdfium.FPDFText_GetMatrix(text, n, matrix)
        scale = abs(matrix.a * matrix.d - matrix.b * matrix.c) ** 0.5
        size = pdfium.FPDFText_GetFontSize(text, n) * (scale or 1)
        yield place.glyph(character, box, size)


def _whole(high: str, low: str) -> str:
    return (high + low).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


class _Placement:
    """From the page's own coordinates to those that it is shown in."""

    def __init__(self, page: PdfPage) -> None:
        left, bottom, right, top = page.get_cropbox()
        self._origin = (left, bottom)
        self._size = (right - left, top - bottom)
        self._turn = page.get_rotation()

    def glyph(self, text: str, box: pdfium.FS_RECTF, size: float) -> Glyph:
        x = (box.left + box.right) / 2 - self._origin[0]
        y = (box.bottom + box.top) / 2 - self._origin[1]
        width, height = self._size
        x, y = {
            0: (x, height - y),
            90: (y, x),
            180: (width - x, y),
            270: (height - y, width - x),
        }[self._turn]
        wide = 1.0 if ord(text[0]) > 0x2E7F else 0.5
        return Glyph(text, x, y, max(size, 0.1), wide * max(size, 0.1) / 2)


def _without_ruby(found: list[Glyph]) -> list[Glyph]:
    """Small kana that stand right above larger characters, or right of them, are readings."""
    if not found:
        return found
    sizes = np.array([one.size for one in found])
    small = [n for n, one in enumerate(found) if one.size and _KANA.match(one.text)]
    small = [n for n in small if sizes[n] <= RUBY * sizes.max()]
    if not small:
        return found
    x, y = np.array([one.x for one in found]), np.array([one.y for one in found])
    dropped = {n for n in small if _is_beside(n, x, y, sizes)}
    return [one for n, one in enumerate(found) if n not in dropped]


def _is_beside(
    n: int, x: NDArray[np.float64], y: NDArray[np.float64], sizes: NDArray[np.float64]
) -> bool:
    base = sizes * RUBY >= sizes[n]
    right, down = x - x[n], y - y[n]
    above = base & (abs(right) < 1.2 * sizes) & (down > 0.4 * sizes) & (down < 1.2 * sizes)
    beside = base & (abs(down) < 1.2 * sizes) & (right < -0.4 * sizes) & (right > -1.2 * sizes)
    return bool(above.any() or beside.any())
