"""Plain text: in which encoding it is, and its paragraphs."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

from assistant.knowledge.reading.outline import is_numbered, outline
from assistant.manual import Block, BlockKind

if TYPE_CHECKING:
    from collections.abc import Iterator

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DOUBLE_BYTE = ("cp932", "euc_jp", "euc_jis_2004")
_ESCAPED = ("iso2022_jp_2004", "iso2022_jp_ext")
_BINARY = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\ufffe\uffff]")
_LIKELY = re.compile(r"[\u3040-\u309f\u30a0-\u30ff、。「」（）・ー\u3000々]")
_USUAL = re.compile(r"[\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef]")
_UNLIKELY = re.compile(r"[\uff61-\uff9f\u0080-\u00a6\ue000-\uf8ff\u0370-\u04ff]")
_DAMAGE = 0.002
"""Share of characters that may be damaged in a text that is still read."""


def decode(data: bytes) -> str | None:
    """The text in UTF-8, UTF-16, CP932, EUC-JP or ISO-2022-JP; None if it is no text.

    CP932 and EUC-JP share most of their bytes: the one whose characters are likelier in Japanese
    wins, since the wrong one gives half-width katakana.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _text(data[len(mark) :], encoding, "replace")
    if b"\x00" in data:
        return _utf16(data)
    if b"\x1b$" in data:
        escaped = [text for name in _ESCAPED if (text := _text(data, name)) is not None]
        if escaped:
            return escaped[0]
    strict = _text(data, "utf-8")
    return strict if strict is not None else _double_byte(data) or _damaged(data)


def read(text: str) -> tuple[str, list[Block]]:
    """No title of its own, and its paragraphs and typed headings."""
    return "", outline(_paragraphs(text))


def _paragraphs(text: str) -> Iterator[Block]:
    """Lines that were wrapped by hand are put together again; a numbered line begins anew."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n\n").split("\n")
    wide = wrapped_at(lines)
    paragraph = ""
    before = ""
    for line in lines:
        goes_on = wide and len(before) >= wide and not _begins(line)
        if paragraph and not goes_on:
            yield Block(BlockKind.PARAGRAPH, paragraph)
            paragraph = ""
        paragraph = join(paragraph, line.strip())
        before = line.rstrip()
    if paragraph:
        yield Block(BlockKind.PARAGRAPH, paragraph)


def join(first: str, second: str) -> str:
    """Two lines of one paragraph: a space only where Latin words meet."""
    if first and second and first[-1].isascii() and second[0].isascii():
        return f"{first} {second}"
    return first + second


def wrapped_at(lines: list[str]) -> int:
    """Columns from which on a line counts as full; 0 if the text is not wrapped by hand."""
    lengths = sorted(len(line.rstrip()) for line in lines if line.strip())
    widest = lengths[-1] if lengths else 0
    full = sum(length >= widest - 2 for length in lengths)
    return widest - 2 if 20 <= widest <= 100 and full >= max(3, len(lengths) // 5) else 0


def _begins(line: str) -> bool:
    return not line.strip() or line[0] in " \u3000\t" or is_numbered(line)


def _text(data: bytes, encoding: str, errors: str = "strict") -> str | None:
    try:
        text = data.decode(encoding, errors)
    except UnicodeError:
        return None
    return None if _is_binary(text) else text


def _is_binary(text: str) -> bool:
    return len(_BINARY.findall(text)) > len(text) * _DAMAGE


def _utf16(data: bytes) -> str | None:
    """Without a mark: the zeros of line ends and Latin letters tell the order of the bytes."""
    high, low = data[0::2].count(0), data[1::2].count(0)
    text = _text(data, "utf-16-be" if high > low else "utf-16-le")
    usual = sum(one < "\u0080" for one in text or "") + len(_USUAL.findall(text or ""))
    return text if text and usual > 0.8 * len(text) else None


def _double_byte(data: bytes) -> str | None:
    texts = [text for name in _DOUBLE_BYTE if (text := _text(data, name)) is not None]
    return max(texts, key=_likeness, default=None)


def _likeness(text: str) -> float:
    return (len(_LIKELY.findall(text)) - 2 * len(_UNLIKELY.findall(text))) / (len(text) or 1)


def _damaged(data: bytes) -> str | None:
    texts = (_text(data, name, "replace") for name in ("utf-8", *_DOUBLE_BYTE))
    few = [text for text in texts if text and text.count("\ufffd") <= len(text) * _DAMAGE]
    return max(few, key=_likeness, default=None)
