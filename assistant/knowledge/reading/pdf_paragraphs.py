"""Paragraphs out of the lines of a PDF, and tables that go on over a page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.knowledge.reading.outline import is_numbered
from assistant.knowledge.reading.plain import join
from assistant.manual import Block, BlockKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from assistant.knowledge.reading.pdf_rows import Row

LARGER = 1.15
"""Times the size of the text from which a line is a heading."""
_ENDS = re.compile(r"[。．！？!?]$|[。][」』）)]$")


def continued(found: Iterable[tuple[Block, float]]) -> Iterator[tuple[Block, float]]:
    """A table that goes on over the page is one, its repeated first row left out."""
    before: Block | None = None
    for block, size in found:
        if before is not None and _continues(before, block):
            before = _extended(before, block)
            continue
        if before is not None:
            yield before, 0.0
        before = block if block.kind is BlockKind.TABLE else None
        if before is None:
            yield block, size
    if before is not None:
        yield before, 0.0


def _continues(before: Block, block: Block) -> bool:
    return (
        block.kind is BlockKind.TABLE
        and block.page != before.page
        and _columns(block) == _columns(before)
    )


def _columns(table: Block) -> int:
    return max(row.count("\t") for row in table.text.split("\n"))


def _extended(before: Block, block: Block) -> Block:
    first, _, rest = block.text.partition("\n")
    more = rest if first == before.text.partition("\n")[0] else block.text
    return Block(
        BlockKind.TABLE, f"{before.text}\n{more}" if more else before.text, page=before.page
    )


def paragraphs(rows: Sequence[Row], size: float) -> Iterator[tuple[Block, float]]:
    """Paragraphs and tables, each with the size of its characters."""
    reach = _reaches(rows)
    paragraph: list[Row] = []
    for row in rows:
        if paragraph and not (
            not row.table and _goes_on(paragraph, row, reach.get(_place(paragraph[-1]), 0.0), size)
        ):
            yield _paragraph(paragraph)
            paragraph = []
        if row.table:
            yield Block(BlockKind.TABLE, row.text, page=row.page), 0.0
        else:
            paragraph.append(row)
    if paragraph:
        yield _paragraph(paragraph)


def _paragraph(rows: Sequence[Row]) -> tuple[Block, float]:
    text = ""
    for row in rows:
        text = join(text, row.text)
    kind = BlockKind.HEADING if rows[0].level else BlockKind.PARAGRAPH
    return Block(kind, text, rows[0].level, rows[0].page), rows[0].size


_Place = tuple[int, bool, tuple[float, float] | None]


def _place(row: Row) -> _Place:
    return row.page, row.vertical, row.column


def _reaches(rows: Sequence[Row]) -> dict[_Place, float]:
    """Where the longest line ends, by page, direction and column."""
    reach: dict[_Place, float] = {}
    for row in rows:
        if not row.table:
            reach[_place(row)] = max(reach.get(_place(row), 0.0), row.end)
    return reach


def _goes_on(paragraph: Sequence[Row], row: Row, reach: float, size: float) -> bool:
    """Whether a line continues the paragraph: the last one is full, and this is not indented."""
    last = paragraph[-1]
    em = last.size
    if row.mark != last.mark or (row.column is None) != (last.column is None):
        return False
    if row.level:
        return True
    if abs(row.size - em) > 0.12 * em or row.vertical != last.vertical or is_numbered(row.text):
        return False
    centred = em > LARGER * size and not _ENDS.search(last.text)
    full = last.end > reach - 2.2 * em or centred
    over = _place(row) != _place(last)
    near = over or -0.5 * em < row.across - last.across < 2.6 * em
    if not near or not full or _is_indented(paragraph, row, over):
        return False
    first_is_indented = paragraph[0].start > row.start + 0.6 * em
    return first_is_indented or not _stops(last, reach)


def _is_indented(paragraph: Sequence[Row], row: Row, over: bool) -> bool:
    """Against the line before; the second line of a numbered paragraph hangs under its words."""
    if over:
        return row.start > min(one.start for one in paragraph) + 0.6 * row.size
    first = len(paragraph) == 1
    hang = 4.5 if first and is_numbered(paragraph[0].text) else 0.6
    return row.start > paragraph[-1].start + hang * row.size


def _stops(last: Row, reach: float) -> bool:
    """Whether a sentence ends with the line, and room was left for more."""
    return bool(_ENDS.search(last.text)) and last.end < reach - last.size
