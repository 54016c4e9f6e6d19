"""The meaning of windows of turns in memory: an exact inner product over unit vectors.

float32 in one matrix, 1.5 kB a window: half a million windows, a million turns, are 770 MB and take
a twentieth of a second where everything is visible. What somebody may not see is left out before
anything is compared.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from assistant.model import FloatArray
    from assistant.search import VectorBatch

    Numbers = NDArray[np.int64]

BEST = 50
"""Windows that are near enough to look at."""
RUN = 64
"""Rows from which on it is quicker to leave out what is not visible than to compare it too."""


class WindowIndex:
    """`services.archive_search.Meaning`. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._vectors = np.zeros((0, 0), np.float32)
        self._begins = np.zeros(0, np.int64)
        self._rows: dict[int, int] = {}
        self.latest = 0
        """The number of the last batch that was taken in."""

    @property
    def nbytes(self) -> int:
        """Memory of the vectors."""
        return self._vectors.nbytes + self._begins.nbytes

    def add(self, batches: Iterable[VectorBatch], expected: int = 0) -> None:
        """Takes in what was embedded since; a window that was embedded again gets its new vector.

        `expected` windows are made room for at once.
        """
        with self._lock:
            for batch in batches:
                if batch.number > self.latest:
                    self._add(batch, expected)
                    self.latest = batch.number

    def near(self, meaning: FloatArray, seen: NDArray[np.bool_]) -> tuple[Numbers, FloatArray]:
        """The first turns of the windows nearest to a unit vector, nearest first; their cosines.

        Only those are looked at whose first turn is marked in `seen`, by its number.
        """
        with self._lock:
            size = len(self._rows)
            vectors, begins = self._vectors[:size], self._begins[:size]
        looked_at = np.append(seen, False)[np.minimum(begins, len(seen))]
        rows = np.flatnonzero(looked_at)
        if not len(rows):
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        cosines = _cosines(vectors, meaning, looked_at)[rows]
        number = min(BEST, len(rows))
        best = np.argpartition(-cosines, number - 1)[:number]
        best = best[np.lexsort((best, -cosines[best]))]
        return begins[rows[best]], cosines[best]

    def _add(self, batch: VectorBatch, expected: int) -> None:
        values = batch.values.astype(np.float32)
        for begin, value in zip(batch.begins, values, strict=True):
            row = self._rows.get(begin)
            if row is None:
                row = len(self._rows)
                self._make_room(row + 1, expected, values.shape[1])
                self._rows[begin] = row
                self._begins[row] = begin
            self._vectors[row] = value

    def _make_room(self, rows: int, expected: int, width: int) -> None:
        """A copy with room: whoever is searching keeps the array that they have."""
        if rows <= len(self._begins):
            return
        size = max(expected, rows + rows // 4, 1024)
        vectors, begins = np.empty((size, width), np.float32), np.empty(size, np.int64)
        if not self._begins.size:
            self._vectors, self._begins = vectors, begins
            return
        vectors[: rows - 1], begins[: rows - 1] = (
            self._vectors[: rows - 1],
            self._begins[: rows - 1],
        )
        self._vectors, self._begins = vectors, begins


def _cosines(vectors: FloatArray, meaning: FloatArray, seen: NDArray[np.bool_]) -> FloatArray:
    """Of the windows that are seen; the others' are left as they come."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], seen, [False]]).view(np.int8)))
    runs = edges.reshape(-1, 2)
    cosines = np.empty(len(vectors), np.float32)
    if len(runs) * RUN > len(vectors):
        return np.asarray(vectors @ meaning, np.float32)
    for start, end in runs.tolist():
        np.dot(vectors[start:end], meaning, out=cosines[start:end])
    return cosines
