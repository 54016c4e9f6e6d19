"""The tables of the archive, as the code of this version sees them; `migrations` makes them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from assistant.store.tables import Moment, Plain, Texts, metadata

__all__ = ["metadata"]  # with these tables in it

person = Table(
    "person",
    metadata,
    Column("id", Text, primary_key=True),
    Column("login", Plain, nullable=False, unique=True),
    Column("name", Plain, nullable=False),
    Column("roles", Texts, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("password", Text),
    Column("must_change", Boolean, nullable=False),
    Column("subject", Plain, unique=True),
    Column("added", Moment, nullable=False),
    Column("os_user", Plain),
    Index("uq_person_os_user", "os_user", unique=True),
)
"""`password` is an argon2id hash, None where somebody else signs them in; `subject` is how that
somebody calls them. Nobody is ever deleted: the audit log names them."""

attempt = Table(
    "attempt",
    metadata,
    Column("key", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("latest", Moment, nullable=False),
    Column("until", Moment),
)
"""Failed sign-ins. `key` is a hash of a login, whether there is such an account or not, or of an
address: what somebody typed into the wrong field is not kept."""

session = Table(
    "session",
    metadata,
    Column("id", Text, primary_key=True),
    Column("person", Text, ForeignKey(person.c.id, ondelete="CASCADE"), nullable=False),
    Column("began", Moment, nullable=False),
    Column("seen", Moment, nullable=False),
    Column("expires", Moment, nullable=False),
    Column("csrf", Text, nullable=False),
    Column("way", Text, nullable=False),
    Column("address", Plain, nullable=False),
    Index(None, "person"),
)
"""`id` is the SHA-256 of the cookie: who reads the table cannot sign in."""

matter = Table(
    "matter",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("name", Plain, nullable=False),
    Column("opened", Moment, nullable=False),
    Column("closed", Moment),
    Column("born", Date),
    Column("record_class", Text, nullable=False),
    UniqueConstraint("kind", "name"),
)

membership = Table(
    "membership",
    metadata,
    Column("matter", Text, ForeignKey(matter.c.id, ondelete="CASCADE"), primary_key=True),
    Column("person", Text, primary_key=True),
    Index(None, "person"),
)
"""`person` refers to no table: the user of a machine without accounts may be a member too."""

record = Table(
    "record",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Plain, nullable=False),
    Column("title", Plain, nullable=False),
    Column("kind", Text),
    Column("matter", Text, ForeignKey(matter.c.id)),
    Column("occurred", Moment),
    Column("added", Moment, nullable=False),
    Column("added_by", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("duration", Float, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("record_class", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Index(None, "matter"),
    Index(None, "added"),
    Index(None, "sha256"),
)

revision = Table(
    "revision",
    metadata,
    Column("record", Text, ForeignKey(record.c.id, ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("made", Moment, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("work", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Index(None, "work"),
)
"""A transcript as it was recognised or brought: never changed. `content` is compressed JSON."""

known_speaker = Table(
    "known_speaker",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Plain, nullable=False),
    Column("role", Plain, nullable=False),
    Column("matter", Text, ForeignKey(matter.c.id, ondelete="CASCADE")),
    Column("added", Moment, nullable=False),
    Index(None, "matter"),
)
"""Somebody who speaks in several records: a member of a committee, say."""

speaker = Table(
    "speaker",
    metadata,
    Column("record", Text, ForeignKey(record.c.id, ondelete="CASCADE"), primary_key=True),
    Column("id", Text, primary_key=True),
    Column("name", Plain, nullable=False),
    Column("role", Plain, nullable=False),
    Column("known", Text, ForeignKey(known_speaker.c.id, ondelete="SET NULL")),
)
"""The speakers of a record's current transcript, as people call them now."""

turn = Table(
    "turn",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("record", Text, ForeignKey(record.c.id, ondelete="CASCADE"), nullable=False),
    Column("id", Plain, nullable=False),
    Column("position", Integer, nullable=False),
    Column("start", Float, nullable=False),
    Column("end", Float, nullable=False),
    Column("speaker", Plain, nullable=False),
    Column("text", Plain, nullable=False),
    UniqueConstraint("record", "position"),
)
"""The turns of a record's current transcript, with what people corrected."""

edit = Table(
    "edit",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("record", Text, ForeignKey(record.c.id, ondelete="CASCADE"), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", Text, nullable=False),
    Column("field", Text, nullable=False),
    Column("target", Plain, nullable=False),
    Column("before", Plain, nullable=False),
    Column("after", Plain, nullable=False),
    Index(None, "record"),
)

glossary_entry = Table(
    "glossary_entry",
    metadata,
    Column("id", Text, primary_key=True),
    Column("matter", Text, ForeignKey(matter.c.id, ondelete="CASCADE")),
    Column("surface", Plain, nullable=False),
    Column("reading", Plain, nullable=False),
    Column("kind", Text, nullable=False),
    Column("added", Moment, nullable=False),
    Column("added_by", Text, nullable=False),
    Index(None, "matter"),
)
"""A site's own words, for all (`matter` is None) or for one body or case."""

minutes = Table(
    "minutes",
    metadata,
    Column("record", Text, ForeignKey(record.c.id, ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("made", Moment, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    ForeignKeyConstraint(
        ["record", "revision"], [revision.c.record, revision.c.number], ondelete="CASCADE"
    ),
)
"""Minutes in versions, each made from a revision of the transcript."""

glass = Table(
    "glass",
    metadata,
    Column("person", Text, primary_key=True),
    Column("record", Text, ForeignKey(record.c.id, ondelete="CASCADE"), primary_key=True),
    Column("reason", Plain, nullable=False),
    Column("opened", Moment, nullable=False),
    Column("until", Moment, nullable=False),
)
"""Records that somebody opened in an emergency."""

file_key = Table(
    "file_key",
    metadata,
    Column("file", Text, primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
    Column("master", Text, nullable=False),
    Column("made", Moment, nullable=False),
    Index(None, "master"),
)
"""The key of each sealed file, under a master key that the database does not hold."""

retention_rule = Table(
    "retention_rule",
    metadata,
    Column("record_class", Text, primary_key=True),
    Column("name", Plain, nullable=False),
    Column("years", Integer),
    Column("counting", Text, nullable=False),
    Column("sound_days", Integer),
)
"""Only classes whose rule a site changed or added: the others are as the program comes."""

hold = Table(
    "hold",
    metadata,
    Column("id", Text, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("reason", Plain, nullable=False),
    Column("since", Moment, nullable=False),
    Column("by", Text, nullable=False),
    Column("released", Moment),
    Column("released_by", Text, nullable=False),
    Index(None, "subject"),
)
"""`subject` is a record's or a matter's id; a hold stays when it was released."""

deletion = Table(
    "deletion",
    metadata,
    Column("id", Text, primary_key=True),
    Column("record", Text, nullable=False),
    Column("part", Text, nullable=False),
    Column("title", Plain, nullable=False),
    Column("kind", Text),
    Column("matter", Text),
    Column("record_class", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("until", Date, nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", Text, nullable=False),
    Column("finished", Moment),
    Index(None, "at"),
)
"""`finished` is null while files may be left: the next run removes them."""

audit = Table(
    "audit",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("user", Plain, nullable=False),
    Column("name", Plain, nullable=False),
    Column("way", Text, nullable=False),
    Column("address", Plain, nullable=False),
    Column("action", Text, nullable=False),
    Column("object", Plain, nullable=False),
    Column("details", Plain, nullable=False),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
)
"""Rows are added and never changed; triggers refuse anything else. `at` is a text, since a hash
covers it and databases keep moments with different precision."""
