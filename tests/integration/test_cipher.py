"""The SQLite file encrypted: nobody reads it without the key, and everything works inside."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from assistant.bootstrap import Application
from assistant.errors import (
    DatabaseInUse,
    DatabaseNotEncrypted,
    MissingCipher,
    MissingMasterKey,
    WrongDatabaseKey,
)
from assistant.people import SINGLE_USER
from assistant.settings import Settings
from assistant.store import cipher, migrations
from assistant.store.engine import Database
from assistant.store.tables import counter
from tests.libraries import Shelves

if TYPE_CHECKING:
    from pathlib import Path

OLD, NEW = bytes([1] * 32), bytes([2] * 32)
SAID = "児童相談所に電話した"


def write(database: Database, name: str) -> None:
    with database.writing() as connection:
        connection.execute(counter.insert(), {"name": name, "value": 1})


def names(database: Database) -> set[str]:
    with database.reading() as connection:
        return set(connection.scalars(sa.select(counter.c.name)))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "kikigaki.sqlite"


def encrypted(path: Path, *keys: bytes) -> Database:
    return Database(path, lambda: keys or (OLD,))


def kept(path: Path, *keys: bytes) -> set[str]:
    """The names in the encrypted file, which is closed again."""
    database = encrypted(path, *keys)
    try:
        return names(database)
    finally:
        database.close()


def everything(path: Path) -> bytes:
    """The file, and what lies beside it."""
    return b"".join(one.read_bytes() for one in path.parent.glob(f"*{path.name}*"))


def test_an_encrypted_file_tells_nothing(path: Path) -> None:
    database = encrypted(path)
    write(database, SAID)
    assert names(database) >= {SAID}
    assert SAID.encode() not in everything(path)
    assert b"counter" not in everything(path)
    with pytest.raises(sqlite3.DatabaseError):
        sqlite3.connect(path).execute("SELECT * FROM counter")
    database.close()
    assert kept(path) >= {SAID}


def test_another_key_opens_nothing_and_breaks_nothing(path: Path) -> None:
    write(encrypted(path), SAID)
    with pytest.raises(WrongDatabaseKey):
        kept(path, NEW)
    with pytest.raises(WrongDatabaseKey):
        write(encrypted(path, NEW), "x")
    assert kept(path) >= {SAID}


def test_a_plain_file_is_not_taken_for_an_encrypted_one(path: Path) -> None:
    write(Database(path), SAID)
    with pytest.raises(DatabaseNotEncrypted):
        kept(path)
    assert names(Database(path)) >= {SAID}


def test_word_search_works_inside(path: Path) -> None:
    database = encrypted(path)
    with database.writing() as connection:
        connection.exec_driver_sql("CREATE VIRTUAL TABLE t USING fts5(x, tokenize = 'trigram')")
        connection.exec_driver_sql("INSERT INTO t VALUES (?)", (SAID,))
    with database.reading() as connection:
        found = connection.exec_driver_sql("SELECT x FROM t WHERE t MATCH '相談所'").scalars()
        assert list(found) == [SAID]


def test_converting_keeps_every_row_and_leaves_nothing_to_read(path: Path) -> None:
    database = Database(path)
    write(database, SAID)
    database.close()
    revision = Database(path).revision()
    with path.open("rb") as before:
        assert cipher.encrypt(path, OLD)
        assert not cipher.encrypt(path, OLD)
        before.seek(0)
        assert set(before.read()) == {0}, "the old file's blocks were overwritten"
    assert kept(path) >= {SAID}
    assert encrypted(path).revision() == revision == migrations.HEAD
    assert SAID.encode() not in everything(path)
    assert not path.with_name(f".{path.name}.encrypting").exists()


HOLDS = """
import sys
from pathlib import Path
from assistant.store.engine import Database
with Database(Path(sys.argv[1])).reading() as connection:
    connection.exec_driver_sql("SELECT count(*) FROM counter").scalar()
    print("open", flush=True)
    sys.stdin.read()
"""


def test_a_file_that_others_have_open_is_not_converted(path: Path) -> None:
    database = Database(path)
    write(database, SAID)
    database.close()
    with subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(DatabaseInUse):
            cipher.encrypt(path, OLD)
        holder.communicate(b"")
    assert names(Database(path)) >= {SAID}
    assert cipher.encrypt(path, OLD)


ENCRYPTS = """
import sys
from pathlib import Path
from assistant.store import cipher
cipher.encrypt(Path(sys.argv[1]), bytes([1] * 32))
"""


@pytest.mark.parametrize("seconds", [0.0, 0.02, 0.05, 0.1, 0.2])
def test_killed_while_converting_it_is_whole_either_way(path: Path, seconds: float) -> None:
    database = Database(path)
    with database.writing() as connection:
        rows = [{"name": f"{SAID}{n}", "value": n} for n in range(20_000)]
        connection.execute(counter.insert(), rows)
    database.close()
    process = subprocess.Popen([sys.executable, "-c", ENCRYPTS, str(path)])
    new = path.with_name(f".{path.name}.encrypting")
    while not new.exists() and process.poll() is None:
        time.sleep(0.001)
    time.sleep(seconds)
    process.kill()
    process.wait()
    plain = cipher.is_plain(path)
    found = names(Database(path)) if plain else kept(path)
    assert len([one for one in found if one.startswith(SAID)]) == 20_000
    assert cipher.encrypt(path, OLD) is plain
    assert len(kept(path)) >= 20_000


def test_a_new_key_takes_the_place_of_the_old_one(path: Path) -> None:
    database = encrypted(path)
    write(database, SAID)
    database.close()
    both = encrypted(path, NEW, OLD)
    assert names(both) >= {SAID}
    both.rekey()
    assert names(both) >= {SAID}
    both.close()
    assert kept(path, NEW) >= {SAID}
    with pytest.raises(WrongDatabaseKey):
        kept(path, OLD)
    both.rekey()  # once more: nothing changes
    assert kept(path, NEW) >= {SAID}


def test_a_rotation_of_the_master_key_reaches_the_database(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, encrypt_database=True, screen_language="en")
    first = Application(settings)
    write(first.database, SAID)
    assert not cipher.is_plain(tmp_path / "state" / "kikigaki.sqlite")
    old = first.master_keys.newest()
    done = first.key_care.rotate(SINGLE_USER)
    assert [key.id for key in first.master_keys.all()] == [done.newest] != [old.id]
    assert names(first.database) >= {SAID}
    first.database.close()
    assert names(Application(settings).database) >= {SAID}
    unset = Settings(data_dir=tmp_path, screen_language="en")
    assert names(Application(unset).database) >= {SAID}, "an encrypted file is known by itself"


def test_without_the_master_key_no_new_one_is_made(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, encrypt_database=True, seal=False)
    write(Application(settings).database, SAID)
    key = tmp_path / "state" / "master.key"
    copy = key.read_bytes()
    key.unlink()
    with pytest.raises(MissingMasterKey):
        names(Application(settings).database)
    assert not key.exists()
    key.write_bytes(copy)
    assert names(Application(settings).database) >= {SAID}


@pytest.mark.parametrize("setting", [False, True])
def test_the_command_converts_and_says_so(tmp_path: Path, setting: bool) -> None:
    plain = Application(Settings(data_dir=tmp_path, seal=False))
    write(plain.database, SAID)
    plain.database.close()
    environment = os.environ | {
        "KIKIGAKI_DATA_DIR": str(tmp_path),
        "KIKIGAKI_SCREEN_LANGUAGE": "en",
        "KIKIGAKI_ENCRYPT_DATABASE": str(setting),
    }
    command = [sys.executable, "-m", "assistant", "db", "encrypt"]
    said = [
        subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stderr
        for _ in range(2)
    ]
    assert "Encrypted." in said[0]
    assert "keep a copy" in said[0]
    assert "Encrypted already." in said[1]
    assert names(Application(Settings(data_dir=tmp_path)).database) >= {SAID}


def test_without_the_extra_there_is_a_sentence(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sqlcipher3", None)
    with pytest.raises(MissingCipher, match=r"kikigaki\[sqlcipher\]"):
        encrypted(path)


def test_the_archive_works_inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.archives.sqlite_at", lambda path: Database(path, lambda: (OLD,)))
    shelves = Shelves(tmp_path)
    recording = shelves.add_finished()
    (speaker, *_) = shelves.library.transcript(SINGLE_USER, recording).speakers
    shelves.editing.rename_speaker(SINGLE_USER, recording, speaker.id, SAID)
    assert shelves.library.transcript(SINGLE_USER, recording).speaker(speaker.id).name == SAID
    assert SAID.encode() not in everything(tmp_path / "state" / "kikigaki.sqlite")
    shelves.library.remove(SINGLE_USER, recording)
    assert shelves.library.entries(SINGLE_USER) == []
