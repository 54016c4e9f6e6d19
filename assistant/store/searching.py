"""The search in the database: which turns somebody may see, which of them fit, what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import sqlalchemy as sa

from assistant.model import Kind
from assistant.search import WINDOW, Hit
from assistant.store import archive_tables as t
from assistant.store import search_tables as s
from assistant.store.records import within
from assistant.store.tables import Moment, counter
from assistant.store.windows import SqlWindows
from assistant.store.word_search import WordSearch
from assistant.text.folding import fold
from assistant.text.roles import role_fits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from sqlalchemy import ColumnElement, Connection, Row

    from assistant.model import FloatArray
    from assistant.search import Where
    from assistant.store.catalogue import Catalogue, Shelf
    from assistant.text.wanted import WantedPart

    Numbers = NDArray[np.int64]

AT_ONCE = 100
"""Turns that one statement reads."""
RECORDS_AT_ONCE = 500


class SqlView:
    """`services.search_store.View`: the turns that somebody may find."""

    def __init__(self, connection: Connection, shelf: Shelf, visible: NDArray[np.bool_]) -> None:
        self._connection = connection
        self._shelf = shelf
        self.visible = visible
        """By a turn's number."""

    def windows(self) -> NDArray[np.bool_]:
        """By its first turn's number, whether a window holds a turn that may be found."""
        records, seen = self._shelf.record_of, self.visible.copy()
        for further in range(1, WINDOW):
            seen[:-further] |= self.visible[further:] & (records[further:] == records[:-further])
        return seen

    def words(
        self, wanted: Sequence[WantedPart], unwanted: Sequence[WantedPart]
    ) -> tuple[Numbers, FloatArray]:
        """Turns that have all of the one and none of the other, in order, and their scores."""
        return WordSearch(self._connection, self._shelf, self.visible).find(wanted, unwanted)

    def records_of(self, turns: Numbers) -> Numbers:
        """A number for the record of each turn."""
        return self._shelf.record_of[turns].astype(np.int64)

    def ids_of(self, turns: Numbers) -> list[str]:
        """The records that the turns belong to, each once, in the order they came."""
        firsts = self._shelf.firsts[np.unique(self._shelf.record_of[turns])].tolist()
        query = sa.select(s.indexed.c.record).order_by(s.indexed.c.first)
        some = (firsts[at : at + RECORDS_AT_ONCE] for at in range(0, len(firsts), RECORDS_AT_ONCE))
        return [
            record
            for part in some
            for record in self._connection.scalars(query.where(s.indexed.c.first.in_(part)))
        ]

    def lengths_of(self, turns: Numbers) -> Numbers:
        """How many characters each turn has."""
        return self._shelf.lengths[turns].astype(np.int64)


class SqlSearch:
    """`services.search_store.Search` in one transaction."""

    def __init__(self, connection: Connection, catalogue: Catalogue) -> None:
        self._connection = connection
        self._catalogue = catalogue
        self.windows = SqlWindows(connection)

    def view(self, where: Where) -> SqlView:
        """The turns that may be found."""
        shelf = self._catalogue.refresh(self._connection)
        query = sa.select(s.indexed.c.first, s.indexed.c.turns).join(t.record)
        query = query.where(*self._conditions(where)).order_by(s.indexed.c.first)
        rows = self._connection.execute(query).all()
        firsts = np.asarray([row.first for row in rows], np.int64)
        turns = np.asarray([row.turns for row in rows], np.int64)
        visible = shelf.spread(firsts, turns)
        if where.filters.speaker or where.filters.role:
            visible = visible & shelf.said_by(self._speakers(where))
        return SqlView(self._connection, shelf, visible)

    def hits(self, turns: Sequence[int]) -> dict[int, Hit]:
        """What these turns say, in the order of `turns`; those that are gone are left out."""
        owners = self._owners(turns)
        wanted = {
            (owners[turn][1], turn - owners[turn][0]): turn for turn in turns if turn in owners
        }
        here = sorted(wanted)  # so that a statement is about few records
        found: dict[int, Hit] = {}
        for at in range(0, len(here), AT_ONCE):
            query = _HIT.where(*self._at(here[at : at + AT_ONCE]))
            for row in self._connection.execute(query):
                turn = wanted.get((row.record, row.position))
                if turn is not None:
                    found[turn] = _hit(row)
        return {turn: found[turn] for turn in turns if turn in found}

    def state(self) -> tuple[int, int]:
        """Changes whenever there may be something to embed."""
        query = sa.select(counter.c.value).where(counter.c.name.in_(("search", "search vectors")))
        words, vectors = self._connection.scalars(query.order_by(counter.c.name)).all()
        return words, vectors

    def unindexed(self, limit: int) -> list[str]:
        """Records with turns that are not in the index: of the time before there was one."""
        query = sa.select(t.turn.c.record).distinct()
        query = query.outerjoin(s.indexed, s.indexed.c.record == t.turn.c.record)
        return list(self._connection.scalars(query.where(s.indexed.c.first.is_(None)).limit(limit)))

    def _at(self, places: Sequence[tuple[str, int]]) -> Sequence[ColumnElement[bool]]:
        """Turns by record and position. SQLite does not look up pairs in an index: it gets what may
        be more than was asked for."""
        record, position = t.turn.c.record, t.turn.c.position
        if self._connection.dialect.name == "postgresql":
            return (sa.tuple_(record, position).in_(places),)
        records, positions = (set(some) for some in zip(*places, strict=True))
        return record.in_(records), position.in_(positions)

    def _owners(self, turns: Sequence[int]) -> dict[int, tuple[int, str]]:
        """The first turn and the record of each."""
        shelf = self._catalogue.refresh(self._connection)
        numbers = np.asarray(turns, np.int64)
        firsts = shelf.firsts[shelf.record_of[numbers]].tolist()
        query = sa.select(s.indexed.c.first, s.indexed.c.record)
        rows = self._connection.execute(query.where(s.indexed.c.first.in_(set(firsts))))
        records = {row.first: row.record for row in rows}
        return {
            turn: (first, records[first])
            for turn, first in zip(turns, firsts, strict=True)
            if first in records
        }

    def _conditions(self, where: Where) -> list[ColumnElement[bool]]:
        filters = where.filters
        said = sa.func.coalesce(t.record.c.occurred, t.record.c.added, type_=Moment())
        conditions = [within(where.scope)]
        if where.since is not None:
            conditions.append(said >= where.since)
        if where.until is not None:
            conditions.append(said < where.until)
        if filters.kind is not None:
            conditions.append(t.record.c.kind == filters.kind)
        if filters.matter:
            conditions.append(t.record.c.matter.in_(self._matters(filters.matter)))
        if filters.record:
            conditions.append(t.record.c.id == filters.record)
        return conditions

    def _matters(self, asked: str) -> list[str]:
        """By id, or by a part of the name."""
        rows = self._connection.execute(sa.select(t.matter.c.id, t.matter.c.name))
        return [row.id for row in rows if asked == row.id or fold(asked) in fold(row.name)]

    def _speakers(self, where: Where) -> list[tuple[int, str]]:
        """The speakers that fit: the first turn of their record, and their id."""
        conditions = self._conditions(where)
        for column, asked, fits in (
            (t.speaker.c.name, where.filters.speaker, _name_fits),
            (t.speaker.c.role, where.filters.role, role_fits),
        ):
            if asked:
                known = self._connection.scalars(sa.select(column).distinct())
                conditions.append(column.in_([one for one in known if fits(asked, one)]))
        query = sa.select(s.indexed.c.first, t.speaker.c.id).where(*conditions)
        query = query.select_from(s.indexed.join(t.record).join(t.speaker))
        return [(row.first, row.id) for row in self._connection.execute(query)]


def _name_fits(asked: str, name: str) -> bool:
    return fold(asked) in fold(name)


def _hit_query() -> sa.Select[Any]:
    columns = (
        t.record.c.id.label("record"),
        t.record.c.title,
        t.record.c.kind,
        t.record.c.matter,
        t.matter.c.name.label("matter_name"),
        sa.func.coalesce(t.record.c.occurred, t.record.c.added, type_=Moment()).label("occurred"),
        t.turn.c.id.label("turn"),
        t.turn.c.position,
        t.turn.c.start,
        t.turn.c.end,
        t.speaker.c.name.label("speaker"),
        t.speaker.c.role,
        t.turn.c.text,
    )
    speaking = sa.and_(t.speaker.c.record == t.turn.c.record, t.speaker.c.id == t.turn.c.speaker)
    places = t.turn.join(t.record, t.record.c.id == t.turn.c.record)
    places = places.outerjoin(t.speaker, speaking)
    return sa.select(*columns).select_from(
        places.outerjoin(t.matter, t.matter.c.id == t.record.c.matter)
    )


def _hit(row: Row[Any]) -> Hit:
    return Hit(
        record=row.record,
        title=row.title,
        kind=None if row.kind is None else Kind(row.kind),
        matter=row.matter,
        matter_name=row.matter_name or "",
        occurred=row.occurred,
        turn=row.turn,
        position=row.position,
        start=row.start,
        end=row.end,
        speaker=row.speaker or "",
        role=row.role or "",
        text=row.text,
        score=0.0,
    )


_HIT = _hit_query()
