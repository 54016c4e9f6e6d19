"""The boxes of an MP4 file (ISO/IEC 14496-12), as far as needed to judge it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

MOST_BOXES = 10_000
"""How many boxes of one level are looked at; a damaged file may claim millions."""


@dataclass(frozen=True, slots=True)
class Box:
    """A box of type `name`: its content lies in the bytes `start` to `end`."""

    name: bytes
    start: int
    end: int


def boxes(file: BinaryIO, start: int, end: int) -> Iterator[Box]:
    """The boxes side by side in the bytes `start` to `end`."""
    return islice(_boxes(file, start, end), MOST_BOXES)


def _boxes(file: BinaryIO, start: int, end: int) -> Iterator[Box]:
    while start + 8 <= end:
        file.seek(start)
        head = file.read(16)
        size, content = int.from_bytes(head[:4]), start + 8
        if size == 1:
            size, content = int.from_bytes(head[8:16]), start + 16
        stop = start + size if size else end
        if stop < content:
            return
        yield Box(head[4:8], content, stop)
        start = stop


def descend(file: BinaryIO, names: tuple[bytes, ...], start: int, end: int) -> Iterator[Box]:
    """The boxes reached from the bytes `start` to `end` along the path `names`."""
    for box in boxes(file, start, end):
        if box.name == names[0]:
            if names[1:]:
                yield from descend(file, names[1:], box.start, min(box.end, end))
            else:
                yield box
