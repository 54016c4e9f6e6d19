"""Which reader a file needs, by what is in it; and what all documents have: a title, a date."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from itertools import accumulate, takewhile
from pathlib import PurePath
from typing import TYPE_CHECKING
from unicodedata import normalize

from assistant.errors import (
    EmptyManual,
    InaccessibleManual,
    ManualTooLarge,
    OldOfficeManual,
    ProtectedManual,
    UnreadableManual,
)
from assistant.knowledge.reading.dating import edition_date
from assistant.knowledge.reading.memory import fits
from assistant.knowledge.reading.outline import dense, is_numbered
from assistant.manual import Block, BlockKind, Document

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assistant.ports import ReadableFile

LONGEST = 10_000_000
"""Characters of a document that is still read: some 8,000 pages."""
LONGEST_MARKDOWN = LONGEST // 4
"""Its parser takes more memory than the others."""
MOST_LINES = 500_000
BIGGEST = 1 << 30
"""Bytes of a file that is looked into at all."""
_HEAD = 4096
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_RICH_TEXT = b"{\\rtf"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_PAGE = re.compile(r"<!doctype\s+html|<html[\s>]|<body[\s>]", re.IGNORECASE)
_BINARY_SUFFIXES = {".docx", ".docm", ".pdf", ".xlsx", ".xlsm", ".doc", ".xls", ".ppt", ".pptx"}
_MARKDOWN = {".md", ".markdown"}
_FIRST_PAGE = 1500
"""Characters that stand for the first page where the format has no pages."""
_LONGEST_TITLE = 80
_NO_TITLE = re.compile(
    r"microsoft (?:word|excel|powerpoint)\b.*|untitled.*|無題.*"
    r"|(?:文書|document|book|ブック|タイトル|title)\d*|powerpoint .*|word .*"
    r"|.*\.(?:docx?|xlsx?|pptx?|jtdc?|md|txt|html?|pdf)",
    re.IGNORECASE,
)


class FileReader:
    """`ports.ManualReader` of docx, pdf, xlsx, Markdown, HTML and plain text.

    What is in a file decides; its name only tells Markdown from plain text. `longest` is in
    characters.
    """

    def __init__(self, longest: int = LONGEST) -> None:
        self._longest = longest

    def read(self, file: ReadableFile) -> Document:
        """Its title and blocks, in reading order.

        Raises:
            UnreadableManual: damaged, or of another format.
            OldOfficeManual: Word or Excel of the time before 2007.
            ProtectedManual: it opens with a password only.
            EmptyManual: nothing is written in it.
            ManualWithoutText: a PDF of pictures.
            ManualTooLarge: over the bound, or packed to fill the memory.
            InaccessibleManual: the system does not let it be read.
        """
        try:
            title, blocks = self._blocks(file)
        except OSError as error:
            raise InaccessibleManual(name=file.name) from error
        except RecursionError as error:
            raise UnreadableManual(name=file.name) from error
        kept = dense([one for one in map(_clean, blocks) if one.text.strip()])
        if not kept:
            raise EmptyManual(name=file.name)
        if sum(len(one.text) for one in kept) > self._longest:
            raise ManualTooLarge(name=file.name)
        lines = [
            line
            for one in _first_page(kept)
            if one.kind is not BlockKind.LIST_ITEM  # the rows of a list have dates of their own
            for line in one.text.split("\n")
        ]
        return Document(_title(title, kept, _stem(file)), kept, edition_date(lines, _stem(file)))

    def _blocks(self, file: ReadableFile) -> tuple[str, list[Block]]:
        with file.open("rb") as stream:
            head = stream.read(_HEAD)
            size = stream.seek(0, os.SEEK_END)
        if size == 0:
            raise EmptyManual(name=file.name)
        if size > BIGGEST:
            raise ManualTooLarge(name=file.name)
        if b"%PDF-" in head[:1024]:
            from assistant.knowledge.reading import pdf

            return pdf.read(file, file.name, self._longest)
        if head.startswith(b"PK"):
            return _office(file)
        if head.startswith(_RICH_TEXT):
            raise OldOfficeManual(name=file.name)
        if head.startswith(_OLE):
            raise _old_office(file)
        return self._text(file, size)

    def _text(self, file: ReadableFile, size: int) -> tuple[str, list[Block]]:
        from assistant.knowledge.reading import html, markdown, plain

        suffix = PurePath(file.name).suffix.lower()
        if suffix in _BINARY_SUFFIXES:
            raise UnreadableManual(name=file.name)
        if size > 4 * self._longest:  # no encoding takes more bytes a character
            raise ManualTooLarge(name=file.name)
        data = _content(file)
        text = html.decode_page(data) if suffix in {".html", ".htm"} else plain.decode(data)
        if text is None:
            raise UnreadableManual(name=file.name)
        if not self._fits(text, suffix):
            raise ManualTooLarge(name=file.name)
        if suffix in _MARKDOWN:
            return markdown.read(text)
        if suffix in {".html", ".htm", ".xhtml"} or _PAGE.search(text[:_HEAD]):
            if not fits(data):
                raise ManualTooLarge(name=file.name)
            return html.read(html.decode_page(data) or text)
        return plain.read(text)

    def _fits(self, text: str, suffix: str) -> bool:
        longest = LONGEST_MARKDOWN if suffix in _MARKDOWN else LONGEST
        return len(text) <= min(longest, self._longest) and text.count("\n") <= MOST_LINES


def _office(file: ReadableFile) -> tuple[str, list[Block]]:
    from assistant.knowledge.reading import excel, names, word
    from assistant.knowledge.reading.package import open_package

    with open_package(file, file.name) as package:
        main = package.main()
        tag = package.tag(main) if main.endswith(".xml") else ""
    if tag == f"{names.W}document":
        return word.read(file, file.name)
    if tag == f"{names.S}workbook":
        title, blocks = excel.read(file, file.name)
        return title or _stem(file), blocks  # a sheet's name is not the workbook's
    raise UnreadableManual(name=file.name)


def _old_office(file: ReadableFile) -> OldOfficeManual | ProtectedManual:
    if _ENCRYPTED_PACKAGE in _content(file):
        return ProtectedManual(name=file.name)
    return OldOfficeManual(name=file.name)


def _content(file: ReadableFile) -> bytes:
    with file.open("rb") as stream:
        return stream.read()


def _stem(file: ReadableFile) -> str:
    return PurePath(file.name).stem


_UNSEEN = dict.fromkeys(
    (*range(9), 0xB, 0xC, *range(0xE, 0x20), 0x7F, 0xAD, 0xFEFF, 0x200B, 0x2060, 0xFFFE, 0xFFFF)
)
_HALVES = re.compile(r"[\ud800-\udfff]")
_RADICALS = re.compile(r"[\u2f00-\u2fd5]")
"""Some PDFs write ⽇ (a radical) for 日."""


def _clean(block: Block) -> Block:
    """Without characters that nobody sees, and without halves of characters."""
    text = block.text.translate(_UNSEEN).replace("\r", "\n").replace("\xa0", " ")
    text = _RADICALS.sub(lambda one: normalize("NFKC", one[0]), _HALVES.sub("", text))
    return block if text == block.text else replace(block, text=text)


def _first_page(blocks: Sequence[Block]) -> Iterable[Block]:
    if blocks[0].page is not None:
        return takewhile(lambda one: one.page == blocks[0].page, blocks)
    sizes = accumulate(len(one.text) for one in blocks)
    return [one for one, size in zip(blocks, sizes, strict=True) if size <= _FIRST_PAGE] or blocks[
        :1
    ]


def _title(property_: str, blocks: Sequence[Block], stem: str) -> str:
    """The document's own, unless a program put it there; the first heading; the file's name.

    A first heading with a number is a chapter's and not the document's.
    """
    own = " ".join(property_.split())
    if own and len(own) <= _LONGEST_TITLE and not _NO_TITLE.fullmatch(own):
        return own
    headings = (" ".join(one.text.split()) for one in blocks if one.kind is BlockKind.HEADING)
    first = next(headings, "")
    named = first and len(first) <= _LONGEST_TITLE and not is_numbered(first)
    return first if named else stem
