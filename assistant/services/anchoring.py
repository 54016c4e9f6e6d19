"""Anchors that the program keeps by itself, outside the database.

Whoever can write every table can compute the chain of the audit log anew, or cut its end. They
cannot do so to what was written down on the machines that work: there it is found by `verify`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from assistant.services.auditing import Anchor, AuditQuery

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from assistant.ports import Clock
    from assistant.services.archive_store import ArchiveStore

EVERY = timedelta(hours=1)


class AnchorBook(Protocol):
    """Anchors that were written down on this machine."""

    def all(self) -> list[Anchor]:
        """The oldest first.

        Raises:
            StorageError: they cannot be read.
        """

    def add(self, anchor: Anchor, at: datetime) -> None:
        """Writes one down.

        Raises:
            StorageError: it cannot be written.
        """

    def set_aside(self, at: datetime) -> None:
        """Another log takes the place of the one they are of: they are kept, and count no more.

        Raises:
            StorageError: they cannot be set aside.
        """


class Anchoring:
    """Writes down the head of the log, every hour in which something was added to it."""

    def __init__(self, store: ArchiveStore, book: AnchorBook, clock: Clock) -> None:
        self._store = store
        self._book = book
        self._clock = clock
        self._latest: datetime | None = None

    def look(self, crowded: Callable[[], bool]) -> None:
        """Once an hour; a log that has become shorter is left to `verify`.

        Raises:
            StorageError: the log cannot be read, or the anchor not be written.
        """
        del crowded  # it takes a moment only
        now = self._clock.now()
        if self._latest is not None and now - self._latest < EVERY:
            return
        with self._store.reading() as unit:
            newest = unit.audit.latest(AuditQuery(), 1)
        before = max((one.seq for one in self._book.all()), default=0)
        for row in newest:
            if row.seq > before:
                self._book.add(Anchor(row.seq, row.hash), now)
        self._latest = now
