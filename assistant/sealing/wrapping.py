"""The keys of files, wrapped under the master key and kept on a shelf."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from assistant.errors import BrokenSeal, LostFileKey
from assistant.keys import FileKey

if TYPE_CHECKING:
    from assistant.ports import Clock, KeyShelf
    from assistant.sealing.master import MasterKey, MasterKeys

NONCE = 12
PURPOSE = "file keys"


class FileKeys:
    """Gives and finds the keys of files; when one is taken from the shelf, its file is shredded."""

    def __init__(self, shelf: KeyShelf, master: MasterKeys, clock: Clock) -> None:
        self._shelf = shelf
        self._master = master
        self._clock = clock

    def ready(self) -> None:
        """Sees to it that there is a master key for new files.

        Raises:
            SetupError: the master key is missing, or is none.
        """
        self._master.newest()

    def keep(self, file_id: str, key: bytes) -> None:
        """Puts a new file's key on the shelf. Not while a rotation drops the old master key."""
        with self._master.held():
            master = self._master.newest()
            wrapped = wrap(master, file_id, key)
            self._shelf.put(FileKey(file_id, master.id, wrapped, self._clock.now()))

    def has(self, owner: str) -> bool:
        """Whether there is a key of that file, or of anything that belongs to that owner."""
        return self._shelf.has(owner)

    def find(self, file_id: str, name: str) -> bytes:
        """A file's key; `name` is what people call the file.

        Raises:
            LostFileKey: there is none, or no more.
            SetupError: it was wrapped under a master key that is not here.
            BrokenSeal: it was changed.
        """
        found = self._shelf.get(file_id)
        if found is None:
            raise LostFileKey(name=name)
        return unwrap(self._master.find(found.master), found, name)

    def shred(self, owner: str) -> None:
        """Deletes the keys of everything that belongs to `owner`: nobody can read it any more."""
        self._shelf.delete(owner)


def wrap(master: MasterKey, file_id: str, key: bytes) -> bytes:
    """The key of a file, sealed under `master` for this file only."""
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(master.derived(PURPOSE)).encrypt(nonce, key, file_id.encode())


def unwrap(master: MasterKey, found: FileKey, name: str) -> bytes:
    """The key of a file.

    Raises:
        BrokenSeal: it was changed, or belongs to another file.
    """
    cipher = AESGCM(master.derived(PURPOSE))
    try:
        return cipher.decrypt(found.wrapped[:NONCE], found.wrapped[NONCE:], found.file.encode())
    except (InvalidTag, ValueError) as error:
        raise BrokenSeal(name=name) from error
