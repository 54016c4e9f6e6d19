"""Deleting what is due.

A record goes in three steps: its rows, its keys and the note of its deletion in one transaction;
then its files; then the note is finished. Whatever ends the program in between, nothing is half
there: without its row a record does not exist, without its keys no file can be read, and the next
run completes every note that is not finished.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from secrets import token_hex
from typing import TYPE_CHECKING

from assistant.archive import Action, Event, Origin
from assistant.model import Kind
from assistant.people import SYSTEM, Right, Scope
from assistant.retention import Deletion, Due, Part, Staying
from assistant.services.access import require
from assistant.services.queueing import JobState
from assistant.services.retaining import rule_for, rules_of, subjects_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date, datetime, tzinfo

    from assistant.archive import Record
    from assistant.people import Actor, Matter
    from assistant.ports import Clock
    from assistant.retention import Rule
    from assistant.services.archive_store import ArchiveStore, Unit
    from assistant.services.queueing import Queue
    from assistant.services.recording_files import RecordingFiles

_EVERYTHING = Scope(everything=True)


@dataclass(slots=True)
class Run:
    """What a run did: what is gone, and what is due and stays."""

    gone: list[Deletion] = field(default_factory=list)
    staying: list[Due] = field(default_factory=list)


class Deleter:
    """Deletes what is due. `forget` drops the steps of unfinished work."""

    def __init__(
        self,
        store: ArchiveStore,
        files: RecordingFiles,
        queue: Queue,
        forget: Callable[[str], None],
        clock: Clock,
    ) -> None:
        self._store = store
        self._files = files
        self._queue = queue
        self._forget = forget
        self._clock = clock

    def deletions(self, actor: Actor, limit: int = 1000) -> list[Deletion]:
        """What was deleted, the latest first.

        Raises:
            Forbidden: the actor does not look after retention.
        """
        require(actor, Right.RETENTION)
        with self._store.reading() as unit:
            return unit.retention.deletions(limit)

    def set_daily(self, actor: Actor, *, on: bool) -> None:
        """Whether what is due is deleted by itself, once a day.

        Raises:
            Forbidden: the actor does not look after retention.
        """
        require(actor, Right.RETENTION)
        with self._store.writing() as unit:
            unit.retention.set_daily(on=on)
            event = Event(Action.RETENTION, "", {"daily": "on" if on else "off"})
            unit.audit.append(actor, event, self._clock.now())

    def is_daily(self) -> bool:
        """Whether it is."""
        with self._store.reading() as unit:
            return unit.retention.daily()

    def run_daily(self) -> Run:
        """What the program does by itself once a day: nothing, where nobody has switched it on.

        Raises:
            StorageError: something cannot be deleted; the next run completes it.
        """
        return self.run(SYSTEM, self._clock.now().date()) if self.is_daily() else Run()

    def plan(self, actor: Actor, today: date) -> list[Due]:
        """What a run on that day would delete, and what is due and would stay.

        Raises:
            Forbidden: the actor does not look after retention.
        """
        require(actor, Right.RETENTION)
        with self._store.reading() as unit:
            return list(self._due(unit, today))

    def run(self, actor: Actor, today: date) -> Run:
        """Deletes what is due, and completes what an earlier run began.

        It can be stopped and run again at any moment, also by several machines at once.

        Raises:
            Forbidden: the actor does not look after retention.
            StorageError: something cannot be deleted; the next run completes it.
        """
        require(actor, Right.RETENTION)
        with self._store.reading() as unit:
            unfinished = unit.retention.unfinished()
            due = list(self._due(unit, today))
        for begun in unfinished:
            self._finish(begun)
        done = Run(staying=[one for one in due if one.stays])
        for one in due:
            deletion = None if one.stays else self._delete(actor, one, today)
            if deletion is not None:
                done.gone.append(self._finish(deletion))
        return done

    def _delete(self, actor: Actor, due: Due, today: date) -> Deletion | None:
        """In one transaction; None when it is not due any more, or gone."""
        now = self._clock.now()
        with self._store.writing() as unit:
            unit.audit.alone()  # nobody sets a hold between the look and the deletion
            record = unit.records.find(due.record, _EVERYTHING)
            if record is None or due not in self._due_of(unit, record, today):
                return None
            if due.part is Part.WHOLE:
                unit.records.remove(record.id)
            else:
                unit.records.drop_sound(record.id)
            deletion = _deletion(record, due, actor, now)
            unit.retention.note(deletion)
            details = {"deleted": due.part.value, "class": due.record_class}
            details |= {"until": due.until.isoformat(), "deletion": deletion.id}
            unit.audit.append(actor, Event(Action.RETENTION, record.id, details), now)
        return deletion

    def _finish(self, deletion: Deletion) -> Deletion:
        """Removes the files and what is kept of unfinished work."""
        job = self._queue.find(deletion.record)
        if job is not None and deletion.part is Part.WHOLE:
            if job.work:
                self._forget(job.work)
            self._queue.forget(deletion.record)
        self._files.erase(deletion.record)
        finished = replace(deletion, finished=self._clock.now())
        with self._store.writing() as unit:
            unit.retention.note(finished)
        return finished

    def _due(self, unit: Unit, today: date) -> Iterator[Due]:
        matters = {one.id: one for one in unit.matters.all()}
        held = {one.subject for one in unit.retention.holds()}
        rules = rules_of(unit)
        for record in unit.records.all(_EVERYTHING):
            matter = matters.get(record.matter or "")
            yield from self._judge(record, matter, rules, today, held)

    def _due_of(self, unit: Unit, record: Record, today: date) -> list[Due]:
        matter = unit.matters.find(record.matter) if record.matter else None
        held = {one.subject for one in unit.retention.holds(subjects_of(record))}
        return list(self._judge(record, matter, rules_of(unit), today, held))

    def _judge(
        self,
        record: Record,
        matter: Matter | None,
        rules: dict[str, Rule],
        today: date,
        held: set[str],
    ) -> Iterator[Due]:
        """What of the record is due: all of it, or its sound, or nothing."""
        rule = rule_for(record, matter, rules)
        if rule is None:
            return
        day = _day(record, self._clock.now().tzinfo)
        whole = rule.until(day, matter.born if matter else None)
        sound = rule.sound_until(day) if record.size else None
        stays = Staying.HELD if held & subjects_of(record) else self._at_work(record)
        for part, until in ((Part.WHOLE, whole), (Part.SOUND, sound)):
            if until is None or until > today:
                continue
            heard = part is Part.WHOLE or record.revision > 0
            why = stays or (None if heard else Staying.UNHEARD)
            yield Due(record.id, record.title, part, rule.record_class, day, until, why)
            return

    def _at_work(self, record: Record) -> Staying | None:
        if record.origin is not Origin.SOUND:
            return None
        job = self._queue.find(record.id)
        working = job is not None and job.state in {JobState.WAITING, JobState.RUNNING}
        return Staying.BUSY if working else None


def _day(record: Record, zone: tzinfo | None) -> date:
    return (record.occurred or record.added).astimezone(zone).date()


def _deletion(record: Record, due: Due, actor: Actor, now: datetime) -> Deletion:
    return Deletion(
        id=token_hex(8),
        record=record.id,
        part=due.part,
        title=record.title if record.kind is Kind.MEETING else "",
        kind=record.kind,
        matter=record.matter,
        record_class=due.record_class,
        day=due.day,
        until=due.until,
        at=now,
        by=actor.user,
    )
