"""The tables of the search, as the code of this version sees them; `migrations` makes them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from assistant.store.archive_tables import record
from assistant.store.tables import Moment, Plain, Texts, metadata

__all__ = ["metadata"]  # with these tables in it

Bytewise = Text().with_variant(Text(collation="C"), "postgresql")
"""A text that is compared by its characters' codes on every database."""

indexed = Table(
    "search_record",
    metadata,
    Column("first", BigInteger, primary_key=True, autoincrement=False),
    Column("record", Text, ForeignKey(record.c.id, ondelete="CASCADE"), nullable=False),
    Column("turns", Integer, nullable=False),
    Column("lengths", LargeBinary, nullable=False),
    Column("speakers", Texts, nullable=False),
    Column("voices", LargeBinary, nullable=False),
    Index("uq_search_record_record", "record", unique=True),
)
"""A record's turns in the index: numbers `first` to `first + turns`, which are never used again.
`lengths` are in characters and `voices` places in `speakers`, two bytes for each turn."""

posting = Table(
    "search_posting",
    metadata,
    Column("block", Integer, primary_key=True, autoincrement=False),
    Column("term", Bytewise, primary_key=True),
    Column("data", LargeBinary, nullable=False),
)
"""Where a term stands among the turns of a block: four bytes for each time, in order."""

vector = Table(
    "search_vector",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("model", Plain, nullable=False),
    Column("first", BigInteger, ForeignKey(indexed.c.first, ondelete="CASCADE"), nullable=False),
    Column("window", Integer, nullable=False),
    Column("windows", Integer, nullable=False),
    Column("value", LargeBinary, nullable=False),
    Index("uq_search_vector_model_first_window", "model", "first", "window", unique=True),
    Index(None, "first"),
    Index(None, "model", "number"),
    Index(None, "model", "first", "windows"),
)
"""Some windows of a record, from `window` on; `value` holds float16 in little-endian order."""

synonym = Table(
    "synonym",
    metadata,
    Column("id", Text, primary_key=True),
    Column("words", Texts, nullable=False),
    Column("dropped", Integer, nullable=False),
    Column("added", Moment, nullable=False),
    Column("added_by", Text, nullable=False),
)
"""A site's own groups of words; `dropped` is 1 where it does without one of the program's."""

saved_search = Table(
    "saved_search",
    metadata,
    Column("id", Text, primary_key=True),
    Column("person", Text, nullable=False),
    Column("name", Plain, nullable=False),
    Column("words", Plain, nullable=False),
    Column("filters", Plain, nullable=False),
    Column("saved", Moment, nullable=False),
    Index(None, "person"),
)
