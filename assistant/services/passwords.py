"""What makes a password good enough, and passwords that are given out.

Length is what counts (NIST SP 800-63B): no rules of composition, no change by the calendar.
Refused is what is tried first.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Protocol

from assistant.errors import (
    PasswordLikeLogin,
    PasswordTooCommon,
    PasswordTooLong,
    PasswordTooShort,
)

LEAST = 12
"""Characters."""
MOST = 256
FIRST_PASSWORD = "abcdefghijkmnpqrstuvwxyz23456789"  # noqa: S105 - letters that look like no other
_FILLING = re.compile(r"[\W\d_]+")


class Hasher(Protocol):
    """Keeps passwords so that nobody can read them."""

    def hash(self, password: str) -> str:
        """What may be kept of it."""

    def fits(self, kept: str | None, password: str) -> bool:
        """Whether it is the password that was kept; takes as long where none was (`None`)."""

    def is_outdated(self, kept: str) -> bool:
        """Whether it should be hashed anew, since that is done otherwise now."""


def prepared(password: str) -> str:
    """The same password in one form: full and half width, composed and not, are alike."""
    return unicodedata.normalize("NFKC", password)


def check_password(password: str, login: str, name: str = "") -> None:
    """Lets good ones pass; `password` is prepared.

    Raises:
        PasswordError: it is too short, too long, common, or made of login or name.
    """
    if len(password) < LEAST:
        raise PasswordTooShort(least=LEAST)
    if len(password) > MOST:
        raise PasswordTooLong(most=MOST)
    plain = password.casefold()
    if any(_is_made_of(plain, prepared(own).casefold()) for own in (login, name) if own):
        raise PasswordLikeLogin
    if _is_common(plain):
        raise PasswordTooCommon


def first_password() -> str:
    """A password to print once: 16 letters and digits, 80 bits."""
    letters = [secrets.choice(FIRST_PASSWORD) for _ in range(16)]
    return "-".join("".join(letters[start : start + 4]) for start in range(0, 16, 4))


def _is_common(plain: str) -> bool:
    if plain in _common() or _unit(plain) in _common() or len(set(plain)) < 5:
        return True
    steps = {ord(after) - ord(before) for before, after in pairwise(plain)}
    words = _FILLING.sub("", plain)
    return steps <= {1} or steps <= {-1} or _unit(words) in _common()


def _is_made_of(plain: str, own: str) -> bool:
    """Whether nothing but digits and signs stands beside `own`, once or repeated."""
    return _unit(_FILLING.sub("", plain)) == _FILLING.sub("", own) or _unit(plain) == own


def _unit(text: str) -> str:
    """The part of which `text` is a repetition; `text` itself when it is none.

    >>> _unit("abcabcabc"), _unit("abcab")
    ('abc', 'abcab')
    """
    length = (text + text).find(text, 1)
    return text[:length] if text else text


@cache
def _common() -> frozenset[str]:
    text = resources.files("assistant.services").joinpath("common_passwords.txt").read_text("utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))
