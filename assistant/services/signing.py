"""Signing in and out: passwords, sessions, and people for whom somebody else vouches.

A wrong login and a wrong password take as long and are answered alike, also when nobody gets in
any more: what is counted is the login that was typed, whether there is such an account or not. A
failure is counted before the password is looked at, so that guesses at the same time count too.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from hashlib import sha256
from math import ceil
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Protocol
from uuid import uuid4

from assistant.archive import Action, Event
from assistant.errors import (
    BadLogin,
    PasswordUnchanged,
    SignInFailed,
    TooManyAttempts,
    UnknownVisitor,
    WrongPassword,
)
from assistant.people import NOBODY, SYSTEM, Actor, Person, Role, Session
from assistant.services.accounts import (
    attempt_key,
    good_login,
    good_name,
    login_key,
    names_of,
    plain_login,
)
from assistant.services.passwords import MOST, check_password, prepared

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from assistant.ports import Clock
    from assistant.services.archive_store import ArchiveStore, Unit
    from assistant.services.passwords import Hasher

FORGET_LOGIN = timedelta(hours=24)
"""Failures under a login count so long after the last one."""
FORGET_ADDRESS = timedelta(minutes=15)
LONGEST_BLOCK = 60
"""Minutes."""
LOOK = timedelta(minutes=1)
"""How exactly it is known when somebody last did something."""


@dataclass(frozen=True, slots=True)
class SignInRules:
    """How many failures nobody minds, and how long a browser stays signed in."""

    failures: int = 5
    """Under one login; then a minute's wait, twice as long after each further one."""
    address_failures: int = 50
    """From one address within `FORGET_ADDRESS`: many people may stand behind it."""
    idle: timedelta = timedelta(minutes=30)
    longest: timedelta = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Vouched:
    """What somebody else says of who is there; `groups` is None where they do not tell."""

    login: str
    name: str = ""
    subject: str | None = None
    groups: frozenset[str] | None = None


class SignInProvider(Protocol):
    """Signs people in elsewhere, and says who they are. `key` is a secret of one sign-in."""

    def address(self, key: str) -> str:
        """Where the browser is sent.

        Raises:
            ProviderFails: it does not answer as it should.
        """

    def finish(self, key: str, query: str) -> Vouched:
        """Who came back, with the query of the address that they came back to.

        Raises:
            ProviderFails: it refused, or what it says cannot be trusted.
        """


@dataclass(frozen=True, slots=True)
class Joining:
    """What becomes of people for whom somebody else vouches."""

    add_unknown: bool = False
    """They get an account without roles instead of a refusal."""
    roles: Mapping[str, frozenset[Role]] = field(default_factory=dict)
    """The roles of a group; when there is any, groups decide at every sign-in."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who is signed in; `csrf` is the token that their changing requests carry.

    `token` is the value of the cookie, where it is new.
    """

    actor: Actor
    csrf: str = field(repr=False)
    session: str = ""
    must_change: bool = False
    token: str = field(default="", repr=False)


class SignIn:
    """Signs people in and out, and knows them again by their cookie."""

    def __init__(
        self,
        store: ArchiveStore,
        hasher: Hasher,
        clock: Clock,
        rules: SignInRules = SignInRules(),
        joining: Joining = Joining(),
    ) -> None:
        self._store = store
        self._hasher = hasher
        self._clock = clock
        self._rules = rules
        self._joining = joining

    def by_password(self, login: str, password: str, address: str) -> Visitor:
        """Whose login and password these are, from now on known by a cookie.

        Raises:
            SignInFailed: they do not fit.
            TooManyAttempts: it failed too often, and nobody gets in for a while.
        """
        plain, typed = plain_login(login), prepared(password[:MOST])
        keys = login_key(plain), attempt_key("address", address)
        minutes = self._count(keys)
        with self._store.reading() as unit:
            person = unit.people.by_login(plain)
        fits = self._hasher.fits(person.password if person else None, typed)
        if person is None or not fits or not person.active:
            self._note_failure(person, address, minutes)
            raise SignInFailed
        outdated = self._hasher.is_outdated(person.password or "")
        kept = self._hasher.hash(typed) if outdated else person.password
        with self._store.writing() as unit:
            unit.attempts.forget(keys[0])
            unit.attempts.give_back(keys[1])
            now_known = _unchanged(unit, person)
            unit.people.update(replace(now_known, password=kept))
            return self._begin(unit, now_known, "password", address)

    def change_password(self, visitor: Visitor, old: str, new: str) -> Visitor:
        """Another password; every browser that was signed in has to do so again, but this one.

        Raises:
            WrongPassword: the present one is not right.
            PasswordError: the new one cannot be taken.
            TooManyAttempts: the present one was wrong too often.
        """
        actor = visitor.actor
        with self._store.reading() as unit:
            person = unit.people.find(actor.user)
        key = attempt_key("change", actor.user)
        self._count((key,))
        if person is None or not self._hasher.fits(person.password, prepared(old[:MOST])):
            self._refuse_change(actor)
            raise WrongPassword
        wanted = prepared(new)
        check_password(wanted, person.login, person.name)
        if self._hasher.fits(person.password, wanted):
            raise PasswordUnchanged
        kept = self._hasher.hash(wanted)
        with self._store.writing() as unit:
            changed = replace(_unchanged(unit, person), password=kept, must_change=False)
            unit.attempts.forget(key)
            unit.people.update(changed)
            unit.sessions.end_of(person.id)
            details = {"login": person.login, "change": "own"}
            unit.audit.append(actor, Event(Action.PASSWORD, person.id, details), self._clock.now())
            return self._begin(unit, changed, actor.way, actor.address)

    def vouched(self, who: Vouched, way: str, address: str) -> Visitor:
        """Whom somebody else has signed in, from now on known by a cookie.

        Raises:
            UnknownVisitor: they have no account, or one that is not used any more.
        """
        with self._store.writing() as unit:
            person = self._known(unit, who)
            if person is not None and person.active:
                person = self._with_groups(unit, person, who)
                return self._begin(unit, person, way, address)
        self._note_failure(person, address, way=way)
        raise UnknownVisitor(login=plain_login(who.login)[:64])

    def recognise(self, token: str, address: str, *, attended: bool = True) -> Visitor | None:
        """Whose cookie it is; None when it is nobody's or their time is over.

        `attended` says that a person asks, and not a page that looks for news by itself.
        """
        now, number = self._clock.now(), session_id(token)
        with self._store.reading() as unit:
            session = unit.sessions.find(number)
            person = unit.people.find(session.person) if session else None
            if session is None or person is None or not person.active:
                return None
            if now >= session.expires or now - session.seen >= self._rules.idle:
                return None
            actor = actor_of(unit, person, session.way, address, now)
        if attended and now - session.seen >= LOOK:
            with self._store.writing() as unit:
                unit.sessions.seen(number, now)
        return Visitor(actor, session.csrf, number, person.must_change)

    def is_login_of(self, visitor: Visitor, login: str) -> bool:
        """Whether that is how the visitor signs in."""
        with self._store.reading() as unit:
            person = unit.people.by_login(plain_login(login))
        return person is not None and person.id == visitor.actor.user

    def sign_out(self, visitor: Visitor) -> None:
        """The cookie is good for nothing any more."""
        with self._store.writing() as unit:
            unit.sessions.end(visitor.session)
            unit.audit.append(visitor.actor, Event(Action.SIGN_OUT), self._clock.now())

    def _count(self, keys: tuple[str, ...]) -> int:
        """Counts a failure under each key; for how many minutes nobody gets in after this one."""
        now, longest = self._clock.now(), 0
        with self._store.writing() as unit:
            unit.attempts.forget_before(now - FORGET_LOGIN)
            for key in keys:
                of_address = key.startswith("address:")
                since = now - (FORGET_ADDRESS if of_address else FORGET_LOGIN)
                counted = unit.attempts.count(key, now, since)
                if counted.until is not None and counted.until > now:
                    seconds = (counted.until - now).total_seconds()
                    raise TooManyAttempts(minutes=ceil(seconds / 60))
                allowed = self._rules.address_failures if of_address else self._rules.failures
                minutes = _block_minutes(counted.failures - allowed)
                if minutes:
                    unit.attempts.block(key, now + timedelta(minutes=minutes))
                longest = max(longest, minutes)
        return longest

    def _begin(self, unit: Unit, person: Person, way: str, address: str) -> Visitor:
        now, token = self._clock.now(), token_urlsafe(32)
        session = Session(
            id=session_id(token),
            person=person.id,
            began=now,
            seen=now,
            expires=now + self._rules.longest,
            csrf=token_urlsafe(24),
            way=way,
            address=address,
        )
        unit.sessions.add(session)
        actor = actor_of(unit, person, way, address, now)
        unit.audit.append(actor, Event(Action.SIGN_IN), now)
        return Visitor(actor, session.csrf, session.id, person.must_change, token)

    def _note_failure(
        self, person: Person | None, address: str, minutes: int = 0, way: str = "password"
    ) -> None:
        """What was typed as a login is not told: it may have been the password."""
        details = {"login": person.login if person else ""}
        if person is not None and not person.active:
            details["why"] = "deactivated"
        if minutes:
            details["blocked_minutes"] = str(minutes)
        event = Event(Action.SIGN_IN_FAILED, person.id if person else "", details)
        with self._store.writing() as unit:
            nobody = replace(NOBODY, way=way, address=address)
            unit.audit.append(nobody, event, self._clock.now())

    def _refuse_change(self, actor: Actor) -> None:
        """Somebody at the browser does not know the password."""
        event = Event(Action.PASSWORD, actor.user, {"change": "refused"})
        with self._store.writing() as unit:
            unit.audit.append(actor, event, self._clock.now())

    def _known(self, unit: Unit, who: Vouched) -> Person | None:
        """Their account; one that others vouch for under another id is not theirs."""
        found = unit.people.by_subject(who.subject) if who.subject else None
        if found is not None:
            return found
        found = unit.people.by_login(plain_login(who.login))
        if found is None:
            return self._joined(unit, who) if self._joining.add_unknown else None
        if who.subject is None:
            return found
        if found.subject is not None or found.password is not None:
            return None  # a name that happens to be the same opens no account with a password
        linked = replace(found, subject=who.subject)
        unit.people.update(linked)
        return linked

    def _joined(self, unit: Unit, who: Vouched) -> Person | None:
        try:
            login = good_login(who.login)
        except BadLogin:
            return None
        person = Person(
            id=uuid4().hex,
            login=login,
            name=good_name(who.name) or login,
            roles=frozenset(),
            added=self._clock.now(),
            subject=who.subject,
        )
        unit.people.add(person)
        details = {"login": login, "change": "joined"}
        unit.audit.append(SYSTEM, Event(Action.RIGHTS, person.id, details), self._clock.now())
        return person

    def _with_groups(self, unit: Unit, person: Person, who: Vouched) -> Person:
        if who.groups is None or not self._joining.roles:
            return person
        given = [self._joining.roles.get(group, frozenset()) for group in who.groups]
        roles = frozenset[Role]().union(*given)
        if roles == person.roles:
            return person
        changed = replace(person, roles=roles)
        unit.people.update(changed)
        before, after = names_of(person.roles), names_of(roles)
        details = {"login": person.login, "change": "groups", "before": before, "after": after}
        unit.audit.append(SYSTEM, Event(Action.RIGHTS, person.id, details), self._clock.now())
        return changed


def actor_of(unit: Unit, person: Person, way: str, address: str, now: datetime) -> Actor:
    """The person as somebody who acts, with what they may see at this moment."""
    return Actor(
        user=person.id,
        name=person.name,
        roles=person.roles,
        matters=unit.matters.of(person.id),
        opened=unit.openings.of(person.id, now),
        way=way,
        address=address,
    )


def session_id(token: str) -> str:
    """What the table keeps of a cookie."""
    return sha256(token.encode("utf-8", "replace")).hexdigest()


def _unchanged(unit: Unit, person: Person) -> Person:
    """The account as it is by now.

    Raises:
        SignInFailed: meanwhile somebody stopped it, or gave it another password.
    """
    now = unit.people.find(person.id)
    if now is None or not now.active or now.password != person.password:
        raise SignInFailed
    return now


def _block_minutes(over: int) -> int:
    """The first failure too many costs a minute, each further one twice as much."""
    return 0 if over < 0 else min(LONGEST_BLOCK, 2 ** min(over, 10))
