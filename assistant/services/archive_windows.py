"""Prepares the archive's search by meaning, beside the worker's other work, in small steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from assistant.services.archive_search import model_key

if TYPE_CHECKING:
    from assistant.model import FloatArray
    from assistant.search import WindowBatch
    from assistant.services.archive_search import Tools
    from assistant.services.archive_store import ArchiveStore

BATCH = 16
"""Windows that are embedded at once, a second or two on two cores: nothing waits for longer."""
PIECE = 500
"""Characters that an encoder reads well; a window that is longer has the mean of its pieces."""
PIECES = 8
"""Of one window: what is said beyond 4,000 characters is found by its words."""


class ArchiveWindows:
    """Embeds what is new or changed. Killed at any moment, the next step does the rest."""

    def __init__(self, store: ArchiveStore, tools: Tools) -> None:
        self._store = store
        self._tools = tools
        self._complete_at = (-1, -1)

    def incomplete(self) -> bool:
        """Whether there may be something to do."""
        with self._store.reading() as unit:
            return unit.search.state() != self._complete_at

    def step(self) -> bool:
        """Does one small thing; False when nothing is left to do.

        Raises:
            SetupError: the weights are not here.
        """
        with self._store.reading() as unit:
            state = unit.search.state()
            if state == self._complete_at:
                return False
            old = unit.search.unindexed(1)
            key = model_key(self._tools.weights())
            unsettled = unit.search.windows.unsettled(key)
        if old:
            with self._store.writing() as unit:
                unit.records.index(old[0])
            return True
        if unsettled and self._settle(key):
            return True
        if self._embed(key):
            return True
        self._complete_at = state
        return False

    def _settle(self, key: str) -> bool:
        """Lets the database itself compare what is embedded, where it can."""
        with self._store.writing() as unit:
            return unit.search.windows.settle(key)

    def _embed(self, key: str) -> bool:
        with self._store.reading() as unit:
            batch = unit.search.windows.missing(key, BATCH)
        if batch is None:
            with self._store.writing() as unit:
                unit.search.windows.forget_others(key)
            return False
        vectors = self._vectors(batch)
        with self._store.writing() as unit:
            unit.search.windows.keep(key, batch, vectors)
        return True

    def _vectors(self, batch: WindowBatch) -> FloatArray:
        """Unit vectors, shape (windows, dimensions)."""
        pieces = [_pieces(text) for text in batch.texts]
        every = self._tools.embedder().passages([one for some in pieces for one in some])
        bounds = np.cumsum([0, *(len(some) for some in pieces)])
        means = np.add.reduceat(every, bounds[:-1], axis=0)
        vectors: FloatArray = means / np.linalg.norm(means, axis=1, keepdims=True)
        return vectors


def _pieces(text: str) -> list[str]:
    pieces = [text[at : at + PIECE] for at in range(0, len(text), PIECE)]
    return pieces[:PIECES] or ["。"]
