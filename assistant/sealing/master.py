"""Master keys: they wrap the keys of files, and nothing of the sound itself."""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from contextlib import contextmanager
from dataclasses import dataclass, field
from secrets import token_bytes
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from filelock import FileLock

from assistant.errors import BadMasterKey, MissingMasterKey, WrongMasterKey, storage_errors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from assistant.sealing.places import KeyPlace

BYTES = 32
MADE = {
    "ja": (
        "録音と資料を暗号化する鍵を {place} に作りました。この鍵がないと録音は誰にも読めません。"
        "写しを、この機械とは別の安全な所に保管してください。"
    ),
    "en": (
        "A master key was made at {place}; recordings and documents are encrypted with it. "
        "Without it nobody can read them: keep a copy in a safe place away from this machine."
    ),
}
"""What people are told when the first one was made."""


@dataclass(frozen=True, slots=True)
class MasterKey:
    """One of them. `id` can be shown: it does not lead back to the key."""

    secret: bytes = field(repr=False)

    @property
    def id(self) -> str:
        """The same for the same key."""
        return hashlib.sha256(b"kikigaki master key\0" + self.secret).hexdigest()[:12]

    def derived(self, purpose: str) -> bytes:
        """A key of `BYTES` for one purpose; it tells nothing of those for others."""
        info = b"kikigaki " + purpose.encode()
        return HKDF(SHA256(), BYTES, salt=None, info=info).derive(self.secret)

    def __str__(self) -> str:
        return b64encode(self.secret).decode()


class MasterKeys:
    """The master keys at `place`, the newest first; older ones are there during a rotation only.

    They are read whenever they are needed: another process may have changed them. The first one is
    made when it is first needed, unless `used()` says that something was sealed before; `made` is
    called then. `lock` is a file.
    """

    def __init__(
        self,
        place: KeyPlace,
        lock: Path,
        used: Callable[[], bool],
        made: Callable[[str], None] = lambda place: None,
    ) -> None:
        self.place = place
        self._used = used
        self._made = made
        self._lock_path = lock
        self._lock = FileLock(lock)

    def all(self) -> tuple[MasterKey, ...]:
        """The newest first; empty when there is none.

        Raises:
            BadMasterKey: what is there is no key.
        """
        return _parse(self.place.read(), self.place.name)

    def newest(self) -> MasterKey:
        """What new files are sealed with; made when nothing was sealed yet.

        Raises:
            MissingMasterKey: it is not here, and something was sealed with it.
            BadMasterKey: what is there is no key.
        """
        found = self.all()
        return found[0] if found else self._first()

    def find(self, key_id: str) -> MasterKey:
        """The one with that id.

        Raises:
            MissingMasterKey: there is none at all.
            WrongMasterKey: there are others only.
            BadMasterKey: what is there is no key.
        """
        found = self.all()
        for key in found:
            if key.id == key_id:
                return key
        if not found:
            raise MissingMasterKey(place=self.place.name)
        here = ", ".join(key.id for key in found)
        raise WrongMasterKey(place=self.place.name, wanted=key_id, here=here)

    def add(self) -> MasterKey:
        """Makes a new one, which is the newest from now on.

        Raises:
            FixedMasterKey: they cannot be changed from here.
            MissingMasterKey: there is none, and something was sealed with it.
            StorageError, NoKeyring: the place refuses.
        """
        new = MasterKey(token_bytes(BYTES))
        with self.held():
            self.newest()
            self._write(new, *self.all())
        return new

    def drop_old(self) -> None:
        """Forgets all but the newest.

        Raises:
            FixedMasterKey: they cannot be changed from here.
            StorageError, NoKeyring: the place refuses.
        """
        with self.held():
            newest, *old = self.all()
            if old:
                self._write(newest)

    @contextmanager
    def held(self) -> Iterator[None]:
        """While the block runs, no other process changes them."""
        with storage_errors(self._lock_path):
            self._lock_path.parent.mkdir(parents=True, exist_ok=True)
            self._lock.acquire()
        try:
            yield
        finally:
            self._lock.release()

    def _first(self) -> MasterKey:
        with self.held():
            if found := self.all():
                return found[0]
            if self._used():
                raise MissingMasterKey(place=self.place.name)
            key = MasterKey(token_bytes(BYTES))
            self._write(key)
        self._made(self.place.name)
        return key

    def _write(self, *keys: MasterKey) -> None:
        self.place.write("\n".join(map(str, keys)))


def _parse(text: str | None, place: str) -> tuple[MasterKey, ...]:
    lines = [line for line in (text or "").splitlines() if not line.lstrip().startswith("#")]
    words = "\n".join(lines).replace(",", " ").split()
    try:
        secrets = [b64decode(word, validate=True) for word in words]
    except ValueError as error:
        raise BadMasterKey(place=place) from error
    if any(len(secret) != BYTES for secret in secrets):
        raise BadMasterKey(place=place)
    return tuple(map(MasterKey, secrets))
