"""What people say, and what manuals write: a table that a site can edit.

A line is `SPOKEN[/SPOKEN…]<tab>WRITTEN`, or `A = B` where both mean the same; # begins a comment.
Everything is compared as terms, so 叩かれてる finds 叩く, and しつけ is not found in 押しつけ.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

from assistant.errors import BadExpansions

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from assistant.ports import Tokenizer

GAP = 3
"""Terms that may stand between two words of an expression."""
WEIGHT = 0.6
"""Of a written word against one that was really said."""


@dataclass(frozen=True, slots=True)
class Expansion:
    """Terms that, said in this order, mean the `written` ones."""

    spoken: tuple[str, ...]
    written: tuple[str, ...]


class Expansions:
    """The table of the program, and after it the site's own."""

    def __init__(self, tokenizer: Tokenizer, own: Path | None = None) -> None:
        """`own` is read when it is there.

        Raises:
            BadExpansions: a line of it is not understood.
        """
        self._tokenizer = tokenizer
        ours = resources.files("assistant.text") / "data" / "expansions.tsv"
        self._entries = self._read(ours.read_text(encoding="utf-8").splitlines(), ours.name)
        if own is not None and own.is_file():
            self._entries += self._read(own.read_text(encoding="utf-8-sig").splitlines(), own.name)

    def written(self, said: Sequence[str]) -> dict[str, float]:
        """Terms that a manual would use for what was said, with their weights."""
        found: dict[str, float] = {}
        for entry in self._entries:
            if _said(entry.spoken, said):
                found |= dict.fromkeys(entry.written, WEIGHT)
        return {term: weight for term, weight in found.items() if term not in said}

    def _read(self, lines: Iterable[str], name: str) -> list[Expansion]:
        entries: list[Expansion] = []
        for number, line in enumerate(lines, 1):
            if line.strip() and not line.startswith("#"):
                entries += self._entry(line, name, number)
        return entries

    def _entry(self, line: str, name: str, number: int) -> list[Expansion]:
        spoken, tab, written = line.partition("\t")
        if tab:
            return self._one_way(spoken, written, name, number)
        first, sign, second = line.partition("=")
        if not sign:
            raise BadExpansions(name=name, line=number)
        there = self._one_way(first, second, name, number)
        return there + self._one_way("/".join(second.split()), first, name, number)

    def _one_way(self, spoken: str, written: str, name: str, number: int) -> list[Expansion]:
        terms = tuple(dict.fromkeys(self._tokenizer.terms(written)))
        ways = [tuple(self._tokenizer.terms(way)) for way in spoken.split("/")]
        if not terms or not all(ways):
            raise BadExpansions(name=name, line=number)
        return [Expansion(way, terms) for way in ways]


def _said(spoken: Sequence[str], said: Sequence[str]) -> bool:
    """Whether the terms come in order, with no more than `GAP` others between two of them."""
    starts = [at for at, term in enumerate(said) if term == spoken[0]]
    for term in spoken[1:]:
        starts = [
            at
            for start in starts
            for at in range(start + 1, min(len(said), start + 2 + GAP))
            if said[at] == term
        ]
    return bool(starts)
