"""A filled database of every older version is upgraded, and nothing in it is lost."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from assistant.store import migrations, pgvector
from assistant.store.engine import Database
from tests.databases import EVERYWHERE

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table

MOMENT = datetime(2026, 11, 20, 10, 0)  # noqa: DTZ001 - as SQLite gives it back
MOVED = {"person": {"failures", "locked_until"}}
"""Columns that a later version keeps elsewhere, and that lose nothing: a lock is over in a day."""


def upgrade_to(database: Database, revision: str) -> None:
    """As the program of that version made its tables."""
    with database._engine.begin() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(Path(migrations.__file__).parent))
        command.upgrade(config, revision)


def tables(connection: Connection) -> list[Table]:
    """As they are now, those that are referred to first."""
    found = sa.MetaData()
    found.reflect(connection, only=lambda name, _: name != pgvector.TABLE)
    own = {"alembic_version", "counter"}
    return [table for table in found.sorted_tables if table.name not in own]


def value(column: sa.Column[object]) -> object:
    """The same for columns that refer to each other."""
    kind = column.type
    if isinstance(kind, sa.Boolean):
        return True
    if isinstance(kind, sa.Integer):
        return 1
    if isinstance(kind, sa.Float | sa.Numeric):
        return 1.5
    if isinstance(kind, sa.DateTime):
        return MOMENT
    if isinstance(kind, sa.Date):
        return date(2026, 4, 1)
    if isinstance(kind, sa.LargeBinary):
        return b"\x00\x00\x80\x3f"
    return "[]" if column.name in {"headings", "roles"} else "言葉"


def rows(
    connection: Connection, names: list[str] | None = None
) -> dict[str, list[dict[str, object]]]:
    """Everything in the tables of these names, or of all."""
    return {
        table.name: [dict(row._mapping) for row in connection.execute(sa.select(table))]
        for table in tables(connection)
        if names is None or table.name in names
    }


@EVERYWHERE
@pytest.mark.parametrize("revision", migrations.REVISIONS[:-1])
def test_nothing_is_lost(place: Path | str, revision: str) -> None:
    if isinstance(place, Path):
        place.parent.mkdir(parents=True)
    database = Database(place)
    upgrade_to(database, revision)
    with database._engine.begin() as connection:
        for table in tables(connection):
            connection.execute(table.insert().values({one.name: value(one) for one in table.c}))
        before = rows(connection)
    assert all(before.values()), "every table holds something"

    assert database.upgrade() == (revision, migrations.HEAD)

    with database.reading() as connection:
        after = rows(connection, list(before))
    for name, kept in before.items():
        for old, new in zip(kept, after[name], strict=True):
            gone = set(old) - set(new)
            assert gone <= MOVED.get(name, set())
            assert {one: new[one] for one in old if one in new} == {
                one: old[one] for one in old if one in new
            }, name
    database.close()
