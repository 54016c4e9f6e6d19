"""Who speaks in several records, in the database."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import sqlalchemy as sa

from assistant.archive import KnownSpeaker
from assistant.store import archive_tables as t

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection


class SqlKnownSpeakers:
    """`services.archive_store.KnownSpeakers` in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self, matter: str | None) -> list[KnownSpeaker]:
        """Those of a matter, or those of none, by name."""
        query = sa.select(*_COLUMNS).where(_of(matter)).order_by(t.known_speaker.c.name)
        return [KnownSpeaker(*row) for row in self._connection.execute(query)]

    def keep(self, speaker: KnownSpeaker) -> KnownSpeaker:
        """The one of that name in the matter; this one from now on, where there was none."""
        named = t.known_speaker.c.name == speaker.name
        query = sa.select(*_COLUMNS).where(_of(speaker.matter), named).limit(1)
        row = self._connection.execute(query).one_or_none()
        if row is not None:
            return KnownSpeaker(*row)
        values = {one.name: getattr(speaker, one.name) for one in fields(KnownSpeaker)}
        self._connection.execute(t.known_speaker.insert().values(values))
        return speaker

    def link(self, record: str, speaker: str, known: str | None) -> None:
        """Says who a record's speaker is; None takes that back."""
        this = sa.and_(t.speaker.c.record == record, t.speaker.c.id == speaker)
        self._connection.execute(t.speaker.update().where(this).values(known=known))

    def records(self, known: str) -> list[tuple[str, str]]:
        """Where they speak: records and the speaker's id in each."""
        query = sa.select(t.speaker.c.record, t.speaker.c.id).where(t.speaker.c.known == known)
        return [(row.record, row.id) for row in self._connection.execute(query.order_by("record"))]


_COLUMNS = [t.known_speaker.c[one.name] for one in fields(KnownSpeaker)]


def _of(matter: str | None) -> ColumnElement[bool]:
    return t.known_speaker.c.matter.is_not_distinct_from(matter)
