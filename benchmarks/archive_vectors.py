"""Vectors for the benchmark of the archive, and how well PostgreSQL compares them (pgvector).

Half a million windows would take days to embed. Some are embedded: they are the subjects, and
as many windows as are needed are drawn around them, so that mean and covariance are those of real
ones, and those of one subject are as near as windows that the search takes for near. Vectors of
pure chance would be about equally far from everything, which no text is.
"""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, TypeVar

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
    from collections.abc import Callable, Sequence

    from assistant.bootstrap import Application
    from assistant.model import FloatArray

Found = TypeVar("Found")

EMBEDDED = 400
"""Windows that are really embedded."""
SUBJECT = 0.7
"""Of a window's variance: what those of the same subject have in common."""
BATCH = 16
EFFORTS = (100, 400)
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
    """The server's answers next to those of memory, for who sees all, half, and one matter; asked
    about subjects of the talk, and about what nobody talked of."""
    model = model_key(application.manual_tools.weights())
    memory = WindowIndex()
    with application.database.reading() as connection:
        memory.add(SqlWindows(connection).since(model, 0))
    shape, chance = _Shape(application), np.random.default_rng(SEED + 2)
    asked = {"": shape.draw(chance, ASKED), "nothing said, ": shape.draw(chance, ASKED, 0.0)}
    actors = {
        "everything": Actor("u2", "課長", frozenset({Role.MANAGER})),
        "half": member,
        "one matter": Actor("u3", "職員", frozenset({Role.CASEWORKER}), frozenset({"m0"})),
    }
    return [
        _compared(application, memory, f"{about}{name}, {effort}", actor, some, effort)
        for about, some in asked.items()
        for name, actor in actors.items()
        for effort in EFFORTS
    ]


def _compared(
    application: Application,
    memory: WindowIndex,
    name: str,
    actor: Actor,
    asked: FloatArray,
    effort: int,
) -> dict[str, object]:
    model = model_key(application.manual_tools.weights())
    meanings.EFFORT = effort
    found, exact, lost, by_server, by_memory = 0, 0, [], [], []
    with application.archive.reading() as unit, application.database.reading() as connection:
        view = unit.search.view(Where(scope(actor, Right.VIEW), Filters()))
        seen = view.windows()
        server = SqlMeanings(connection, model)
        server.nearest(asked[0], seen)
        for one in asked:
            seconds, truth = _timed(partial(memory.near, one, seen))
            by_memory.append(seconds)
            seconds, ours = _timed(partial(server.nearest, one, seen))
            assert ours is not None
            by_server.append(seconds)
            exact += len(truth[0])
            found += len(np.intersect1d(truth[0], ours[0]))
            lost.append(float(np.mean(truth[1] - np.sort(ours[1])[::-1])))
    return {
        "seen": name,
        "windows": int(np.count_nonzero(seen)) // 2,
        "recall_at_50": round(found / max(1, exact), 4),
        "cosine_lost": round(float(np.mean(lost)), 4),
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
        self._subjects = real - self._mean
        _, sizes, axes = np.linalg.svd(self._subjects, full_matrices=False)
        self._axes = (sizes[:, None] * axes / np.sqrt(EMBEDDED)).astype(np.float32)

    def draw(
        self, chance: np.random.Generator, number: int, subject: float = SUBJECT
    ) -> FloatArray:
        """Shape (number, dimensions)."""
        spread = chance.standard_normal((number, len(self._axes)), np.float32)
        subjects = self._subjects[chance.integers(len(self._subjects), size=number)]
        vectors = self._mean + subject**0.5 * subjects
        vectors += (1 - subject) ** 0.5 * (spread @ self._axes)
        unit: FloatArray = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit


def _timed(work: Callable[[], Found]) -> tuple[float, Found]:
    started = time.perf_counter()
    found = work()
    return time.perf_counter() - started, found


def _ms(seconds: Sequence[float], part: float) -> float:
    return round(1000 * float(np.quantile(seconds, part)), 1)
