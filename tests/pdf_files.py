"""PDFs of a few lines, written by hand: every character is where a test puts it.

The font is one of those that every reader of PDFs has to know without being given it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

WIDTH, HEIGHT = 595, 842
SIZE = 10.5
LEFT, TOP = 70.0, 90.0
LINE = 20.0
"""Points from one line to the next."""


@dataclass(slots=True)
class Page:
    """What is drawn; places are in points from the page's top left, of the first character."""

    rotation: int = 0
    size: tuple[int, int] = (WIDTH, HEIGHT)
    drawn: list[str] = field(default_factory=list)

    def text(
        self, text: str, x: float = LEFT, y: float = TOP, size: float = SIZE, *,
        vertical: bool = False, turn: tuple[int, int, int, int] = (1, 0, 0, 1),
    ) -> Page:  # fmt: skip
        """A line; `turn` is the matrix that it is turned by."""
        font = "V" if vertical else "H"
        matrix = " ".join(map(str, turn))
        code = text.encode("utf-16-be").hex()
        self.drawn.append(f"BT /{font} {size} Tf {matrix} {x} {self.size[1] - y} Tm <{code}> Tj ET")
        return self

    def lines(
        self, *texts: str, x: float = LEFT, y: float = TOP, size: float = SIZE, step: float = LINE
    ) -> Page:
        """One below the other."""
        for n, text in enumerate(texts):
            self.text(text, x, y + n * step, size)
        return self

    def rule(self, x: float, y: float, to_x: float, to_y: float) -> Page:
        """A thin line."""
        height = self.size[1]
        self.drawn.append(f"0.5 w {x} {height - y} m {to_x} {height - to_y} l S")
        return self


def pdf(
    path: Path, pages: Sequence[Page], outline: Iterable[tuple[int, str, int]] = (), title: str = ""
) -> Path:
    """Writes a PDF; `outline` has levels from 1, titles, and pages from 1, in their order."""
    objects: list[str] = ["", "", *_FONTS]
    kids = []
    for page in pages:
        content = "\n".join(page.drawn)
        objects.append(f"<< /Length {len(content)} >>\nstream\n{content}\nendstream")
        width, height = page.size
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] /Rotate "
            f"{page.rotation} /Resources << /Font << /H 3 0 R /V 4 0 R >> >> "
            f"/Contents {len(objects)} 0 R >>"
        )
        kids.append(len(objects))
    first = len(objects) + 1
    objects += _outline(list(outline), first, kids)
    marks = f"/Outlines {first} 0 R" if len(objects) >= first else ""
    objects[0] = f"<< /Type /Catalog /Pages 2 0 R {marks} >>"
    listed = " ".join(f"{kid} 0 R" for kid in kids)
    objects[1] = f"<< /Type /Pages /Kids [{listed}] /Count {len(kids)} >>"
    objects.append(f"<< /Title <{_text(title)}> >>")
    path.write_bytes(_file(objects))
    return path


def _text(text: str) -> str:
    return "feff" + text.encode("utf-16-be").hex()


_FONTS = [
    f"<< /Type /Font /Subtype /Type0 /BaseFont /KozMinPr6N-Regular /Encoding /UniJIS-UTF16-{way} "
    "/DescendantFonts [<< /Type /Font /Subtype /CIDFontType0 /BaseFont /KozMinPr6N-Regular "
    "/CIDSystemInfo << /Registry (Adobe) /Ordering (Japan1) /Supplement 6 >> /DW 1000 "
    "/W [1 94 500] /FontDescriptor << /Type /FontDescriptor /FontName /KozMinPr6N-Regular "
    "/Flags 6 /FontBBox [0 -120 1000 880] /ItalicAngle 0 /Ascent 880 /Descent -120 "
    "/CapHeight 700 /StemV 80 >> >>] >>"
    for way in "HV"
]


def _outline(entries: list[tuple[int, str, int]], first: int, kids: list[int]) -> list[str]:
    """A tree of bookmarks; the root comes first."""
    if not entries:
        return []
    levels = [0, *(level for level, _, _ in entries)]
    written = []
    for n, level in enumerate(levels):
        end = next((k for k in range(n + 1, len(levels)) if levels[k] <= level), len(levels))
        below = [k for k in range(n + 1, end) if levels[k] == level + 1]
        links = [f"/First {first + below[0]} 0 R /Last {first + below[-1]} 0 R"] if below else []
        if n:
            _, title, page = entries[n - 1]
            parent = max((k for k in range(n) if levels[k] < level), default=0)
            beside = [k for k in range(parent + 1, len(levels)) if levels[k] == level]
            beside = [k for k in beside if not any(levels[j] < level for j in range(n + 1, k + 1))]
            links.append(f"/Title <{_text(title)}> /Parent {first + parent} 0 R")
            links.append(f"/Dest [{kids[page - 1]} 0 R /Fit]")
            links += [f"/Next {first + k} 0 R" for k in beside if k > n][:1]
        written.append(f"<< {' '.join(links)} >>")
    return written


def _file(objects: Sequence[str]) -> bytes:
    data = b"%PDF-1.7\n"
    places = []
    for n, one in enumerate(objects, 1):
        places.append(len(data))
        data += f"{n} 0 obj\n{one}\nendobj\n".encode("ascii")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    return data + (
        f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n<< /Size "
        f"{len(objects) + 1} /Root 1 0 R /Info {len(objects)} 0 R >>\nstartxref\n{len(data)}\n%%EOF"
    ).encode("ascii")
