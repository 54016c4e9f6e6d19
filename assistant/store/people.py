"""People, their sessions, failed sign-ins and emergency openings in the database."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import sqlalchemy as sa

from assistant.people import Attempts, Opening, Person, Role, Session
from assistant.store import archive_tables as t
from assistant.store.engine import insertion

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, RowMapping


class SqlPeople:
    """`services.archive_store.People` in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def any(self) -> bool:
        """Whether there is an account at all."""
        return self._connection.scalar(sa.select(t.person.c.id).limit(1)) is not None

    def add(self, person: Person) -> None:
        """A new one."""
        self._connection.execute(t.person.insert().values(_row(person)))

    def find(self, person: str) -> Person | None:
        """The one of that id."""
        return self._one(t.person.c.id == person)

    def by_login(self, login: str) -> Person | None:
        """The one of that login."""
        return self._one(t.person.c.login == login)

    def by_subject(self, subject: str) -> Person | None:
        """Whom the provider of sign-in calls so."""
        return self._one(t.person.c.subject == subject)

    def by_os_user(self, os_user: str) -> Person | None:
        """Who types commands as that user."""
        return self._one(t.person.c.os_user == os_user)

    def all(self) -> list[Person]:
        """By login."""
        rows = self._connection.execute(sa.select(t.person).order_by(t.person.c.login))
        return [_person(row) for row in rows.mappings()]

    def update(self, person: Person) -> None:
        """Puts them in the place of the one of that id."""
        this = t.person.c.id == person.id
        self._connection.execute(t.person.update().where(this).values(_row(person)))

    def _one(self, which: ColumnElement[bool]) -> Person | None:
        rows = self._connection.execute(sa.select(t.person).where(which))
        row = rows.mappings().one_or_none()
        return None if row is None else _person(row)


class SqlSessions:
    """`services.archive_store.Sessions` in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, session: Session) -> None:
        """A new one; those that are over go."""
        over = t.session.c.expires <= session.began
        self._connection.execute(t.session.delete().where(over))
        row = {one.name: getattr(session, one.name) for one in fields(Session)}
        self._connection.execute(t.session.insert().values(row))

    def find(self, session: str) -> Session | None:
        """The one of that id."""
        query = sa.select(t.session).where(t.session.c.id == session)
        row = self._connection.execute(query).mappings().one_or_none()
        return None if row is None else Session(**row)

    def seen(self, session: str, at: datetime) -> None:
        """Its person did something."""
        this = t.session.c.id == session
        self._connection.execute(t.session.update().where(this).values(seen=at))

    def end(self, session: str) -> None:
        """Its cookie is good for nothing any more."""
        self._connection.execute(t.session.delete().where(t.session.c.id == session))

    def end_of(self, person: str) -> None:
        """Ends all of theirs."""
        self._connection.execute(t.session.delete().where(t.session.c.person == person))


class SqlAttempts:
    """`services.archive_store.FailedAttempts` in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, key: str) -> Attempts | None:
        """Those of that key."""
        query = sa.select(t.attempt).where(t.attempt.c.key == key)
        row = self._connection.execute(query).mappings().one_or_none()
        return None if row is None else Attempts(**row)

    def count(self, key: str, at: datetime, since: datetime) -> Attempts:
        """One more failure; those before `since` count no more. Others wait for the transaction."""
        a = t.attempt.c
        more = sa.case((a.latest < since, 1), else_=a.failures + 1)
        first = insertion(self._connection, t.attempt).values(key=key, failures=1, latest=at)
        counted = first.on_conflict_do_update(
            index_elements=[a.key], set_={"failures": more, "latest": at}
        )
        return Attempts(**self._connection.execute(counted.returning(*a)).mappings().one())

    def block(self, key: str, until: datetime) -> None:
        """Nobody gets in before that moment."""
        self._connection.execute(
            t.attempt.update().where(t.attempt.c.key == key).values(until=until)
        )

    def give_back(self, key: str) -> None:
        """The last one counted was no failure."""
        less = {"failures": t.attempt.c.failures - 1, "until": None}
        self._connection.execute(t.attempt.update().where(t.attempt.c.key == key).values(less))

    def forget(self, key: str) -> None:
        """Drops them."""
        self._connection.execute(t.attempt.delete().where(t.attempt.c.key == key))

    def forget_before(self, latest: datetime) -> None:
        """Drops all whose last failure is older."""
        self._connection.execute(t.attempt.delete().where(t.attempt.c.latest < latest))


class SqlOpenings:
    """`services.archive_store.Openings` in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep(self, opening: Opening) -> None:
        """Puts it in the place of an earlier one of the same person and record."""
        this = sa.and_(t.glass.c.person == opening.person, t.glass.c.record == opening.record)
        self._connection.execute(t.glass.delete().where(this))
        row = {one.name: getattr(opening, one.name) for one in fields(Opening)}
        self._connection.execute(t.glass.insert().values(row))

    def of(self, person: str, now: datetime) -> frozenset[str]:
        """The records that they may read in an emergency."""
        this = sa.and_(t.glass.c.person == person, t.glass.c.until > now)
        return frozenset(self._connection.scalars(sa.select(t.glass.c.record).where(this)))


def _row(person: Person) -> dict[str, object]:
    values = {one.name: getattr(person, one.name) for one in fields(Person)}
    return values | {"roles": tuple(sorted(role.value for role in person.roles))}


def _person(row: RowMapping) -> Person:
    return Person(**{**row, "roles": frozenset(map(Role, row["roles"]))})
