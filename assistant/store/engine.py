"""The database: SQLite on one machine, PostgreSQL for many; the same code on both.

A SQLite file makes and upgrades its tables when it is first used. On a server somebody decides when
that happens: `kikigaki db upgrade`.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from pathlib import Path
from threading import Lock, local
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa
from filelock import FileLock, Timeout
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import NullPool

from assistant.errors import (
    BadDatabaseAddress,
    DatabaseNotEmpty,
    NewerDatabase,
    OutdatedDatabase,
    storage_errors,
)
from assistant.store import cipher, migrations, pgvector
from assistant.store.dumping import holds_records
from assistant.store.refusals import refusal

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator

    from psycopg import Cursor
    from sqlalchemy import Connection, Engine, Insert, Table

    from assistant.store.cipher import Keys

Filled = TypeVar("Filled")

BUSY = 30.0
"""Seconds to wait for other processes that write to the same SQLite file."""
_UPGRADE_LOCK = 0x6B696B69
"""Any number, the same in every version: upgrades of one server wait for each other."""
_NAMED_LOCKS = 0x6B696B
"""Any number, the same in every version: names are hashed with it."""


class Database:
    """The database at `place`: the path of a SQLite file, or `postgresql://…`.

    With `keys`, the newest first, the SQLite file is encrypted.
    """

    def __init__(self, place: Path | str, keys: Keys | None = None) -> None:
        self.place = place
        self._keys = keys
        self._path = place if isinstance(place, Path) else None
        self._url = _server(place) if isinstance(place, str) else _file(place)
        self._engine = _engine(self._url, keys)
        self._snapshots = self._engine
        if self._path is None:  # by itself, a server shows each query what others just kept
            self._snapshots = self._engine.execution_options(isolation_level="REPEATABLE READ")
        self._lock = Lock()
        self._ready = False
        self._open = local()

    @property
    def name(self) -> str:
        """What people call it, without user and password."""
        return str(self._path) if self._path else f"{self._url.host or ''}/{self._url.database}"

    @property
    def shared(self) -> bool:
        """Whether other machines can use it, too."""
        return self._path is None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the database, or what `writing` around it has done.

        Raises:
            StorageError: it cannot be read.
            OutdatedDatabase, NewerDatabase: its tables are of another version.
        """
        with self._refusals():
            if outer := self._transaction:
                yield outer
                return
            self._prepare()
            with self._snapshots.connect() as connection:
                yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection for one transaction: all of the block is kept, or nothing.

        Inside another one of the same thread, the block is a part of that transaction: so what
        different tables' stores do can be kept together with the row of the audit log that tells
        of it. What fails inside must make the outer block fail, too.

        Raises:
            StorageError: it cannot be written; nothing of the block was kept.
            OutdatedDatabase, NewerDatabase: its tables are of another version.
        """
        with self._refusals():
            if outer := self._transaction:
                yield outer
                return
            self._prepare()
            with self._engine.execution_options(immediate=True).begin() as connection:
                self._open.transaction = connection
                try:
                    yield connection
                finally:
                    self._open.transaction = None

    @property
    def _transaction(self) -> Connection | None:
        """The one that this thread is inside of."""
        found: Connection | None = getattr(self._open, "transaction", None)
        return found

    def revision(self) -> str | None:
        """The revision of its tables; None when there are none.

        Raises:
            StorageError: it cannot be read.
        """
        with self._refusals(), self._engine.connect() as connection:
            return _revision(connection)

    def upgrade(self) -> tuple[str | None, str]:
        """Brings the tables up to this version, all the way or not at all: before and after.

        Raises:
            StorageError: it cannot be written.
            NewerDatabase: it is ahead of this version.
        """
        engine = _engine(self._url, self._keys, upgrading=True)
        with self._refusals(), self._alone(), _immediately(engine) as connection:
            before = _revision(connection)
            if before != migrations.HEAD:
                _refuse_newer(before)
                _run_migrations(connection)
            pgvector.prepare(connection)
        return before, migrations.HEAD

    def fill(
        self,
        revision: str,
        load: Callable[[Connection], Filled],
        note: Callable[[Connection], object] = lambda _: None,
    ) -> Filled:
        """Makes the tables of an empty database as they were in `revision`, lets `load` fill them,
        brings them up to this version, and lets `note` write that down: all of it, or nothing.

        Raises:
            DatabaseNotEmpty: there is something in it.
            NewerDatabase: this version does not know the revision.
            StorageError: it cannot be written.
        """
        engine = _engine(self._url, self._keys, upgrading=True)
        with self._refusals(), self._alone(), _immediately(engine) as connection:
            _refuse_newer(revision)
            before = _revision(connection)
            if before not in {None, revision} or holds_records(connection):
                raise DatabaseNotEmpty(place=self.name)
            _run_migrations(connection, revision)
            filled = load(connection)
            _run_migrations(connection)
            pgvector.prepare(connection)
            note(connection)
        return filled

    def is_empty(self) -> bool:
        """Whether nothing was ever kept in it. Nothing is made where there is no database.

        Raises:
            StorageError: it cannot be read.
        """
        if self._path is not None and not self._path.exists():
            return True
        with self._refusals(), self._engine.connect() as connection:
            return not holds_records(connection)

    def settle(self) -> None:
        """Takes what was deleted out of the log that SQLite keeps beside its file.

        Where others read at the moment, this happens later by itself.

        Raises:
            StorageError: it cannot be written.
        """
        if self._path is not None:
            with self._refusals(), self._engine.connect() as connection:
                raw = connection.connection.dbapi_connection
                assert raw is not None  # noqa: S101 - it is connected
                raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def rekey(self) -> None:
        """Encrypts an encrypted file with the newest key; others are left as they are.

        Raises:
            DatabaseInUse: somebody else has it open.
            StorageError: it cannot be written.
        """
        if self._path is not None and self._keys is not None:
            self.close()
            cipher.rekey(self._path, self._keys)

    @contextmanager
    def alone(self, name: str) -> Iterator[bool]:
        """Whether nobody else on any machine is inside a block of that name; nobody waits.

        The name is let go however the process ends. Where the connection breaks it is let go too:
        what is done inside must bear being done twice.

        Raises:
            StorageError: the database does not answer.
        """
        if self._path is not None:
            with _file_alone(self._path.parent / "locks", name) as ours:
                yield ours
            return
        with self._refusals():
            connection = self._engine.connect()
        try:
            with self._refusals():
                ours = _lock(connection, name)
            yield ours
        finally:
            connection.invalidate()  # the server lets go of what its session held
            connection.close()

    def close(self) -> None:
        """Lets go of all connections."""
        self._engine.dispose()

    def _prepare(self) -> None:
        with self._lock:
            if self._ready:
                return
            if self._path is None:
                self._insist_on_head()
            else:
                self._make_folder(self._path)
                if self.revision() != migrations.HEAD:
                    self.upgrade()
            self._ready = True

    def _insist_on_head(self) -> None:
        revision = self.revision()
        if revision != migrations.HEAD:
            _refuse_newer(revision)
            raise OutdatedDatabase

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Upgrades of a file wait for each other; a server has its own lock."""
        if self._path is None:
            yield
            return
        self._make_folder(self._path)
        with storage_errors(self._path), FileLock(self._path.with_suffix(".upgrade.lock")):
            yield

    def _make_folder(self, path: Path) -> None:
        with storage_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def _refusals(self) -> Iterator[None]:
        try:
            yield
        except (DBAPIError, sa.exc.TimeoutError) as error:
            ours = refusal(error, self._path or self.name)
            if ours is None:
                raise
            raise ours from error


@contextmanager
def _file_alone(folder: Path, name: str) -> Iterator[bool]:
    path = folder / f"{name}.lock"
    with storage_errors(path):
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path, blocking=False)
        try:
            lock.acquire()
        except Timeout:
            yield False
            return
    try:
        yield True
    finally:
        path.unlink(missing_ok=True)
        lock.release()


def _lock(connection: Connection, name: str) -> bool:
    """A lock of the session, which the server drops half a minute after the machine vanished."""
    connection.execute(
        sa.text(
            "SELECT set_config('tcp_keepalives_idle', '10', false), "
            "set_config('tcp_keepalives_interval', '5', false), "
            "set_config('tcp_keepalives_count', '3', false)"
        )
    )
    lock = sa.select(sa.func.pg_try_advisory_lock(sa.func.hashtextextended(name, _NAMED_LOCKS)))
    ours = bool(connection.scalar(lock))
    connection.commit()  # an open transaction would keep the server from tidying up
    return ours


def server_seconds(connection: Connection) -> float:
    """Seconds since 1970 by the clock that all who use the database share."""
    if connection.dialect.name != "postgresql":
        return time.time()
    now = sa.select(sa.func.extract("epoch", sa.func.clock_timestamp()))
    return float(connection.scalars(now).one())


def insert_if_absent(connection: Connection, table: Table) -> Insert:
    """An insertion that leaves rows alone which are there already."""
    return insertion(connection, table).on_conflict_do_nothing()


def insertion(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An insertion that can be told what to do about rows which are there already."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def _file(path: Path) -> URL:
    return URL.create("sqlite+pysqlite", database=str(path))


def _server(address: str) -> URL:
    try:
        url = make_url(address)
    except ArgumentError as error:
        raise BadDatabaseAddress from error
    if url.get_backend_name() not in {"postgresql", "postgres"} or not url.database:
        raise BadDatabaseAddress
    return url.set(drivername="postgresql+psycopg")


def _engine(url: URL, keys: Keys | None = None, *, upgrading: bool = False) -> Engine:
    # hide_parameters: an error's text must not carry what people said into a log.
    if url.get_backend_name() == "postgresql":
        options = {"connect_timeout": 10, "application_name": "kikigaki"}
        engine = sa.create_engine(
            url, hide_parameters=True, pool_pre_ping=True, connect_args=options
        )
        sa.event.listen(engine, "before_cursor_execute", _choose_form)
        return engine
    engine = sa.create_engine(
        url,
        hide_parameters=True,
        connect_args={"timeout": BUSY, "check_same_thread": False},
        poolclass=NullPool if upgrading else None,
        **({} if keys is None else _encrypted(url, keys)),
    )

    @sa.event.listens_for(engine, "connect")
    def configure(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None  # the driver's own transactions would leave out tables
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA secure_delete = ON")
        # A migration copies tables, and must not delete what refers to the old ones.
        connection.execute(f"PRAGMA foreign_keys = {'OFF' if upgrading else 'ON'}")

    @sa.event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A transaction that turns to writing half-way cannot wait for others: say so beforehand.
        immediate = connection.get_execution_options().get("immediate")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine


def _choose_form(
    _: Connection, cursor: Cursor[Any], __: str, ___: object, context: Any, ____: bool
) -> None:
    """What `AS_BYTES` asks for."""
    if context is not None and context.execution_options.get("as_bytes"):
        from psycopg.pq import Format

        cursor.format = Format.BINARY


def _encrypted(url: URL, keys: Keys) -> dict[str, Any]:
    path = Path(url.database or "")
    return {"module": cipher.driver(), "creator": lambda: cipher.connect(path, keys, BUSY)}


@contextmanager
def _immediately(engine: Engine) -> Iterator[Connection]:
    try:
        with engine.execution_options(immediate=True).begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_UPGRADE_LOCK)))
            yield connection
    finally:
        engine.dispose()


def _revision(connection: Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return found


def _refuse_newer(revision: str | None) -> None:
    if revision is not None and revision not in migrations.REVISIONS:
        raise NewerDatabase


def _run_migrations(connection: Connection, revision: str = "head") -> None:
    from alembic import command
    from alembic.config import Config

    folder = Path(migrations.__file__).parent
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    command.upgrade(config, revision)
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        assert broken is None, "a migration left rows that refer to nothing"  # noqa: S101
