"""Text in columns, or in tiers when it is vertical: each is read to its end."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from assistant.knowledge.reading.pdf_page import Line

FEWEST = 3
"""Lines that a column has at least."""
NARROWEST = 9.0
"""Ems that most of its lines are long: the columns of a table are narrower."""
GUTTER = 1.2
"""Ems of empty room between two columns."""
_PLACES = 4_000
"""Where a gutter is looked for at most: a damaged file may put a character miles away."""
_CROSSING = 0.25
"""Share of lines that may reach over the gutter: titles, tables, and text above the columns."""
_FULL = 0.5
"""Share of a column's lines that begin where it begins, or end where it ends."""
_MIDDLE = (0.2, 0.8)
_MOST = 4
"""Times that a page is divided."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A line, and where the column begins and ends that it stands in."""

    line: Line
    reach: tuple[float, float] | None = None


def in_columns(found: Sequence[Line], depth: int = 0) -> list[Placed]:
    """The lines of a page in reading order; those that run on over the gutter are taken apart."""
    lines = _parted(found)
    gutter = _gutter(lines) if depth < _MOST else None
    if gutter is None:
        reach = _reach(found) if depth else None
        return [Placed(line, reach) for line in found]
    read: list[Placed] = []
    for is_across, run in groupby(lines, lambda one: one.start < gutter < one.end):
        band = list(run)
        read += [Placed(one) for one in band] if is_across else _band(band, gutter, depth)
    return read


def _band(band: Sequence[Line], gutter: float, depth: int) -> Iterator[Placed]:
    """What stands between two lines that run across: columns, or a few short lines of text."""
    band, below = _without_end(band, gutter)
    sides = [[one for one in band if (one.start < gutter) is left] for left in (True, False)]
    if min(map(len, sides)) < FEWEST:
        yield from (Placed(one) for one in band)
    else:
        for side in sides:
            yield from in_columns(side, depth + 1)
    yield from (Placed(one) for one in below)


def _without_end(band: Sequence[Line], gutter: float) -> tuple[Sequence[Line], Sequence[Line]]:
    """The last lines on the left, after the right and below it, are text of the whole page."""
    rights = [n for n, one in enumerate(band) if one.start >= gutter]
    if not rights:
        return band, ()
    end = rights[-1] + 1
    bottom = max(one.across for one in band[:end])
    if end < len(band) and all(one.across > bottom for one in band[end:]):
        return band[:end], band[end:]
    return band, ()


def _reach(lines: Sequence[Line]) -> tuple[float, float]:
    return min(one.start for one in lines), max(one.end for one in lines)


def _parted(found: Sequence[Line]) -> list[Line]:
    """Some programs write a line of every column before the next: those are taken apart.

    The left ones come first then, so that each column keeps its order. A row of a table has
    shorter pieces, and stays whole.
    """
    pieces = [(line, line.parted([n for n, *_ in line.gaps(GUTTER)])) for line in found]
    shortest = [min(_ems(one) for one in parts) for _, parts in pieces if len(parts) > 1]
    if not shortest or float(np.median(shortest)) < NARROWEST:
        return list(found)
    return [piece for _, parts in pieces for piece in parts]


def _ems(line: Line) -> float:
    return (line.end - line.start) / line.size


def _gutter(found: Sequence[Line]) -> float | None:
    """The middle of the room that parts the lines in two, None if they are in one column."""
    upright = 2 * sum(bool(one.vertical) for one in found) > len(found)
    lines = [one for one in found if bool(one.vertical) == upright]
    if len(lines) < 2 * FEWEST:
        return None
    size = float(np.median([one.size for one in lines]))
    starts, ends = (np.array([getattr(one, edge) for one in lines]) for edge in ("start", "end"))
    first, last = float(starts.min()), float(ends.max())
    if last <= first:
        return None
    step = max(0.25 * size / (last - first), 1 / _PLACES)
    places = first + np.arange(*_MIDDLE, step) * (last - first)
    crossing = ((starts < places[:, None]) & (ends > places[:, None])).sum(axis=1)
    for most in np.unique(crossing[crossing <= _CROSSING * len(lines)]):
        place = _widest(places, crossing <= most, size)
        if place is not None and _are_columns(starts, ends, place, size):
            return place
    return None


def _widest(places: NDArray[Any], free: NDArray[Any], size: float) -> float | None:
    """The middle of the longest stretch of free places; None if it is too narrow."""
    stretches = [
        [float(places[n]) for n, _ in run]
        for is_free, run in groupby(enumerate(free), lambda one: bool(one[1]))
        if is_free
    ]
    best = max(stretches, key=lambda one: one[-1] - one[0], default=[0.0])
    wide = best[-1] - best[0] >= (GUTTER - 0.5) * size
    return (best[0] + best[-1]) / 2 if wide else None


def _are_columns(starts: NDArray[Any], ends: NDArray[Any], place: float, size: float) -> bool:
    """Whether there are long lines on both sides that mostly keep to their column's edge."""
    left, right = ends <= place, starts >= place
    if min(left.sum(), right.sum()) < FEWEST:
        return False
    long = all(np.median((ends - starts)[side]) >= NARROWEST * size for side in (left, right))
    full = np.mean(ends[left] > ends[left].max() - 2 * size) >= _FULL
    begun = np.mean(starts[right] < starts[right].min() + 1.5 * size) >= _FULL
    return bool(long and full and begun)
