"""The lines of a PDF page, from the places of its characters: horizontal or vertical."""

from __future__ import annotations

from collections import Counter
from ctypes import c_int, create_string_buffer
from dataclasses import dataclass, field
from itertools import pairwise
from math import degrees
from typing import TYPE_CHECKING

import numpy as np
import pypdfium2.raw as pdfium

from assistant.knowledge.reading.pdf_ruby import without_ruby
from assistant.knowledge.reading.word_symbols import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pypdfium2 import PdfPage

_SYMBOLS = 0xF020, 0xF0FF
"""Private characters that fonts of symbols are reached by."""
_LOOKED_AT = 300
"""Characters of a page that tell how its text is turned."""
_LAST_NARROW = 0x2E7F
"""The last character before those that fill a square."""
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
_LOOSE = 0.18
"""Ems more than its line's usual that stand for one in vertical text: pdfium drops them there."""


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


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page's characters in the order of the file, which is that of writing; its size in points.

    Not `as_shown`, the text lies on its side on the page, or stands on its head.
    """

    glyphs: Sequence[Glyph]
    width: float
    height: float
    as_shown: bool = True


@dataclass(slots=True)
class Line:
    """Characters in reading order. `vertical` is None while there is only one."""

    glyphs: list[Glyph]
    vertical: bool | None = None
    spaces: dict[int, str] = field(default_factory=dict)
    """What stands before the glyphs that a space comes before."""

    @property
    def size(self) -> float:
        sizes = sorted(one.size for one in self.glyphs)
        return sizes[len(sizes) // 2]

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

    def gaps(self, ems: float) -> Iterator[tuple[int, float, float]]:
        """The glyphs that so much empty room stands before, and where that begins and ends."""
        least = ems * self.size
        for n, (a, b) in enumerate(pairwise(self.glyphs), 1):
            end, start = (a.y, b.y) if self.vertical else (a.x, b.x)
            end, start = end + a.room, start - b.room
            if start - end > least:
                yield n, end, start

    def parted(self, places: Sequence[int]) -> list[Line]:
        """Cut before these glyphs."""
        edges = [0, *places, len(self.glyphs)]
        return [
            Line(
                self.glyphs[first:last],
                self.vertical,
                {n - first: space for n, space in self.spaces.items() if first < n < last},
            )
            for first, last in pairwise(edges)
        ]


def sheet(page: PdfPage) -> Sheet:
    """Its characters, turned so that most of them stand upright; ruby is left out."""
    textpage = page.get_textpage()
    try:
        turn = _upright(textpage.raw)
        place = _Placement(page, turn)
        found = without_ruby(list(_glyphs(textpage.raw, place)))
    finally:
        textpage.close()
    return Sheet(found, *place.size, as_shown=turn == page.get_rotation())


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
    for line in found:
        _open_up(line)
    return found


def _open_up(line: Line) -> None:
    """Gives vertical text its half spaces, between two full-width characters."""
    if not line.vertical:
        return
    empty = [b.y - a.y - a.room - b.room for a, b in pairwise(line.glyphs)]
    usual = max(0.0, float(np.median(empty)))
    for n, (gap, (a, b)) in enumerate(zip(empty, pairwise(line.glyphs), strict=True), 1):
        wide = min(ord(a.text[0]), ord(b.text[0])) > _LAST_NARROW
        if wide and gap > usual + _LOOSE * a.size:
            line.spaces.setdefault(n, " ")


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


def _glyphs(text: object, place: _Placement) -> Iterator[Glyph]:
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
        character = _whole(half, _sign(text, n, code))
        half = ""
        pdfium.FPDFText_GetMatrix(text, n, matrix)
        scale = abs(matrix.a * matrix.d - matrix.b * matrix.c) ** 0.5
        size = pdfium.FPDFText_GetFontSize(text, n) * (scale or 1)
        yield place.glyph(character, box, size)


def _sign(text: object, n: int, code: int) -> str:
    """The character; that of a font of symbols, such as a bullet, as any font shows it.

    In other fonts those codes are characters of a site's own (外字), which are kept.
    """
    if not _SYMBOLS[0] <= code <= _SYMBOLS[1]:
        return chr(code)
    name, flags = create_string_buffer(100), c_int()
    pdfium.FPDFText_GetFontInfo(text, n, name, len(name), flags)
    font = name.value.decode("latin-1").rpartition("+")[2]
    of_symbols = any(one in font.lower() for one in ("symbol", "dingbats", "wingdings"))
    return shown(chr(code), font) if of_symbols else chr(code)


def _whole(high: str, low: str) -> str:
    return (high + low).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _upright(text: object) -> int:
    """Degrees, clockwise, by which most characters must be turned to be read: 0, 90, 180 or 270."""
    count = pdfium.FPDFText_CountChars(text)
    every = max(1, count // _LOOKED_AT)
    turns = Counter(
        -round(degrees(pdfium.FPDFText_GetCharAngle(text, n)) / 90) * 90 % 360
        for n in range(0, count, every)
        if not chr(pdfium.FPDFText_GetUnicode(text, n)).isspace()
    )
    return turns.most_common(1)[0][0] if turns else 0


class _Placement:
    """From the page's own coordinates to those that its text is read in, however it is turned."""

    def __init__(self, page: PdfPage, turn: int) -> None:
        left, bottom, right, top = page.get_cropbox()
        self._origin = (left, bottom)
        self._sides = (right - left, top - bottom)
        self._turn = turn

    @property
    def size(self) -> tuple[float, float]:
        """Width and height, in points."""
        return self._sides[::-1] if self._turn % 180 else self._sides

    def glyph(self, text: str, box: pdfium.FS_RECTF, size: float) -> Glyph:
        x = (box.left + box.right) / 2 - self._origin[0]
        y = (box.bottom + box.top) / 2 - self._origin[1]
        width, height = self._sides
        x, y = {
            0: (x, height - y),
            90: (y, x),
            180: (width - x, y),
            270: (height - y, width - x),
        }[self._turn]
        wide = 1.0 if ord(text[0]) > _LAST_NARROW else 0.5
        return Glyph(text, x, y, max(size, 0.1), wide * max(size, 0.1) / 2)
