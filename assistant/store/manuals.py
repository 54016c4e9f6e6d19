"""Editions, passages and vectors in the database."""

from __future__ import annotations

from itertools import groupby
from struct import Struct
from typing import TYPE_CHECKING, Any

import numpy as np
import sqlalchemy as sa

from assistant.manual import Edition, EditionState, Passage
from assistant.store import tables as t
from assistant.store.engine import insert_if_absent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Connection, Row, Select

    from assistant.model import FloatArray, HalfArray
    from assistant.store.engine import Database

TOLD_EVERY = 20
"""While vectors come in, searches are told this often that there are more: loading them all again
after every batch would keep a large library busy for hours."""

_COUNT = Struct("<H")
"""Before a passage's vectors: how many there are. They are kept in half precision, which changes no
cosine by more than a thousandth."""

_PASSAGE = (
    t.passage.c.edition,
    t.passage.c.position,
    t.passage.c.headings,
    t.passage.c.text,
    t.passage.c.page,
)
_CURRENT = t.edition.c.state == EditionState.CURRENT
_VECTOR_OF_PASSAGE = sa.and_(
    t.vector.c.edition == t.passage.c.edition, t.vector.c.position == t.passage.c.position
)


class SqlManualStore:
    """`ports.ManualStore`.

    Every method raises `StorageError` when the database cannot be read or written.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, edition: Edition, passages: Sequence[Passage], terms: Sequence[str]) -> None:
        """Keeps an edition and makes it the current one of its manual; all of it, or nothing.

        An edition that is there already stays as it is.
        """
        rows = [_passage_row(one, words) for one, words in zip(passages, terms, strict=True)]
        with self._database.writing() as connection:
            _tell(connection)
            if connection.scalar(sa.select(t.edition.c.id).where(t.edition.c.id == edition.id)):
                return
            if edition.state is EditionState.CURRENT:
                _supersede(connection, edition.manual)
            connection.execute(t.edition.insert(), _edition_row(edition))
            if rows:
                connection.execute(t.passage.insert(), rows)

    def editions(self) -> list[Edition]:
        """All of them, newest first.

        `embedded` counts for the weights that have embedded most.
        """
        counts = (
            sa.select(t.vector.c.edition, sa.func.count().label("number"))
            .group_by(t.vector.c.model, t.vector.c.edition)
            .subquery()
        )
        embedded = sa.func.coalesce(sa.func.max(counts.c.number), 0).label("embedded")
        query = (
            sa.select(t.edition, embedded)
            .outerjoin(counts, counts.c.edition == t.edition.c.id)
            .group_by(t.edition.c.id)
            .order_by(t.edition.c.added.desc(), t.edition.c.id)
        )
        with self._database.reading() as connection:
            return [_edition(row) for row in connection.execute(query)]

    def set_state(self, edition: str, state: EditionState) -> None:
        """Takes an edition into the search or out of it.

        An edition that becomes current supersedes the one that was, as with `add`.
        """
        this = t.edition.c.id == edition
        with self._database.writing() as connection:
            _tell(connection)
            manual = connection.scalar(sa.select(t.edition.c.manual).where(this))
            if state is EditionState.CURRENT:
                _supersede(connection, manual)
            connection.execute(t.edition.update().where(this).values(state=state))

    def passages(self, edition: str) -> list[Passage]:
        """In reading order."""
        query = sa.select(*_PASSAGE).where(t.passage.c.edition == edition)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(t.passage.c.position))
            return [Passage(*row) for row in rows]

    def indexed(self) -> list[tuple[Passage, str]]:
        """The passages of current editions with their terms."""
        query = _current(*_PASSAGE, t.passage.c.terms)
        with self._database.reading() as connection:
            return [(Passage(*row[:-1]), row[-1]) for row in connection.execute(query)]

    def vectors(self, model: str) -> tuple[list[str], HalfArray]:
        """What these weights have made of the current passages, shape (n, d), and whose each is.

        A passage's vectors follow each other, in the order they were given in.
        """
        columns = t.vector.c.edition, t.vector.c.position, t.vector.c.value
        query = _current(*columns).join(t.vector, _VECTOR_OF_PASSAGE)
        with self._database.reading() as connection:
            rows = connection.execute(query.where(t.vector.c.model == model)).all()
        ids = [f"{edition}:{at}" for edition, at, value in rows for _ in range(_number_of(value))]
        values = np.frombuffer(b"".join(value[_COUNT.size :] for *_, value in rows), "<f2")
        return ids, values.reshape(len(ids), -1) if ids else np.zeros((0, 0), np.float16)

    def missing(self, model: str, limit: int) -> list[Passage]:
        """Current passages that these weights have not embedded yet, the newest editions first."""
        query = (
            sa.select(*_PASSAGE)
            .join(t.edition, t.edition.c.id == t.passage.c.edition)
            .where(_CURRENT, ~_embedded_by(model))
            .order_by(t.edition.c.added.desc(), t.edition.c.id, t.passage.c.position)
            .limit(limit)
        )
        with self._database.reading() as connection:
            return [Passage(*row) for row in connection.execute(query)]

    def keep_vectors(self, model: str, ids: Sequence[str], vectors: FloatArray) -> None:
        """Keeps what `missing` asked for; a passage's id stands once for each of its vectors.

        Vectors that are there already stay: two processes may embed the same passage.
        """
        values = np.ascontiguousarray(vectors, "<f2")
        of_each = groupby(range(len(ids)), key=lambda at: ids[at])
        rows = [_vector_row(model, one, values[list(places)]) for one, places in of_each]
        if not rows:
            return
        with self._database.writing() as connection:
            before = _embedded(connection, model)
            connection.execute(insert_if_absent(connection, t.vector), rows)
            if _worth_telling(before, _embedded(connection, model), _current_passages(connection)):
                _tell(connection)

    def models(self) -> dict[str, int]:
        """The weights that have embedded anything, and how many of the current passages."""
        every = sa.select(t.vector.c.model).distinct()
        query = _count_current(t.vector.c.model).join(t.vector, _VECTOR_OF_PASSAGE)
        with self._database.reading() as connection:
            counts = dict.fromkeys(connection.scalars(every), 0)
            rows = connection.execute(query.group_by(t.vector.c.model))
            return counts | {row[0]: row[1] for row in rows}

    def forget_vectors(self, model: str) -> None:
        """Drops the vectors of weights that are used no more."""
        with self._database.writing() as connection:
            _tell(connection)
            connection.execute(t.vector.delete().where(t.vector.c.model == model))

    def keep_terms(self, edition: str, terms: Sequence[str]) -> None:
        """Puts new terms in the place of the old ones, one for each passage, in order."""
        place = sa.and_(
            t.passage.c.edition == edition, t.passage.c.position == sa.bindparam("number")
        )
        rows = [{"number": number, "words": words} for number, words in enumerate(terms)]
        with self._database.writing() as connection:
            _tell(connection)
            query = t.passage.update().where(place).values(terms=sa.bindparam("words"))
            connection.execute(query, rows)

    def version(self) -> int:
        """Grows whenever a search would see something new."""
        with self._database.reading() as connection:
            return int(connection.scalars(_VERSION).one())


_COUNTER = t.counter.c.name == "manuals"
_VERSION = sa.select(t.counter.c.value).where(_COUNTER)


def _tell(connection: Connection) -> None:
    """Counts up the version; until the transaction ends, other writers wait."""
    connection.execute(t.counter.update().where(_COUNTER).values(value=t.counter.c.value + 1))


def _supersede(connection: Connection, manual: str | None) -> None:
    current = sa.and_(t.edition.c.manual == manual, _CURRENT)
    connection.execute(t.edition.update().where(current).values(state=EditionState.SUPERSEDED))


def _current(*columns: ColumnElement[Any]) -> Select[Any]:
    """Of the passages that are searched, in a steady order."""
    query = sa.select(*columns).select_from(t.passage).join(t.edition).where(_CURRENT)
    return query.order_by(t.passage.c.edition, t.passage.c.position)


def _count_current(*columns: ColumnElement[Any]) -> Select[Any]:
    return (
        sa.select(*columns, sa.func.count()).select_from(t.passage).join(t.edition).where(_CURRENT)
    )


def _current_passages(connection: Connection) -> int:
    return int(connection.scalars(_count_current()).one())


def _embedded(connection: Connection, model: str) -> int:
    query = _count_current().join(t.vector, _VECTOR_OF_PASSAGE)
    return int(connection.scalars(query.where(t.vector.c.model == model)).one())


def _embedded_by(model: str) -> ColumnElement[bool]:
    return sa.exists().where(_VECTOR_OF_PASSAGE, t.vector.c.model == model)


def _worth_telling(before: int, after: int, total: int) -> bool:
    step = max(1, total // TOLD_EVERY)
    return after > before and (after == total or before // step != after // step)


def _edition_row(one: Edition) -> dict[str, object]:
    return {column.name: getattr(one, column.name) for column in t.edition.c}


def _edition(row: Row[Any]) -> Edition:
    values = dict(zip(row._fields, row, strict=True))
    return Edition(**values | {"state": EditionState(row.state)})


def _passage_row(one: Passage, terms: str) -> dict[str, object]:
    return {
        "edition": one.edition,
        "position": one.position,
        "headings": one.headings,
        "text": one.text,
        "page": one.page,
        "terms": terms,
    }


def _vector_row(model: str, passage_id: str, values: HalfArray) -> dict[str, object]:
    edition, position = place_of(passage_id)
    return {
        "model": model,
        "edition": edition,
        "position": position,
        "value": _COUNT.pack(len(values)) + values.tobytes(),
    }


def _number_of(value: bytes) -> int:
    number: int = _COUNT.unpack_from(value)[0]
    return number


def place_of(passage_id: str) -> tuple[str, int]:
    """Edition and position that a passage's id names."""
    edition, _, position = passage_id.rpartition(":")
    return edition, int(position)
