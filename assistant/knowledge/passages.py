"""Cuts a document into passages that can be found, and shown, on their own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import TYPE_CHECKING

from assistant.manual import JOINED, Block, BlockKind, Passage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from assistant.manual import Document

SHORTEST = 300
"""Characters that a passage has where its section is long enough."""
LONGEST = 600
"""Characters of no passage are more."""
USUAL = 500
"""Characters that passages of a long section have at most on the average."""
_SENTENCE = re.compile(r".*?(?:[。！？!?]+[」』）)】]*|\n|$)", re.DOTALL)
_CLAUSE = re.compile(r".*?(?:[、，,；;]|\s|$)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Piece:
    """What is not cut any further."""

    text: str
    page: int | None


@dataclass(frozen=True, slots=True)
class _Section:
    """What stands under a heading before the next one; `headings` lead to it."""

    headings: tuple[str, ...]
    pieces: tuple[_Piece, ...]
    page: int | None

    @property
    def parent(self) -> tuple[str, ...]:
        return self.headings[:-1]

    @property
    def size(self) -> int:
        return _size(self.pieces)


def split(document: Document, edition_id: str) -> tuple[Passage, ...]:
    """The passages of an edition in reading order, 300 to 600 characters where the section allows.

    No passage crosses a heading, but small sections side by side are joined: each has its heading
    in the text then, and all of them head the passage. A table that is cut repeats its first row.
    """
    packed = (
        (section.headings, pieces)
        for section in _joined(list(_sections(document.blocks)))
        for pieces in _packed(section.pieces)
    )
    return tuple(
        Passage(edition_id, n, headings, _text(pieces), pieces[0].page)
        for n, (headings, pieces) in enumerate(packed)
    )


def _sections(blocks: Sequence[Block]) -> Iterator[_Section]:
    """One for each heading that has text of its own, or nothing below it."""
    path: list[Block] = []
    own: list[Block] = []
    for block, after in pairwise((*blocks, None)):
        if block is None:
            continue
        if block.kind is BlockKind.HEADING:
            while path and path[-1].level >= block.level:
                path.pop()
            path.append(block)
        else:
            own.append(block)
        if after is None or after.kind is BlockKind.HEADING:
            if own or _is_leaf(block, after):
                yield _section(path, own)
            own = []


def _is_leaf(heading: Block, after: Block | None) -> bool:
    return after is None or after.level <= heading.level


def _section(path: Sequence[Block], own: Sequence[Block]) -> _Section:
    pieces = tuple(piece for block in own for piece in _pieces(block))
    if not pieces and path:
        pieces = tuple(_pieces(path[-1]))
    headings = tuple(" ".join(one.text.split()) for one in path)
    return _Section(headings, pieces, path[-1].page if path else None)


def _joined(sections: Sequence[_Section]) -> Iterator[_Section]:
    """Small leaves of one parent, side by side, become one section."""
    group: list[_Section] = []
    for section, after in pairwise((*sections, None)):
        if section is None or not section.pieces:
            continue
        if group and not _fits(group, section):
            yield _merged(group)
            group = []
        group.append(section)
        if _has_children(section, after) or not section.headings:
            yield _merged(group)
            group = []
    if group:
        yield _merged(group)


def _fits(group: Sequence[_Section], section: _Section) -> bool:
    if section.parent != group[0].parent or not section.parent:
        return False
    return _size(piece for one in (*group, section) for piece in _headed(one)) <= SHORTEST


def _has_children(section: _Section, after: _Section | None) -> bool:
    return after is not None and after.headings[: len(section.headings)] == section.headings


def _merged(group: Sequence[_Section]) -> _Section:
    if len(group) == 1:
        return group[0]
    pieces = tuple(piece for one in group for piece in _headed(one))
    names = JOINED.join(one.headings[-1] for one in group)
    return _Section((*group[0].parent, names), pieces, group[0].page)


def _headed(section: _Section) -> tuple[_Piece, ...]:
    heading = section.headings[-1]
    if _text(section.pieces) == heading:
        return section.pieces
    return (_Piece(heading, section.page or section.pieces[0].page), *section.pieces)


def _packed(pieces: Sequence[_Piece]) -> Iterator[list[_Piece]]:
    """Neighbours together, so that all are about as long and none is over the bound."""
    group: list[_Piece] = []
    left = _size(pieces)
    for piece in pieces:
        if group and not _goes_on(_size(group), 1 + len(piece.text), left):
            left -= _size(group) + 1
            yield group
            group = []
        group.append(piece)
    if group:
        yield group


def _goes_on(size: int, more: int, left: int) -> bool:
    """Whether so many more characters are taken; `left` counts from this passage's start."""
    if size + more > LONGEST:
        return False
    if left <= LONGEST or size < SHORTEST:
        return True
    even = left / -(-left // USUAL)
    return abs(size + more - even) <= abs(size - even)


def _pieces(block: Block) -> Iterator[_Piece]:
    text = block.text.strip("\n")
    if not text.strip():
        return
    parts = _rows(text) if block.kind is BlockKind.TABLE else _sentences(text)
    for part in parts:
        yield _Piece(part, block.page)


def _sentences(text: str) -> Iterator[str]:
    """Whole where it fits; else neighbouring sentences together; else clauses; else anything."""
    for size, cut in ((LONGEST, _SENTENCE), (LONGEST, _CLAUSE)):
        if len(text) <= size:
            yield text
            return
        parts = [part for part in cut.findall(text) if part]
        if len(parts) > 1:
            for part in _even(parts, len(text)):
                yield from _sentences(part)
            return
    yield from (text[start : start + LONGEST] for start in range(0, len(text), LONGEST))


def _even(parts: Sequence[str], total: int) -> Iterator[str]:
    """The parts put together into stretches of about one length."""
    stretch = ""
    left = total
    for part in parts:
        if stretch and not _goes_on(len(stretch), len(part), left):
            left -= len(stretch)
            yield stretch
            stretch = ""
        stretch += part
    yield stretch


def _rows(text: str) -> Iterator[str]:
    """A table, cut between its rows where it is too long, its first row above each part."""
    if len(text) <= LONGEST:
        yield text
        return
    header, *rows = text.split("\n")
    if not rows or len(header) > LONGEST // 3:
        header, rows = "", [header, *rows]
    room = LONGEST - len(header) - 1 if header else LONGEST
    part = ""
    for row in chain.from_iterable(_cut(one, room) for one in rows):
        if part and len(part) + 1 + len(row) > room:
            yield f"{header}\n{part}" if header else part
            part = ""
        part = f"{part}\n{row}" if part else row
    yield f"{header}\n{part}" if header else part


def _cut(row: str, room: int) -> Iterator[str]:
    if len(row) <= room:
        yield row
        return
    part = ""
    for sentence in (one for one in _SENTENCE.findall(row) if one):
        if part and len(part) + len(sentence) > room:
            yield part
            part = ""
        part += sentence
        while len(part) > room:
            yield part[:room]
            part = part[room:]
    if part:
        yield part


def _size(pieces: Iterable[_Piece]) -> int:
    """Characters of the pieces as `_text` puts them together."""
    sizes = [len(piece.text) for piece in pieces]
    return sum(sizes) + max(0, len(sizes) - 1)


def _text(pieces: Sequence[_Piece]) -> str:
    return "\n".join(piece.text for piece in pieces)
