"""A backup is a sealed file like others, but its id says how its key is derived.

    backup/argon2id-3-65536-4/SALT/CHECK     from a passphrase: passes, KiB of memory, lanes
    backup/master-1f3a9c02d417/SALT/CHECK    from the site's master key, by its id

`SALT` and `CHECK` are hexadecimal. The check tells a wrong passphrase from a damaged file; it is
derived beside the key, and leads to neither. What can be trusted is in the seal: the id is
authenticated with every chunk.
"""

from __future__ import annotations

import hashlib
import re
from contextlib import contextmanager
from dataclasses import dataclass
from secrets import compare_digest, token_hex
from typing import TYPE_CHECKING, cast

from argon2.low_level import Type, hash_secret_raw

from assistant.errors import (
    BrokenBackup,
    BrokenSeal,
    InaccessibleManual,
    NoBackup,
    NothingFound,
    PassphraseNeeded,
    WrongPassphrase,
)
from assistant.sealing.arrival import arriving
from assistant.sealing.chunks import ChunkCipher, read_header
from assistant.sealing.reader import open_sealed
from assistant.sealing.writer import SealedWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import BinaryIO

    from assistant.sealing.master import MasterKeys

PASSES, MEMORY, LANES = 3, 1 << 16, 4
"""Of Argon2id, as RFC 9106 recommends them where memory is not plenty."""
_MOST_PASSES, _MOST_MEMORY, _MOST_LANES = 20, 1 << 21, 64
"""A file may not ask for more than that before it is known to be ours."""
SALT = 16
KEY = 32
_ID = re.compile(
    r"backup/(?:argon2id-(?P<passes>\d{1,3})-(?P<memory>\d{1,8})-(?P<lanes>\d{1,3})"
    r"|master-(?P<master>[0-9a-f]{12}))/(?P<salt>[0-9a-f]{32})/(?P<check>[0-9a-f]{16})"
)


@dataclass(frozen=True, slots=True)
class BackupKeys:
    """Where the keys of backups come from; `ask` gives the passphrase when one is needed."""

    masters: MasterKeys
    ask: Callable[[], str | None] = lambda: None

    @contextmanager
    def creating(self, target: Path, passphrase: str | None) -> Iterator[BinaryIO]:
        """A new sealed file, whole at its place when the block ends well, else nothing of it.

        Without a passphrase the master key opens it.

        Raises:
            StorageError: no room, or no right to write.
            SetupError: the master key is missing.
        """
        salt = token_hex(SALT)
        if passphrase is None:
            master = self.masters.newest()
            how, secret = f"master-{master.id}", _by_master(self.masters, master.id, salt)
        else:
            how = f"argon2id-{PASSES}-{MEMORY}-{LANES}"
            secret = _by_passphrase(passphrase, salt, PASSES, MEMORY, LANES)
        file_id = f"backup/{how}/{salt}/{_check(secret)}"
        with arriving(target, mode=0o600) as file:
            writer = SealedWriter(file, ChunkCipher(secret[:KEY], file_id, target.name))
            yield cast("BinaryIO", writer)
            writer.finish()

    @contextmanager
    def opening(self, path: Path) -> Iterator[BinaryIO]:
        """What was written, at its start.

        Raises:
            NothingFound: there is no such file.
            NoBackup: it is something else.
            WrongPassphrase, PassphraseNeeded: the passphrase was not given, or another one.
            SetupError: the master key that opens it is not here.
            BrokenBackup: it was changed or cut off; also while the block reads.
        """
        if not path.is_file():
            raise NothingFound(path=path)
        try:
            file = path.open("rb")
        except OSError as error:
            raise InaccessibleManual(name=path.name) from error
        with file:
            found = _ID.fullmatch(read_header(file) or "")
            if found is None:
                raise NoBackup(name=path.name)
            secret = self._secret(found, path.name)
            try:
                with open_sealed(file, ChunkCipher(secret[:KEY], found[0], path.name)) as content:
                    yield content
            except BrokenSeal as error:
                raise BrokenBackup(name=path.name) from error

    def _secret(self, found: re.Match[str], name: str) -> bytes:
        if found["master"]:
            secret = _by_master(self.masters, found["master"], found["salt"])
            if not compare_digest(_check(secret), found["check"]):
                raise BrokenBackup(name=name)
            return secret
        passes, memory, lanes = (int(found[one]) for one in ("passes", "memory", "lanes"))
        modest = passes <= _MOST_PASSES and memory <= _MOST_MEMORY and lanes <= _MOST_LANES
        if not modest or min(passes, lanes) < 1 or memory < 8 * lanes:
            raise BrokenBackup(name=name)
        passphrase = self.ask()
        if passphrase is None:
            raise PassphraseNeeded
        secret = _by_passphrase(passphrase, found["salt"], passes, memory, lanes)
        if not compare_digest(_check(secret), found["check"]):
            raise WrongPassphrase(name=name)
        return secret


def _by_passphrase(passphrase: str, salt: str, passes: int, memory: int, lanes: int) -> bytes:
    return hash_secret_raw(
        passphrase.encode("utf-8", "surrogatepass"),
        bytes.fromhex(salt),
        time_cost=passes,
        memory_cost=memory,
        parallelism=lanes,
        hash_len=2 * KEY,
        type=Type.ID,
    )


def _by_master(masters: MasterKeys, key_id: str, salt: str) -> bytes:
    master = masters.find(key_id)
    return master.derived(f"backup {salt}") + master.derived(f"check of backup {salt}")


def _check(secret: bytes) -> str:
    return hashlib.sha256(secret[KEY:]).hexdigest()[:16]
