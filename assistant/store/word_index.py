"""Keeps up what finds turns by their words, in the transaction that changes the turns.

One table holds where each term stands, on every database: an update puts a record's places behind
those of older ones. That asks nothing of a database's own text search, so that both engines give
the same hits, and counts are exact however frequent a word is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import sqlalchemy as sa

from assistant.store import places
from assistant.store import search_tables as s
from assistant.store.tables import AS_BYTES, counter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from assistant.model import Turn
    from assistant.text.inverted import Inverter

LONGEST = 0xFFFF
_AT_ONCE = 5_000
"""Rows of one statement."""
_IN_FILE = (
    "INSERT INTO search_posting (block, term, data) VALUES (?, ?, ?)"
    " ON CONFLICT (block, term) DO UPDATE SET data = CAST(data || excluded.data AS BLOB)"
)
_ON_SERVER = (
    "INSERT INTO search_posting (block, term, data)"
    " SELECT * FROM unnest(%s::int[], %s::text[], %s::bytea[])"
    " ON CONFLICT (block, term) DO UPDATE SET data = search_posting.data || excluded.data"
)


class SqlWordIndex:
    """The word index in one transaction.

    Places of new turns wait until `flush`, so that many records of one transaction put them behind
    the older ones together: otherwise each would write all of them again.
    """

    def __init__(self, connection: Connection, inverter: Inverter) -> None:
        self._connection = connection
        self._inverter = inverter
        self._waiting: dict[tuple[int, str], list[bytes]] = {}

    def add(self, record: str, turns: Sequence[Turn]) -> None:
        """Turns of a record that has none in the index. Others who write wait for the end."""
        inverted = self._inverter.invert([turn.text for turn in turns])
        self._alone()
        step = counter.update().where(counter.c.name == "search")
        step = step.values(value=counter.c.value + len(turns)).returning(counter.c.value)
        first = self._connection.scalars(step).one() - len(turns)
        speakers = list(dict.fromkeys(turn.speaker for turn in turns))[: LONGEST + 1]
        row = {
            "first": first,
            "record": record,
            "turns": len(turns),
            "lengths": np.minimum(inverted.lengths, LONGEST).astype("<u2").tobytes(),
            "speakers": tuple(speakers),
            "voices": _voices(speakers, turns),
        }
        self._connection.execute(s.indexed.insert().values(row))
        for block, term, data in places.rows(inverted, first):
            self._waiting.setdefault((block, term), []).append(data)

    def flush(self) -> None:
        """Writes what waits. What it holds can be found from then on."""
        waiting, self._waiting = self._waiting, {}
        self._put([(block, term, b"".join(data)) for (block, term), data in waiting.items()])

    def change(self, record: str, position: int, text: str) -> None:
        """Another text of a turn. Its windows have to be embedded anew."""
        row = self._find(record)
        if row is None:
            return
        self.flush()
        first, lengths = row.first, np.frombuffer(row.lengths, "<u2").copy()
        inverted = self._inverter.invert([text])
        self._clear(first + position, 1)
        self._put(list(places.rows(inverted, first + position)), in_order=False)
        lengths[position] = min(int(inverted.lengths[0]), LONGEST)
        this = s.indexed.c.first == first
        self._connection.execute(s.indexed.update().where(this).values(lengths=lengths.tobytes()))
        self._forget_windows(first, position)

    def remove(self, record: str) -> None:
        """Nothing of the record's turns is left in the index."""
        row = self._find(record)
        if row is not None:
            self.flush()
            self._clear(row.first, row.turns)
            self._connection.execute(s.vector.delete().where(s.vector.c.first == row.first))
            self._connection.execute(s.indexed.delete().where(s.indexed.c.first == row.first))

    def _find(self, record: str) -> sa.Row[int, int, bytes] | None:
        self._alone()
        columns = (s.indexed.c.first, s.indexed.c.turns, s.indexed.c.lengths)
        query = sa.select(*columns).where(s.indexed.c.record == record)
        return self._connection.execute(query).one_or_none()

    def _alone(self) -> None:
        """Others who write wait from here on: what is read of a block is written back changed.

        The log's counter comes first, since an import takes it first: who waits for two things in
        another order than others waits for ever.
        """
        locks = sa.select(counter.c.value).where(counter.c.name.in_(("audit", "search")))
        self._connection.execute(locks.order_by(counter.c.name).with_for_update())

    def _put(self, rows: Sequence[tuple[int, str, bytes]], *, in_order: bool = True) -> None:
        """Puts places behind those that their terms have already. Tens of thousands of rows at a
        time: the driver takes them as they are."""
        for at in range(0, len(rows), _AT_ONCE):
            some = list(rows[at : at + _AT_ONCE])
            if self._connection.dialect.name == "postgresql":
                self._connection.exec_driver_sql(
                    _ON_SERVER, tuple(list(column) for column in zip(*some, strict=True))
                )
            else:
                self._connection.exec_driver_sql(_IN_FILE, some)
        if not in_order:
            self._sort(rows)

    def _sort(self, rows: Sequence[tuple[int, str, bytes]]) -> None:
        """Brings places into order that were put behind others."""
        for block in {block for block, _, _ in rows}:
            this = s.posting.c.block == block
            terms = [term for one, term, _ in rows if one == block]
            query = sa.select(s.posting.c.term, s.posting.c.data).where(
                this, s.posting.c.term.in_(terms)
            )
            some = self._connection.execute(query, execution_options=AS_BYTES).all()
            values = [
                {"_term": row.term, "data": np.sort(np.frombuffer(row.data, "<u4")).tobytes()}
                for row in some
            ]
            self._rewrite(block, values)

    def _clear(self, first: int, turns: int) -> None:
        """Drops the places of these turns, whichever terms they have: a newer dictionary may cut
        the same text into other words."""
        for block in range(first // places.BLOCK, (first + turns - 1) // places.BLOCK + 1):
            query = sa.select(s.posting.c.term, s.posting.c.data)
            query = query.where(s.posting.c.block == block)
            some = self._connection.execute(query, execution_options=AS_BYTES).all()
            left = places.without([row.data for row in some], block, first, turns)
            values = [
                {"_term": row.term, "data": data}
                for row, data in zip(some, left, strict=True)
                if data is not None
            ]
            self._rewrite(block, [one for one in values if one["data"]])
            empty = [{"_term": one["_term"]} for one in values if not one["data"]]
            if empty:
                this = sa.and_(
                    s.posting.c.block == block, s.posting.c.term == sa.bindparam("_term")
                )
                self._connection.execute(s.posting.delete().where(this), empty)

    def _rewrite(self, block: int, values: Sequence[dict[str, object]]) -> None:
        if values:
            this = sa.and_(s.posting.c.block == block, s.posting.c.term == sa.bindparam("_term"))
            update = s.posting.update().where(this).values(data=sa.bindparam("data"))
            self._connection.execute(update, values)

    def _forget_windows(self, first: int, position: int) -> None:
        """Those that the turn stands in, with the others that were embedded with them."""
        from assistant.store.windows import holding

        step = counter.update().where(counter.c.name == "search vectors")
        self._connection.execute(step.values(value=counter.c.value + 1))
        this = sa.and_(s.vector.c.first == first, *holding(position))
        self._connection.execute(s.vector.delete().where(this))


def _voices(speakers: Sequence[str], turns: Sequence[Turn]) -> bytes:
    known = {speaker: number for number, speaker in enumerate(speakers)}
    return np.asarray([known.get(turn.speaker, LONGEST) for turn in turns], "<u2").tobytes()
