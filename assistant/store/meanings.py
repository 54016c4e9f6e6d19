"""The windows' vectors where PostgreSQL compares them itself (`pgvector`).

They are copies of those in `search_vector`, kept in the same transactions, and go with them. Once
all of a model's vectors are copied, its index is made; from then on the server answers, and until
then memory does. So the index is the sign that nothing is missing.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from assistant.search import VectorBatch
from assistant.store import pgvector
from assistant.store import search_tables as s
from assistant.store.tables import AS_BYTES, counter

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from sqlalchemy import Connection

    from assistant.model import FloatArray
    from assistant.store.engine import Database

    Numbers = NDArray[np.int64]
    Found = tuple[Numbers, FloatArray]

BEST = 50
"""Windows that are near enough to look at: as many as in memory."""
FEW = 40_000
"""Turns that may be found, up to which each of their windows is compared."""
EFFORT = 400
"""How many near windows the graph is searched for (`hnsw.ef_search`)."""
AT_ONCE = 500
"""Rows of `search_vector` that are copied in one transaction: some 8,000 windows."""
ROOM = 2_000
"""Bytes of memory for each window while the graph is made."""

_COPY = sa.table(pgvector.TABLE, sa.column("number", sa.BigInteger))
_GRAPH = """
SELECT turn, -(value::halfvec({width}) <#> %(asked)s::halfvec({width}))
FROM search_meaning
WHERE model = {key} AND get_bit(%(seen)s::bytea, turn) = 1
ORDER BY value::halfvec({width}) <#> %(asked)s::halfvec({width}) LIMIT {best}
"""
_EACH = """
SELECT turn, cosine
FROM unnest(%(begins)s::bigint[], %(ends)s::bigint[]) AS run (begins, ends)
CROSS JOIN LATERAL (
    SELECT turn, -(value <#> %(asked)s::halfvec({width})) AS cosine FROM search_meaning
    WHERE model = {key} AND turn >= run.begins AND turn < run.ends OFFSET 0
) AS window_of_run
ORDER BY cosine DESC, turn LIMIT {best}
"""
_MAKE = (
    "CREATE INDEX {name} ON search_meaning"
    " USING hnsw ((value::halfvec({width})) halfvec_ip_ops) WHERE model = {key}"
)
_SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END = b"\xff\xff"


class SqlMeanings:
    """The vectors of one model, in one transaction."""

    def __init__(self, connection: Connection, model: str) -> None:
        self._connection = connection
        self._model = model
        # A number, since an index for one model only has it in its definition.
        self._key = int.from_bytes(sha256(model.encode()).digest()[:8], "big", signed=True)
        self._index = f"ix_search_meaning_{self._key & (1 << 64) - 1:016x}"

    def ready(self) -> bool:
        """Whether the server answers: it has them all."""
        if self._connection.dialect.name != "postgresql":
            return False
        query = sa.select(sa.func.to_regclass(self._index).is_not(None))
        return bool(self._connection.scalar(query))

    def keep(self, batch: VectorBatch) -> None:
        """What was just put into `search_vector`; before the server answers, `settle` finds it."""
        if self.ready():
            self._copy([batch])

    def nearest(self, meaning: FloatArray, seen: NDArray[np.bool_]) -> Found | None:
        """The nearest of the windows whose first turn is marked in `seen`, nearest first, and their
        cosines; None where the server does not answer."""
        if not self.ready():
            return None
        if np.count_nonzero(seen) > FEW:
            found = self._by_graph(meaning, seen)
            if len(found[0]) == BEST:
                return found
        return self._of_each(meaning, seen)

    def unsettled(self) -> bool:
        """Whether the server could answer, and does not yet."""
        return pgvector.is_ours(self._connection) and not self.ready()

    def settle(self, width: int | None = None) -> int:
        """Copies some vectors that the server has not, and makes the index when it has them all.

        How many windows that concerned; 0 when nothing is left to do. Where there are none yet, an
        index for vectors of that `width` is made, if it is given.
        """
        if not pgvector.is_ours(self._connection):
            return 0
        self._alone()
        if self.ready():
            return 0
        batches = self._missing()
        if batches:
            self._copy(batches)
            return sum(len(one.values) for one in batches)
        return self._make_index(width)

    def _by_graph(self, meaning: FloatArray, seen: NDArray[np.bool_]) -> Found:
        bits = np.packbits(seen, bitorder="little").tobytes()
        return self._ask(_GRAPH, meaning, {"seen": bits})

    def _of_each(self, meaning: FloatArray, seen: NDArray[np.bool_]) -> Found:
        edges = np.flatnonzero(np.diff(np.concatenate([[False], seen, [False]]).view(np.int8)))
        runs = {"begins": edges[::2].tolist(), "ends": edges[1::2].tolist()}
        return self._ask(_EACH, meaning, runs)

    def _ask(self, query: str, meaning: FloatArray, values: dict[str, object]) -> Found:
        asked = f"[{','.join(map(str, meaning.tolist()))}]"
        text = query.format(width=len(meaning), key=self._key, best=BEST)
        savepoint = self._connection.begin_nested()
        try:
            self._connection.execute(_settings())
            rows = self._connection.exec_driver_sql(text, {"asked": asked} | values).all()
        finally:
            savepoint.rollback()  # what was set is set for this question
        turns = np.asarray([row[0] for row in rows], np.int64)
        return turns, np.asarray([row[1] for row in rows], np.float32)

    def _alone(self) -> None:
        """Others who write vectors, or remove them, wait from here on; in the order of all."""
        names = ("audit", "search", "search vectors")
        locks = sa.select(counter.c.value).where(counter.c.name.in_(names))
        self._connection.execute(locks.order_by(counter.c.name).with_for_update())

    def _missing(self) -> list[VectorBatch]:
        there = sa.exists().where(_COPY.c.number == s.vector.c.number)
        query = sa.select(s.vector).where(s.vector.c.model == self._model, ~there)
        query = query.order_by(s.vector.c.number).limit(AT_ONCE)
        rows = self._connection.execute(query, execution_options=AS_BYTES)
        return [batch_of(row) for row in rows]

    def _copy(self, batches: Sequence[VectorBatch]) -> None:
        """As the server reads rows from another's copy: made of text, they would take minutes."""
        raw = self._connection.connection.driver_connection
        assert raw is not None  # noqa: S101 - it is connected
        columns = "(model, turn, number, value)"
        with (
            raw.cursor() as cursor,
            cursor.copy(f"COPY search_meaning {columns} FROM STDIN (FORMAT BINARY)") as copy,
        ):
            copy.write(_SIGNATURE)
            for batch in batches:
                copy.write(self._rows(batch))
            copy.write(_END)

    def _rows(self, batch: VectorBatch) -> bytes:
        number, width = batch.values.shape
        lengths = [("l0", ">i4"), ("model", ">i8"), ("l1", ">i4"), ("turn", ">i8")]
        lengths += [("l2", ">i4"), ("number", ">i8"), ("l3", ">i4"), ("width", ">i2")]
        form = np.dtype([("fields", ">i2"), *lengths, ("zero", ">i2"), ("value", ">f2", (width,))])
        rows = np.zeros(number, form)
        rows["fields"], rows["l0"], rows["l1"], rows["l2"] = 4, 8, 8, 8
        rows["l3"], rows["width"] = 4 + 2 * width, width
        rows["model"], rows["number"], rows["turn"] = self._key, batch.number, batch.begins
        rows["value"] = batch.values
        return rows.tobytes()

    def _make_index(self, expected: int | None) -> int:
        query = "SELECT count(*), max(vector_dims(value)) FROM search_meaning WHERE model = %s"
        number, width = self._connection.exec_driver_sql(query, (self._key,)).one()
        width = width or expected
        if width is None:
            return 0
        text = _MAKE.format(name=self._index, width=width, key=self._key)
        self._set("maintenance_work_mem", f"{64 + number * ROOM // 2**20}MB")
        try:
            with self._connection.begin_nested():
                self._connection.exec_driver_sql(text)
        except OperationalError as error:  # many containers have too little shared memory
            if error.connection_invalidated:
                raise
            self._set("max_parallel_maintenance_workers", "0")
            self._connection.exec_driver_sql(text)
        return int(number)

    def _set(self, name: str, value: str) -> None:
        """For this transaction."""
        self._connection.execute(sa.select(sa.func.set_config(name, value, True)))


def batch_of(row: sa.Row[Any]) -> VectorBatch:
    """A row of `search_vector`."""
    values = np.frombuffer(row.value, "<f2").reshape(row.windows, -1)
    return VectorBatch(row.number, row.first, row.window, values)


def settle_all(
    database: Database, told: Callable[[int], None], expected: dict[str, int] | None = None
) -> None:
    """Lets the server have all vectors that it can compare; `told` hears of so many more windows.

    `expected` are models whose vectors will come, and their dimensions: what these need is made
    now, since a worker may have no right to. Stopped at any moment, the next call does the rest.

    Raises:
        StorageError: the database cannot be written.
    """
    with database.reading() as connection:
        kept = connection.scalars(sa.select(s.vector.c.model).distinct()).all()
    widths = dict.fromkeys(kept) | (expected or {})
    for model, width in widths.items():
        moved = 1
        while moved:
            with database.writing() as connection:
                moved = SqlMeanings(connection, model).settle(width)
            told(moved)


def _settings() -> sa.Select[str]:
    """For one question: the planner knows neither how many are seen nor that the graph finds them,
    and compiling its plan takes longer than carrying it out."""
    values = {
        "enable_seqscan": "off",
        "enable_sort": "off",
        "jit": "off",
        "hnsw.iterative_scan": "strict_order",
        "hnsw.ef_search": str(EFFORT),
    }
    return sa.select(*(sa.func.set_config(name, value, True) for name, value in values.items()))
