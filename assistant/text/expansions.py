"""What people say, and what manuals write: a table that a site can edit.

A line is `SPOKEN/SPOKEN → WRITTEN WRITTEN` (an arrow or a tab), or `A = B = C` where each is looked
for when another is said. # begins a comment. Everything is compared as terms, so that 叩かれてる
finds 叩く and しつけ is not found in 押しつけ. A way that ends in a negation (学校に来ない) is met
by negations alone. A line of the site's own table takes the place of ours for what it names; `×` as
its written side takes ours away.
"""

from __future__ import annotations

import re
import unicodedata
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple

from assistant.errors import BadExpansions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from assistant.manual import Token
    from assistant.ports import Tokenizer

GAP = 3
"""Terms that may stand between two words of an expression."""
WEIGHT = 0.4
"""Of a written word against one that was really said."""
NONE = "×"
_NO = "無い"
"""The negation as a term; it is compared apart, since most negations are no words of their own."""
_NEGATION = re.compile(
    r"[^。、！？!?\n]{0,9}?(?:(?<!しれ)(?<!じゃ)(?<!では)ない|なかっ|なく|(?<!しれ)ません|ねえ|へん|ずに|ぬ$)"
)
_SENTENCE_ENDS = re.compile(r"[。！？!?\n]")


class Spoken(NamedTuple):
    """Terms said in this order; `negated` when a negation follows."""

    terms: tuple[str, ...]
    negated: bool


class Expansions:
    """The table of the program, and a site's own over it."""

    def __init__(self, tokenizer: Tokenizer, own: Path | None = None) -> None:
        """`own` is read when it is there.

        Raises:
            BadExpansions: a line of it is not understood.
        """
        self._tokenizer = tokenizer
        ours = resources.files("assistant.text") / "data" / "expansions.txt"
        self._table = self._read(ours.read_bytes(), ours.name)
        if own is not None and own.is_file():
            self._table |= self._read(own.read_bytes(), own.name)
        self._by_first: dict[str, list[Spoken]] = {}
        for spoken in self._table:
            self._by_first.setdefault(spoken.terms[0], []).append(spoken)

    def written(self, question: str) -> dict[str, float]:
        """Terms that a manual would use for what was said, with their weights."""
        text = unicodedata.normalize("NFKC", question)
        said = [token for token in self._tokenizer.tokens(text) if token.term != _NO]
        found: dict[str, float] = {}
        for at, token in enumerate(said):
            for spoken in self._by_first.get(token.term, ()):
                if _is_said(spoken, said, at, text):
                    found |= dict.fromkeys(self._table[spoken], WEIGHT)
        return {term: found[term] for term in found.keys() - {token.term for token in said}}

    def _read(self, content: bytes, name: str) -> dict[Spoken, tuple[str, ...]]:
        """Later lines add to earlier ones about the same expression."""
        table: dict[Spoken, tuple[str, ...]] = {}
        for number, line in enumerate(decoded(content, name).splitlines(), 1):
            if line.strip() and not line.lstrip().startswith("#"):
                for ways, written in _sides(line, name, number):
                    for spoken in self._ways(ways, name, number):
                        terms = self._terms(written, name, number)
                        table[spoken] = tuple(dict.fromkeys(table.get(spoken, ()) + terms))
        return table

    def _ways(self, ways: Sequence[str], name: str, number: int) -> Iterator[Spoken]:
        for way in ways:
            tokens = [one for one in self._tokenizer.tokens(way) if one.term != _NO]
            if not tokens:
                raise BadExpansions(name=name, line=number)
            yield Spoken(tuple(one.term for one in tokens), _negated(way, tokens[-1]))

    def _terms(self, written: str, name: str, number: int) -> tuple[str, ...]:
        terms = tuple(self._tokenizer.terms(written))
        if not terms and written != NONE:
            raise BadExpansions(name=name, line=number)
        return terms


def decoded(content: bytes, name: str) -> str:
    """UTF-8, or what Japanese editors on Windows write."""
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return unicodedata.normalize("NFKC", content.decode(encoding)).replace("\t", "→")
        except UnicodeDecodeError:
            continue
    raise BadExpansions(name=name, line=1)


def _sides(line: str, name: str, number: int) -> Iterator[tuple[list[str], str]]:
    """What is said and what is written for it; of words that mean the same, each with the rest."""
    sign = "→" if "→" in line else "="
    sides = [side.strip() for side in line.split(sign)]
    if len(sides) < 2 or not all(sides) or (sign == "→" and len(sides) > 2):
        raise BadExpansions(name=name, line=number)
    if sign == "→":
        yield sides[0].split("/"), sides[1]
        return
    for side in sides:
        yield [side], " ".join(other for other in sides if other != side)


def _is_said(spoken: Spoken, said: Sequence[Token], first: int, text: str) -> bool:
    """Whether the expression begins at `first`, in one sentence, with small gaps."""
    ends = [first]
    for term in spoken.terms[1:]:
        ends = [
            at
            for end in ends
            for at in range(end + 1, min(len(said), end + 2 + GAP))
            if said[at].term == term
            and not _SENTENCE_ENDS.search(text, said[end].end, said[at].start)
        ]
    return any(not spoken.negated or _negated(text, said[at]) for at in ends)


def _negated(text: str, last: Token) -> bool:
    return _NEGATION.match(text, last.end) is not None
