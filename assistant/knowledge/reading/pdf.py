"""PDF: lines put together to paragraphs, without what every page repeats."""

from __future__ import annotations

import re
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pypdfium2
import pypdfium2.raw as pdfium

from assistant.errors import ManualTooLarge, ManualWithoutText, ProtectedManual, UnreadableManual
from assistant.knowledge.reading.outline import is_numbered, outline
from assistant.knowledge.reading.pdf_page import glyphs, lines
from assistant.knowledge.reading.pdf_tables import TableFinder, is_inside
from assistant.knowledge.reading.plain import join
from assistant.manual import Block, BlockKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import BinaryIO

    from pypdfium2 import PdfPage

    from assistant.knowledge.reading.pdf_page import Glyph, Line
    from assistant.ports import ReadableFile

MARGIN = 0.12
"""Share of a page's height, or width, in which repeated lines are headers and footers."""
FULL = 0.6
"""Share of the page; a line whose characters fill more is text wherever it stands."""
REPEATED = 3
"""Pages on which a line stands in the same place to be one of these (two in a shorter document)."""
LARGER = 1.15
"""Times the size of the text from which a line is a heading."""
MOST_LEVELS = 4
SPARSE = 2.0
"""Characters a page: with fewer, a PDF of pictures has stamps or page numbers only."""
_PAGE_NUMBER = re.compile(
    r"[-–—―‐\s(（]*(?:p\.?|page)?\s*\d{1,4}(?:\s*[/／]\s*\d{1,4})?[-–—―‐\s)）]*", re.IGNORECASE
)
_ENDS = re.compile(r"[。．！？!?]$|[。][」』）)]$")


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of text, or a whole table, on a page. Measures are in points, along its direction."""

    text: str
    page: int
    start: float = 0.0
    end: float = 0.0
    across: float = 0.0
    size: float = 0.0
    vertical: bool = False
    margin: tuple[int, int] | None = None
    """Its place, where that is in the margin."""
    table: bool = False


def read(file: ReadableFile, name: str, longest: int) -> tuple[str, list[Block]]:
    """The title (empty if there is none) and the blocks, each with its page.

    Raises:
        ManualError: it cannot be read.
    """
    with file.open("rb") as stream, closing(_open(stream, name)) as document:
        try:
            title = str(document.get_metadata_dict().get("Title") or "")
            rows = _rows(document, file, name, longest)
        except pypdfium2.PdfiumError as error:
            raise UnreadableManual(name=name) from error
    rows = _without_furniture(rows)
    size = _text_size(rows)
    blocks = list(_continued(_blocks(rows, size)))
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
) -> list[_Row]:
    """Page after page; only the lines' texts and places stay in memory."""
    rows: list[_Row] = []
    finder = TableFinder(file)
    total = 0
    try:
        for index in range(len(document)):
            page = document[index]
            found = list(_page(page, index, finder))
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


def _page(page: PdfPage, index: int, finder: TableFinder) -> Iterator[_Row]:
    """Lines in the order of the file; a table where its first character would come."""
    found = glyphs(page)
    if not found:
        return
    width, height = page.get_size()
    left = found
    for table in finder.tables(page, index):
        inside = {id(one) for one in left if one.size and is_inside(one, table.box)}
        text = table.text(left)
        if not inside or not text:
            continue
        first = next(n for n, one in enumerate(left) if id(one) in inside)
        yield from _lines(left[:first], index, width, height)
        yield _Row(text, index + 1, table=True)
        left = [one for one in left[first:] if id(one) not in inside]
    yield from _lines(left, index, width, height)


def _lines(found: Sequence[Glyph], index: int, width: float, height: float) -> Iterator[_Row]:
    for line in lines(found):
        place = _margin(line, width, height)
        yield _Row(
            line.text, index + 1, line.start, line.end, line.across, line.size,
            bool(line.vertical), place,
        )  # fmt: skip


def _margin(line: Line, width: float, height: float) -> tuple[int, int] | None:
    """The place of a line that stands wholly in one of the four margins."""
    if sum(2 * one.room for one in line.glyphs) > FULL * (height if line.vertical else width):
        return None
    across = [one.x for one in line.glyphs]
    down = [one.y for one in line.glyphs]
    outside = (
        max(down) < MARGIN * height
        or min(down) > (1 - MARGIN) * height
        or max(across) < MARGIN / 2 * width
        or min(across) > (1 - MARGIN / 2) * width
    )
    return (round(min(across) / 40), round(min(down) / 4)) if outside else None


def _without_furniture(rows: list[_Row]) -> list[_Row]:
    """Page numbers, and lines at one height of several pages, the same but for digits."""
    pages = Counter(key for _, key in {(row.page, _furniture(row)) for row in rows if row.margin})
    last = rows[-1].page
    needed = min(REPEATED, max(2, last))
    return [
        row
        for row in rows
        if not row.margin
        or not (pages[_furniture(row)] >= needed or _PAGE_NUMBER.fullmatch(row.text))
    ]


def _furniture(row: _Row) -> tuple[str, int]:
    """Left and right pages mirror each other: the height counts, the side does not."""
    return re.sub(r"[\d０-９]+", "#", row.text), row.margin[1] if row.margin else 0


def _text_size(rows: Iterable[_Row]) -> float:
    """The size that most characters have."""
    sizes: Counter[float] = Counter()
    for row in rows:
        if not row.table:
            sizes[round(row.size * 2) / 2] += len(row.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _cover(rows: Sequence[_Row], size: float) -> str:
    """The largest line of the first page, where it is clearly larger than the text."""
    first = [row for row in rows if row.page == 1 and not row.table]
    largest = max((row.size for row in first), default=0.0)
    cover = "".join(row.text for row in first if row.size > largest * 0.97)
    return "" if largest < LARGER * size or is_numbered(cover) else cover


def _blocks(rows: Sequence[_Row], size: float) -> Iterator[tuple[Block, float]]:
    """Paragraphs and tables, each with the size of its characters."""
    reach = _reaches(rows)
    paragraph: list[_Row] = []
    for row in rows:
        if paragraph and not (
            not row.table
            and _goes_on(paragraph, row, reach.get((paragraph[-1].page, row.vertical), 0.0), size)
        ):
            yield _paragraph(paragraph)
            paragraph = []
        if row.table:
            yield Block(BlockKind.TABLE, row.text, page=row.page), 0.0
        else:
            paragraph.append(row)
    if paragraph:
        yield _paragraph(paragraph)


def _paragraph(rows: Sequence[_Row]) -> tuple[Block, float]:
    text = ""
    for row in rows:
        text = join(text, row.text)
    return Block(BlockKind.PARAGRAPH, text, page=rows[0].page), rows[0].size


def _reaches(rows: Sequence[_Row]) -> dict[tuple[int, bool], float]:
    """Where the longest line ends, by page and by whether it is vertical."""
    reach: dict[tuple[int, bool], float] = {}
    for row in rows:
        if not row.table:
            key = row.page, row.vertical
            reach[key] = max(reach.get(key, 0.0), row.end)
    return reach


def _goes_on(paragraph: Sequence[_Row], row: _Row, reach: float, size: float) -> bool:
    """Whether a line continues the paragraph: the last one is full, and this is not indented."""
    last = paragraph[-1]
    em = last.size
    if abs(row.size - em) > 0.12 * em or row.vertical != last.vertical or is_numbered(row.text):
        return False
    centred = em > LARGER * size and not _ENDS.search(last.text)
    full = last.end > reach - 2.2 * em or centred
    over = row.page != last.page
    near = over or -0.5 * em < row.across - last.across < 2.6 * em
    if not near or not full or _is_indented(paragraph, row, over):
        return False
    first_is_indented = paragraph[0].start > row.start + 0.6 * em
    return first_is_indented or not _stops(last, reach)


def _is_indented(paragraph: Sequence[_Row], row: _Row, over: bool) -> bool:
    """Against the line before; the second line of a numbered paragraph hangs under its words."""
    if over:
        return row.start > min(one.start for one in paragraph) + 0.6 * row.size
    first = len(paragraph) == 1
    hang = 4.5 if first and is_numbered(paragraph[0].text) else 0.6
    return row.start > paragraph[-1].start + hang * row.size


def _stops(last: _Row, reach: float) -> bool:
    """Whether a sentence ends with the line, and room was left for more."""
    return bool(_ENDS.search(last.text)) and last.end < reach - last.size


def _leveled(
    found: Iterable[tuple[Block, float]], rows: Sequence[_Row], size: float
) -> Iterator[Block]:
    """Short paragraphs in larger characters become headings; the larger, the higher."""
    pairs = list(found)
    large = sorted(
        {_step(one) for block, one in pairs if _is_large(block, one, size)}, reverse=True
    )
    cover = _cover(rows, size)
    for block, one in pairs:
        if not _is_large(block, one, size) or (block.page == 1 and block.text == cover):
            yield block
            continue
        level = min(large.index(_step(one)) + 1, MOST_LEVELS)
        yield Block(BlockKind.HEADING, block.text, level, block.page)


def _step(size: float) -> float:
    return round(size)


def _is_large(block: Block, size: float, text_size: float) -> bool:
    return (
        block.kind is BlockKind.PARAGRAPH and size >= LARGER * text_size and len(block.text) <= 80
    )


def _continued(found: Iterable[tuple[Block, float]]) -> Iterator[tuple[Block, float]]:
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
