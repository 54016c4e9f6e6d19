"""When records fall due: what a run will delete one day, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.errors import UnknownRecording
from assistant.people import Right, Scope
from assistant.retention import Counting, Forecast
from assistant.services.access import require, scope
from assistant.services.retaining import rule_for, rules_of, subjects_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date, tzinfo

    from assistant.archive import Record
    from assistant.people import Actor, Matter
    from assistant.ports import Clock
    from assistant.retention import Hold, Rule
    from assistant.services.archive_store import ArchiveStore, Unit


class Forecaster:
    """Says of records when they fall due; changes nothing."""

    def __init__(self, store: ArchiveStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def all(self, actor: Actor) -> list[Forecast]:
        """Every record, what falls due first before the others.

        Raises:
            Forbidden: the actor does not look after retention.
        """
        require(actor, Right.RETENTION)
        with self._store.reading() as unit:
            found = [one for _, one in forecasts(unit, self._clock.now().tzinfo)]
        return sorted(found, key=lambda one: (one.first, one.record))

    def of(self, actor: Actor, recording: str) -> Forecast:
        """One record, for whoever may read it.

        Raises:
            UnknownRecording: it is not there for the actor.
        """
        with self._store.reading() as unit:
            record = unit.records.find(recording, scope(actor, Right.VIEW))
            if record is None:
                raise UnknownRecording
            return forecast_of(unit, record, self._clock.now().tzinfo)


def forecasts(
    unit: Unit, zone: tzinfo | None, proposed: Rule | None = None
) -> Iterator[tuple[Record, Forecast]]:
    """Of every record; with `proposed` in the place of the rule of its class."""
    matters = {one.id: one for one in unit.matters.all()}
    rules = rules_of(unit) | ({proposed.record_class: proposed} if proposed else {})
    holds = unit.retention.holds()
    for record in unit.records.all(Scope(everything=True)):
        matter = matters.get(record.matter or "")
        yield record, _forecast(record, matter, rules, holds, zone)


def forecast_of(unit: Unit, record: Record, zone: tzinfo | None) -> Forecast:
    """Of one record as it is now."""
    matter = unit.matters.find(record.matter) if record.matter else None
    holds = unit.retention.holds(subjects_of(record))
    return _forecast(record, matter, rules_of(unit), holds, zone)


def _forecast(
    record: Record,
    matter: Matter | None,
    rules: dict[str, Rule],
    holds: Iterable[Hold],
    zone: tzinfo | None,
) -> Forecast:
    rule, day = rule_for(record, matter, rules), _day(record, zone)
    born = matter.born if matter else None
    by_birth = rule is not None and rule.counting is Counting.BIRTH and born is not None
    named = subjects_of(record)
    return Forecast(
        record=record.id,
        title=record.title,
        matter=record.matter,
        day=day,
        rule=rule,
        counting=Counting.BIRTH if by_birth else Counting.RECORD,
        whole=rule.until(day, born) if rule else None,
        sound=rule.sound_until(day) if rule and record.size else None,
        holds=tuple(one for one in holds if one.subject in named),
    )


def _day(record: Record, zone: tzinfo | None) -> date:
    return (record.occurred or record.added).astimezone(zone).date()
