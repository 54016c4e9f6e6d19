"""Which passages were shown, and what people made of them, in the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from assistant.manual import Display, SectionReport, Verdict
from assistant.store import tables as t
from assistant.store.manuals import place_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Row, ScalarSelect

    from assistant.store.engine import Database

_KEPT_AS_THEY_ARE = (
    "person",
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

    def opened(self, display: int, person: str, when: datetime) -> bool:
        """They opened what was shown to them; the first time counts. False: it was not shown."""
        return self._note(
            display, person, opened=sa.func.coalesce(t.display.c.opened, sa.literal(when, t.Moment))
        )

    def judge(self, display: int, person: str, verdict: Verdict | None) -> bool:
        """They said whether what was shown to them helped, or took that back; False as above."""
        return self._note(display, person, verdict=verdict)

    def displays(self) -> list[Display]:
        """All of them, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(sa.select(t.display).order_by(t.display.c.id))
            return [_display(row) for row in rows]

    def report(self) -> list[SectionReport]:
        """A line for each section that was ever shown, in no order."""
        with self._database.reading() as connection:
            return [SectionReport(*row) for row in connection.execute(_REPORT)]

    def _note(self, display: int, person: str, **values: object) -> bool:
        theirs = sa.and_(t.display.c.id == display, t.display.c.person == person)
        with self._database.writing() as connection:
            return connection.execute(t.display.update().where(theirs).values(values)).rowcount > 0


def _titles() -> ScalarSelect[Any]:
    """The title of a manual's newest edition."""
    newest = t.edition.alias("newest")
    titles = sa.select(newest.c.title).where(newest.c.manual == t.edition.c.manual)
    return titles.order_by(newest.c.added.desc(), newest.c.id).limit(1).scalar_subquery()


def _how_many(those: ColumnElement[bool]) -> ColumnElement[int]:
    return sa.func.count(sa.case((those, 1)))


_PASSAGE = sa.and_(
    t.passage.c.edition == t.display.c.edition, t.passage.c.position == t.display.c.position
)
_REPORT = (
    sa.select(
        t.edition.c.manual,
        _titles(),
        t.passage.c.headings,
        sa.func.count(),
        _how_many(t.display.c.opened.is_not(None)),
        _how_many(t.display.c.verdict == Verdict.HELPED),
        _how_many(t.display.c.verdict == Verdict.WRONG),
    )
    .select_from(t.display)
    .join(t.passage, _PASSAGE)
    .join(t.edition, t.edition.c.id == t.display.c.edition)
    .group_by(t.edition.c.manual, t.passage.c.headings)
)


def _row(one: Display) -> dict[str, object]:
    edition, position = place_of(one.passage)
    kept = {name: getattr(one, name) for name in _KEPT_AS_THEY_ARE}
    return kept | {"edition": edition, "position": position}


def _display(row: Row[Any]) -> Display:
    kept = {name: getattr(row, name) for name in _KEPT_AS_THEY_ARE}
    kept["verdict"] = Verdict(row.verdict) if row.verdict else None
    return Display(passage=f"{row.edition}:{row.position}", id=row.id, **kept)
