"""Deleting what is due.

A record goes in three steps: its rows, its keys and the note of its deletion in one transaction;
then its files; then the note is finished. Whatever ends the program in between, nothing is half
there: without its row a record does not exist, without its keys no file can be read, and the next
run completes every note that is not finished.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field, replace
from datetime import timedelta
from secrets import token_hex
from typing import TYPE_CHECKING

from assistant.archive import Action, Event, Origin
from assistant.errors import BadConfirmation
from assistant.model import Kind, Progress
from assistant.people import SYSTEM, Right, Scope
from assistant.retention import Deletion, Due, Part, Staying
from assistant.services.access import require
from assistant.services.forecasting import forecast_of, forecasts
from assistant.services.queueing import JobState
from assistant.services.retaining import good_rule

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from datetime import date, datetime

    from assistant.archive import Record
    from assistant.people import Actor
    from assistant.ports import Clock, ProgressHook
    from assistant.retention import Forecast, Rule
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

    def set_daily(self, actor: Actor, *, on: bool, typed: str | None = None) -> None:
        """Whether what is due is deleted by itself, once a day.

        `typed` is how many that will be tomorrow, where somebody was shown it and asked to type it.

        Raises:
            BadConfirmation: another number was typed; nothing is changed.
            Forbidden: the actor does not look after retention.
        """
        require(actor, Right.RETENTION)
        if on and typed is not None:
            insist_typed(typed, len(self._going(actor)))
        with self._store.writing() as unit:
            unit.retention.set_daily(on=on)
            event = Event(Action.RETENTION, "", {"daily": "on" if on else "off"})
            unit.audit.append(actor, event, self._clock.now())

    def insist_on_rule(self, actor: Actor, rule: Rule, typed: str) -> None:
        """Lets a rule pass under which nothing is deleted by itself tomorrow that nobody typed.

        Raises:
            BadConfirmation: there is something, and its number was not typed.
            BadRule: it is none.
            Forbidden: the actor does not look after retention.
        """
        going = [one for one in self._going(actor, rule) if one.record_class == rule.record_class]
        if going and self.is_daily():
            insist_typed(typed, len(going))

    def is_daily(self) -> bool:
        """Whether it is."""
        with self._store.reading() as unit:
            return unit.retention.daily()

    def run_daily(self) -> Run:
        """What the program does by itself once a day: nothing, where nobody has switched it on.

        Raises:
            StorageError: something cannot be deleted; the next run completes it.
        """
        return self.run(SYSTEM, self.today) if self.is_daily() else Run()

    @property
    def today(self) -> date:
        """The day that it is here."""
        return self._clock.now().date()

    def plan(self, actor: Actor, today: date, proposed: Rule | None = None) -> list[Due]:
        """What a run on that day would delete, and what is due and would stay.

        With `proposed`, as if that were the rule of its class.

        Raises:
            Forbidden: the actor does not look after retention.
            BadRule: `proposed` is no rule.
        """
        require(actor, Right.RETENTION)
        meant = good_rule(proposed) if proposed else None
        with self._store.reading() as unit:
            return list(self._due(unit, today, meant))

    def run(
        self,
        actor: Actor,
        today: date,
        only: Collection[tuple[str, Part]] | None = None,
        told: ProgressHook | None = None,
    ) -> Run:
        """Deletes what is due, and completes what an earlier run began.

        It can be stopped and run again at any moment, also by several machines at once. `only` is
        what somebody has looked at: what is due beside it stays. `told` hears how far it is.

        Raises:
            Forbidden: the actor does not look after retention.
            StorageError: something cannot be deleted; the next run completes it.
            Stopped: by `told`.
        """
        require(actor, Right.RETENTION)
        with self._store.reading() as unit:
            unfinished = unit.retention.unfinished()
            due = list(self._due(unit, today))
        for begun in unfinished:
            self._finish(begun)
        wanted = [one for one in due if only is None or (one.record, one.part) in only]
        done = Run(staying=[one for one in wanted if one.stays])
        for number, one in enumerate(wanted):
            if told is not None:
                told(Progress("delete", number, len(wanted)))
            deletion = None if one.stays else self._delete(actor, one, today)
            if deletion is not None:
                done.gone.append(self._finish(deletion))
        return done

    def run_confirmed(
        self,
        actor: Actor,
        shown: Collection[tuple[str, Part]],
        typed: str,
        told: ProgressHook | None = None,
    ) -> Run:
        """Deletes of what is due today what somebody was shown, and confirmed by typing how many.

        Raises:
            BadConfirmation: another number was typed; nothing is deleted.
            Forbidden, StorageError, Stopped: as `run`.
        """
        self.insist_on_run(actor, len(shown), typed)
        return self.run(actor, self.today, frozenset(shown), told)

    def insist_on_run(self, actor: Actor, shown: int, typed: str) -> None:
        """Lets those pass who may delete, and typed how many they were shown.

        Raises:
            BadConfirmation: another number was typed.
            Forbidden: the actor does not look after retention.
        """
        require(actor, Right.RETENTION)
        insist_typed(typed, shown)

    def _going(self, actor: Actor, proposed: Rule | None = None) -> list[Due]:
        """What a run would delete tomorrow."""
        tomorrow = self.today + timedelta(days=1)
        return [one for one in self.plan(actor, tomorrow, proposed) if not one.stays]

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

    def _due(self, unit: Unit, today: date, proposed: Rule | None = None) -> Iterator[Due]:
        for record, forecast in forecasts(unit, self._clock.now().tzinfo, proposed):
            yield from self._judge(record, forecast, today)

    def _due_of(self, unit: Unit, record: Record, today: date) -> list[Due]:
        forecast = forecast_of(unit, record, self._clock.now().tzinfo)
        return list(self._judge(record, forecast, today))

    def _judge(self, record: Record, forecast: Forecast, today: date) -> Iterator[Due]:
        """What of the record is due: all of it, or its sound, or nothing."""
        parts = ((Part.WHOLE, forecast.whole), (Part.SOUND, forecast.sound))
        due = next(((part, until) for part, until in parts if until and until <= today), None)
        if due is None or forecast.rule is None:
            return
        part, until = due
        heard = part is Part.WHOLE or record.revision > 0
        stays = Staying.HELD if forecast.holds else self._at_work(record)
        yield Due(
            record=record.id,
            title=record.title,
            part=part,
            record_class=forecast.rule.record_class,
            day=forecast.day,
            until=until,
            stays=stays or (None if heard else Staying.UNHEARD),
            counting=forecast.counting,
        )

    def _at_work(self, record: Record) -> Staying | None:
        if record.origin is not Origin.SOUND:
            return None
        job = self._queue.find(record.id)
        working = job is not None and job.state in {JobState.WAITING, JobState.RUNNING}
        return Staying.BUSY if working else None


def insist_typed(typed: str, number: int) -> None:
    """Lets those pass who typed how many are deleted; 全角 digits count.

    Raises:
        BadConfirmation: something else was typed.
    """
    if unicodedata.normalize("NFKC", typed).strip() != str(number):
        raise BadConfirmation(number=number)


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
