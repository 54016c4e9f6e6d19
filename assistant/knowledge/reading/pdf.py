"""PDF: lines put together to paragraphs, without what every page repeats."""

from __future__ import annotations

import re
from collections import Counter
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pypdfium2
import pypdfium2.raw as pdfium

from assistant.errors import ManualTooLarge, ManualWithoutText, ProtectedManual, UnreadableManual
from assistant.knowledge.reading.outline import is_numbered, outline
from assistant.knowledge.reading.pdf_outline import bookmarks, headed
from assistant.knowledge.reading.pdf_paragraphs import LARGER, continued, paragraphs
from assistant.knowledge.reading.pdf_rows import Row, rows_of
from assistant.knowledge.reading.pdf_tables import TableFinder
from assistant.manual import Block, BlockKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import BinaryIO

    from assistant.knowledge.reading.pdf_outline import Bookmark
    from assistant.ports import ReadableFile

REPEATED = 3
"""Pages on which a line stands in the same place to be one of these (two in a shorter document)."""
MOST_LEVELS = 4
SPARSE = 2.0
"""Characters a page: with fewer, a PDF of pictures has stamps or page numbers only."""
_PAGE_NUMBER = re.compile(
    r"[-–—―‐－\s(（]*(?:p\.?|page|第)?\s*(?:\d{1,4}|[ivxl]{1,7})(?:\s*[/／]\s*\d{1,4})?"
    r"\s*(?:頁|ページ)?[-–—―‐－\s)）]*",
    re.IGNORECASE,
)


def read(file: ReadableFile, name: str, longest: int) -> tuple[str, list[Block]]:
    """The title (empty if there is none) and the blocks, each with its page.

    Raises:
        ManualError: it cannot be read.
    """
    with file.open("rb") as stream, closing(_open(stream, name)) as document:
        try:
            title = str(document.get_metadata_dict().get("Title") or "")
            rows = _rows(document, file, name, longest)
            marks = bookmarks(document)
        except pypdfium2.PdfiumError as error:
            raise UnreadableManual(name=name) from error
    rows = _marked(_without_furniture(rows), marks)
    size = _text_size(rows)
    blocks = list(continued(paragraphs(rows, size)))
    return title.strip() or _cover(rows, size), outline(_leveled(blocks, rows, size))


def _open(stream: BinaryIO, name: str) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(stream)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == pdfium.FPDF_ERR_PASSWORD or "password" in str(error):
            raise ProtectedManual(name=name) from error
        raise UnreadableManual(name=name) from error


def _rows(
    document: pypdfium2.PdfDocument, file: ReadableFile, name: str, longest: int
) -> list[Row]:
    """Page after page; only the lines' texts and places stay in memory."""
    rows: list[Row] = []
    finder = TableFinder(file)
    total = 0
    try:
        for index in range(len(document)):
            page = document[index]
            found = list(rows_of(page, index, finder))
            page.close()
            rows += found
            total += sum(len(row.text) for row in found)
            if total > longest:
                raise ManualTooLarge(name=name)
    finally:
        finder.close()
    if total <= SPARSE * len(document) or not any(len(row.text) > 4 for row in rows):
        raise ManualWithoutText(name=name)
    return rows


def _marked(rows: list[Row], marks: Sequence[Bookmark]) -> list[Row]:
    """With the headings that the bookmarks name."""
    found = headed([("" if row.table else row.text, row.page) for row in rows], marks)
    return [
        replace(row, level=found[n][0], mark=found[n][1]) if n in found else row
        for n, row in enumerate(rows)
    ]


def _without_furniture(rows: list[Row]) -> list[Row]:
    """Page numbers, and lines at one height of several pages, the same but for digits."""
    pages = Counter(key for _, key in {(row.page, _furniture(row)) for row in rows if row.margin})
    last = rows[-1].page
    needed = min(REPEATED, max(2, last))
    return [
        row
        for row in rows
        if not row.margin or not (pages[_furniture(row)] >= needed or _is_page_number(row))
    ]


def _is_page_number(row: Row) -> bool:
    return row.outermost and bool(_PAGE_NUMBER.fullmatch(row.text))


def _furniture(row: Row) -> tuple[str, int]:
    """Left and right pages mirror each other: the height counts, the side does not."""
    return re.sub(r"[\d０-９]+", "#", row.text), row.margin[1] if row.margin else 0


def _text_size(rows: Iterable[Row]) -> float:
    """The size that most characters have."""
    sizes: Counter[float] = Counter()
    for row in rows:
        if not row.table:
            sizes[round(row.size * 2) / 2] += len(row.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _cover(rows: Sequence[Row], size: float) -> str:
    """The largest line of the first page, where it is clearly larger than the text."""
    first = [row for row in rows if row.page == 1 and not row.table]
    largest = max((row.size for row in first), default=0.0)
    cover = "".join(row.text for row in first if row.size > largest * 0.97)
    return "" if largest < LARGER * size or is_numbered(cover) else cover


def _leveled(
    found: Iterable[tuple[Block, float]], rows: Sequence[Row], size: float
) -> Iterator[Block]:
    """Short paragraphs in larger characters become headings; the larger, the higher."""
    pairs = list(found)
    large = sorted(
        {_step(one) for block, one in pairs if _is_large(block, one, size)}, reverse=True
    )
    cover = _cover(rows, size)
    marked = max((row.level for row in rows), default=0)
    for block, one in pairs:
        if not _is_large(block, one, size) or (block.page == 1 and block.text == cover):
            yield block
            continue
        level = marked + min(large.index(_step(one)) + 1, MOST_LEVELS)
        yield Block(BlockKind.HEADING, block.text, level, block.page)


def _step(size: float) -> float:
    return round(size)


def _is_large(block: Block, size: float, text_size: float) -> bool:
    return (
        block.kind is BlockKind.PARAGRAPH and size >= LARGER * text_size and len(block.text) <= 80
    )
