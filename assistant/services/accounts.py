"""Accounts: who may sign in, and as what."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING
from uuid import uuid4

from assistant.archive import Action, Event
from assistant.errors import BadLogin, LastAdministrator, LoginTaken, OwnRights, UnknownPerson
from assistant.people import Person, Right
from assistant.services.access import RIGHTS, require
from assistant.services.naming import visible
from assistant.services.passwords import first_password

if TYPE_CHECKING:
    from collections.abc import Collection

    from assistant.people import Actor, Role
    from assistant.ports import Clock
    from assistant.services.archive_store import ArchiveStore, Unit
    from assistant.services.passwords import Hasher

LONGEST_NAME = 60
"""Characters of a person's name."""
_LOGIN = re.compile(r"[\w.@+-]{1,64}")


class Accounts:
    """Makes accounts and changes them; they are deactivated and never deleted.

    Every call asks for `Right.PEOPLE` and raises `Forbidden` without it, and `UnknownPerson` where
    there is no account of that id.
    """

    def __init__(self, store: ArchiveStore, hasher: Hasher, clock: Clock) -> None:
        self._store = store
        self._hasher = hasher
        self._clock = clock

    def all(self, actor: Actor) -> list[Person]:
        """By login."""
        require(actor, Right.PEOPLE)
        with self._store.reading() as unit:
            return unit.people.all()

    def find(self, actor: Actor, login: str) -> Person:
        """The one of that login."""
        require(actor, Right.PEOPLE)
        with self._store.reading() as unit:
            found = unit.people.by_login(plain_login(login))
        if found is None:
            raise UnknownPerson(login=login)
        return found

    def add(
        self,
        actor: Actor,
        login: str,
        name: str,
        roles: Collection[Role],
        *,
        os_user: str | None = None,
        with_password: bool = True,
    ) -> tuple[Person, str]:
        """A new account, and its first password, which is kept nowhere: show it once.

        The password is empty where somebody else says who they are.

        Raises:
            BadLogin, LoginTaken: another login is wanted, or another user of the machine.
            LastAdministrator: the first account of all could not give rights to others.
        """
        require(actor, Right.PEOPLE)
        password = first_password() if with_password else ""
        person = Person(
            id=uuid4().hex,
            login=good_login(login),
            name=good_name(name) or plain_login(login),
            roles=frozenset(roles),
            added=self._clock.now(),
            password=self._hasher.hash(password) if password else None,
            must_change=with_password,
            os_user=os_user,
        )
        with self._store.writing() as unit:
            _refuse_taken(unit, person)
            unit.people.add(person)
            _insist_on_administrator(unit)
            self._note(unit, actor, person, change="added", roles=names_of(roles))
        return person, password

    def rename(self, actor: Actor, person: str, name: str) -> None:
        """Another name on screens; an empty one changes nothing."""
        require(actor, Right.PEOPLE)
        with self._store.writing() as unit:
            found, after = _existing(unit, person), good_name(name)
            if after and after != found.name:
                unit.people.update(replace(found, name=after))
                self._note(unit, actor, found, change="name")

    def set_roles(self, actor: Actor, person: str, roles: Collection[Role]) -> None:
        """From now on they have these.

        Raises:
            OwnRights: it is the actor's own account.
            LastAdministrator: nobody would be left who can give rights.
        """
        _refuse_own(actor, person)
        with self._store.writing() as unit:
            found = _existing(unit, person)
            unit.people.update(replace(found, roles=frozenset(roles)))
            _insist_on_administrator(unit)
            before, after = names_of(found.roles), names_of(roles)
            self._note(unit, actor, found, change="roles", before=before, after=after)

    def set_active(self, actor: Actor, person: str, *, active: bool) -> None:
        """Lets them sign in or not; what is open in their browsers ends.

        Raises:
            OwnRights: it is the actor's own account.
            LastAdministrator: nobody would be left who can give rights.
        """
        _refuse_own(actor, person)
        with self._store.writing() as unit:
            found = _existing(unit, person)
            unit.people.update(replace(found, active=active))
            unit.sessions.end_of(person)
            _insist_on_administrator(unit)
            self._note(unit, actor, found, change="activated" if active else "deactivated")

    def set_os_user(self, actor: Actor, person: str, os_user: str | None) -> None:
        """From now on whoever types commands as that user of the machine acts as this person.

        Raises:
            LoginTaken: somebody else does.
        """
        require(actor, Right.PEOPLE)
        with self._store.writing() as unit:
            found = replace(_existing(unit, person), os_user=os_user)
            _refuse_taken(unit, found)
            unit.people.update(found)
            self._note(unit, actor, found, change="os_user", os_user=os_user or "")

    def reset_password(self, actor: Actor, person: str) -> str:
        """A new first password, which is kept nowhere; failed sign-ins are forgotten."""
        require(actor, Right.PEOPLE)
        password = first_password()
        kept = self._hasher.hash(password)
        with self._store.writing() as unit:
            found = _existing(unit, person)
            unit.people.update(replace(found, password=kept, must_change=True))
            unit.sessions.end_of(person)
            unit.attempts.forget(login_key(found.login))
            event = Event(Action.PASSWORD, person, {"login": found.login, "change": "reset"})
            unit.audit.append(actor, event, self._clock.now())
        return password

    def _note(self, unit: Unit, actor: Actor, person: Person, **details: str) -> None:
        event = Event(Action.RIGHTS, person.id, {"login": person.login, **details})
        unit.audit.append(actor, event, self._clock.now())


def plain_login(login: str) -> str:
    """The login in the one form in which it is kept: width and case make no difference."""
    return unicodedata.normalize("NFKC", login).strip().casefold()


def login_key(login: str) -> str:
    """Under which failed sign-ins of a login are counted; `login` is plain."""
    return attempt_key("login", login)


def attempt_key(kind: str, value: str) -> str:
    """What somebody typed into the wrong field is not kept: its hash is."""
    return f"{kind}:{sha256(value.encode('utf-8', 'replace')).hexdigest()}"


def names_of(roles: Collection[Role]) -> str:
    """For the audit log."""
    return " ".join(sorted(roles))


def good_login(login: str) -> str:
    plain = plain_login(login)
    if not _LOGIN.fullmatch(plain):
        raise BadLogin(login=visible(login)[:100])
    return plain


def good_name(name: str) -> str:
    return visible(name)[:LONGEST_NAME].strip()


def _refuse_own(actor: Actor, person: str) -> None:
    require(actor, Right.PEOPLE)
    if actor.user == person:
        raise OwnRights


def _refuse_taken(unit: Unit, person: Person) -> None:
    known = unit.people.by_login(person.login)
    if known is not None and known.id != person.id:
        raise LoginTaken(login=person.login)
    user = unit.people.by_os_user(person.os_user) if person.os_user else None
    if user is not None and user.id != person.id:
        raise LoginTaken(login=person.os_user)


def _existing(unit: Unit, person: str) -> Person:
    found = unit.people.find(person)
    if found is None:
        raise UnknownPerson(login=person)
    return found


def _insist_on_administrator(unit: Unit) -> None:
    for person in unit.people.all():
        if person.active and any(Right.PEOPLE in RIGHTS[role] for role in person.roles):
            return
    raise LastAdministrator
