"""Kept steps that are sealed: they hold what people said."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from assistant.errors import BrokenSeal
from assistant.keys import steps_owner
from assistant.sealing.vault import KEY_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from assistant.ports import Steps, StepsStore
    from assistant.sealing.wrapping import FileKeys

MARK = b"KIKISTEP\x01"
NONCE = 12


class SealedSteps:
    """`ports.StepsStore` on another one, which never sees what it keeps.

    Each work has a key of its own, which goes when the work is forgotten. Steps from before they
    were sealed are read as they are, and with `sealing` off new work is kept as it is.
    """

    def __init__(self, steps: StepsStore, keys: FileKeys, *, sealing: bool = True) -> None:
        self._steps = steps
        self._keys = keys
        self._sealing = sealing

    @contextmanager
    def open(self, work: str, name: str) -> Iterator[Steps]:
        """The steps of `work`, held by nobody else meanwhile; `name` is what people call it.

        Raises:
            AlreadyRunning: another process holds them.
            StorageError: they cannot be kept.
            SetupError: the master key is missing.
        """
        with self._steps.open(work, name) as steps:
            key = self._key(work, name)
            yield steps if key is None else _SealedWork(steps, key, name)

    def forget(self, work: str) -> None:
        """Drops the steps of `work`."""
        self._steps.forget(work)
        self._keys.shred(steps_owner(work))

    def _key(self, work: str, name: str) -> bytes | None:
        """Nobody else makes it meanwhile: the work is held."""
        owner = steps_owner(work)
        if self._keys.has(owner):
            return self._keys.find(owner, name)
        if not self._sealing:
            return None
        key = os.urandom(KEY_BYTES)
        self._keys.keep(owner, key)
        return key


class _SealedWork:
    """`ports.Steps` of one work."""

    def __init__(self, steps: Steps, key: bytes, name: str) -> None:
        self._steps = steps
        self._cipher = AESGCM(key)
        self._name = name

    def run(self, name: str, compute: Callable[[], bytes]) -> bytes:
        return self._open(name, self._steps.run(name, lambda: self._seal(name, compute())))

    def _seal(self, name: str, plain: bytes) -> bytes:
        nonce = os.urandom(NONCE)
        return MARK + nonce + self._cipher.encrypt(nonce, plain, name.encode())

    def _open(self, name: str, kept: bytes) -> bytes:
        if not kept.startswith(MARK):
            return kept
        start = len(MARK) + NONCE
        try:
            return self._cipher.decrypt(kept[len(MARK) : start], kept[start:], name.encode())
        except (InvalidTag, ValueError) as error:
            raise BrokenSeal(name=self._name) from error
