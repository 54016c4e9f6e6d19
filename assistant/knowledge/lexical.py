"""BM25 over the terms of passages: Robertson and Zaragoza, “The Probabilistic Relevance Framework”
(2009), with the idf of Lucene, which is never negative."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csc_array

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from assistant.model import FloatArray

_K1, _B = 1.2, 0.75
"""Saturation by repetition, and weight of a passage's length: the usual figures."""


class LexicalIndex:
    """The postings of `documents`, each a list of terms."""

    def __init__(self, documents: Sequence[Sequence[str]]) -> None:
        self._columns: dict[str, int] = {}
        rows, columns, counts = self._postings(documents)
        lengths = np.asarray([len(one) for one in documents], np.float32)
        norm = _K1 * (
            1 - _B + _B * lengths / max(1.0, float(lengths.mean() if len(lengths) else 1))
        )
        found = np.bincount(columns, minlength=len(self._columns))
        self._idf: FloatArray = np.log1p((len(documents) - found + 0.5) / (found + 0.5)).astype(
            np.float32
        )
        weights = counts * (_K1 + 1) / (counts + norm[rows]) * self._idf[columns]
        shape = (len(documents), len(self._columns))
        self._weights = csc_array((weights, (rows, columns)), shape, dtype=np.float32)
        self._weights.sort_indices()
        self._unknown = float(np.log1p((len(documents) + 0.5) / 0.5))

    def scores(self, query: Mapping[str, float]) -> FloatArray:
        """BM25 of every document for weighted terms: shape (documents,)."""
        total = np.zeros(self._weights.shape[0], np.float32)
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

    def _postings(
        self, documents: Sequence[Sequence[str]]
    ) -> tuple[NDArray[np.int32], NDArray[np.int32], FloatArray]:
        rows: list[int] = []
        columns: list[int] = []
        counts: list[int] = []
        for row, terms in enumerate(documents):
            for term, count in Counter(terms).items():
                rows.append(row)
                columns.append(self._columns.setdefault(term, len(self._columns)))
                counts.append(count)
        return (
            np.asarray(rows, np.int32),
            np.asarray(columns, np.int32),
            np.asarray(counts, np.float32),
        )
