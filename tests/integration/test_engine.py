"""The database as such: upgrades, refusals, two engines."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from assistant.errors import (
    BadDatabaseAddress,
    DamagedDatabase,
    DatabaseUnavailable,
    DiskFull,
    NewerDatabase,
    NotWritable,
    OutdatedDatabase,
)
from assistant.store import migrations
from assistant.store.engine import Database
from assistant.store.search_tables import metadata
from assistant.store.tables import counter

if TYPE_CHECKING:
    from tests.databases import Server

COUNTERS = {"audit", "manuals", "retention", "search", "search vectors"}
"""What an upgrade of an empty database makes."""


def write(database: Database, name: str) -> None:
    with database.writing() as connection:
        connection.execute(counter.insert(), {"name": name, "value": 1})


def names(database: Database) -> set[str]:
    with database.reading() as connection:
        return set(connection.scalars(sa.select(counter.c.name)))


def test_the_migrations_make_the_tables_that_the_code_uses(database: Database) -> None:
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_the_list_of_revisions_is_that_of_the_scripts() -> None:
    scripts = ScriptDirectory(str(Path(migrations.__file__).parent))
    found = [script.revision for script in scripts.walk_revisions()]
    assert tuple(reversed(found)) == migrations.REVISIONS


def test_an_upgrade_keeps_what_is_there(database: Database) -> None:
    write(database, "ours")
    assert database.upgrade() == (migrations.HEAD, migrations.HEAD)
    assert "ours" in names(database)


def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    def write_twice() -> None:
        with database.writing() as connection:
            connection.execute(counter.insert(), {"name": "half", "value": 1})
            connection.execute(counter.insert(), {"name": "half", "value": 2})

    with pytest.raises(sa.exc.IntegrityError):
        write_twice()
    assert "half" not in names(database)


def test_a_newer_program_s_database_is_left_alone(database: Database, place: Path | str) -> None:
    with database.writing() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = 'f00d'"))
    with pytest.raises(NewerDatabase):
        names(Database(place))
    with pytest.raises(NewerDatabase):
        database.upgrade()


def test_a_file_makes_its_tables_by_itself(tmp_path: Path) -> None:
    assert names(Database(tmp_path / "new" / "kikigaki.sqlite")) == COUNTERS


def test_processes_that_start_together_make_the_tables_once(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from assistant.store.engine import Database\n"
        "with Database(Path(sys.argv[1])).reading(): pass"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "kikigaki.sqlite")]
    processes = [subprocess.Popen(command) for _ in range(3)]
    assert [one.wait(60) for one in processes] == [0, 0, 0]
    assert names(Database(tmp_path / "kikigaki.sqlite")) == COUNTERS


def test_a_server_is_upgraded_only_when_somebody_says_so(postgresql: Server) -> None:
    address = postgresql.fresh()
    with pytest.raises(OutdatedDatabase) as told:
        names(Database(address))
    assert "kikigaki db upgrade" in told.value.message("ja")
    assert Database(address).upgrade() == (None, migrations.HEAD)
    assert names(Database(address)) == COUNTERS


def test_a_server_that_goes_away_is_said_and_comes_back(postgresql: Server) -> None:
    address = postgresql.fresh()
    database = Database(address)
    database.upgrade()
    write(database, "before")
    postgresql.stop()
    try:
        with pytest.raises(DatabaseUnavailable) as told:
            write(database, "meanwhile")
    finally:
        postgresql.start()
    assert "postgres@" not in told.value.message("ja")
    write(database, "after")
    assert names(database) == COUNTERS | {"before", "after"}


def test_a_database_that_is_not_on_the_server_is_said(postgresql: Server) -> None:
    with pytest.raises(DatabaseUnavailable):
        names(Database(postgresql.address("nowhere")))


def test_a_user_without_rights_is_told(postgresql: Server) -> None:
    address = postgresql.fresh()
    database = Database(address)
    database.upgrade()
    with database.writing() as connection:
        connection.execute(sa.text("DROP ROLE IF EXISTS reader"))
        connection.execute(sa.text("CREATE ROLE reader LOGIN"))
        connection.execute(sa.text("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader"))
    reader = Database(address.replace("postgres@", "reader@"))
    assert names(reader) == COUNTERS
    with pytest.raises(NotWritable):
        write(reader, "mine")


@pytest.mark.parametrize("address", ["", "nonsense", "mysql://a@b/c", "postgresql://host"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(BadDatabaseAddress):
        Database(address)


def test_a_password_is_never_shown() -> None:
    database = Database("postgresql://clerk:secret@127.0.0.1:1/archive")
    with pytest.raises(DatabaseUnavailable) as told:
        database.revision()
    assert database.name == "127.0.0.1/archive"
    assert "secret" not in str(told.value)


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "kikigaki.sqlite"
    path.write_bytes(b"a letter to somebody" * 300)
    with pytest.raises(DamagedDatabase):
        names(Database(path))
    assert path.read_bytes().startswith(b"a letter")


def test_a_full_disk_is_said_and_loses_nothing(tmp_path: Path) -> None:
    database = Database(tmp_path / "kikigaki.sqlite")
    write(database, "before")
    # SQLite reports the same code when the file may not grow as when the disk is full.
    with database.writing() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 30")
    with pytest.raises(DiskFull):
        write(database, "x" * 1_000_000)
    assert names(database) == COUNTERS | {"before"}


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NotWritable):
        names(Database(tmp_path / "file" / "kikigaki.sqlite"))


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "kikigaki.sqlite").mkdir()
    with pytest.raises(NotWritable):
        names(Database(tmp_path / "kikigaki.sqlite"))


def test_a_file_that_others_hold_for_long_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.store.engine.BUSY", 0.1)
    database = Database(tmp_path / "kikigaki.sqlite")
    names(database)
    with sqlite3.connect(tmp_path / "kikigaki.sqlite") as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseUnavailable):
            write(database, "mine")
        other.execute("ROLLBACK")
    write(database, "mine")


def test_an_error_does_not_carry_what_was_to_be_kept(tmp_path: Path) -> None:
    database = Database(tmp_path / "kikigaki.sqlite")
    write(database, "誰にも言わないで")
    with pytest.raises(sa.exc.IntegrityError) as told:
        write(database, "誰にも言わないで")
    assert "言わないで" not in str(told.value)


def test_a_transaction_inside_another_is_part_of_it(database: Database) -> None:
    def fail() -> None:
        with database.writing():
            write(database, "inner")
            assert "inner" in names(database)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert names(database) == COUNTERS

    with database.writing():
        write(database, "one")
        write(database, "other")
    assert names(database) == COUNTERS | {"one", "other"}


def test_a_transaction_of_another_thread_is_one_of_its_own(database: Database) -> None:
    seen: list[set[str]] = []
    with database.writing() as connection:
        connection.execute(counter.insert(), {"name": "inner", "value": 1})
        thread = Thread(target=lambda: seen.append(names(database)))
        thread.start()
        thread.join()
    assert seen == [COUNTERS]
