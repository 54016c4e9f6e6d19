"""Cases, bodies and their members in the database."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from assistant.people import Matter, MatterKind
from assistant.store import archive_tables as t
from assistant.store.engine import insert_if_absent

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row


class SqlMatters:
    """`services.archive_store.Matters` in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, matter: Matter) -> None:
        """A new one."""
        self._connection.execute(t.matter.insert().values(_row(matter)))

    def find(self, matter: str) -> Matter | None:
        """The one of that id."""
        query = sa.select(t.matter).where(t.matter.c.id == matter)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _matter(row)

    def named(self, name: str) -> list[Matter]:
        """Those of that name: a case and a body may share one."""
        query = sa.select(t.matter).where(t.matter.c.name == name).order_by(t.matter.c.kind)
        return [_matter(row) for row in self._connection.execute(query)]

    def all(self) -> list[Matter]:
        """By name."""
        rows = self._connection.execute(sa.select(t.matter).order_by(t.matter.c.name))
        return [_matter(row) for row in rows]

    def update(self, matter: Matter) -> None:
        """Puts it in the place of the one of that id."""
        this = t.matter.c.id == matter.id
        self._connection.execute(t.matter.update().where(this).values(_row(matter)))

    def members(self, matter: str) -> list[str]:
        """The users who belong to it."""
        query = sa.select(t.membership.c.person).where(t.membership.c.matter == matter)
        return list(self._connection.scalars(query.order_by(t.membership.c.person)))

    def of(self, user: str) -> frozenset[str]:
        """The matters that a user belongs to."""
        query = sa.select(t.membership.c.matter).where(t.membership.c.person == user)
        return frozenset(self._connection.scalars(query))

    def join(self, matter: str, user: str) -> None:
        """From now on they belong to it."""
        insertion = insert_if_absent(self._connection, t.membership)
        self._connection.execute(insertion.values(matter=matter, person=user))

    def leave(self, matter: str, user: str) -> None:
        """They do not any more."""
        this = sa.and_(t.membership.c.matter == matter, t.membership.c.person == user)
        self._connection.execute(t.membership.delete().where(this))


def _row(matter: Matter) -> dict[str, object]:
    return {one.name: getattr(matter, one.name) for one in fields(Matter)}


def _matter(row: Row[Any]) -> Matter:
    values = dict(zip(row._fields, row, strict=True))
    return Matter(**values | {"kind": MatterKind(row.kind)})
