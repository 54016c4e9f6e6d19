"""Markdown, with tables and a front matter of title and date."""

from __future__ import annotations

import re
from functools import reduce
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

from assistant.knowledge.reading import html
from assistant.knowledge.reading.plain import join
from assistant.manual import Block, BlockKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markdown_it.token import Token

_FRONT = re.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_FIELD = re.compile(r"^(\w+)[ \t]*:[ \t]*[\"']?(.*?)[\"']?[ \t]*$", re.MULTILINE)
_DATED = ("date", "edition", "revised", "version")
_NOTE = re.compile(r"^( {0,3})\[\^([^\]\s]+)\]:", re.MULTILINE)
_NOTED = re.compile(r"\[\^[^\]\s]+\]")
_TAG = re.compile(r"<(/?)\s*([a-zA-Z0-9]+)")
_UNSAID = {"rt", "rp"}


def read(text: str) -> tuple[str, list[Block]]:
    """The title and the lines that tell the date, as the front matter has them; then the text."""
    text = text.replace("\r\n", "\n")
    front = _FRONT.match(text)
    fields = dict(_FIELD.findall(front[1])) if front else {}
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    body = text[front.end() :] if front else text
    tokens = parser.parse(_NOTE.sub(r"\1\\[^\2]:", body))  # else it would define a link
    dated = [Block(BlockKind.PARAGRAPH, f"{fields[key]}版") for key in _DATED if fields.get(key)]
    return str(fields.get("title", "")), [*dated, *_Walk(tokens).blocks()]


class _Walk:
    """Goes through the tokens once; `_labels` are the marks of the open lists' next items."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._numbers: list[int | None] = []
        self._label = ""
        self._level = 0
        self._rows: list[list[str]] | None = None

    def blocks(self) -> Iterator[Block]:
        """In the order of the text."""
        for token in self._tokens:
            if token.type == "inline":
                yield from self._inline(inline_text(token.children or []))
            elif token.type in {"fence", "code_block"}:
                yield Block(BlockKind.PARAGRAPH, token.content.strip("\n"))
            elif token.type == "html_block":
                yield from html.read(token.content)[1]
            elif token.type == "table_close":
                yield from self._table()
            else:
                self._mark(token)

    def _mark(self, token: Token) -> None:
        kind = token.type
        if kind.startswith("heading"):
            self._level = int(token.tag[1]) if token.nesting > 0 else 0
        elif kind == "bullet_list_open":
            self._numbers.append(None)
        elif kind == "ordered_list_open":
            start = token.attrGet("start")
            self._numbers.append(1 if start is None else int(start))
        elif kind in {"bullet_list_close", "ordered_list_close"}:
            self._numbers.pop()
        elif kind == "list_item_open":
            self._label = self._next()
        elif kind == "table_open":
            self._rows = []
        elif kind == "tr_open" and self._rows is not None:
            self._rows.append([])

    def _next(self) -> str:
        number = self._numbers[-1]
        if number is None:
            return "・"
        self._numbers[-1] = number + 1
        return f"{number}. "

    def _inline(self, text: str) -> Iterator[Block]:
        if self._rows is not None:
            self._rows[-1].append(" ".join(text.split()))
        elif note := _NOTE.match(text):
            yield Block(BlockKind.NOTE, text[note.end() :].strip())
        elif not (text := _NOTED.sub("", text)).strip():
            return
        elif self._level:
            yield Block(BlockKind.HEADING, " ".join(text.split()), self._level)
        elif self._numbers:
            yield Block(BlockKind.LIST_ITEM, self._label + text)
            self._label = ""
        else:
            yield Block(BlockKind.PARAGRAPH, text)

    def _table(self) -> Iterator[Block]:
        lines = ["\t".join(row).rstrip("\t") for row in self._rows or []]
        self._rows = None
        if text := "\n".join(line for line in lines if line.strip()):
            yield Block(BlockKind.TABLE, text)


def inline_text(tokens: Sequence[Token]) -> str:
    """What is shown of a line: no marks, no links' addresses, no readings of ruby."""
    lines = [""]
    unsaid = False
    for token in tokens:
        tag = _TAG.match(token.content) if token.type == "html_inline" else None
        if tag and tag[2].lower() in _UNSAID:
            unsaid = not tag[1]
        elif not unsaid and token.type == "softbreak":
            lines.append("")
        elif not unsaid:
            lines[-1] += _said(token, tag)
    return reduce(join, lines)


def _said(token: Token, tag: re.Match[str] | None) -> str:
    if token.type == "hardbreak" or (tag and tag[2].lower() == "br"):
        return "\n"
    return token.content if token.type in {"text", "code_inline", "image"} else ""
