"""What a process remembers of the turns in the index: their lengths, speakers and records.

A turn's number is never used again, so that what was read stays true: only new records are read.
Which of them somebody may see is asked of the database each time.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
import sqlalchemy as sa

from assistant.store import search_tables as s
from assistant.store.tables import AS_BYTES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from sqlalchemy import Connection, Row

    Numbers = NDArray[np.int64]


class Catalogue:
    """Arrays by a turn's number. Safe to share between threads: `refresh` gives one that stays."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._state = Shelf()

    def refresh(self, connection: Connection) -> Shelf:
        """With everything that the connection sees."""
        query = sa.select(s.indexed).where(s.indexed.c.first >= self._state.size)
        query = query.order_by(s.indexed.c.first)
        rows = connection.execute(query, execution_options=AS_BYTES).all()
        with self._lock:
            fresh = [row for row in rows if row.first >= self._state.size]
            if fresh:
                self._state = self._state.with_rows(fresh)
            return self._state


class Shelf:
    """One state. All arrays are as long as the greatest number of a turn."""

    def __init__(self) -> None:
        self.size = 0
        self.lengths = np.zeros(0, np.uint16)
        self.voices = np.zeros(0, np.uint16)
        self.record_of = np.zeros(0, np.int32)
        """Which of `firsts` a turn belongs to."""
        self.firsts = np.zeros(0, np.int64)
        self.speakers: list[tuple[str, ...]] = []
        self.offsets = np.zeros(1, np.int64)
        """Where each record's speakers begin, if all are put one behind another."""

    @property
    def nbytes(self) -> int:
        """Memory of the arrays."""
        arrays = (self.lengths, self.voices, self.record_of, self.firsts, self.offsets)
        return sum(one.nbytes for one in arrays)

    def with_rows(self, rows: Sequence[Row[Any]]) -> Shelf:
        """A state that has these too."""
        state = Shelf()
        state.size = rows[-1].first + rows[-1].turns
        for name in ("lengths", "voices", "record_of"):
            old = getattr(self, name)
            grown = np.zeros(state.size, old.dtype)
            grown[: self.size] = old
            setattr(state, name, grown)
        for number, row in enumerate(rows, len(self.firsts)):
            here = slice(row.first, row.first + row.turns)
            state.lengths[here] = np.frombuffer(row.lengths, "<u2")
            state.voices[here] = np.frombuffer(row.voices, "<u2")
            state.record_of[here] = number
        state.firsts = np.append(self.firsts, [row.first for row in rows]).astype(np.int64)
        state.speakers = [*self.speakers, *(row.speakers for row in rows)]
        state.offsets = np.append(0, np.cumsum([len(one) for one in state.speakers]))
        return state

    def spread(self, firsts: Numbers, turns: Numbers) -> NDArray[np.bool_]:
        """Which turns are within these ranges."""
        steps = np.zeros(self.size + 1, np.int8)
        here = firsts + turns <= self.size
        np.add.at(steps, firsts[here], 1)
        np.add.at(steps, firsts[here] + turns[here], -1)
        return np.cumsum(steps[:-1], dtype=np.int8).view(np.bool_)

    def said_by(self, pairs: Sequence[tuple[int, str]]) -> NDArray[np.bool_]:
        """Which turns were said by these: the first turn of a record, and a speaker's id."""
        allowed = np.zeros(self.offsets[-1] + 1, bool)
        at = np.searchsorted(self.firsts, np.asarray([first for first, _ in pairs], np.int64))
        for number, (first, speaker) in zip(at.tolist(), pairs, strict=True):
            known = number < len(self.firsts) and self.firsts[number] == first
            if known and speaker in self.speakers[number]:
                place = self.speakers[number].index(speaker)
                allowed[self.offsets[number] + place] = True
        if not self.size:
            return np.zeros(0, bool)
        said: NDArray[np.bool_] = allowed[self.offsets[self.record_of] + self.voices]
        return said
