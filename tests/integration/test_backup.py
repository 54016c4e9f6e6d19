"""A backup restored into an empty place is the same site, on both databases and across them."""

from __future__ import annotations

import shutil
import threading
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from assistant.archive import Action, Event
from assistant.backup.making import BackupMaker, Site
from assistant.backup.restoring import BackupRestorer
from assistant.backup.sealing import BackupKeys
from assistant.errors import (
    BrokenBackup,
    DiskFull,
    FileThere,
    Forbidden,
    MissingMasterKey,
    NewerBackup,
    NoBackup,
    NothingFound,
    PassphraseNeeded,
    PlaceNotEmpty,
    WrongMasterKey,
    WrongPassphrase,
)
from assistant.people import SINGLE_USER, Role, Scope
from assistant.sealing.master import MasterKeys
from assistant.sealing.places import KeyFile
from assistant.sealing.vault import FileVault
from assistant.sealing.wrapping import FileKeys
from assistant.services.auditing import Anchor, AuditLog, AuditQuery, first_fault
from assistant.services.backups import Backups, Restores
from assistant.services.recording_files import RecordingFiles
from assistant.store import engine, migrations
from assistant.store.anchors import FileAnchors
from assistant.store.archive import SqlArchive
from assistant.store.audit import SqlAudit
from assistant.store.dumping import LEFT_OUT
from assistant.store.engine import Database
from assistant.store.keys import SqlKeyShelf
from assistant.testing import FakeClock
from tests.archives import CODEC
from tests.integration.test_archive_store import record
from tests.recordings import make_transcript

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.databases import Server

    Rows = dict[str, list[tuple[object, ...]]]

ALL = Scope(everything=True)
SPOKEN = "合言葉"
SOUND = b"what somebody said " * 20_000


class Place:
    """A site in a folder; its master key lies beside it."""

    def __init__(self, folder: Path, database: Database) -> None:
        self.folder = folder
        self.database = database
        self.anchors = FileAnchors(folder / "audit.anchors")
        self.store = SqlArchive(database, CODEC)
        self.master = MasterKeys(
            KeyFile(folder / "master.key"), folder / "master.lock", lambda: False
        )
        vault = FileVault(FileKeys(SqlKeyShelf(database), self.master, FakeClock()))
        self.files = RecordingFiles(folder / "recordings", vault)
        self.site = Site(
            database=database,
            folders={"recordings": folder / "recordings", "manuals": folder / "manuals"},
            files={"expansions.txt": folder / "expansions.txt"},
        )

    def backups(self) -> Backups:
        maker = BackupMaker(self.site, BackupKeys(self.master), FakeClock())
        return Backups(self.store, maker, FakeClock())

    def back_up(self, target: Path, passphrase: str | None = SPOKEN) -> Path:
        return self.backups().make(SINGLE_USER, target, passphrase)[0]

    def restorer(self, passphrase: str | None = SPOKEN) -> BackupRestorer:
        keys = BackupKeys(self.master, lambda: passphrase)
        return BackupRestorer(self.site, self.folder / ".restoring", keys)

    def restore(self, backup: Path, passphrase: str | None = SPOKEN) -> None:
        self.restorer(passphrase).restore(backup, lambda _: None)

    def bring_master_key(self, other: Place) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(other.folder / "master.key", self.folder / "master.key")

    def add(self, name: str) -> None:
        with self.files.arriving(name, "a.wav") as file:
            file.write(SOUND)
        self.files.arrived(name)
        with self.store.writing() as unit:
            unit.records.add(record(name, size=len(SOUND)))
            unit.records.keep(name, make_transcript("a.wav"), "w1", FakeClock().now())
            unit.audit.append(SINGLE_USER, Event(Action.ADD, name), FakeClock().now())

    def rows(self) -> Rows:
        """Every row of every table."""
        metadata = sa.MetaData()
        with self.database.reading() as connection:
            metadata.reflect(connection)
            return {
                table.name: sorted(
                    (tuple(map(_plain, row)) for row in connection.execute(sa.select(table))),
                    key=repr,
                )
                for table in metadata.sorted_tables
                if table.name not in LEFT_OUT
            }

    def whole(self) -> bool:
        with self.store.reading() as unit:
            return first_fault(unit.audit.rows(), unit.audit.count()) is None


def _plain(value: object) -> object:
    """The same from both databases."""
    if isinstance(value, memoryview):
        return bytes(value)
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value


@pytest.fixture
def fresh(
    request: pytest.FixtureRequest, place: Path | str, tmp_path: Path
) -> Iterator[Callable[[], Database]]:
    """Makes empty databases of the engine that the test runs on."""
    opened: list[Database] = []

    def make() -> Database:
        if isinstance(place, str):
            server: Server = request.getfixturevalue("postgresql")
            opened.append(Database(server.fresh()))
        else:
            opened.append(Database(tmp_path / f"new-{len(opened)}" / "kikigaki.sqlite"))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


@pytest.fixture
def old(tmp_path: Path, database: Database) -> Place:
    """A site with two recordings."""
    made = Place(tmp_path / "old", database)
    made.add("20261120-101530-5f3a91")
    made.add("20261121-101530-5f3a92")
    (made.folder / "expansions.txt").write_text("児相 児童相談所\n", encoding="utf-8")
    return made


def test_the_same_site_comes_back(
    old: Place, fresh: Callable[[], Database], tmp_path: Path
) -> None:
    backup = old.back_up(tmp_path)
    assert SOUND[:100] not in backup.read_bytes()
    new = Place(tmp_path / "new", fresh())
    new.bring_master_key(old)
    new.restore(backup)
    before, after = old.rows(), new.rows()
    assert len(before.pop("audit")) == len(after.pop("audit")) + 1  # that it is done, afterwards
    before.pop("counter"), after.pop("counter")
    assert after == before
    assert new.files.sound("20261120-101530-5f3a91").open("rb").read() == SOUND
    assert (new.folder / "expansions.txt").read_text("utf-8") == "児相 児童相談所\n"
    assert not (new.folder / ".restoring").exists()
    assert new.whole()
    new.add("20261122-101530-5f3a93")  # what the database numbers itself goes on behind
    assert new.whole()


def test_a_site_moves_from_sqlite_to_postgresql_and_back(
    postgresql: Server, tmp_path: Path
) -> None:
    small = Place(tmp_path / "small", Database(tmp_path / "small" / "kikigaki.sqlite"))
    small.add("20261120-101530-5f3a91")
    big = Place(tmp_path / "big", Database(postgresql.fresh()))
    big.bring_master_key(small)
    big.restore(small.back_up(tmp_path / "one"))
    big.add("20261121-101530-5f3a92")
    assert big.whole()
    again = Place(tmp_path / "again", Database(tmp_path / "again" / "kikigaki.sqlite"))
    again.bring_master_key(small)
    again.restore(big.back_up(tmp_path / "two"))
    before, after = big.rows(), again.rows()
    for rows in (before, after):
        rows.pop("audit"), rows.pop("counter")
    assert after == before
    assert again.whole()
    for one in (small, big, again):
        one.database.close()


def test_the_master_key_opens_it_and_another_does_not(
    old: Place, fresh: Callable[[], Database], tmp_path: Path
) -> None:
    backup = old.back_up(tmp_path / "backup", passphrase=None)
    new = Place(tmp_path / "new", fresh())
    with pytest.raises(MissingMasterKey):
        new.restore(backup)
    new.master.newest()
    with pytest.raises(WrongMasterKey):
        new.restore(backup)
    (new.folder / "master.key").unlink()
    new.bring_master_key(old)
    new.restore(backup)
    assert new.whole()


def test_what_cannot_be_opened_changes_nothing(
    old: Place, fresh: Callable[[], Database], tmp_path: Path
) -> None:
    backup = old.back_up(tmp_path / "backup")
    whole = backup.read_bytes()
    new = Place(tmp_path / "new", fresh())
    with pytest.raises(WrongPassphrase):
        new.restore(backup, "別の合言葉")
    with pytest.raises(PassphraseNeeded):
        new.restore(backup, None)
    with pytest.raises(NothingFound):
        new.restore(tmp_path / "none")
    for at in range(0, len(whole), len(whole) // 12):
        changed = bytearray(whole)
        changed[at] ^= 1
        for content in (bytes(changed), whole[:at], whole[:at] + whole[at + 70_000 :]):
            backup.write_bytes(content)
            with pytest.raises((BrokenBackup, NoBackup, WrongPassphrase)):
                new.restore(backup)
    assert not (new.folder / ".restoring").exists()
    assert not (new.folder / "recordings").exists()
    assert new.database.is_empty()
    backup.write_bytes(whole)
    new.restore(backup)


def test_nothing_is_restored_over_anything(
    old: Place, fresh: Callable[[], Database], tmp_path: Path
) -> None:
    backup = old.back_up(tmp_path / "backup")
    before = old.rows()
    with pytest.raises(PlaceNotEmpty):
        old.restore(backup)
    assert old.rows() == before
    new = Place(tmp_path / "new", fresh())
    (new.folder / "recordings" / "20261120-101530-5f3a91").mkdir(parents=True)
    with pytest.raises(PlaceNotEmpty):
        new.restore(backup)
    with pytest.raises(FileThere):
        old.back_up(backup)


def test_a_restore_that_was_killed_is_done_again(
    old: Place,
    fresh: Callable[[], Database],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    backup = old.back_up(tmp_path / "backup")
    new = Place(tmp_path / "new", fresh())
    new.bring_master_key(old)
    restorer = new.restorer()
    move = restorer._move

    def move_and_die() -> None:
        move()
        raise KeyboardInterrupt

    monkeypatch.setattr(restorer, "_move", move_and_die)
    with pytest.raises(KeyboardInterrupt):
        restorer.restore(backup, lambda _: None)
    assert new.database.is_empty()
    new.restore(backup)
    assert new.files.sound("20261120-101530-5f3a91").open("rb").read() == SOUND
    assert new.whole()


def test_a_backup_is_one_moment_of_a_site_in_use(
    old: Place, fresh: Callable[[], Database], tmp_path: Path
) -> None:
    done = threading.Event()

    def work() -> None:
        number = 0
        while not done.is_set() and number < 400:
            old.add(f"20261122-101530-{number:06x}")
            number += 1

    worker = threading.Thread(target=work)
    worker.start()
    try:
        backups = [old.back_up(tmp_path / f"backup-{n}") for n in range(3)]
    finally:
        done.set()
        worker.join()
    for backup in backups:
        new = Place(tmp_path / f"from-{backup.name}", fresh())
        new.bring_master_key(old)
        new.restore(backup)
        assert new.whole()
        with new.store.reading() as unit:
            records = unit.records.all(ALL)
            assert all(unit.records.transcript(one.id) for one in records)
        here = {one.name for one in (new.folder / "recordings").iterdir()}
        assert here <= {one.id for one in records}


def test_a_backup_of_an_older_version_is_brought_up(
    old: Place, fresh: Callable[[], Database], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = fresh()
    making = engine._engine(before._url, upgrading=True)
    if before._path is not None:
        before._path.parent.mkdir()
    with engine._immediately(making) as connection:
        engine._run_migrations(connection, "0003")
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "HEAD", "0003")
        older = Place(tmp_path / "older", before)
        maker = BackupMaker(older.site, BackupKeys(old.master), FakeClock())
        maker.make(tmp_path / "backup", SPOKEN, lambda _: None)
    new = Place(tmp_path / "new", fresh())
    new.restore(tmp_path / "backup")
    assert new.database.revision() == migrations.HEAD
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "REVISIONS", ("0001", "0002"))
        with pytest.raises(NewerBackup):
            Place(tmp_path / "other", fresh()).restore(tmp_path / "backup")


def test_a_full_disk_leaves_nothing_of_a_backup(
    old: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("assistant.sealing.writer.SealedWriter._write_chunk", full)
    (tmp_path / "backups").mkdir()
    with pytest.raises(DiskFull):
        old.back_up(tmp_path / "backups")
    assert list((tmp_path / "backups").iterdir()) == []


def test_only_who_looks_after_backups_makes_them(old: Place, tmp_path: Path) -> None:
    others = replace(SINGLE_USER, roles=frozenset(Role) - {Role.ADMINISTRATOR})
    with pytest.raises(Forbidden):
        old.backups().make(others, tmp_path / "backup", None)
    old.back_up(tmp_path / "backup")
    with old.store.reading() as unit:
        told = [row.details for row in unit.audit.rows() if row.action == Action.BACKUP]
    size = str((tmp_path / "backup").stat().st_size)
    assert told[0] == {"state": "begun"}
    assert told[1] | {"files": ""} == {
        "state": "done",
        "place": str(tmp_path),
        "bytes": size,
        "files": "",
        "sealed": "passphrase",
    }


@pytest.fixture
def new(fresh: Callable[[], Database], tmp_path: Path) -> Place:
    """An empty place."""
    return Place(tmp_path / "new", fresh())


def restores(place: Place) -> Restores:
    return Restores(place.restorer(), place.anchors, FakeClock())


def test_a_restore_is_written_down_in_what_was_restored(
    old: Place, new: Place, tmp_path: Path
) -> None:
    backup = old.back_up(tmp_path / "backup")
    new.anchors.add(Anchor(1000, "0" * 64), FakeClock().now())  # of a log that was here before
    restores(new).restore(SINGLE_USER, backup)
    log = AuditLog(new.store, FakeClock(), new.anchors.all)
    assert (new.folder / "audit.anchors.20261120-100000").is_file()
    assert log.rows(SINGLE_USER, AuditQuery(action="restore"))[0].object == "backup"
    assert log.verify(SINGLE_USER).fault is None


def test_a_restore_that_cannot_be_written_down_does_not_happen(
    old: Place, new: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise DiskFull(path="the audit log")

    backup = old.back_up(tmp_path / "backup")
    with monkeypatch.context() as patch:
        patch.setattr(SqlAudit, "append", refuse)
        with pytest.raises(DiskFull):
            restores(new).restore(SINGLE_USER, backup)
    assert new.database.is_empty()
    restores(new).restore(SINGLE_USER, backup)


def test_only_who_looks_after_backups_restores_them(old: Place, new: Place, tmp_path: Path) -> None:
    others = replace(SINGLE_USER, roles=frozenset(Role) - {Role.ADMINISTRATOR})
    backup = old.back_up(tmp_path / "backup")
    for act in (restores(new).check, restores(new).restore):
        with pytest.raises(Forbidden):
            act(others, backup)
    assert new.database.is_empty()
