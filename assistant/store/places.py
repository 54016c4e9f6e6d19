"""The form in which a word index keeps where terms stand: arrays of numbers in blocks.

Turns have numbers that only grow; `BLOCK` of them make a block. In a block a place is four bytes:
the turn in the upper 15 bits, the character in the lower 17. Blocks of one term follow each other
in order, so that a new record's places are put behind the old ones and nothing is sorted again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from assistant.text.inverted import CHARACTER_BITS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from assistant.text.inverted import Inverted

    Places = NDArray[np.int64]
    """The turn's number in the upper bits, the character in the lower `CHARACTER_BITS`; ordered."""
    Rows = Iterator[tuple[int, str, bytes]]

BLOCK_BITS = 32 - CHARACTER_BITS
BLOCK = 1 << BLOCK_BITS
"""Turns of a block. Larger ones are read faster, smaller ones written faster."""
_IN_BLOCK = (1 << 32) - 1


def rows(inverted: Inverted, first: int) -> Rows:
    """Block, term and bytes of texts whose turns are numbered from `first` on, block by block."""
    places = inverted.places + (first << CHARACTER_BITS)
    blocks = places >> 32
    small = (places & _IN_BLOCK).astype("<u4")
    for block in np.unique(blocks).tolist():
        here = blocks == block
        bounds = np.append(0, np.cumsum(here))[inverted.bounds].tolist()
        data = small[here].tobytes()
        for term, start, end in zip(inverted.terms, bounds, bounds[1:], strict=False):
            if start < end:
                yield block, term, data[4 * start : 4 * end]


def without(data: Sequence[bytes], block: int, first: int, turns: int) -> list[bytes | None]:
    """Each of these without the places of the turns from `first` on; None where it has none."""
    every = np.frombuffer(b"".join(data), "<u4")
    numbers = (every >> np.uint32(CHARACTER_BITS)).astype(np.int64) + block * BLOCK
    gone = (numbers >= first) & (numbers < first + turns)
    bounds = np.cumsum([0, *(len(one) // 4 for one in data)])
    removed = np.append(0, np.cumsum(gone))[bounds]
    touched = np.flatnonzero(np.diff(removed))
    left: list[bytes | None] = [None] * len(data)
    for at in touched.tolist():
        part = slice(bounds[at], bounds[at + 1])
        left[at] = every[part][~gone[part]].tobytes()
    return left


def joined(blocks: Sequence[tuple[int, bytes]]) -> Places:
    """The places in blocks, which are in order."""
    if not blocks:
        return np.zeros(0, np.int64)
    small = np.frombuffer(b"".join(data for _, data in blocks), "<u4").astype(np.int64)
    sizes = [len(data) // 4 for _, data in blocks]
    small += np.repeat(np.asarray([block << 32 for block, _ in blocks], np.int64), sizes)
    return small


def turns_of(places: Places) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The turns in which places are, each once, and how many are in each."""
    numbers = places >> CHARACTER_BITS
    if not len(numbers):
        return numbers, numbers
    begins = np.flatnonzero(np.append(True, numbers[1:] != numbers[:-1]))
    return numbers[begins], np.diff(np.append(begins, len(numbers)))


def following(first: Places, others: Sequence[tuple[int, Places]]) -> Places:
    """Those of `first` that each of the others follows at its distance in characters."""
    for distance, other in others:
        first = first[_holds(other, first + distance)]
    return first


def near(first: Places, second: Places, before: int, after: int) -> Places:
    """Those of `first` that have one of `second` up to so many characters before or after them."""
    if not len(first) or not len(second):
        return first[:0]
    at = np.searchsorted(second, first - before)
    found = second[np.minimum(at, len(second) - 1)]
    close = (found >= first - before) & (found <= first + after)
    both: Places = first[close & (found >> CHARACTER_BITS == first >> CHARACTER_BITS)]
    return both


def united(some: Sequence[Places]) -> Places:
    """All of them, in order, each once."""
    if len(some) == 1:
        return some[0]
    every = np.concatenate(some) if some else np.zeros(0, np.int64)
    every.sort(kind="stable")
    return every[np.append(True, every[1:] != every[:-1])] if len(every) else every


def _holds(some: Places, wanted: Places) -> NDArray[np.bool_]:
    """Which of `wanted` are among `some`."""
    if not len(some):
        return np.zeros(len(wanted), bool)
    at = np.minimum(np.searchsorted(some, wanted), len(some) - 1)
    holds: NDArray[np.bool_] = some[at] == wanted
    return holds
