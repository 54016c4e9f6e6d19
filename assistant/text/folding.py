"""Texts as a search compares them: one form for width, letter case, old and new kanji, spaces.

Katakana and hiragana stay apart (ガス is not in 話がすごい); who looks for one looks for the other
where that is safe: see `text.wanted`.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib import resources
from typing import NamedTuple

_MARKS = "\u0300-\u036f\u3099\u309a\uff9e\uff9f\ufe00-\ufe0f\U000e0100-\U000e01ef"
_CLUSTER = re.compile(f"[\\s\\S][{_MARKS}]*")
"""A character with what belongs to it: dakuten of half-width kana, variation selectors."""
_DROPPED = re.compile("[\x00-\x1f\x7f\u200b-\u200f\u2060\ufeff\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_SPECIAL = re.compile(f"[\\s{_MARKS}\x00-\x1f\x7f\u200b-\u200f\u2060\ufeff\ud800-\udfff]")
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−"), "-") | {ord("〜"): "~"}
_LOWER = {upper: chr(upper + 32) for upper in range(ord("A"), ord("Z") + 1)}


class Folded(NamedTuple):
    """A folded text; its character `n` stands for `starts[n]` to `ends[n]` of the original."""

    text: str
    starts: list[int]
    ends: list[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where the folded characters `start` to `end` (exclusive, not empty) stand."""
        return self.starts[start], self.ends[end - 1]


def fold(text: str) -> str:
    """The folded text alone.

    >>> fold("髙橋さんの ＤＶ 届")
    '高橋さんのdv届'
    """
    return text.translate(_table()) if _is_plain(text) else folded(text).text


def folded(text: str) -> Folded:
    """With the places where its characters come from."""
    if _is_plain(text):
        places = list(range(len(text) + 1))
        return Folded(text.translate(_table()), places[:-1], places[1:])
    out: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    gap: tuple[int, int] | None = None
    for match in _CLUSTER.finditer(text):
        piece = _folded_piece(match[0])
        if piece.isspace():
            gap = match.span()
            continue
        for one in piece:
            if gap and out and _is_latin(out[-1]) and _is_latin(one):
                _put(" ", gap, out, starts, ends)
            gap = None
            _put(one, match.span(), out, starts, ends)
    return Folded("".join(out), starts, ends)


def _is_plain(text: str) -> bool:
    """Whether each character stays one."""
    return not _SPECIAL.search(text) and unicodedata.is_normalized("NFKC", text)


def _put(
    one: str, place: tuple[int, int], out: list[str], starts: list[int], ends: list[int]
) -> None:
    out.append(one)
    starts.append(place[0])
    ends.append(place[1])


def _folded_piece(piece: str) -> str:
    if piece.isspace():
        return " "
    writable = piece.encode("utf-8", "replace").decode()  # a lone surrogate cannot be kept
    normal = unicodedata.normalize("NFKC", writable).strip(" ") or " "
    return _DROPPED.sub("", normal).translate(_table())


def _is_latin(one: str) -> bool:
    return one.isascii() and one.isalnum()


@cache
def _table() -> dict[int, str]:
    lines = (resources.files("assistant.text") / "data" / "kanji.txt").read_text("utf-8")
    pairs = [
        pair for line in lines.splitlines() if not line.startswith("#") for pair in line.split()
    ]
    return {ord(pair[0]): pair[1] for pair in pairs} | _DASHES | _LOWER
