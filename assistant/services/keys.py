"""The master keys: which there are, and exchanging them without touching the sound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.archive import Action, Event
from assistant.errors import WrongMasterKey
from assistant.keys import KeyState
from assistant.people import Right
from assistant.services.access import require

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assistant.people import Actor
    from assistant.ports import Clock, KeyShelf, MasterKeyRing
    from assistant.services.archive_store import ArchiveStore

BATCH = 200
"""Keys of files that are exchanged in one transaction."""


@dataclass(frozen=True, slots=True)
class Rotation:
    """What a rotation did. `dropped`: whether the old master keys are gone from their place."""

    newest: str
    files: int
    dropped: bool


class MasterKeyCare:
    """Shows and rotates the master keys.

    `rekey` gives the database itself the newest one, `encrypt` encrypts it where it is plain.
    """

    def __init__(
        self,
        ring: MasterKeyRing,
        shelf: KeyShelf,
        archive: ArchiveStore,
        clock: Clock,
        rekey: Callable[[], None] = lambda: None,
        encrypt: Callable[[], bool] = lambda: False,
    ) -> None:
        self._ring = ring
        self._shelf = shelf
        self._archive = archive
        self._clock = clock
        self._rekey = rekey
        self._encrypt = encrypt

    @property
    def place(self) -> str:
        """Where the master keys are kept."""
        return self._ring.place

    def ids(self) -> tuple[str, ...]:
        """Of the master keys that are here, the newest first.

        Raises:
            BadMasterKey: what is at their place is no key.
        """
        return self._ring.ids()

    def show(self, actor: Actor) -> list[KeyState]:
        """Every master key that is here or that files ask for, the newest first.

        Raises:
            Forbidden: the actor does not look after keys.
            BadMasterKey: what is at their place is no key.
        """
        require(actor, Right.KEYS)
        here, counts = self._ring.ids(), self._shelf.counts()
        states = [
            KeyState(one, counts.get(one, 0), here=True, newest=one == here[0]) for one in here
        ]
        lost = sorted(counts.keys() - set(here))
        return states + [KeyState(one, counts[one], here=False, newest=False) for one in lost]

    def rotate(self, actor: Actor, progress: Callable[[int], None] = lambda done: None) -> Rotation:
        """Puts a new master key in the place of the one there is.

        Keys of files are wrapped anew; the files stay as they are. Where this was broken off
        before, both master keys are there: it goes on, and makes no third one. `progress` gets the
        number of files that are done.

        Raises:
            Forbidden: the actor does not look after keys.
            SetupError: a master key is missing, or cannot be changed from here.
            StorageError: something cannot be written; nothing is lost, and it can be run again.
        """
        require(actor, Right.KEYS)
        self._insist_on_all()
        here = self._ring.ids()
        self._note(actor, "begun", here[0] if here else "")  # before anything is changed
        if len(here) < 2:
            self._ring.add()
        newest, *old = self._ring.ids()
        self._rekey()
        files = 0
        while True:
            files = self._rewrap(old, files, progress)
            with self._ring.held():
                if not any(self._shelf.under(one, 1) for one in old):
                    dropped = self._ring.drop_old()
                    break
        self._note(actor, "done", newest)
        return Rotation(newest, files, dropped)

    def encrypt_database(self, actor: Actor) -> bool:
        """Encrypts the SQLite file under the master key; False when it is encrypted already.

        Raises:
            Forbidden: the actor does not look after keys.
            MissingCipher: SQLCipher is not installed.
            DatabaseInUse: somebody has it open.
            StorageError: no room, or no right to write.
        """
        require(actor, Right.KEYS)
        self._write(actor, "", database="encryption")
        return self._encrypt()

    def _insist_on_all(self) -> None:
        """A key in the place of one that was lost would hide that it was."""
        here = self._ring.ids()
        lost = self._shelf.counts().keys() - set(here)
        if here and lost:
            raise WrongMasterKey(
                place=self._ring.place, wanted=", ".join(sorted(lost)), here=", ".join(here)
            )

    def _rewrap(self, masters: Sequence[str], done: int, progress: Callable[[int], None]) -> int:
        """How many are done now, after those that were `done` before."""
        for master in masters:
            while batch := self._shelf.under(master, BATCH):
                self._shelf.exchange(batch, self._ring.rewrap(batch))
                done += len(batch)
                progress(done)
        return done

    def _note(self, actor: Actor, state: str, newest: str) -> None:
        self._write(actor, newest, rotation=state)

    def _write(self, actor: Actor, key: str, **details: str) -> None:
        event = Event(Action.KEYS, key, details)
        with self._archive.writing() as unit:
            unit.audit.append(actor, event, self._clock.now())
