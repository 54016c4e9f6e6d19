"""The tables, as the code of this version sees them; `migrations` makes them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    text,
)

if TYPE_CHECKING:
    from sqlalchemy import Dialect

AS_BYTES = {"as_bytes": True}
"""Options for a statement that reads much of `LargeBinary`: by itself a server sends that as text,
twice as long, to be read again. What comes of it is the same."""

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)


class Moment(TypeDecorator[datetime]):
    """A moment with a time zone; SQLite, which knows none, keeps UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Plain(TypeDecorator[str]):
    """A text that every database can keep: without NUL and without halves of characters.

    Both occur in what PDF files call text.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Cleaned."""
        return None if value is None else _plain(value)


class Texts(TypeDecorator[tuple[str, ...]]):
    """A tuple of texts, as JSON."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str | None:
        """To JSON."""
        if value is None:
            return None
        return json.dumps([_plain(one) for one in value], ensure_ascii=False)

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...] | None:
        """From JSON."""
        return None if value is None else tuple(json.loads(value))


def _plain(text: str) -> str:
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


counter = Table(
    "counter",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
)
"""Numbers that only grow; other processes look at them to see that something is new."""

edition = Table(
    "manual_edition",
    metadata,
    Column("id", Text, primary_key=True),
    Column("manual", Plain, nullable=False),
    Column("title", Plain, nullable=False),
    Column("file", Plain, nullable=False),
    Column("sha256", Text, nullable=False, unique=True),
    Column("added", Moment, nullable=False),
    Column("date", Date),
    Column("state", Text, nullable=False),
    Column("passages", Integer, nullable=False),
    Index(
        "uq_manual_edition_current",
        "manual",
        unique=True,
        sqlite_where=text("state = 'current'"),
        postgresql_where=text("state = 'current'"),
    ),
)
"""At most one edition of a manual is current: the index sees to it."""

passage = Table(
    "manual_passage",
    metadata,
    Column("edition", Text, ForeignKey(edition.c.id, ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("headings", Texts, nullable=False),
    Column("text", Plain, nullable=False),
    Column("page", Integer),
    Column("terms", Plain, nullable=False),
)
"""`terms` are what the word search compares, joined by spaces."""

vector = Table(
    "manual_vector",
    metadata,
    Column("model", Plain, primary_key=True),
    Column("edition", Text, primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("value", LargeBinary, nullable=False),
    ForeignKeyConstraint(
        ["edition", "position"], [passage.c.edition, passage.c.position], ondelete="CASCADE"
    ),
    Index(None, "edition", "position"),
)
"""`value` holds float32 in little-endian order."""

display = Table(
    "manual_display",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("edition", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("person", Text, nullable=False, server_default=""),
    Column("shown", Moment, nullable=False),
    Column("place", Plain, nullable=False),
    Column("turn", Plain),
    Column("second", Float),
    Column("query", Plain, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("score", Float, nullable=False),
    Column("opened", Moment),
    Column("verdict", Text),
    ForeignKeyConstraint(
        ["edition", "position"], [passage.c.edition, passage.c.position], ondelete="CASCADE"
    ),
    Index(None, "edition", "position"),
)

source = Table(
    "manual_source",
    metadata,
    Column("path", Plain, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("modified", BigInteger, nullable=False),
    Column("edition", Text, nullable=False),
    Column("error_ja", Plain),
    Column("error_en", Plain),
)
"""The files of the watched folder, as they were at the last look."""
