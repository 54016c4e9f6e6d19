"""Vectors for the benchmark of the archive, and how well PostgreSQL compares them (pgvector).

Half a million windows would take days to embed: some are embedded, and as many as are needed are
drawn with their mean and their covariance, so that they lie about as near to each other as real
ones. Vectors of pure chance would be about equally far from everything, which no text is.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
import sqlalchemy as sa

from assistant.knowledge.window_index import WindowIndex
from assistant.people import Actor, Right, Role
from assistant.search import Filters, Where
from assistant.services.access import scope
from assistant.services.archive_search import model_key
from assistant.store import meanings
from assistant.store import search_tables as s
from assistant.store.meanings import SqlMeanings, settle_all
from assistant.store.windows import SqlWindows, windows_of
from benchmarks.council import SEED, Council

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from assistant.bootstrap import Application
    from assistant.model import FloatArray

EMBEDDED = 400
"""Windows that are really embedded."""
BATCH = 16
ASKED = 100
"""Questions that each way of comparing gets."""


def make(application: Application) -> int:
    """A vector for every window; how many rows."""
    model, number = model_key(application.manual_tools.weights()), 0
    chance, shape = np.random.default_rng(SEED), _Shape(application)
    with application.database.writing() as connection:
        for row in connection.execute(sa.select(s.indexed.c.first, s.indexed.c.turns)).all():
            values = shape.draw(chance, windows_of(row.turns)).astype("<f2")
            rows = [
                {
                    "number": number + at // BATCH + 1, "model": model, "first": row.first,
                    "window": at, "windows": len(values[at : at + BATCH]),
                    "value": values[at : at + BATCH].tobytes(),
                }
                for at in range(0, len(values), BATCH)
            ]  # fmt: skip
            number += len(rows)
            connection.execute(s.vector.insert(), rows)
    return number


def settle(application: Application) -> dict[str, object]:
    """Lets the server have them: seconds of copying and of making the index, and its size."""
    steps: list[tuple[float, int]] = [(time.perf_counter(), 0)]
    settle_all(application.database, lambda moved: steps.append((time.perf_counter(), moved)))
    copied, indexed = steps[-3][0], steps[-2][0]
    with application.database.reading() as connection:
        table, everything = connection.exec_driver_sql(
            "SELECT pg_table_size('search_meaning'), pg_total_relation_size('search_meaning')"
        ).one()
    return {
        "windows": steps[-2][1],
        "copying_s": round(copied - steps[0][0], 1),
        "indexing_s": round(indexed - copied, 1),
        "table_mib": table >> 20,
        "indexes_mib": (everything - table) >> 20,
    }


def recall(application: Application, member: Actor) -> list[dict[str, object]]:
    """The server's answers next to those of memory, for who sees all, half, and one matter."""
    model = model_key(application.manual_tools.weights())
    memory = WindowIndex()
    with application.database.reading() as connection:
        memory.add(SqlWindows(connection).since(model, 0))
    shape, chance = _Shape(application), np.random.default_rng(SEED + 2)
    asked = shape.draw(chance, ASKED)
    actors = {
        "everything": Actor("u2", "課長", frozenset({Role.MANAGER})),
        "half": member,
        "one matter": Actor("u3", "職員", frozenset({Role.CASEWORKER}), frozenset({"m0"})),
    }
    return [
        _compared(application, SqlMeanings, memory, f"{name}, {effort}", actor, asked, effort)
        for name, actor in actors.items()
        for effort in (100, 200, 400, 800)
    ]


def _compared(
    application: Application,
    server: type[SqlMeanings],
    memory: WindowIndex,
    name: str,
    actor: Actor,
    asked: FloatArray,
    effort: int,
) -> dict[str, object]:
    model = model_key(application.manual_tools.weights())
    meanings.EFFORT = effort
    found, exact, by_server, by_memory = 0, 0, [], []
    with application.archive.reading() as unit, application.database.reading() as connection:
        view = unit.search.view(Where(scope(actor, Right.VIEW), Filters()))
        seen = view.windows()
        server(connection, model).nearest(asked[0], seen)
        for one in asked:
            seconds, truth = _timed(lambda one=one: memory.near(one, seen))
            by_memory.append(seconds)
            seconds, ours = _timed(lambda one=one: server(connection, model).nearest(one, seen))
            by_server.append(seconds)
            exact += len(truth[0])
            found += len(np.intersect1d(truth[0], ours[0]))
    return {
        "seen": name,
        "windows": int(np.count_nonzero(seen)) // 2,
        "recall_at_50": round(found / max(1, exact), 4),
        "server_p50_ms": _ms(by_server, 0.5),
        "server_p95_ms": _ms(by_server, 0.95),
        "memory_p50_ms": _ms(by_memory, 0.5),
        "memory_p95_ms": _ms(by_memory, 0.95),
    }


class _Shape:
    """Draws unit vectors that are spread as those of windows are."""

    def __init__(self, application: Application) -> None:
        talk = Council()
        texts = ["\n".join(talk.text() for _ in range(3)) for _ in range(EMBEDDED)]
        real = application.manual_tools.embedder().passages(texts)
        self._mean = real.mean(axis=0)
        _, sizes, axes = np.linalg.svd(real - self._mean, full_matrices=False)
        self._axes = (sizes[:, None] * axes / np.sqrt(EMBEDDED)).astype(np.float32)

    def draw(self, chance: np.random.Generator, number: int) -> FloatArray:
        """Shape (number, dimensions)."""
        spread = chance.standard_normal((number, len(self._axes)), np.float32)
        vectors = self._mean + spread @ self._axes
        unit: FloatArray = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit


def _timed(work: object) -> tuple[float, tuple[NDArray[np.int64], FloatArray]]:
    started = time.perf_counter()
    found = work()  # type: ignore[operator]
    return time.perf_counter() - started, found


def _ms(seconds: Sequence[float], part: float) -> float:
    return round(1000 * float(np.quantile(seconds, part)), 1)
