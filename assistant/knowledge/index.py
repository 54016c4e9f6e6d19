"""Words and meaning over all passages, fused by strength.

Each half is brought to 0 to 1 for the question at hand, then added with fixed weights: a passage
that one half finds and the other hardly knows still counts. Ranks alone would forget by how much
the first is better than the second.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from assistant.knowledge.lexical import LexicalIndex
from assistant.manual import Match

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from assistant.model import FloatArray
    from assistant.ports import Ways

LEXICAL, DENSE = 0.35, 0.65
"""Weights of the halves. Meaning weighs more, since words alone miss what is said in other words;
with .3 and .7, 4,442 questions over 1,145 passages of JSQuAD had MRR@10 .942 (words .931, meaning
.882). With questions centred, .35 is best for colloquial and for formal questions together."""
MOST = 100
"""Passages that are ranked; nobody reads further."""


class FusedIndex:
    """`ports.PassageIndex` in memory: BM25 and an exact search over unit vectors."""

    def __init__(
        self, terms: Sequence[Sequence[str]], rows: Sequence[int], vectors: FloatArray
    ) -> None:
        self._lexical = LexicalIndex(terms)
        self._size = len(terms)
        self._rows = np.asarray(rows, np.intp)
        self._vectors = np.ascontiguousarray(vectors, np.float32)

    def rank(
        self,
        terms: Mapping[str, float],
        meaning: FloatArray | None,
        ways: Ways = "fused",
        among: Sequence[int] | None = None,
    ) -> list[Match]:
        """The passages that fit, the best first; `MOST` at most."""
        if not self._size:
            return []
        words = self._lexical.scores(terms)
        cosines = self._cosines(meaning)
        if among is not None:
            others = np.ones(self._size, bool)
            others[list(among)] = False
            words[others] = cosines[others] = 0.0
        lead = _lead(cosines, self._rows)
        total = {"lexical": _share(words), "dense": lead}.get(ways)
        if total is None:
            total = _fused(_share(words), lead)
        best = np.argpartition(-total, min(MOST, self._size) - 1)[:MOST]
        ordered = best[np.lexsort((best, -total[best]))]
        return [
            Match(int(row), float(total[row]), float(cosines[row]), float(lead[row]))
            for row in ordered
            if total[row] > 0
        ]

    def idf(self, term: str) -> float:
        """How much a term tells of a passage."""
        return self._lexical.idf(term)

    def _cosines(self, meaning: FloatArray | None) -> FloatArray:
        """Of every passage; 0 for those that are not embedded yet."""
        cosines = np.zeros(self._size, np.float32)
        if meaning is not None and len(self._rows):
            cosines[self._rows] = self._vectors @ meaning
        return cosines


def _fused(words: FloatArray, meaning: FloatArray) -> FloatArray:
    """Words alone where nothing is embedded, meaning alone where no word is known."""
    if not meaning.any():
        return words
    if not words.any():
        return meaning
    fused: FloatArray = LEXICAL * words + DENSE * meaning
    return fused


def _share(words: FloatArray) -> FloatArray:
    """Of the best passage's strength."""
    best = float(words.max())
    share: FloatArray = words / best if best > 0 else words
    return share


def _lead(cosines: FloatArray, rows: np.ndarray[tuple[int], np.dtype[np.intp]]) -> FloatArray:
    """How far above the average passage, as a share of the best one's lead.

    Encoders crowd their cosines into a narrow band; only what rises above it says anything.
    """
    lead = np.zeros_like(cosines)
    known = cosines[rows]
    if len(known):
        average = float(known.mean()) if len(known) > 1 else 0.0
        best = float(known.max()) - average
        if best > 0:
            lead[rows] = np.maximum(0.0, known - average) / best
    return lead
