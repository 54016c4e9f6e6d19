"""Word documents: every word that is printed, in the order it is read.

python-docx's `paragraph.text` leaves out what stands under ruby, in text boxes, in notes and in
content controls, and opens neither strict nor macro files: this walks the XML itself.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.errors import ManualTooLarge, UnreadableManual
from assistant.knowledge.reading import word_maths
from assistant.knowledge.reading.memory import fits
from assistant.knowledge.reading.names import CX, DIAGRAM, MC, A, C, M, R, V, W, drawn_words
from assistant.knowledge.reading.outline import outline
from assistant.knowledge.reading.package import open_package
from assistant.knowledge.reading.word_chunks import blocks_of
from assistant.knowledge.reading.word_fields import Fields, shown_by_code
from assistant.knowledge.reading.word_numbering import LEVELS, Numbering
from assistant.knowledge.reading.word_styles import BODY, Styles, is_on, value
from assistant.knowledge.reading.word_symbols import shown
from assistant.manual import Block, BlockKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lxml.etree import _Element as Element

    from assistant.knowledge.reading.package import Package
    from assistant.ports import ReadableFile

_GONE = frozenset(
    {f"{W}{tag}" for tag in ("del", "moveFrom", "rPr", "pPr", "sdtPr", "sdtEndPr", "delText",
                             "delInstrText", "rt", "rubyPr", "tblPr", "tblGrid", "trPr",
                             "tcPr", "sectPr", "fldData")}
)  # fmt: skip
"""What is not printed, or says only how."""
_CHARACTERS = {
    f"{W}tab": " ", f"{W}ptab": " ", f"{W}br": "\n", f"{W}cr": "\n", f"{W}noBreakHyphen": "-",
}  # fmt: skip
_BLOCKS = frozenset({f"{W}{tag}" for tag in ("p", "tbl", "tr", "tc", "altChunk")})
_CODE = re.compile(r"(?!00[01]|[Dd][89A-Fa-f])[0-9A-Fa-f]{4}")
"""A character's number; no control and no half of a character."""
_PAGE = "\f"


def read(file: ReadableFile, name: str) -> tuple[str, list[Block]]:
    """The title (empty if the document has none) and what is printed of the body.

    Raises:
        ManualError: it cannot be read.
    """
    with open_package(file, name) as package:
        root = package.xml(package.main())
        body = None if root is None else root.find(f"{W}body")
        if root is None or body is None:
            raise UnreadableManual(name=name)
        walk = _Walk(package, root)
        blocks = outline(walk.blocks(body))
        return package.title().strip() or walk.title, blocks


class _Walk:
    """Goes through a document once, counting its lists, fields and pages."""

    def __init__(self, package: Package, root: Element) -> None:
        self._package = package
        self._relations = package.relations(package.main())
        self._styles = Styles(self._part("styles"))
        self._numbering = Numbering(self._part("numbering"))
        notes = {kind: self._part(f"{kind}s") for kind in ("footnote", "endnote")}
        self._notes = {
            f"{W}{kind}Reference": _notes(part, f"{W}{kind}") for kind, part in notes.items()
        }
        self._fields = Fields(root, *(part for part in notes.values() if part is not None))
        paged = next(root.iter(f"{W}lastRenderedPageBreak"), None) is not None
        self._page = 1 if paged else None
        self._aside: list[Element] = []
        """Text boxes and notes that were met in the paragraph being read."""
        self._kept = ""
        """The beginning of a paragraph whose end was deleted, or its first letter in large."""
        self._special: dict[str, Callable[[Element, Element], str]] = {
            f"{W}t": self._text,
            f"{M}t": self._text,
            f"{W}sym": self._symbol,
            f"{W}fldChar": lambda child, _: self._fields.mark(child),
            f"{W}instrText": self._code,
            f"{W}fldSimple": self._simple_field,
            f"{W}lastRenderedPageBreak": self._page_break,
            f"{W}txbxContent": self._box,
            f"{MC}AlternateContent": self._alternate,
            f"{V}textpath": self._word_art,
            f"{DIAGRAM}relIds": self._drawn,
            f"{C}chart": self._drawn,
            f"{CX}chart": self._drawn,
            f"{A}p": self._drawn_line,
        } | {tag: self._equation(write) for tag, write in word_maths.WRITERS.items()}
        self.title = ""

    def blocks(self, parent: Element) -> Iterator[Block]:
        """What stands in a body, a cell, a note or a text box."""
        outside, self._kept = self._kept, ""
        for child in _flow(parent):
            if child.tag == f"{W}p":
                yield from self._paragraph(child)
                continue
            yield from self._rest()
            yield from self._chunk(child) if child.tag == f"{W}altChunk" else self._table(child)
        yield from self._rest()
        self._kept = outside

    def _rest(self) -> Iterator[Block]:
        """The beginning of a paragraph that no other follows."""
        if text := self._kept.strip():
            yield Block(BlockKind.PARAGRAPH, text, page=self._page)
        self._kept = ""

    def _chunk(self, chunk: Element) -> Iterator[Block]:
        part = self._relations.get(chunk.get(f"{R}id", ""), ("", ""))[1]
        data = self._package.data(part) if part in self._package else b""
        if not fits(data):
            raise ManualTooLarge(name=self._package.name)
        for block in blocks_of(data, part):
            yield replace(block, page=self._page)

    def _part(self, kind: str) -> Element | None:
        parts = (
            self._package.xml(name) for found, name in self._relations.values() if found == kind
        )
        return next(parts, None)

    def _paragraph(self, paragraph: Element) -> Iterator[Block]:
        outside, self._aside = self._aside, []
        label = self._label(paragraph)
        page = self._page
        text = self._kept + self._inline(paragraph, paragraph)
        if page is not None:
            page += text[: len(text) - len(text.lstrip())].count(_PAGE)
            text = text.replace(_PAGE, "")
        open_ = _is_gone(paragraph.find(f"{W}pPr/{W}rPr")) or _is_initial(paragraph)
        self._kept = text if open_ else ""
        if not open_ and text.strip():
            yield self._block(paragraph, label, text.strip(), page)
        aside, self._aside = self._aside, outside
        for box in aside:
            yield from self._noted(box)

    def _block(self, paragraph: Element, label: str, text: str, page: int | None) -> Block:
        if self._styles.is_title(paragraph) and not self.title:
            self.title = " ".join(text.split())
        level = self._styles.level(paragraph)
        if level < BODY:
            return Block(BlockKind.HEADING, f"{label}{' '.join(text.split())}", level + 1, page)
        listed = label or self._styles.is_contents(paragraph)
        kind = BlockKind.LIST_ITEM if listed else BlockKind.PARAGRAPH
        return Block(kind, f"{label}{text}", page=page)

    def _label(self, paragraph: Element) -> str:
        number, level, style = self._styles.list_of(paragraph)
        bound = self._numbering.of_style(style) if style else None
        if bound and bound[0] == number:
            level = bound[1]
        mark = paragraph.find(f"{W}pPr/{W}rPr")
        hidden = mark is not None and (is_on(mark, "vanish") or _is_gone(mark))
        if not number or hidden or level >= LEVELS:
            return ""
        return self._numbering.label(number, level)

    def _noted(self, box: Element) -> Iterator[Block]:
        """A text box or a note; its tables stay tables."""
        for block in self.blocks(box):
            if block.kind is BlockKind.TABLE:
                yield block
            else:
                yield Block(BlockKind.NOTE, block.text, page=block.page)

    def _inline(self, parent: Element, paragraph: Element) -> str:
        return "".join(self._child(child, paragraph) for child in parent.iterchildren(tag="*"))

    def _child(self, child: Element, paragraph: Element) -> str:
        tag = child.tag
        if tag in _GONE:
            return ""
        if tag == f"{W}r" and self._styles.hides(child, paragraph):
            return ""
        if tag in self._notes:
            note = self._notes[tag].pop(child.get(f"{W}id", ""), None)
            self._aside.extend([] if note is None else [note])
            return ""
        special = self._special.get(str(tag))
        if special:
            return special(child, paragraph)
        if tag in _CHARACTERS:
            return self._fields.shown(_CHARACTERS[str(tag)])
        return self._inline(child, paragraph)

    def _text(self, child: Element, _: Element) -> str:
        text = "".join(one for one in child.itertext() if isinstance(one, str))
        return self._fields.shown(shown(text, _font(child)))

    def _symbol(self, child: Element, _: Element) -> str:
        code = child.get(f"{W}char", "")
        letter = chr(int(code, 16)) if _CODE.fullmatch(code) else ""
        return self._fields.shown(shown(letter, child.get(f"{W}font", "")))

    def _code(self, child: Element, _: Element) -> str:
        self._fields.code(child.text or "")
        return ""

    def _simple_field(self, child: Element, paragraph: Element) -> str:
        return self._inline(child, paragraph) or shown_by_code(child.get(f"{W}instr", ""))

    def _equation(
        self, write: Callable[[Element, word_maths.Inside], str]
    ) -> Callable[[Element, Element], str]:
        return lambda child, paragraph: write(
            child, lambda one: "" if one is None else self._inline(one, paragraph)
        )

    def _page_break(self, _: Element, __: Element) -> str:
        self._page = (self._page or 1) + 1
        return _PAGE

    def _box(self, child: Element, _: Element) -> str:
        self._aside.append(child)
        return ""

    def _alternate(self, child: Element, paragraph: Element) -> str:
        """Both say the same: the first that says anything counts."""
        for choice in child.iterchildren(f"{MC}Choice", f"{MC}Fallback"):
            before = len(self._aside)
            if (text := self._inline(choice, paragraph)) or len(self._aside) > before:
                return text
        return ""

    def _word_art(self, child: Element, _: Element) -> str:
        return self._fields.shown(child.get("string", ""))

    def _drawn(self, child: Element, _: Element) -> str:
        """A diagram or a chart, whose words are in a part of their own."""
        id_ = child.get(f"{R}dm") or child.get(f"{R}id") or ""
        part = self._relations.get(id_, ("", ""))[1]
        drawing = self._package.xml(part) if part else None
        return "" if drawing is None else "\n" + "\n".join(drawn_words(drawing)) + "\n"

    def _drawn_line(self, child: Element, _: Element) -> str:
        """A paragraph of a drawing that is no text box of Word's own."""
        return "".join(f"\n{words}\n" for words in drawn_words(child))

    def _table(self, table: Element) -> Iterator[Block]:
        """A table of one column is a frame around text, which Japanese forms are full of."""
        page = self._page
        rows = [
            [(cell, _span(cell)) for cell in _flow(row) if _is_there(cell, "tc")]
            for row in _flow(table)
            if _is_there(row, "tr")
        ]
        if all(len(row) <= 1 for row in rows):
            for cell in (cell for row in rows for cell, _ in row):
                yield from self.blocks(cell)
            return
        lines = [
            "\t".join(text for cell, span in row for text in (self._cell(cell), *[""] * (span - 1)))
            for row in rows
        ]
        if text := "\n".join(line.rstrip("\t") for line in lines if line.strip()):
            yield Block(BlockKind.TABLE, text, page=page)

    def _cell(self, cell: Element) -> str:
        """In one line; a cell that another reaches down into is empty."""
        merge = cell.find(f"{W}tcPr/{W}vMerge")
        if merge is not None and merge.get(f"{W}val") != "restart":
            return ""
        return " ".join(" ".join(block.text.split()) for block in self.blocks(cell))


def _flow(parent: Element) -> Iterator[Element]:
    """The paragraphs, tables, rows or cells of a parent, out of whatever wraps them."""
    for child in parent.iterchildren(tag="*"):
        if child.tag in _BLOCKS:
            yield child
        elif child.tag == f"{MC}AlternateContent":
            yield from _flow(next(child.iterchildren(f"{MC}Choice", f"{MC}Fallback"), child))
        elif child.tag not in _GONE:
            yield from _flow(child)


def _notes(root: Element | None, tag: str) -> dict[str, Element]:
    return {} if root is None else {one.get(f"{W}id", ""): one for one in root.iterchildren(tag)}


def _span(cell: Element) -> int:
    text = value(cell.find(f"{W}tcPr"), "gridSpan")
    return min(int(text), 63) if text and text.isdigit() else 1


def _is_there(element: Element, tag: str) -> bool:
    """Whether it is a row or a cell, and none whose removal was tracked."""
    properties = element.find(f"{W}{tag}Pr")
    gone = properties is not None and any(
        properties.find(f"{W}{change}") is not None for change in ("del", "cellDel")
    )
    return element.tag == f"{W}{tag}" and not gone


def _is_gone(mark: Element | None) -> bool:
    """Whether the end of a paragraph was deleted, or moved elsewhere with it."""
    return mark is not None and any(
        mark.find(f"{W}{change}") is not None for change in ("del", "moveFrom")
    )


def _is_initial(paragraph: Element) -> bool:
    """Whether it is the large first letter of the next paragraph."""
    frame = paragraph.find(f"{W}pPr/{W}framePr")
    return frame is not None and frame.get(f"{W}dropCap") in {"drop", "margin"}


def _font(text: Element) -> str:
    """The font that a run names, for symbols."""
    fonts = None if (run := text.getparent()) is None else run.find(f"{W}rPr/{W}rFonts")
    return "" if fonts is None else fonts.get(f"{W}hAnsi") or fonts.get(f"{W}ascii") or ""
