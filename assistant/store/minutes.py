"""Minutes in their versions, in the database."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import sqlalchemy as sa

from assistant.archive import MinutesVersion
from assistant.store import archive_tables as t

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Row


class SqlMinutes:
    """`services.archive_store.MinutesVersions` in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep(self, record: str, revision: int, content: bytes, by: str, at: datetime) -> int:
        """Adds a version, made from that revision of the transcript; its number."""
        latest = sa.select(sa.func.max(t.minutes.c.number)).where(t.minutes.c.record == record)
        number = (self._connection.scalar(latest) or 0) + 1
        row = {
            "record": record,
            "number": number,
            "made": at,
            "made_by": by,
            "revision": revision,
            "content": zlib.compress(content),
        }
        self._connection.execute(t.minutes.insert().values(row))
        return number

    def versions(self, record: str) -> list[MinutesVersion]:
        """All of a record's, oldest first."""
        query = sa.select(t.minutes).where(t.minutes.c.record == record)
        rows = self._connection.execute(query.order_by(t.minutes.c.number))
        return [_version(row) for row in rows]


def _version(row: Row[tuple[object, ...]]) -> MinutesVersion:
    return MinutesVersion(
        record=row.record,
        number=row.number,
        revision=row.revision,
        made=row.made,
        made_by=row.made_by,
        content=zlib.decompress(row.content),
    )
