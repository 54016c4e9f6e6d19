"""The turns of current transcripts, as people corrected them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from assistant.model import Turn
from assistant.store import archive_tables as t
from assistant.store.word_index import SqlWordIndex

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from assistant.text.inverted import Inverter


class SqlTurns:
    """The turns in one transaction. What finds them by their words is kept up with them here."""

    def __init__(self, connection: Connection, inverter: Inverter) -> None:
        self._connection = connection
        self._words = SqlWordIndex(connection, inverter)

    def replace(self, record: str, turns: Sequence[Turn]) -> None:
        """Puts these in the place of the record's turns."""
        self.remove(record)
        rows = [_row(record, position, turn) for position, turn in enumerate(turns)]
        if rows:
            self._connection.execute(t.turn.insert(), rows)
            self._words.add(record, turns)

    def correct(self, record: str, turn: str, text: str) -> None:
        """Gives a turn another text."""
        this = sa.and_(t.turn.c.record == record, t.turn.c.id == turn)
        change = t.turn.update().where(this).values(text=text).returning(t.turn.c.position)
        for position in self._connection.scalars(change).all():
            self._words.change(record, position, text)

    def remove(self, record: str) -> None:
        """Drops the record's turns."""
        self._words.remove(record)
        self._connection.execute(t.turn.delete().where(t.turn.c.record == record))

    def index(self, record: str) -> None:
        """Makes the record's part of the word index anew: after an upgrade of the dictionary."""
        columns = (t.turn.c.id, t.turn.c.start, t.turn.c.end, t.turn.c.speaker, t.turn.c.text)
        query = sa.select(*columns).where(t.turn.c.record == record).order_by(t.turn.c.position)
        turns = [Turn(*row) for row in self._connection.execute(query)]
        self._words.remove(record)
        if turns:
            self._words.add(record, turns)

    def flush(self) -> None:
        """Lets new turns be found."""
        self._words.flush()

    def texts(self, record: str) -> dict[str, str]:
        """What each turn of the record says now, by the turn's id."""
        query = sa.select(t.turn.c.id, t.turn.c.text).where(t.turn.c.record == record)
        return {row.id: row.text for row in self._connection.execute(query)}


def _row(record: str, position: int, turn: Turn) -> dict[str, object]:
    return {
        "record": record,
        "id": turn.id,
        "position": position,
        "start": turn.start,
        "end": turn.end,
        "speaker": turn.speaker,
        "text": turn.text,
    }
