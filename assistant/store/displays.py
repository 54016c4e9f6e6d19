"""Which passages were shown, and what people made of them, in the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from assistant.manual import Display, Verdict
from assistant.store import tables as t
from assistant.store.manuals import place_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Row

    from assistant.store.engine import Database

_KEPT_AS_THEY_ARE = (
    "shown",
    "place",
    "turn",
    "second",
    "query",
    "rank",
    "score",
    "opened",
    "verdict",
)


class SqlDisplayLog:
    """`ports.DisplayLog`.

    Every method raises `StorageError` when the database cannot be read or written.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def log(self, displays: Sequence[Display]) -> list[int]:
        """Keeps them; their ids, in order."""
        insertion = t.display.insert().returning(t.display.c.id)
        with self._database.writing() as connection:
            return [connection.scalars(insertion, _row(one)).one() for one in displays]

    def opened(self, display: int, when: datetime) -> None:
        """Somebody opened the passage; the first time counts."""
        first = sa.and_(t.display.c.id == display, t.display.c.opened.is_(None))
        with self._database.writing() as connection:
            connection.execute(t.display.update().where(first).values(opened=when))

    def judge(self, display: int, verdict: Verdict | None) -> None:
        """Somebody said whether it helped, or took that back."""
        this = t.display.c.id == display
        with self._database.writing() as connection:
            connection.execute(t.display.update().where(this).values(verdict=verdict))

    def displays(self) -> list[Display]:
        """All of them, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(sa.select(t.display).order_by(t.display.c.id))
            return [_display(row) for row in rows]


def _row(one: Display) -> dict[str, object]:
    edition, position = place_of(one.passage)
    kept = {name: getattr(one, name) for name in _KEPT_AS_THEY_ARE}
    return kept | {"edition": edition, "position": position}


def _display(row: Row[Any]) -> Display:
    kept = {name: getattr(row, name) for name in _KEPT_AS_THEY_ARE}
    kept["verdict"] = Verdict(row.verdict) if row.verdict else None
    return Display(passage=f"{row.edition}:{row.position}", id=row.id, **kept)
