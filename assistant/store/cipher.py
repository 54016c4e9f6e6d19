"""The SQLite file itself encrypted, with SQLCipher: an extra of the installation.

Its key is derived from the master key. During a rotation there are two: a file opens with either.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from assistant.errors import (
    DatabaseInUse,
    DatabaseNotEncrypted,
    DiskFull,
    MissingCipher,
    NotWritable,
    WrongDatabaseKey,
    storage_errors,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    Keys = Callable[[], Sequence[bytes]]

PLAIN = b"SQLite format 3\0"
"""How a file begins that is not encrypted."""
_plain: dict[tuple[str, int, int], bool] = {}
"""Which files are, as far as somebody asked: by path, device and inode, which change together."""
BLOCK = 1 << 20


def driver() -> Any:
    """SQLCipher, with the interface of `sqlite3`.

    Raises:
        MissingCipher: it is not installed.
    """
    try:
        from sqlcipher3 import dbapi2
    except ImportError as error:
        raise MissingCipher from error
    return dbapi2


def is_installed() -> bool:
    """Whether there is a driver."""
    return find_spec("sqlcipher3") is not None


def is_plain(path: Path) -> bool:
    """Whether a file is there that is not encrypted."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return False
    this = (str(path), found.st_dev, found.st_ino)
    if found.st_size and this not in _plain:
        _plain[this] = _begins_plain(path)
    return _plain.get(this, False)


def _begins_plain(path: Path) -> bool:
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    begins = os.read(handle, len(PLAIN)) == PLAIN
    # POSIX takes all locks of a process on a file away when it closes the file anywhere: the next
    # process would take SQLite's log for abandoned, and delete it under us. So it stays open.
    if os.name != "posix":
        os.close(handle)
    return begins


def connect(path: Path, keys: Keys, busy: float) -> Any:
    """A connection to the encrypted file, or to a new one; it waits `busy` seconds for others.

    Raises:
        DatabaseNotEncrypted: the file is plain.
        WrongDatabaseKey: none of the keys opens it.
        SetupError: there is no key, or no SQLCipher.
    """
    if is_plain(path):
        raise DatabaseNotEncrypted(path=path)
    for key in keys():
        connection = _open(path, key, busy)
        try:
            connection.execute("SELECT count(*) FROM sqlite_master")
        except driver().DatabaseError as error:
            connection.close()
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_NOTADB:
                raise
        else:
            return connection
    raise WrongDatabaseKey(path=path)


def encrypt(path: Path, key: bytes) -> bool:
    """Puts an encrypted copy in the place of the plain file; False when it is encrypted already.

    Until the last step the plain file is whole at its place. Its bytes are overwritten afterwards;
    what the disk itself keeps of old blocks is out of reach.

    Raises:
        DatabaseInUse: somebody has it open.
        StorageError: no room, or no right to write.
    """
    if not is_plain(path):
        return False
    new = path.with_name(f".{path.name}.encrypting")
    with _refusals(path), path.open("r+b") as old:
        new.unlink(missing_ok=True)  # of a process that died at it
        with closing(_open(path, None, 0.5)) as database:
            _seize(database)
            _export(database, new, key)
            new.replace(path)
            _sync(path.parent)
            _overwrite(old)
    return True


def rekey(path: Path, keys: Keys) -> None:
    """Encrypts the file with the first of the keys; it opens with one of them.

    Raises:
        DatabaseInUse: somebody has it open.
        WrongDatabaseKey: none of the keys opens it.
        StorageError: no room, or no right to write.
    """
    with _refusals(path), closing(connect(path, keys, 0.5)) as database:
        database.isolation_level = None
        _seize(database)
        database.execute(f"PRAGMA rekey = {_raw(keys()[0])}")


def _open(path: Path, key: bytes | None, busy: float) -> Any:
    connection = driver().connect(str(path), timeout=busy, check_same_thread=False)
    connection.isolation_level = None
    connection.execute("PRAGMA cipher_log_level = NONE")  # wrong keys are tried on purpose
    if key is not None:
        connection.execute(f"PRAGMA key = {_raw(key)}")
    return connection


def _seize(database: Any) -> None:
    """From now on nobody else opens it, and what was in the log beside it is in the file."""
    database.execute("PRAGMA locking_mode = EXCLUSIVE")
    (mode,) = database.execute("PRAGMA journal_mode = DELETE").fetchone()
    assert mode == "delete"  # noqa: S101 - otherwise it has raised that it is busy
    database.execute("BEGIN EXCLUSIVE")
    database.execute("COMMIT")


def _export(database: Any, new: Path, key: bytes) -> None:
    database.execute(f"ATTACH ? AS encrypted KEY {_raw(key)}", (str(new),))
    database.execute("PRAGMA encrypted.synchronous = FULL")
    database.execute("SELECT sqlcipher_export('encrypted')").fetchall()
    (version,) = database.execute("PRAGMA main.user_version").fetchone()
    database.execute(f"PRAGMA encrypted.user_version = {version}")
    _compare(database)
    database.execute("DETACH encrypted")


def _compare(database: Any) -> None:
    """Every table has its rows, and every page is whole."""
    tables = "SELECT name FROM main.sqlite_master WHERE type = 'table' ORDER BY name"
    for (name,) in database.execute(tables).fetchall():
        quoted = '"' + name.replace('"', '""') + '"'
        both = [f"SELECT count(*) FROM {one}.{quoted}" for one in ("main", "encrypted")]  # noqa: S608
        counts = [database.execute(query).fetchone() for query in both]
        assert counts[0] == counts[1], f"rows of {name}"  # noqa: S101
    broken = database.execute("PRAGMA encrypted.cipher_integrity_check").fetchall()
    assert not broken, "the encrypted copy is damaged"  # noqa: S101


def _overwrite(file: Any) -> None:
    """A process that waited for the old file finds no database in it."""
    left = file.seek(0, os.SEEK_END)
    file.seek(0)
    while left > 0:
        left -= file.write(bytes(min(BLOCK, left)))
    file.flush()
    os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _raw(key: bytes) -> str:
    """A key as SQLCipher takes it without deriving another from it."""
    return f"\"x'{key.hex()}'\""


@contextmanager
def _refusals(path: Path) -> Iterator[None]:
    try:
        with storage_errors(path):
            yield
    except driver().OperationalError as error:
        code = error.sqlite_errorcode & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise DatabaseInUse(path=path) from error
        if code == sqlite3.SQLITE_FULL:
            raise DiskFull(path=path) from error
        raise NotWritable(path=path) from error
