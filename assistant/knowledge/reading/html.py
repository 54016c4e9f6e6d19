"""Web pages: what a browser shows of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree
from lxml.html import HTMLParser, document_fromstring

from assistant.knowledge.reading.outline import outline
from assistant.knowledge.reading.plain import decode
from assistant.manual import Block, BlockKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lxml.etree import _Element as Element

_UNSHOWN = frozenset(
    """script style template head rt rp noscript svg math audio video canvas object iframe
    select datalist noembed noframes""".split()  # noqa: SIM905 - words read better than literals
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_INLINE = frozenset(
    """a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr q
    rb ruby rbc rtc s samp small span strike strong sub sup time tt u var wbr img input
    button""".split()  # noqa: SIM905 - words read better than literals
)
_HIDDEN = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_WIDE = r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]"
_BETWEEN_WIDE = re.compile(rf"(?<={_WIDE})[ \t]*\n\s*(?={_WIDE})")
_SPACE = re.compile(r"[ \t\n\r\f]+")
_BREAK = "\v"
_WIDEST = 100
_FILLED = {"", "text", "button", "submit", "reset", "tel", "email", "number", "date", "search"}
"""Kinds of input whose value stands on the page."""


def decode_page(data: bytes) -> str | None:
    """The text in the encoding that the page names, where it is one; else as any text."""
    named = _CHARSET.search(data[:4096])
    name = named[1].decode("ascii").lower() if named else ""
    encoding = "cp932" if re.search(r"shift.?jis|x-sjis|windows-31j", name) else name
    if encoding and not encoding.startswith("utf-16"):
        try:
            return data.decode(encoding)
        except (LookupError, UnicodeError):
            pass
    return decode(data)


def read(text: str) -> tuple[str, list[Block]]:
    """The page's title, and its headings, paragraphs, lists and tables.

    Typed headings are looked for where no heading is marked.
    """
    parser = HTMLParser(no_network=True, remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        root = document_fromstring(_DECLARATION.sub("", text), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return "", []
    blocks = list(_Walk().blocks(root))
    marked = any(one.kind is BlockKind.HEADING for one in blocks)
    return _space(root.findtext(".//title") or ""), blocks if marked else outline(blocks)


class _Walk:
    """Collects words until a block ends."""

    def __init__(self) -> None:
        self._words: list[str] = []
        self._counters: list[int | None] = []
        """For each open list its next number, None where it has bullets."""
        self._label = ""
        self._heading = 0
        self._verbatim = 0

    def blocks(self, root: Element) -> Iterator[Block]:
        """In the order of the page. It does not recurse: pages may nest as deep as they like."""
        walker = etree.iterwalk(root, events=("start", "end"))
        for event, element in walker:
            tag = str(element.tag).lower()
            if event == "end":
                if not _is_unshown(element, tag) and tag != "table":
                    yield from self._end(element, tag)
                if element is not root:
                    self._say(element.tail or "")
            elif _is_unshown(element, tag):
                walker.skip_subtree()
            elif tag == "table":
                yield from self._flush()
                yield from _table(element)
                walker.skip_subtree()
            else:
                yield from self._start(element, tag)
        yield from self._flush()

    def _start(self, element: Element, tag: str) -> Iterator[Block]:
        if tag == "br":
            self._words.append(_BREAK)
        elif tag not in _INLINE:
            yield from self._flush()
        if tag in _HEADINGS:
            self._heading = _HEADINGS[tag]
        elif tag in {"ul", "ol", "menu", "dir"}:
            self._counters.append(_int(element.get("start"), 1) if tag == "ol" else None)
        elif tag == "li":
            self._label = self._next(element)
        elif tag == "pre":
            self._verbatim += 1
        elif tag == "input" and element.get("type", "").lower() in _FILLED:
            self._say(element.get("value", ""))
        self._say(element.text or "")

    def _end(self, element: Element, tag: str) -> Iterator[Block]:
        if tag not in _INLINE and tag != "br":
            yield from self._flush()
        if tag in _HEADINGS:
            self._heading = 0
        elif tag in {"ul", "ol", "menu", "dir"} and self._counters:
            self._counters.pop()
        elif tag == "li":
            self._label = ""
        elif tag == "pre":
            self._verbatim -= 1

    def _say(self, text: str) -> None:
        self._words.append(text.replace("\n", _BREAK) if self._verbatim else text)

    def _next(self, item: Element) -> str:
        if not self._counters or self._counters[-1] is None:
            return "・"
        number = _int(item.get("value"), self._counters[-1])
        self._counters[-1] = number + 1
        return f"{number}. "

    def _flush(self) -> Iterator[Block]:
        text = _space("".join(self._words))
        self._words.clear()
        if not text:
            return
        if self._heading:
            yield Block(BlockKind.HEADING, " ".join(text.split()), self._heading)
        elif self._label or self._counters:
            yield Block(BlockKind.LIST_ITEM, self._label + text)
            self._label = ""
        else:
            yield Block(BlockKind.PARAGRAPH, text)


def _table(table: Element) -> Iterator[Block]:
    """A table of one column is a frame around text."""
    rows = [_cells(row) for row in table.iter("tr") if next(row.iterancestors("table")) is table]
    caption = next(table.iterchildren("caption"), None)
    if caption is not None:
        yield from _Walk().blocks(caption)
    if all(len(row) <= 1 for row in rows):
        for cell in (cell for row in rows for cell in row):
            yield from _Walk().blocks(cell)
        return
    lines = ["\t".join(texts).rstrip("\t") for texts in _grid(rows)]
    if text := "\n".join(line for line in lines if line.strip()):
        yield Block(BlockKind.TABLE, text)


def _cells(row: Element) -> list[Element]:
    if _is_unshown(row, "tr"):
        return []
    return [cell for cell in row.iterchildren("td", "th") if not _is_unshown(cell, "td")]


def _grid(rows: Sequence[Sequence[Element]]) -> Iterator[list[str]]:
    """The texts of each row by columns; empty where a cell reaches over more than one."""
    covered: dict[int, int] = {}
    for row in rows:
        texts: list[str] = []
        for cell in row:
            while covered.get(len(texts), 0):
                texts.append("")
            wide, high = (_span(cell, name) for name in ("colspan", "rowspan"))
            covered |= dict.fromkeys(range(len(texts), len(texts) + wide), high)
            texts += [_one_line(cell), *[""] * (wide - 1)]
        covered = {column: left - 1 for column, left in covered.items() if left > 1}
        yield texts


def _span(cell: Element, name: str) -> int:
    return min(max(_int(cell.get(name), 1), 1), _WIDEST)


def _one_line(cell: Element) -> str:
    blocks = _Walk().blocks(cell)
    return " ".join(" ".join(block.text.split()) for block in blocks)


def _is_unshown(element: Element, tag: str) -> bool:
    if tag in _UNSHOWN:
        return True
    if "hidden" in element.attrib and element.get("hidden") != "until-found":
        return True
    return bool(_HIDDEN.search(element.get("style", "")))


def _space(text: str) -> str:
    """Runs of space are one space; a line's end between Japanese characters is nothing."""
    flat = _SPACE.sub(" ", _BETWEEN_WIDE.sub("", text))
    return "\n".join(line.strip(" ") for line in flat.split(_BREAK)).strip()


def _int(text: str | None, default: int) -> int:
    digits = (text or "").strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else default
