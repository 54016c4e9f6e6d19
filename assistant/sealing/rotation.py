"""The master keys as those see them who exchange them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.errors import FixedMasterKey
from assistant.sealing.wrapping import unwrap, wrap

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from assistant.keys import FileKey
    from assistant.sealing.master import MasterKeys


class KeyRing:
    """`ports.MasterKeyRing`."""

    def __init__(self, keys: MasterKeys) -> None:
        self._keys = keys

    @property
    def place(self) -> str:
        """Where they are kept, as people call it."""
        return self._keys.place.name

    def ids(self) -> tuple[str, ...]:
        """The newest first; empty when there is none."""
        return tuple(key.id for key in self._keys.all())

    def add(self) -> None:
        """Makes a new one, which is the newest from now on."""
        self._keys.add()

    def drop_old(self) -> bool:
        """Forgets all but the newest; False when they cannot be changed from here."""
        try:
            self._keys.drop_old()
        except FixedMasterKey:
            return False
        return True

    def rewrap(self, keys: Sequence[FileKey]) -> list[FileKey]:
        """The same keys of files under the newest master key."""
        newest = self._keys.newest()
        return [
            replace(
                key,
                master=newest.id,
                wrapped=wrap(newest, key.file, unwrap(self._keys.find(key.master), key, key.file)),
            )
            for key in keys
        ]

    def held(self) -> AbstractContextManager[None]:
        """While the block runs, nobody on this machine seals a file or changes the master keys."""
        return self._keys.held()
