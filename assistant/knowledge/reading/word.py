"""Word documents: every word that is printed, in the order it is read.

python-docx's `paragraph.text` leaves out what stands under ruby, in text boxes, in notes and in
content controls, and opens neither strict nor macro files: this walks the XML itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.errors import UnreadableManual
from assistant.knowledge.reading.names import DIAGRAM, MC, C, M, R, V, W, drawn_words
from assistant.knowledge.reading.outline import outline
from assistant.knowledge.reading.package import open_package
from assistant.knowledge.reading.word_numbering import LEVELS, Numbering
from assistant.knowledge.reading.word_styles import BODY, Styles, is_on, value
from assistant.manual import Block, BlockKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from lxml.etree import _Element as Element

    from assistant.knowledge.reading.package import Package

_GONE = frozenset(
    {f"{W}{tag}" for tag in ("del", "moveFrom", "rPr", "pPr", "sdtPr", "sdtEndPr", "instrText",
                             "delText", "delInstrText", "rt", "rubyPr", "tblPr", "tblGrid", "trPr",
                             "tcPr", "sectPr", "fldData")}
)  # fmt: skip
"""What is not printed, or says only how."""
_CHARACTERS = {
    f"{W}tab": " ", f"{W}ptab": " ", f"{W}br": "\n", f"{W}cr": "\n", f"{W}noBreakHyphen": "-",
}  # fmt: skip
_SYMBOLS = {
    0x6C: "●", 0x6D: "○", 0x6E: "■", 0x6F: "□", 0x71: "□", 0x72: "□", 0x75: "◆", 0x76: "◆",
    0xA7: "▪", 0xA8: "□", 0xB7: "・", 0xD8: "➢", 0xE0: "→", 0xDF: "←", 0xE1: "↑", 0xE2: "↓",
    0xE8: "→", 0xF0: "⇒", 0xFB: "✗", 0xFC: "✓", 0xFD: "☒", 0xFE: "☑",
    **{0x81 + n: chr(0x2460 + n) for n in range(10)},
}  # fmt: skip
"""Wingdings, by the low byte of its character."""
_PAGE = "\f"
_PRIVATE = range(0xE000, 0xF900)


def read(path: Path, name: str) -> tuple[str, list[Block]]:
    """The title (empty if the document has none) and what is printed of the body.

    Raises:
        ManualError: it cannot be read.
    """
    with open_package(path, name) as package:
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
        self._notes = {
            f"{W}{kind}Reference": _notes(self._part(f"{kind}s"), f"{W}{kind}")
            for kind in ("footnote", "endnote")
        }
        self._fields: list[bool] = []
        """For each open field, whether its result has begun."""
        paged = next(root.iter(f"{W}lastRenderedPageBreak"), None) is not None
        self._page = 1 if paged else None
        self._aside: list[Element] = []
        """Text boxes and notes that were met in the paragraph being read."""
        self._kept = ""
        """The beginning of a paragraph whose end was deleted."""
        self._special: dict[str, Callable[[Element, Element], str]] = {
            f"{W}t": self._text,
            f"{M}t": self._text,
            f"{W}sym": self._symbol,
            f"{W}fldChar": self._field,
            f"{W}lastRenderedPageBreak": self._page_break,
            f"{W}txbxContent": self._box,
            f"{MC}AlternateContent": self._alternate,
            f"{V}textpath": self._word_art,
            f"{DIAGRAM}relIds": self._drawn,
            f"{C}chart": self._drawn,
        }
        self.title = ""

    def blocks(self, parent: Element) -> Iterator[Block]:
        """What stands in a body, a cell, a note or a text box."""
        for child in _flow(parent):
            if child.tag == f"{W}p":
                yield from self._paragraph(child)
            elif child.tag == f"{W}tbl":
                yield from self._table(child)

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
        mark = paragraph.find(f"{W}pPr/{W}rPr")
        deleted = mark is not None and mark.find(f"{W}del") is not None
        self._kept = text if deleted else ""
        if not deleted and text.strip():
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
        hidden = mark is not None and (is_on(mark, "vanish") or mark.find(f"{W}del") is not None)
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
            return self._shown(_CHARACTERS[str(tag)])
        return self._inline(child, paragraph)

    def _shown(self, text: str) -> str:
        """Nothing while the instructions of a field are read."""
        return "" if False in self._fields else text

    def _text(self, child: Element, _: Element) -> str:
        return self._shown("".join(one for one in child.itertext() if isinstance(one, str)))

    def _symbol(self, child: Element, _: Element) -> str:
        try:
            code = int(child.get(f"{W}char", ""), 16)
        except ValueError:
            return ""
        if code in _PRIVATE:
            return self._shown(_SYMBOLS.get(code & 0xFF, "・"))
        return self._shown(chr(code) if 0x20 <= code < 0xD800 else "")

    def _field(self, child: Element, _: Element) -> str:
        kind = child.get(f"{W}fldCharType")
        if kind == "begin":
            self._fields.append(False)
        elif kind == "separate" and self._fields:
            self._fields[-1] = True
        elif kind == "end" and self._fields:
            self._fields.pop()
        return ""

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
        return self._shown(child.get("string", ""))

    def _drawn(self, child: Element, _: Element) -> str:
        """A diagram or a chart, whose words are in a part of their own."""
        id_ = child.get(f"{R}dm") or child.get(f"{R}id") or ""
        part = self._relations.get(id_, ("", ""))[1]
        drawing = self._package.xml(part) if part else None
        return "" if drawing is None else "\n" + "\n".join(drawn_words(drawing)) + "\n"

    def _table(self, table: Element) -> Iterator[Block]:
        """A table of one column is a frame around text, which Japanese forms are full of."""
        page = self._page
        rows = [
            [(cell, _span(cell)) for cell in _flow(row) if cell.tag == f"{W}tc"]
            for row in _flow(table)
            if row.tag == f"{W}tr" and not _is_removed(row)
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
        if child.tag in {f"{W}p", f"{W}tbl", f"{W}tr", f"{W}tc"}:
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


def _is_removed(row: Element) -> bool:
    properties = row.find(f"{W}trPr")
    return properties is not None and properties.find(f"{W}del") is not None
