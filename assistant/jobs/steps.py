"""Finished steps, kept in one SQLite file until the work they belong to is done."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from assistant.errors import AlreadyRunning, DiskFull, NotWritable, storage_errors

_TABLE = (
    "CREATE TABLE IF NOT EXISTS step "
    "(work TEXT, name TEXT, result BLOB NOT NULL, PRIMARY KEY (work, name))"
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


class StepsDatabase:
    """`ports.StepsStore` in the folder `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / "steps.sqlite"

    @contextmanager
    def open(self, work: str, name: str) -> Iterator[KeptSteps]:
        """The steps of `work`, held by nobody else meanwhile; `name` is what people call it.

        Raises:
            AlreadyRunning: another process holds them.
            StorageError: they cannot be kept.
        """
        with storage_errors(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self._folder / f"{work}.lock", blocking=False)
        try:
            with storage_errors(self._folder):
                lock.acquire()
        except Timeout as error:
            raise AlreadyRunning(name=name) from error
        try:
            yield KeptSteps(self._path, work)
        finally:
            lock.release()

    def forget(self, work: str) -> None:
        """Drops the steps of `work`: its result is safe elsewhere."""
        with _database(self._path) as database:
            database.execute("DELETE FROM step WHERE work = ?", (work,))
        (self._folder / f"{work}.lock").unlink(missing_ok=True)


class KeptSteps:
    """`ports.Steps` of one piece of work, in the database at `path`.

    Every step is committed on its own: a process killed at any moment loses at most the step it
    was in.
    """

    def __init__(self, path: Path, work: str) -> None:
        self._path = path
        self._work = work

    def run(self, name: str, compute: Callable[[], bytes]) -> bytes:
        """The kept result of the step called `name`, or that of `compute`, then kept.

        Raises:
            StorageError: the result cannot be kept.
        """
        with _database(self._path) as database:
            query = "SELECT result FROM step WHERE work = ? AND name = ?"
            row = database.execute(query, (self._work, name)).fetchone()
        if row is not None:
            return bytes(row[0])
        result = compute()
        with _database(self._path) as database:
            values = (self._work, name, result)
            database.execute("INSERT OR REPLACE INTO step VALUES (?, ?, ?)", values)
        return result


@contextmanager
def _database(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection for one transaction, safe against other processes and a sudden end.

    Raises:
        StorageError: the database cannot be opened or written.
    """
    with storage_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with closing(sqlite3.connect(path, timeout=30)) as database, database:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA secure_delete = ON")  # the steps hold what people said
            database.execute(_TABLE)
            yield database
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_FULL:
            raise DiskFull(path=path) from error
        raise NotWritable(path=path) from error
