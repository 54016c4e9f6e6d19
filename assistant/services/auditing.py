"""The audit log: what a row's hash covers, and whether the chain is whole."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assistant.archive import Action, AuditRow, Event
from assistant.people import Right
from assistant.services.access import require

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from assistant.people import Actor
    from assistant.ports import Clock
    from assistant.services.archive_store import ArchiveStore

FIRST = "0" * 64
"""What the first row carries as the hash of the one before."""


@dataclass(frozen=True, slots=True)
class Fault:
    """The first row that does not fit the chain, and how."""

    seq: int
    why: str
    """`changed`, `missing` or `extra`."""


class AuditLog:
    """Reads and verifies the log."""

    def __init__(self, store: ArchiveStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def verify(self, actor: Actor) -> Fault | None:
        """The first fault, None when every row that was ever written is there as it was.

        Raises:
            Forbidden: the actor may not read the log.
        """
        require(actor, Right.AUDIT)
        with self._store.reading() as unit:
            return first_fault(unit.audit.rows(), unit.audit.count())

    def latest(
        self, actor: Actor, limit: int = 200, user: str = "", action: str = "", object_: str = ""
    ) -> list[AuditRow]:
        """The newest rows that fit, the newest first; that somebody looked is written down.

        Raises:
            Forbidden: the actor may not read the log.
        """
        require(actor, Right.AUDIT)
        with self._store.writing() as unit:
            rows = unit.audit.latest(limit, user, action, object_)
            unit.audit.append(actor, Event(Action.AUDIT), self._clock.now())
        return rows


def row_of(seq: int, at: datetime, actor: Actor, event: Event, previous: str) -> AuditRow:
    """The row that tells of `event`, chained to the row whose hash is `previous`."""
    row = AuditRow(
        seq=seq,
        at=at,
        user=_plain(actor.user),
        name=_plain(actor.name),
        way=actor.way,
        address=_plain(actor.address),
        action=event.action.value,
        object=_plain(event.object),
        details=event.details,
        previous=previous,
        hash="",
    )
    return replace(row, hash=row_hash(row))


def row_hash(row: AuditRow) -> str:
    """SHA-256 over everything in the row but its own hash, as JSON with fixed order."""
    covered = [
        row.seq,
        row.at.isoformat(),
        row.user,
        row.name,
        row.way,
        row.address,
        row.action,
        row.object,
        sorted(row.details.items()),
        row.previous,
    ]
    return hashlib.sha256(json.dumps(covered, ensure_ascii=True).encode()).hexdigest()


def first_fault(rows: Iterable[AuditRow], count: int) -> Fault | None:
    """The first of `rows` that does not continue the chain; `count` is how many there must be."""
    expected, previous = 1, FIRST
    for row in rows:
        if row.seq != expected:
            return Fault(expected, "missing")
        if row.previous != previous or row.hash != row_hash(row):
            return Fault(row.seq, "changed")
        expected, previous = row.seq + 1, row.hash
    if expected <= count:
        return Fault(expected, "missing")
    return Fault(count + 1, "extra") if expected > count + 1 else None


def _plain(text: str) -> str:
    """As every database keeps it, so that the hash is that of what is kept."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
