"""Windows of a few turns as vectors in the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from assistant.search import STEP, WINDOW, VectorBatch, WindowBatch
from assistant.store import archive_tables as t
from assistant.store import search_tables as s
from assistant.store.meanings import SqlMeanings, batch_of
from assistant.store.tables import AS_BYTES, counter

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray
    from sqlalchemy import ColumnElement, Connection

    from assistant.model import FloatArray

    Numbers = NDArray[np.int64]


class SqlWindows:
    """`services.search_store.Windows` in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def missing(self, model: str, limit: int) -> WindowBatch | None:
        """Some windows of one record that this model has not embedded yet, newest record first."""
        done = sa.select(s.vector.c.first, sa.func.sum(s.vector.c.windows).label("windows"))
        ready = done.where(s.vector.c.model == model).group_by(s.vector.c.first).subquery()
        needed = sa.case((s.indexed.c.turns > STEP, s.indexed.c.turns // STEP), else_=1)
        query = sa.select(s.indexed.c.first, s.indexed.c.record, s.indexed.c.turns)
        query = query.outerjoin(ready, ready.c.first == s.indexed.c.first)
        query = query.where(sa.func.coalesce(ready.c.windows, 0) < needed)
        row = self._connection.execute(
            query.order_by(s.indexed.c.first.desc()).limit(1)
        ).one_or_none()
        if row is None:
            return None
        window, number = self._gap(model, row.first, windows_of(row.turns), limit)
        return WindowBatch(row.first, window, tuple(self._texts(row.record, window, number)))

    def keep(self, model: str, batch: WindowBatch, vectors: FloatArray) -> bool:
        """Keeps what `missing` asked for, shape (n, d); False when the record changed meanwhile."""
        known = sa.select(s.indexed.c.record).where(s.indexed.c.first == batch.first)
        record = self._connection.scalar(known.with_for_update())
        if record is None or batch.texts != tuple(
            self._texts(record, batch.window, len(batch.texts))
        ):
            return False
        step = counter.update().where(counter.c.name == "search vectors")
        step = step.values(value=counter.c.value + 1).returning(counter.c.value)
        number = self._connection.scalars(step).one()  # others who embed wait for the end
        there = sa.select(s.vector.c.number).where(
            s.vector.c.model == model,
            s.vector.c.first == batch.first,
            s.vector.c.window == batch.window,
        )
        if self._connection.scalar(there) is not None:  # another process was quicker
            return False
        made = VectorBatch(number, batch.first, batch.window, vectors.astype("<f2"))
        row = {
            "number": number,
            "model": model,
            "first": made.first,
            "window": made.window,
            "windows": len(made.values),
            "value": made.values.tobytes(),
        }
        self._connection.execute(s.vector.insert().values(row))
        SqlMeanings(self._connection, model).keep(made)
        return True

    def nearest(
        self, model: str, meaning: FloatArray, seen: NDArray[np.bool_]
    ) -> tuple[Numbers, FloatArray] | None:
        """What `Meaning.near` finds, found by the database; None where it does not compare."""
        return SqlMeanings(self._connection, model).nearest(meaning, seen)

    def unsettled(self, model: str) -> bool:
        """Whether the database could compare these vectors, and does not yet."""
        return SqlMeanings(self._connection, model).unsettled()

    def settle(self, model: str) -> bool:
        """Takes a step towards comparing in the database; False when there is none to take."""
        return bool(SqlMeanings(self._connection, model).settle())

    def since(self, model: str, number: int) -> Iterator[VectorBatch]:
        """What was kept after that number, in order."""
        query = sa.select(s.vector).where(s.vector.c.model == model, s.vector.c.number > number)
        query = query.order_by(s.vector.c.number)
        for row in self._connection.execute(query, execution_options=AS_BYTES | {"yield_per": 500}):
            yield batch_of(row)

    def latest(self, model: str) -> int:
        """The greatest number of what was kept."""
        query = sa.select(sa.func.max(s.vector.c.number)).where(s.vector.c.model == model)
        return self._connection.scalar(query) or 0

    def forget_others(self, model: str) -> int:
        """Drops what other models made; how many rows."""
        return self._connection.execute(s.vector.delete().where(s.vector.c.model != model)).rowcount

    def _gap(self, model: str, first: int, total: int, limit: int) -> tuple[int, int]:
        """The first window that is missing, and how many are, up to `limit`."""
        query = sa.select(s.vector.c.window, s.vector.c.windows)
        query = query.where(s.vector.c.model == model, s.vector.c.first == first)
        at = 0
        for row in self._connection.execute(query.order_by(s.vector.c.window)):
            if row.window > at:
                return at, min(limit, row.window - at)
            at = row.window + row.windows
        return at, min(limit, total - at)

    def _texts(self, record: str, window: int, number: int) -> Iterator[str]:
        begin, end = window * STEP, (window + number - 1) * STEP + WINDOW
        query = sa.select(t.turn.c.text).where(t.turn.c.record == record)
        query = query.where(t.turn.c.position >= begin, t.turn.c.position < end)
        texts = self._connection.scalars(query.order_by(t.turn.c.position)).all()
        for at in range(number):
            yield "\n".join(texts[at * STEP : at * STEP + WINDOW])


def windows_of(turns: int) -> int:
    """How many windows so many turns make."""
    return max(1, turns // STEP)


def holding(position: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Conditions on the rows that hold a window in which the turn stands."""
    least, most = max(0, -(-(position - WINDOW + 1) // STEP)), position // STEP
    return s.vector.c.window <= most, s.vector.c.window + s.vector.c.windows > least
