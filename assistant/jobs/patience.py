"""A database that does not answer for a while costs time, and nothing else."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, TypeVar

from assistant.errors import DatabaseUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger(__name__)

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 5.0
"""Seconds between two attempts."""
TELL_EVERY = 60.0
"""Seconds between two lines in the log that say so."""

T = TypeVar("T")
_told = [float("-inf")]
"""When a line last said so: many threads wait for the same database."""


def patiently(act: Callable[[], T]) -> T:
    """What `act` gives, which is called again for as long as the database does not answer.

    Whatever else it raises is passed on.
    """
    pause, began = FIRST_PAUSE, time.monotonic()
    while True:
        try:
            return act()
        except DatabaseUnavailable:
            _tell(began)
            time.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)


def _tell(began: float) -> None:
    now = time.monotonic()
    if now - _told[0] > TELL_EVERY:
        _told[0] = now
        log.warning("waiting for the database", extra={"seconds": round(now - began)})
