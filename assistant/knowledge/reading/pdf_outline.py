"""The bookmarks of a PDF: where they are the document's headings, they say how high each is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from unicodedata import normalize

import pypdfium2

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST = 20_000
"""Bookmarks that are looked at."""
_ENOUGH = 0.5
"""Share of the bookmarks that must be found on their pages to be headings."""
_MOST_LINES = 4
"""Lines of a heading."""


@dataclass(frozen=True, slots=True)
class Bookmark:
    """`level` and `page` count from 1."""

    level: int
    title: str
    page: int


def bookmarks(document: pypdfium2.PdfDocument) -> list[Bookmark]:
    """Those that lead to a page, in their order."""
    found: list[Bookmark] = []
    try:
        for one in document.get_toc():
            target = one.get_dest()
            index = None if target is None else target.get_index()
            if index is not None and (title := _plain(one.get_title())):
                found.append(Bookmark(one.level + 1, title, index + 1))
            if len(found) >= MOST:
                break
    except (pypdfium2.PdfiumError, UnicodeError):
        return found
    return found


def headed(
    lines: Sequence[tuple[str, int]], marks: Sequence[Bookmark]
) -> dict[int, tuple[int, int]]:
    """The lines (text and page) that are headings: their level, and which bookmark they belong to.

    Nothing where most bookmarks name something else, as those of a scanning program do.
    """
    starts: dict[int, list[int]] = {}
    for n, (_, page) in enumerate(lines):
        starts.setdefault(page, []).append(n)
    plain = [_plain(text) for text, _ in lines]
    found: dict[int, tuple[int, int]] = {}
    hits = 0
    for number, mark in enumerate(marks):
        free = (n for n in starts.get(mark.page, ()) if n not in found)
        place = next(_places(plain, free, mark.title), ())
        hits += bool(place)
        found |= dict.fromkeys(place, (mark.level, number))
    return found if hits >= _ENOUGH * len(marks) else {}


def _places(plain: Sequence[str], starts: Iterator[int], title: str) -> Iterator[tuple[int, ...]]:
    """Lines that together say exactly the title."""
    for start in starts:
        said = ""
        for end in range(start, min(start + _MOST_LINES, len(plain))):
            said += plain[end]
            if said == title:
                yield tuple(range(start, end + 1))
            if not title.startswith(said):
                break


def _plain(text: str) -> str:
    return "".join(normalize("NFKC", text).split())
