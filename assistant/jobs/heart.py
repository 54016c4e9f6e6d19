"""Signs of life: a worker that falls silent is dead, and another one takes its work."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger(__name__)

BEAT = 5.0
"""Seconds between two signs of life."""
SILENT = 20.0
"""Seconds without a sign after which a worker is dead. One that is not, and wakes up again, finds
that its job is another's now, and stops."""
YEAR = 365 * 86400.0
"""Whoever took leave was last seen in 1970."""


class Workers(Protocol):
    """The workers on all machines that share a database."""

    def beat(self, name: str, machine: str) -> None:
        """This worker is alive."""

    def silent(self, seconds: float) -> list[str]:
        """The workers that were not heard of for so long."""

    def leave(self, name: str) -> None:
        """This worker ends: others need not wait to know that."""

    def forget(self, name: str) -> None:
        """A dead worker's work has gone to others."""


class Heart:
    """The signs of life of the worker `name`; `recover` takes over the work of dead ones."""

    def __init__(
        self, workers: Workers, name: str, machine: str, recover: Callable[[str], None]
    ) -> None:
        self._workers = workers
        self._name = name
        self._machine = machine
        self._recover = recover
        self._regular_since: float | None = None

    def beat(self) -> None:
        """Gives a sign.

        Raises:
            StorageError: the database does not answer.
        """
        since, self._regular_since = self._regular_since, None
        self._workers.beat(self._name, self._machine)
        self._regular_since = time.monotonic() if since is None else since

    def look(self) -> None:
        """Takes over the work of those who give no sign.

        Raises:
            StorageError: the database does not answer.
        """
        # After an outage all others seem silent at first: only those who took leave are gone.
        since = self._regular_since
        regular = since is not None and time.monotonic() - since >= SILENT
        for name in self._workers.silent(SILENT if regular else YEAR):
            if name != self._name:
                self._take_over(name)

    def leave(self) -> None:
        """Takes leave: others need not wait to know that.

        Raises:
            StorageError: the database does not answer.
        """
        self._workers.leave(self._name)

    def _take_over(self, name: str) -> None:
        self._recover(name)
        self._workers.forget(name)
        log.warning("took over from a dead worker", extra={"dead": name})
