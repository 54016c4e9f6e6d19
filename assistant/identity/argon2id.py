"""Passwords as argon2id hashes."""

from __future__ import annotations

from functools import cached_property
from threading import BoundedSemaphore

from argon2 import Parameters, PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

AT_ONCE = 4
"""Hashes that are computed at a time: each takes 64 MiB."""


class Argon2idHasher:
    """`services.passwords.Hasher`; the parameters are those of RFC 9106 for little memory."""

    def __init__(self, parameters: Parameters = RFC_9106_LOW_MEMORY) -> None:
        self._argon2 = PasswordHasher.from_parameters(parameters)
        self._room = BoundedSemaphore(AT_ONCE)

    def hash(self, password: str) -> str:
        """What may be kept of it: the parameters, a salt and the hash."""
        with self._room:
            return self._argon2.hash(password)

    def fits(self, kept: str | None, password: str) -> bool:
        """Whether it is the password that was kept; takes as long where none was (`None`)."""
        try:
            with self._room:
                self._argon2.verify(kept or self._nobodys, password)
        except (VerificationError, InvalidHashError):
            return False
        return kept is not None

    def is_outdated(self, kept: str) -> bool:
        """Whether it was hashed with other parameters than are used now."""
        return self._argon2.check_needs_rehash(kept)

    @cached_property
    def _nobodys(self) -> str:
        return self._argon2.hash("nobody has this password")
