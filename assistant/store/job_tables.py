"""The tables of durable work, as the code of this version sees them; `migrations` makes them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from assistant.store.tables import Moment, Plain, metadata

job = Table(
    "job",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("subject", Plain, nullable=False),
    Column("arguments", Plain, nullable=False),
    Column("run", Text, nullable=False, unique=True),
    Column("sent", Boolean, nullable=False),
    Column("state", Text, nullable=False),
    Column("worker", Plain),
    Column("attempts", Integer, nullable=False),
    Column("stopping", Boolean, nullable=False),
    Column("held", Boolean, nullable=False),
    Column("stage", Text),
    Column("done", Float),
    Column("total", Float),
    Column("time_left", Float),
    Column("work", Text, nullable=False),
    Column("error_ja", Plain),
    Column("error_en", Plain),
    Column("ended", Moment),
    UniqueConstraint("kind", "subject"),
)
"""The latest job of each subject; `number` is its place in the order."""

step = Table(
    "job_step",
    metadata,
    Column("work", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("result", LargeBinary, nullable=False),
)
"""Finished steps of unfinished work. They hold what people said, until the work is done."""

lease = Table(
    "job_lease",
    metadata,
    Column("work", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("seen", Float, nullable=False),
)
"""Who works on what; `seen` as of workers."""

worker = Table(
    "worker",
    metadata,
    Column("id", Plain, primary_key=True),
    Column("machine", Plain, nullable=False),
    Column("seen", Float, nullable=False),
)
"""Who works, and when it was last heard of: seconds since 1970 by the database's clock."""

live_call = Table(
    "live_call",
    metadata,
    Column("id", Plain, primary_key=True),
    Column("machine", Plain, nullable=False),
    Column("seen", Float, nullable=False),
)
"""The calls that are running, where, and when they were last heard of."""

taken_file = Table(
    "taken_file",
    metadata,
    Column("path", Plain, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("modified", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False, index=True),
    Column("recording", Text, nullable=False),
    Column("complete", Boolean, nullable=False),
    Column("error_ja", Plain),
    Column("error_en", Plain),
)
"""What became of the files of the watched folder of recordings. `complete` is false while one is
being taken in."""
