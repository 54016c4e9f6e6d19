"""Exporting many records at once: who asks, watches, fetches.

The documents are made by a worker (`export_work`), as whoever asked, with the rights that they have
at that moment. The finished file is theirs alone, for some hours.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from secrets import token_hex
from typing import TYPE_CHECKING

from assistant.archive import Action, Event
from assistant.errors import (
    ExportNotReady,
    NothingToExport,
    RightsChanged,
    TooManyToExport,
    UnknownExport,
)
from assistant.exports import Export, ExportItem
from assistant.people import NOBODY, SINGLE_USER, Right
from assistant.services.access import require, scope
from assistant.services.finding import find
from assistant.services.queueing import ACTIVE, EXPORT
from assistant.services.signing import actor_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime, timedelta

    from assistant.people import Actor
    from assistant.ports import Clock, StoredFile
    from assistant.services.archive_store import ArchiveStore, Unit
    from assistant.services.documents import Documents
    from assistant.services.export_files import ExportFiles
    from assistant.services.queueing import Job, Jobs

MOST_RECORDS = 5_000
"""Of one export."""


@dataclass(frozen=True, slots=True)
class ExportEntry:
    """An export, how many of its records are made or failed, and where its job stands."""

    export: Export
    records: int
    made: int
    failed: int
    job: Job | None


class ExportDesk:
    """`lasting` is how long a finished export can be fetched."""

    def __init__(
        self,
        store: ArchiveStore,
        jobs: Jobs,
        files: ExportFiles,
        documents: Documents,
        clock: Clock,
        lasting: timedelta,
    ) -> None:
        self._store = store
        self._jobs = jobs
        self._files = files
        self._documents = documents
        self._clock = clock
        self._lasting = lasting

    def ask(self, actor: Actor, records: Iterable[str], form: str, *, queued: bool = True) -> str:
        """Has the records' documents made, in that format; the export's id.

        Where it is not `queued`, the caller makes them: see `export_work`.

        Raises:
            Forbidden: the actor may not export.
            UnknownRecording: a record is not there for the actor.
            UnknownFormat: there is no such format.
            NothingToExport, TooManyToExport: of records.
        """
        require(actor, Right.EXPORT)
        self._documents.insist_on(form)
        wanted = list(dict.fromkeys(records))
        _insist_on_number(wanted)
        now = self._clock.now()
        export = Export(
            token_hex(8), actor.user, actor.way, actor.address, form, now, now + self._lasting
        )
        with self._store.writing() as unit:
            found = [find(unit, actor, Right.EXPORT, one) for one in wanted]
            items = [ExportItem(n, one.id, one.title) for n, one in enumerate(found, 1)]
            details = {"step": "ask", "format": form, "records": str(len(items))}
            unit.audit.append(actor, Event(Action.EXPORT, export.id, details), now)
            unit.exports.add(export, items)
            if queued:
                self._jobs.add(EXPORT, export.id)
        return export.id

    def mine(self, actor: Actor) -> list[ExportEntry]:
        """What the actor asked for, newest first; not what has expired.

        Raises:
            Forbidden: the actor may not export.
        """
        require(actor, Right.EXPORT)
        now = self._clock.now()
        with self._store.reading() as unit:
            exports = [one for one in unit.exports.of(actor.user) if now < one.expires]
            items = {one.id: unit.exports.items(one.id) for one in exports}
        return [self._entry(one, items[one.id]) for one in exports]

    def file(self, actor: Actor, export: str) -> StoredFile:
        """The finished file; that it is fetched is written down.

        Raises:
            Forbidden: the actor may not export.
            UnknownExport: the actor asked for none of that id, or it has expired.
            ExportNotReady: it is being made.
            RightsChanged: it holds a record that the actor may not export any more.
        """
        with self._store.writing() as unit:
            found = self._find(unit, actor, export)
            if not found.ready:
                raise ExportNotReady
            self._insist_on_rights(unit, actor, export)
            event = Event(Action.EXPORT, export, {"step": "fetch", "format": found.form})
            unit.audit.append(actor, event, self._clock.now())
        return self._files.archive(export)

    def stop(self, actor: Actor, export: str) -> None:
        """Takes it out of the queue, or stops the work on it; what was done is kept.

        Raises:
            Forbidden, UnknownExport: as `file`.
        """
        with self._noting(actor, export, Action.STOP):
            self._jobs.stop(EXPORT, export)

    def retry(self, actor: Actor, export: str) -> None:
        """Goes on with a failed or cancelled one.

        Raises:
            Forbidden, UnknownExport: as `file`.
        """
        with self._noting(actor, export, Action.RETRY):
            self._jobs.retry(EXPORT, export)

    def remove(self, actor: Actor, export: str) -> None:
        """Shreds it.

        Raises:
            Forbidden, UnknownExport: as `file`.
            StorageError: something cannot be removed.
        """
        with self._noting(actor, export, Action.REMOVE) as unit:
            unit.exports.remove(export)
        self._files.drop(export)

    def sweep(self) -> None:
        """Shreds what has expired, and what belongs to no export any more.

        Raises:
            StorageError: something cannot be removed; the next sweep completes it.
        """
        with self._store.reading() as unit:
            expired = unit.exports.expired(self._clock.now())
        for one in expired:
            job = self._jobs.find(EXPORT, one.id)
            if one.ready or job is None or job.state not in ACTIVE:
                with self._store.writing() as unit:
                    unit.exports.remove(one.id)
        for place in self._files.all():
            with self._store.reading() as unit:
                gone = unit.exports.find(place) is None
            if gone:
                self._files.drop(place)

    def _entry(self, export: Export, items: list[ExportItem]) -> ExportEntry:
        made = sum(bool(one.name) for one in items)
        failed = sum(bool(one.error) for one in items)
        return ExportEntry(export, len(items), made, failed, self._jobs.find(EXPORT, export.id))

    def _find(self, unit: Unit, actor: Actor, export: str) -> Export:
        require(actor, Right.EXPORT)
        found = unit.exports.find(export)
        if found is None or found.by != actor.user or found.expires <= self._clock.now():
            raise UnknownExport
        return found

    def _insist_on_rights(self, unit: Unit, actor: Actor, export: str) -> None:
        reach = scope(actor, Right.EXPORT)
        made = [one.record for one in unit.exports.items(export) if one.name]
        if any(unit.records.find(one, reach) is None for one in made):
            raise RightsChanged

    @contextmanager
    def _noting(self, actor: Actor, export: str, action: Action) -> Iterator[Unit]:
        """Writes down what the block does, in the same transaction."""
        with self._store.writing() as unit:
            self._find(unit, actor, export)
            unit.audit.append(actor, Event(action, export), self._clock.now())
            yield unit


def asker(unit: Unit, export: Export, now: datetime) -> Actor:
    """Who asked for it, with the rights of this moment: none where their account was stopped."""
    if export.by == SINGLE_USER.user and not unit.people.any():
        return replace(SINGLE_USER, way=export.way, address=export.address)
    person = unit.people.find(export.by)
    if person is None or not person.active:
        return replace(NOBODY, user=export.by, way=export.way, address=export.address)
    return actor_of(unit, person, export.way, export.address, now)


def _insist_on_number(records: list[str]) -> None:
    if not records:
        raise NothingToExport
    if len(records) > MOST_RECORDS:
        raise TooManyToExport(most=MOST_RECORDS)
