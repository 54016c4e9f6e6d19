"""How long records are kept, and what must stay."""

from __future__ import annotations

from collections import ChainMap
from contextlib import contextmanager
from dataclasses import replace
from secrets import token_hex
from typing import TYPE_CHECKING

from assistant.archive import Action, Event, Record
from assistant.errors import BadRule, NoReason, RecordOnHold, UnknownRule, UnknownSubject
from assistant.model import Kind
from assistant.people import Right, Scope
from assistant.retention import Counting, Hold, Rule
from assistant.services.access import require
from assistant.services.naming import visible

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from assistant.people import Actor, Matter
    from assistant.ports import Clock
    from assistant.services.archive_store import ArchiveStore, Unit

SOUND_DAYS = 180
"""Long enough for minutes to be approved and a record to be written."""
DEFAULTS = (
    Rule("minutes", "会議録", None, sound_days=SOUND_DAYS),
    Rule("child", "児童の記録", 25, Counting.BIRTH, SOUND_DAYS),
    Rule("adoption", "養子縁組の記録", None, sound_days=SOUND_DAYS),
)
OF_KIND = {Kind.MEETING: "minutes", Kind.CALL: "child"}
"""The class of records of which nobody said another."""
LONGEST_REASON = 500
LONGEST_NAME = 100
"""Characters of a class and of its name."""
NUMBERS = range(1, 1000)
"""Of years, and of days."""
_EVERYTHING = Scope(everything=True)


class Retainer:
    """Keeps rules and holds.

    Every call but `rules` is written into the audit log. All raise `Forbidden` where the actor does
    not look after retention, and `UnknownSubject` where there is no such record or matter.
    """

    def __init__(self, store: ArchiveStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def rules(self, actor: Actor) -> list[Rule]:
        """The rule of every class."""
        require(actor, Right.RETENTION)
        with self._store.reading() as unit:
            return list(rules_of(unit).values())

    def set_rule(self, actor: Actor, rule: Rule) -> None:
        """Changes the rule of a class, or adds a class.

        Raises:
            BadRule: it has no name, or numbers that nothing can be counted by.
        """
        kept = good_rule(rule)
        with self._writing(actor) as unit:
            unit.retention.keep_rule(kept)
            told = {"years": str(rule.years), "counting": rule.counting.value}
            told |= {"sound_days": str(rule.sound_days)}
            self._note(unit, actor, Action.RETENTION, kept.record_class, **told)

    def classify(self, actor: Actor, subject: str, record_class: str) -> str:
        """Says which rule a record falls under, or those of a matter that have none; its id.

        An empty class goes back to that of the matter, or of the kind.

        Raises:
            UnknownRule: there is no such class.
        """
        with self._writing(actor) as unit:
            known = rules_of(unit)
            if record_class and record_class not in known:
                raise UnknownRule(name=record_class, known=", ".join(known))
            found = _subject(unit, subject)
            if isinstance(found, Record):
                unit.records.update(replace(found, record_class=record_class))
            else:
                unit.matters.update(replace(found, record_class=record_class))
            self._note(unit, actor, Action.RETENTION, found.id, record_class=record_class)
            return found.id

    def set_birth(self, actor: Actor, matter: str, born: date | None) -> str:
        """Notes when the youngest child of a case was born; the matter's id."""
        with self._writing(actor) as unit:
            found = _subject(unit, matter)
            if isinstance(found, Record):
                raise UnknownSubject(name=matter)
            unit.matters.update(replace(found, born=born))
            self._note(unit, actor, Action.RETENTION, found.id, born="set" if born else "unknown")
            return found.id

    def hold(self, actor: Actor, subject: str, reason: str) -> Hold:
        """From now on the record, or all records of the matter, must stay.

        Raises:
            NoReason: it is not said why.
        """
        with self._writing(actor) as unit:
            why = _good_reason(reason)
            unit.audit.alone()  # a deletion that others are at is over before we look
            id_, now = _subject(unit, subject).id, self._clock.now()
            made = Hold(token_hex(4), id_, why, now, actor.user)
            unit.retention.hold(made)
            self._note(unit, actor, Action.HOLD, id_, set=made.id, reason=why)
        return made

    def release(self, actor: Actor, name: str, reason: str) -> list[Hold]:
        """Ends a hold, by its id, or all holds of a record or matter.

        Raises:
            NoReason: it is not said why.
        """
        with self._writing(actor) as unit:
            why = _good_reason(reason)
            found = [one for one in unit.retention.holds() if name in {one.id, one.subject}]
            found = found or unit.retention.holds({_subject(unit, name).id})
            if not found:
                raise UnknownSubject(name=name)
            for one in found:
                ended = replace(one, released=self._clock.now(), released_by=actor.user)
                unit.retention.hold(ended)
                told = {"released": one.id, "reason": why}
                self._note(unit, actor, Action.HOLD, one.subject, **told)
        return found

    def holds(self, actor: Actor) -> list[Hold]:
        """Those that are not released, oldest first."""
        require(actor, Right.RETENTION)
        with self._store.reading() as unit:
            return unit.retention.holds()

    def names(self, actor: Actor) -> dict[str, str]:
        """What people, matters and records on hold are called, by their ids."""
        require(actor, Right.RETENTION)
        with self._store.reading() as unit:
            names = {one.id: one.name for one in unit.people.all()}
            names |= {one.id: one.name for one in unit.matters.all()}
            held = {one.subject for one in unit.retention.holds()} - names.keys()
            records = (unit.records.find(one, _EVERYTHING) for one in sorted(held))
            return names | {one.id: one.title for one in records if one}

    @contextmanager
    def _writing(self, actor: Actor) -> Iterator[Unit]:
        require(actor, Right.RETENTION)
        with self._store.writing() as unit:
            yield unit

    def _note(self, unit: Unit, actor: Actor, action: Action, id_: str, **details: str) -> None:
        unit.audit.append(actor, Event(action, id_, details), self._clock.now())


def good_rule(rule: Rule) -> Rule:
    """The rule as it is kept.

    Raises:
        BadRule: it has no name, or numbers that nothing can be counted by.
    """
    record_class, name = (visible(text)[:LONGEST_NAME] for text in (rule.record_class, rule.name))
    numbers = [one for one in (rule.years, rule.sound_days) if one is not None]
    if not record_class or not name or any(one not in NUMBERS for one in numbers):
        raise BadRule
    return replace(rule, record_class=record_class, name=name)


def _good_reason(reason: str) -> str:
    why = visible(reason)[:LONGEST_REASON]
    if not why:
        raise NoReason
    return why


def insist_unheld(unit: Unit, record: Record) -> None:
    """Lets those records pass that may be deleted.

    Raises:
        RecordOnHold: it must stay.
    """
    for one in unit.retention.holds(subjects_of(record)):
        raise RecordOnHold(reason=one.reason)


def rules_of(unit: Unit) -> dict[str, Rule]:
    """Those that the program comes with, with what the site changed and added."""
    site = {one.record_class: one for one in unit.retention.rules()}
    defaults = {one.record_class: one for one in DEFAULTS}
    return dict(ChainMap(site, defaults))


def rule_for(record: Record, matter: Matter | None, rules: dict[str, Rule]) -> Rule | None:
    """None for what nobody has classified and nothing was recognised of."""
    of_kind = OF_KIND[record.kind] if record.kind else ""
    return rules.get(record.record_class or (matter.record_class if matter else "") or of_kind)


def subjects_of(record: Record) -> set[str]:
    """What a hold may name so that the record stays."""
    return {record.id, record.matter} if record.matter else {record.id}


def _subject(unit: Unit, name: str) -> Record | Matter:
    """The record of that id, or the matter of that id or name.

    Raises:
        UnknownSubject: there is none, or several matters have that name.
    """
    record = unit.records.find(name, _EVERYTHING)
    if record is not None:
        return record
    found = unit.matters.find(name)
    named = [found] if found else unit.matters.named(name)
    if len(named) != 1:
        raise UnknownSubject(name=name)
    return named[0]
