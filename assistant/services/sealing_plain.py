"""Sealing what lay here plain before sealing was switched on."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.archive import Action, Event
from assistant.errors import FilesInUse, SealingOff, UnknownManual, UnknownRecording
from assistant.people import Right, Scope
from assistant.services.access import require

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from contextlib import AbstractContextManager

    from assistant.manual import Edition
    from assistant.people import Actor
    from assistant.ports import Clock, StoredFile
    from assistant.services.archive_store import ArchiveStore
    from assistant.services.recording_files import RecordingFiles


@dataclass(frozen=True, slots=True)
class Sealed:
    """How far it is: what was looked at, of how many, and how many files were plain."""

    done: int
    total: int
    files: int


class PlainSealer:
    """Seals the files of recordings and the originals of manuals.

    `editions` gives the manuals' editions, `original` the file of one. `alone` keeps backups out:
    they hold the keys of one moment. `sealing` tells whether new files are sealed at all.
    """

    def __init__(
        self,
        store: ArchiveStore,
        files: RecordingFiles,
        editions: Callable[[], list[Edition]],
        original: Callable[[Edition], StoredFile],
        alone: Callable[[], AbstractContextManager[bool]],
        clock: Clock,
        *,
        sealing: bool,
    ) -> None:
        self._store = store
        self._files = files
        self._editions = editions
        self._original = original
        self._alone = alone
        self._clock = clock
        self._sealing = sealing

    def seal(self, actor: Actor) -> Iterator[Sealed]:
        """Seals what is plain, and tells after each recording and each manual how far it is.

        It can be stopped or killed at any moment, and run again: what is sealed is left as it is.
        Others may go on working.

        Raises:
            Forbidden: the actor does not look after keys.
            SealingOff: new files are not sealed here.
            FilesInUse: a backup is being made, or somebody else seals.
            SetupError: the master key is missing.
            StorageError: no room, or no right to write; nothing is lost.
        """
        require(actor, Right.KEYS)
        if not self._sealing:
            raise SealingOff
        with self._alone() as ours:
            if not ours:
                raise FilesInUse
            self._note(actor, "begun", 0)
            files = yield from self._seal_all()
            self._note(actor, "done", files)

    def _seal_all(self) -> Generator[Sealed, None, int]:
        with self._store.reading() as unit:
            records = [one.id for one in unit.records.all(Scope(everything=True))]
        editions = self._editions()
        total, files = len(records) + len(editions), 0
        for done, record in enumerate(records, 1):
            with suppress(UnknownRecording):  # without sound, or removed meanwhile
                files += self._files.seal(record)
            yield Sealed(done, total, files)
        for done, edition in enumerate(editions, len(records) + 1):
            with suppress(UnknownManual):
                files += self._original(edition).seal()
            yield Sealed(done, total, files)
        return files

    def _note(self, actor: Actor, state: str, files: int) -> None:
        event = Event(Action.KEYS, "", {"sealing": state, "files": str(files)})
        with self._store.writing() as unit:
            unit.audit.append(actor, event, self._clock.now())
