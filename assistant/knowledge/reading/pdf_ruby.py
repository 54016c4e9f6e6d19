"""Readings on PDF pages: small kana beside the characters that they are the reading of."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from assistant.knowledge.reading.pdf_page import Glyph

RUBY = 0.62
"""Ruby is set in half the size of what it stands beside; notes are larger than this."""
_TOUCHING = 1.35
"""Times half of both sizes from a reading's centre to that of what it stands beside, at most."""
_KANA = re.compile(r"[\u3040-\u30ff\u30fc\uff66-\uff9f・ ]")


def without_ruby(found: list[Glyph]) -> list[Glyph]:
    """Small kana that stand right above larger characters, or right of them, are readings."""
    if not found:
        return found
    sizes = np.array([one.size for one in found])
    small = [n for n, one in enumerate(found) if one.size and _KANA.match(one.text)]
    small = [n for n in small if sizes[n] <= RUBY * sizes.max()]
    if not small:
        return found
    x, y = np.array([one.x for one in found]), np.array([one.y for one in found])
    beside = {n for n in small if _is_beside(n, x, y, sizes)}
    words = {n for n in beside if not _is_among_kana(found, n)}
    return [one for n, one in enumerate(found) if n in words or n not in beside]


def _is_beside(
    n: int, x: NDArray[np.float64], y: NDArray[np.float64], sizes: NDArray[np.float64]
) -> bool:
    base = sizes * RUBY >= sizes[n]
    right, down = x - x[n], y - y[n]
    near = _TOUCHING * (sizes + sizes[n]) / 2
    above = base & (abs(right) < 1.2 * sizes) & (down > 0.4 * sizes) & (down < near)
    beside = base & (abs(down) < 1.2 * sizes) & (right < -0.4 * sizes) & (right > -near)
    return bool(above.any() or beside.any())


def _is_among_kana(found: Sequence[Glyph], n: int) -> bool:
    """Whether no other character is in the small line that the character stands in."""
    for step in (-1, 1):
        at, last = n + step, found[n]
        while 0 <= at < len(found) and _is_next(last, found[at]):
            if not _KANA.match(found[at].text):
                return False
            at, last = at + step, found[at]
    return True


def _is_next(one: Glyph, other: Glyph) -> bool:
    """Of the same size, and beside or below it."""
    if not 0.9 * one.size < other.size < 1.1 * one.size:
        return False
    right, down = abs(other.x - one.x), abs(other.y - one.y)
    return min(right, down) < 0.3 * one.size and max(right, down) < 1.6 * one.size
