"""BM25 over the terms of passages: Robertson and Zaragoza, “The Probabilistic Relevance Framework”
(2009), with the idf of Lucene, which is never negative."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csc_array

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from assistant.model import FloatArray

_K1, _B = 1.2, 0.75
"""Saturation by repetition, and weight of a passage's length: the usual figures."""


class LexicalIndex:
    """The postings of `documents`, each a list of terms."""

    def __init__(self, documents: Iterable[Sequence[str]]) -> None:
        self._columns: dict[str, int] = {}
        counts, lengths = self._count(documents)
        norm = _K1 * (
            1 - _B + _B * lengths / max(1.0, float(lengths.mean()) if len(lengths) else 1)
        )
        found = np.diff(counts.indptr)
        self._idf: FloatArray = np.log1p((len(lengths) - found + 0.5) / (found + 0.5)).astype(
            np.float32
        )
        idf = np.repeat(self._idf, found)
        counts.data = counts.data * (_K1 + 1) / (counts.data + norm[counts.indices]) * idf
        self._weights = counts
        self._unknown = float(np.log1p((len(lengths) + 0.5) / 0.5))

    @property
    def size(self) -> int:
        """Documents."""
        return int(self._weights.shape[0])

    def scores(self, query: Mapping[str, float]) -> FloatArray:
        """BM25 of every document for weighted terms: shape (documents,)."""
        total = np.zeros(self.size, np.float32)
        for term, weight in query.items():
            column = self._columns.get(term)
            if column is not None:
                first, last = self._weights.indptr[column : column + 2]
                total[self._weights.indices[first:last]] += weight * self._weights.data[first:last]
        return total

    def covered(self, row: int, terms: Iterable[str]) -> float:
        """The share of the terms, weighted by how much they tell, that stand in a document."""
        weights = {term: self.idf(term) for term in terms}
        held = sum(weight for term, weight in weights.items() if self._holds(row, term))
        return held / (sum(weights.values()) or 1.0)

    def idf(self, term: str) -> float:
        """How much a term tells; one that stands nowhere tells most."""
        column = self._columns.get(term)
        return self._unknown if column is None else float(self._idf[column])

    def _holds(self, row: int, term: str) -> bool:
        column = self._columns.get(term)
        if column is None:
            return False
        first, last = self._weights.indptr[column : column + 2]
        rows = self._weights.indices[first:last]
        at = int(np.searchsorted(rows, row))
        return at < len(rows) and int(rows[at]) == row

    def _count(self, documents: Iterable[Sequence[str]]) -> tuple[csc_array, FloatArray]:
        """How often each term stands in each document, and how many terms each has.

        One document after the other: the terms of a large library would fill the memory.
        """
        lengths, columns = array("i"), array("i")
        number = self._columns.setdefault
        for terms in documents:
            lengths.append(len(terms))
            columns.extend([number(term, len(self._columns)) for term in terms])
        sizes, every = (np.asarray(one, np.int32) for one in (lengths, columns))
        rows = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
        ones = np.ones(len(every), np.float32)
        counts = csc_array((ones, (rows, every)), (len(sizes), len(self._columns)))
        counts.sum_duplicates()
        return counts, sizes.astype(np.float32)
