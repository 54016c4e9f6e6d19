"""Where things are kept: the database, the keys, and the files that are sealed with them."""

from __future__ import annotations

import sys
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.bootstrap.clock import SystemClock
from assistant.settings import Settings

if TYPE_CHECKING:
    from assistant.ports import StepsStore
    from assistant.sealing.master import MasterKeys
    from assistant.sealing.places import KeyPlace
    from assistant.sealing.vault import FileVault
    from assistant.sealing.wrapping import FileKeys
    from assistant.search import ServerVectors
    from assistant.store.engine import Database
    from assistant.store.keys import SqlKeyShelf


class Storage:
    """The database and the keys, which need each other."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()

    @cached_property
    def database(self) -> Database:
        """Where everything is kept that is no file."""
        from assistant.store.engine import Database

        address = self.settings.database_url
        if address is not None:
            return Database(address.get_secret_value())
        path = self._sqlite
        encrypted = self.settings.encrypt_database or self._is_encrypted(path)
        return Database(path, self._database_keys if encrypted else None)

    def server_vectors(self) -> ServerVectors:
        """Whether the server compares vectors itself.

        Raises:
            StorageError: the database cannot be read.
        """
        from assistant.store.pgvector import standing

        with self.database.reading() as connection:
            return standing(connection)

    @property
    def _sqlite(self) -> Path:
        return self.settings.state_dir / "kikigaki.sqlite"

    def _is_encrypted(self, path: Path) -> bool:
        """Whether the file is no plain database, and there is what opens encrypted ones."""
        from assistant.store import cipher

        is_other = path.exists() and path.stat().st_size > 0 and not cipher.is_plain(path)
        return is_other and cipher.is_installed() and bool(self.master_keys.all())

    def _database_keys(self) -> list[bytes]:
        """The newest first; made at first use."""
        self.master_keys.newest()
        return [key.derived("database") for key in self.master_keys.all()]

    def encrypt_database(self) -> bool:
        """Encrypts the SQLite file; False when it is encrypted already.

        Raises:
            MissingCipher: SQLCipher is not installed.
            DatabaseInUse: somebody has it open.
            StorageError: no room, or no right to write.
        """
        from assistant.store import cipher

        cipher.driver()
        key = self._database_keys()[0]
        self.database.close()
        return cipher.encrypt(self._sqlite, key)

    @cached_property
    def master_keys(self) -> MasterKeys:
        """The keys that wrap those of files."""
        from assistant.sealing.master import MADE, MasterKeys

        settings = self.settings

        def made(place: str) -> None:
            print(MADE[settings.screen_language].format(place=place), file=sys.stderr)

        lock = settings.state_dir / "master.lock"
        return MasterKeys(key_place(settings), lock, self._sealed_before, made)

    def _sealed_before(self) -> bool:
        """Whether anything was sealed here: then a new master key would open nothing of it."""
        from assistant.sealing.vault import holds_sealed

        state = self.settings.state_dir
        folders = (self.settings.recordings_dir, state / "manuals", state / "exports")
        return any(map(holds_sealed, folders)) or self._holds_keys()

    def _holds_keys(self) -> bool:
        """Whether the database has keys of files, or can only be opened with the master key."""
        from assistant.store.cipher import is_plain
        from assistant.store.engine import Database
        from assistant.store.keys import SqlKeyShelf

        path = self.database.place
        if not isinstance(path, Path):
            return bool(self.key_shelf.counts())
        if not path.exists() or path.stat().st_size == 0:
            return False
        return not is_plain(path) or bool(SqlKeyShelf(Database(path)).counts())

    @cached_property
    def key_shelf(self) -> SqlKeyShelf:
        """The wrapped keys of files."""
        from assistant.store.keys import SqlKeyShelf

        return SqlKeyShelf(self.database)

    @cached_property
    def file_keys(self) -> FileKeys:
        """The same, unwrapped."""
        from assistant.sealing.wrapping import FileKeys

        return FileKeys(self.key_shelf, self.master_keys, SystemClock())

    @cached_property
    def vault(self) -> FileVault:
        """Files that nobody reads from the disk."""
        from assistant.sealing.vault import FileVault

        return FileVault(self.file_keys, sealing=self.settings.seal)

    @cached_property
    def steps(self) -> StepsStore:
        """The finished steps of unfinished work."""
        from assistant.sealing.steps import SealedSteps
        from assistant.store.steps import SqlSteps

        return SealedSteps(SqlSteps(self.database), self.file_keys, sealing=self.settings.seal)


def key_place(settings: Settings) -> KeyPlace:
    """Where the master key is kept."""
    from assistant.sealing.places import GivenKey, KeyFile, SystemKeyring

    if settings.master_key is not None and settings.master_key.get_secret_value().strip():
        return GivenKey(settings.master_key.get_secret_value())
    return SystemKeyring() if settings.master_key_in == "keyring" else KeyFile(settings.key_file)
