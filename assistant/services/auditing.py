"""The audit log: what a row's hash covers, whether the chain is whole, and who may read it."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assistant.archive import Action, AuditRow, Event
from assistant.errors import ForeignAuditRow
from assistant.people import Right
from assistant.services.access import require
from assistant.text.sheets import sheet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from assistant.people import Actor
    from assistant.ports import Clock
    from assistant.services.archive_store import ArchiveStore

FIRST = "0" * 64
"""What the first row carries as the hash of the one before."""
COLUMNS = (
    "番号",
    "日時",
    "利用者",
    "氏名",
    "方法",
    "接続元",
    "操作",
    "対象",
    "詳細",
    "前の行のハッシュ",
    "ハッシュ",
)


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """Which rows are wanted: those that fit all that is given.

    `user` is an id or a name, `since` the first moment, `until` the first one after, `before` a
    row's number.
    """

    user: str = ""
    action: str = ""
    object: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None

    @property
    def told(self) -> dict[str, str]:
        """What was asked for, for the log."""
        asked = {"user": self.user, "action": self.action, "object": self.object}
        moments = {"since": self.since, "until": self.until}
        asked |= {name: value.isoformat() for name, value in moments.items() if value}
        return {name: value for name, value in asked.items() if value}


@dataclass(frozen=True, slots=True)
class Anchor:
    """A row's number and hash that somebody wrote down elsewhere; as text `12:3f9a…`."""

    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"


@dataclass(frozen=True, slots=True)
class Fault:
    """The first row that does not fit the chain, and how."""

    seq: int
    why: str
    """`changed`, `missing`, `extra`, or `anchor` for one that is not what was written down."""


@dataclass(frozen=True, slots=True)
class Verification:
    """How many rows fit, the last of them, and what is wrong with the next, if anything."""

    rows: int
    head: Anchor
    fault: Fault | None


class AuditLog:
    """Reads and verifies the log. Every call asks for `Right.AUDIT`, and is written down itself.

    `kept` gives the anchors that were written down outside the database, see `anchoring`.
    """

    def __init__(
        self, store: ArchiveStore, clock: Clock, kept: Callable[[], list[Anchor]] = list
    ) -> None:
        self._store = store
        self._clock = clock
        self._kept = kept

    def verify(self, actor: Actor, anchor: Anchor | None = None) -> Verification:
        """Whether every row that was ever written is there as it was."""
        require(actor, Right.AUDIT)
        anchors = self._kept() + ([anchor] if anchor else [])  # before: others go on writing
        with self._store.reading() as unit:
            found = verification(unit.audit.rows(), unit.audit.count(), anchors)
        # Where somebody wrote the next row, this cannot be written down; what was found is told.
        with suppress(ForeignAuditRow):
            self._note(actor, {"verified": found.fault.why if found.fault else "intact"})
        return found

    def rows(self, actor: Actor, query: AuditQuery, limit: int = 200) -> list[AuditRow]:
        """The newest that fit, the newest first."""
        require(actor, Right.AUDIT)
        self._note(actor, query.told)
        with self._store.reading() as unit:
            return unit.audit.latest(query, limit)

    def csv(self, actor: Actor, query: AuditQuery) -> bytes:
        """All that fit, the newest first, as spreadsheets open them."""
        require(actor, Right.AUDIT)
        self._note(actor, query.told | {"format": "csv"})
        with self._store.reading() as unit:
            return sheet(COLUMNS, map(_cells, unit.audit.latest(query, None)))

    def _note(self, actor: Actor, details: dict[str, str]) -> None:
        with self._store.writing() as unit:
            unit.audit.append(actor, Event(Action.AUDIT, details=details), self._clock.now())


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
        details={name: _plain(value) for name, value in event.details.items()},
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


def verification(
    rows: Iterable[AuditRow], count: int, anchors: Iterable[Anchor] = ()
) -> Verification:
    """Follows the chain as far as it is whole; `count` is how many rows there must be."""
    head, fault = Anchor(0, FIRST), None
    hashes: dict[int, set[str]] = {}
    for one in anchors:
        hashes.setdefault(one.seq, set()).add(one.hash)
    for row in rows:
        fault = _fault(row, head, hashes.get(row.seq, {row.hash}))
        if fault is not None:
            break
        head = Anchor(row.seq, row.hash)
    return Verification(head.seq, head, fault or _fault_at_end(head, count, max(hashes, default=0)))


def first_fault(rows: Iterable[AuditRow], count: int) -> Fault | None:
    """What is wrong with the first row that does not fit, if anything."""
    return verification(rows, count).fault


def _fault(row: AuditRow, head: Anchor, anchored: set[str]) -> Fault | None:
    if row.seq <= head.seq:
        return Fault(row.seq, "extra")
    if row.seq > head.seq + 1:
        return Fault(head.seq + 1, "missing")
    if row.previous != head.hash or row.hash != row_hash(row):
        return Fault(row.seq, "changed")
    if anchored != {row.hash}:
        return Fault(row.seq, "anchor")
    return None


def _fault_at_end(head: Anchor, count: int, anchored: int) -> Fault | None:
    if head.seq < count:
        return Fault(head.seq + 1, "missing")
    if head.seq > count:
        return Fault(count + 1, "extra")
    return Fault(head.seq + 1, "missing") if anchored > head.seq else None


def _cells(row: AuditRow) -> list[object]:
    details = json.dumps(row.details, ensure_ascii=False) if row.details else ""
    who = [row.user, row.name, row.way, row.address]
    did = [row.action, row.object, details]
    return [row.seq, row.at.isoformat(), *who, *did, row.previous, row.hash]


def _plain(text: str) -> str:
    """As every database keeps it, so that the hash is that of what is kept."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
