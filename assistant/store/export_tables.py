"""The tables of exports, as the code of this version sees them; `migrations` makes them."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text

from assistant.store.tables import Moment, Plain, metadata

export = Table(
    "export",
    metadata,
    Column("id", Text, primary_key=True),
    Column("by", Text, nullable=False),
    Column("way", Text, nullable=False),
    Column("address", Plain, nullable=False),
    Column("form", Text, nullable=False),
    Column("asked", Moment, nullable=False),
    Column("expires", Moment, nullable=False),
    Column("ready", Boolean, nullable=False),
    Index(None, "by"),
)
"""What people asked for; a row goes with its files and their keys."""

export_item = Table(
    "export_item",
    metadata,
    Column("export", Text, ForeignKey(export.c.id, ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("record", Text, nullable=False),
    Column("title", Plain, nullable=False),
    Column("name", Plain, nullable=False),
    Column("error_ja", Plain),
    Column("error_en", Plain),
    Index(None, "record"),
)
"""What became of each record of it."""
