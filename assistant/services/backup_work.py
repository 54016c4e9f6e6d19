"""Making the backup that somebody asked for, and reading it to its end."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from assistant.errors import BackupError, storage_errors
from assistant.model import Progress
from assistant.people import SYSTEM
from assistant.services.backups import SUFFIX

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.services.backups import Backups, Contents, Restores
    from assistant.services.queueing import Task

STALE = 3600.0
"""Seconds after which a piece that nobody goes on writing was left by a dead process."""


class BackupWork:
    """The kind of work `queueing.BACKUP`: its arguments name what is only to be verified.

    Run again after a sudden end it makes the backup anew, unless that was finished.
    """

    def __init__(self, backups: Backups, restores: Restores, folder: Path) -> None:
        self._backups = backups
        self._restores = restores
        self._folder = folder.absolute()

    def __call__(self, task: Task) -> None:
        """Makes a backup and verifies it.

        Raises:
            Stopped: somebody asked for it.
            BackupError: it was made, and cannot be read.
            StorageError, SetupError: it cannot be made; nothing is left of it.
        """
        finished = task.job.arguments or task.job.work
        if finished and (self._folder / finished).is_file():
            path, size = self._folder / finished, 0
        else:
            path, contents = self._make(task)
            task.began(path.name)
            size = contents.bytes
        self._verify(task, path, size)

    def _make(self, task: Task) -> tuple[Path, Contents]:
        with storage_errors(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            self._drop_pieces()
        total = self._backups.weigh()

        def told(contents: Contents) -> None:
            if contents.files:
                task(Progress("backup_files", contents.bytes, max(total, contents.bytes)))
            else:
                task(Progress("backup_rows", sum(contents.rows.values()), 0))

        return self._backups.make(SYSTEM, self._folder, None, told)

    def _verify(self, task: Task, path: Path, size: int) -> None:
        def told(contents: Contents) -> None:
            task(Progress("backup_verify", contents.bytes, size))

        try:
            self._restores.check(SYSTEM, path, told)
        except BackupError:
            self._backups.note(SYSTEM, path.name, "broken")
            raise
        self._backups.note(SYSTEM, path.name, "verified")

    def _drop_pieces(self) -> None:
        """What a process that was killed left of a backup; the key to it is nowhere."""
        for piece in self._folder.glob(f".*{SUFFIX}.*.part"):
            if time.time() - piece.stat().st_mtime > STALE:
                piece.unlink(missing_ok=True)
