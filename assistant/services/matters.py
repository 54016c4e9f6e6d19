"""Cases and bodies: what they are called, and who belongs to them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import uuid4

from assistant.archive import Action, Event
from assistant.errors import (
    BadMatterName,
    MatterTaken,
    OwnRights,
    UnknownMatter,
    UnknownPerson,
)
from assistant.people import Matter, MatterKind, Right
from assistant.services.access import may, require
from assistant.services.naming import visible

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.people import Actor
    from assistant.ports import Clock
    from assistant.services.archive_store import ArchiveStore, Unit

LONGEST_NAME = 200
"""Characters of a case's or body's name."""


@dataclass(frozen=True, slots=True)
class Membership:
    """A case or body and the ids of its members."""

    matter: Matter
    members: tuple[str, ...]


class MatterDesk:
    """Makes cases and bodies and says who belongs to them.

    Every change asks for `Right.PEOPLE` and raises `Forbidden` without it, and `UnknownMatter`
    where there is none of that id.
    """

    def __init__(self, store: ArchiveStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def all(self, actor: Actor) -> list[Matter]:
        """By name: all for those who look after them, else those the actor belongs to."""
        with self._store.reading() as unit:
            matters = unit.matters.all()
        every = may(actor, Right.PEOPLE)
        return [one for one in matters if every or one.id in actor.matters]

    def memberships(self, actor: Actor) -> list[Membership]:
        """All of them, with their members."""
        require(actor, Right.PEOPLE)
        with self._store.reading() as unit:
            return [
                Membership(one, tuple(unit.matters.members(one.id))) for one in unit.matters.all()
            ]

    def find(self, actor: Actor, name: str) -> Matter:
        """The one of that id or name, among those that `all` gives."""
        for one in self.all(actor):
            if name in {one.id, one.name}:
                return one
        raise UnknownMatter(name=name)

    def add(self, actor: Actor, kind: MatterKind, name: str) -> Matter:
        """A new one.

        Raises:
            BadMatterName, MatterTaken: another name is wanted.
        """
        require(actor, Right.PEOPLE)
        matter = Matter(uuid4().hex, kind, _good_name(name), self._clock.now())
        with self._store.writing() as unit:
            _refuse_taken(unit, matter)
            unit.matters.add(matter)
            self._note(unit, actor, matter, change="added", kind=kind.value)
        return matter

    def rename(self, actor: Actor, matter: str, name: str) -> None:
        """Calls it otherwise.

        Raises:
            BadMatterName, MatterTaken: another name is wanted.
        """
        after = _good_name(name)
        self._change(actor, matter, "renamed", lambda one: replace(one, name=after))

    def close(self, actor: Actor, matter: str) -> None:
        """Nothing is added to it any more; its members can still read it."""
        now = self._clock.now()
        self._change(actor, matter, "closed", lambda one: replace(one, closed=now))

    def reopen(self, actor: Actor, matter: str) -> None:
        """It goes on."""
        self._change(actor, matter, "reopened", lambda one: replace(one, closed=None))

    def join(self, actor: Actor, matter: str, person: str) -> None:
        """From now on they belong to it.

        Raises:
            OwnRights: it is the actor.
            UnknownPerson: there is no such account.
        """
        self._member(actor, matter, person, "joined")

    def leave(self, actor: Actor, matter: str, person: str) -> None:
        """They do not any more.

        Raises:
            OwnRights: it is the actor.
            UnknownPerson: there is no such account.
        """
        self._member(actor, matter, person, "left")

    def _member(self, actor: Actor, matter: str, person: str, change: str) -> None:
        require(actor, Right.PEOPLE)
        if person == actor.user:
            raise OwnRights
        with self._store.writing() as unit:
            found, member = _existing(unit, matter), unit.people.find(person)
            if member is None:
                raise UnknownPerson(login=person)
            act = unit.matters.join if change == "joined" else unit.matters.leave
            act(matter, person)
            self._note(unit, actor, found, change=change, login=member.login)

    def _change(
        self, actor: Actor, matter: str, change: str, act: Callable[[Matter], Matter]
    ) -> None:
        require(actor, Right.PEOPLE)
        with self._store.writing() as unit:
            changed = act(_existing(unit, matter))
            _refuse_taken(unit, changed)
            unit.matters.update(changed)
            self._note(unit, actor, changed, change=change)

    def _note(self, unit: Unit, actor: Actor, matter: Matter, **details: str) -> None:
        unit.audit.append(actor, Event(Action.RIGHTS, matter.id, details), self._clock.now())


def _good_name(name: str) -> str:
    shown = visible(name)
    if not shown or len(shown) > LONGEST_NAME:
        raise BadMatterName
    return shown


def _existing(unit: Unit, matter: str) -> Matter:
    found = unit.matters.find(matter)
    if found is None:
        raise UnknownMatter(name=matter)
    return found


def _refuse_taken(unit: Unit, matter: Matter) -> None:
    for one in unit.matters.all():
        if one.id != matter.id and (one.kind, one.name) == (matter.kind, matter.name):
            raise MatterTaken(name=matter.name)
