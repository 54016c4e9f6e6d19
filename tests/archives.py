"""Archives for tests: a SQLite file whose tables are made once and then copied."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from assistant.export.json_transcript import from_json, to_json
from assistant.store.archive import SqlArchive
from assistant.store.engine import Database
from assistant.store.records import Codec

CODEC = Codec(lambda transcript: to_json(transcript).encode(), from_json)


@cache
def _empty() -> bytes:
    """A database with all tables."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.sqlite"
        database = Database(path)
        database.upgrade()
        database.close()
        return path.read_bytes()


def sqlite_at(path: Path) -> Database:
    """The database at `path`, with all tables; an empty one is made where there is none."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_empty())
    return Database(path)


def archive_in(folder: Path) -> SqlArchive:
    """The archive of a data folder."""
    return SqlArchive(sqlite_at(folder / "state" / "kikigaki.sqlite"), CODEC)
