"""The words of a Japanese text as a search compares them.

Words are Sudachi's normalised forms (届け and 届 are one), in its longest units and, where these
are compounds, in their parts too: 児童相談所 is found by 相談, and better by itself.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any

from assistant.manual import Token

if TYPE_CHECKING:
    from collections.abc import Iterator

_CONTENT = frozenset({"名詞", "動詞", "形容詞", "形状詞", "副詞", "連体詞", "接頭辞", "接尾辞"})
"""Parts of speech that carry meaning."""
# fmt: off
_EMPTY = frozenset({
    "為る", "居る", "有る", "成る", "出来る", "貰う", "呉れる", "頂く", "仕舞う", "下さる", "言う",
    "付く", "因る", "於く", "こと", "もの", "ところ", "とき", "ため", "よう", "事", "物", "様",
    "所", "時", "為", "者", "何", "此の", "其の", "其れ", "此れ", "どう", "然う", "御", "さん",
    "ちゃん", "君", "的", "無い", "御座る", "致す", "申す",
})
# fmt: on
"""Normalised words that only lean on others."""
_VARIANTS = {
    "子供": "子ども", "こども": "子ども", "届": "届け", "届ける": "届け", "おかあさん": "母",
    "お母さん": "母", "母親": "母", "お父さん": "父", "父親": "父", "赤ん坊": "赤ちゃん",
    "けが": "怪我", "あざ": "痣",
}  # fmt: skip
"""Spellings that Sudachi leaves apart."""
_LONGEST = 10_000
"""Characters to a call: Sudachi takes 49,149 bytes."""
_SENTENCE = re.compile(r"[^。！？!?\n]*[。！？!?\n]?")


class SudachiTokenizer:
    """`ports.Tokenizer` by SudachiPy with its core dictionary; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = Lock()

    def terms(self, text: str) -> list[str]:
        """Normalised terms of the content words in order, with repetitions."""
        return [token.term for token in self.tokens(unicodedata.normalize("NFKC", text))]

    def tokens(self, text: str) -> list[Token]:
        """The terms with the places where they stand in `text`."""
        writable = text.encode(
            "utf-8", "replace"
        ).decode()  # lone surrogates, character for character
        with self._lock:
            return [token for at, piece in _pieces(writable) for token in self._tokens(piece, at)]

    def _tokens(self, piece: str, at: int) -> Iterator[Token]:
        """Sudachi leaves out nothing, so its morphemes follow each other in the text."""
        for morpheme in self._sudachi.tokenize(piece):
            if not _is_content(morpheme):
                continue
            units = [morpheme]
            parts = list(morpheme.split(self._short))
            if len(parts) > 1:
                units += [part for part in parts if _is_content(part)]
            for unit in units:
                yield Token(_term(unit), at + unit.begin(), at + unit.end())

    @cached_property
    def _sudachi(self) -> Any:
        from sudachipy import Dictionary, SplitMode

        return Dictionary(dict="core").tokenizer(mode=SplitMode.C)

    @cached_property
    def _short(self) -> Any:
        from sudachipy import SplitMode

        return SplitMode.A


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """Sentences, and where they begin; cut where they are too long for Sudachi."""
    for match in _SENTENCE.finditer(text):
        for first in range(0, len(match[0]), _LONGEST):
            yield match.start() + first, match[0][first : first + _LONGEST]


def _is_content(morpheme: Any) -> bool:
    kind, second, *_ = morpheme.part_of_speech()
    if kind not in _CONTENT or second == "助動詞語幹":
        return False
    has_letters = any(mark.isalnum() for mark in morpheme.surface())
    return has_letters and morpheme.normalized_form() not in _EMPTY


def _term(morpheme: Any) -> str:
    form: str = morpheme.normalized_form().lower()
    return _VARIANTS.get(form, form)
