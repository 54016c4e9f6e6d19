"""What an administrator sees to: how long things are kept, backups, keys."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from assistant.bootstrap.clock import SystemClock
from assistant.bootstrap.people import People
from assistant.errors import PassphraseNeeded

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.backup.making import Site
    from assistant.services.backup_desk import BackupDesk
    from assistant.services.backup_work import BackupWork
    from assistant.services.backups import Backups, Restores
    from assistant.services.deleting import Deleter
    from assistant.services.forecasting import Forecaster
    from assistant.services.keys import MasterKeyCare
    from assistant.services.retaining import Retainer
    from assistant.services.sealing_plain import PlainSealer


class Keeping(People):
    """Retention, backups, and the master keys."""

    @cached_property
    def retainer(self) -> Retainer:
        """How long records are kept, and what must stay."""
        from assistant.services.retaining import Retainer

        return Retainer(self.archive, SystemClock())

    @cached_property
    def forecaster(self) -> Forecaster:
        """When what falls due."""
        from assistant.services.forecasting import Forecaster

        return Forecaster(self.archive, SystemClock())

    @cached_property
    def deleter(self) -> Deleter:
        """Deletes what is due."""
        from assistant.services.deleting import Deleter

        library = self.library
        return Deleter(self.archive, library.files, self.queue, self.steps.forget, SystemClock())

    @cached_property
    def backups(self) -> Backups:
        """Everything in one file."""
        from assistant.backup.making import BackupMaker
        from assistant.backup.sealing import BackupKeys
        from assistant.services.backups import Backups

        maker = BackupMaker(self._site, BackupKeys(self.master_keys), SystemClock())
        return Backups(self.archive, maker, SystemClock())

    @cached_property
    def backup_desk(self) -> BackupDesk:
        """What administrators see of backups, and where they ask for one."""
        from assistant.services.backup_desk import BackupDesk

        folder, data = self.settings.backups_dir, self.settings.data_dir
        return BackupDesk(self.archive, self.jobs, folder, data, SystemClock())

    @cached_property
    def backup_work(self) -> BackupWork:
        """Makes the backups that somebody asked for on the page."""
        from assistant.services.backup_work import BackupWork

        return BackupWork(self.backups, self.restorer(_nobody), self.settings.backups_dir)

    def restorer(self, ask: Callable[[], str]) -> Restores:
        """Back from that file; `ask` gives the passphrase, if one is needed."""
        from assistant.backup.restoring import BackupRestorer
        from assistant.backup.sealing import BackupKeys
        from assistant.services.backups import Restores

        staging = self.settings.data_dir / ".restoring"
        keys = BackupKeys(self.master_keys, ask)
        return Restores(BackupRestorer(self._site, staging, keys), self.anchors, SystemClock())

    @cached_property
    def _site(self) -> Site:
        from assistant.backup.making import Site

        settings = self.settings
        state = settings.state_dir
        return Site(
            database=self.database,
            folders={"recordings": settings.recordings_dir, "manuals": state / "manuals"},
            files={name: state / name for name in ("expansions.txt", "sayings.txt")},
        )

    @cached_property
    def plain_sealer(self) -> PlainSealer:
        """Seals what lay here plain before sealing was switched on."""
        from assistant.services.sealing_plain import PlainSealer

        return PlainSealer(
            self.archive,
            self.library.files,
            self.manuals.editions,
            self.manuals.original,
            lambda: self.database.alone("files"),
            SystemClock(),
            sealing=self.settings.seal,
        )

    @cached_property
    def key_care(self) -> MasterKeyCare:
        """Shows and rotates the master keys."""
        from assistant.sealing.rotation import KeyRing
        from assistant.services.keys import MasterKeyCare

        return MasterKeyCare(
            KeyRing(self.master_keys),
            self.key_shelf,
            self.archive,
            SystemClock(),
            self.database.rekey,
            self.encrypt_database,
        )


def _nobody() -> str:
    """A worker cannot be asked for a passphrase.

    Raises:
        PassphraseNeeded: always.
    """
    raise PassphraseNeeded
