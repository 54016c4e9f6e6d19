"""People for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.archive import Record
from assistant.people import SINGLE_USER, Actor, Role
from assistant.services.accounts import Accounts
from assistant.services.signing import actor_of
from assistant.testing import FakeClock, FakeHasher

if TYPE_CHECKING:
    from assistant.people import Person
    from assistant.services.archive_store import ArchiveStore

PASSWORD = "correct plum battery"  # noqa: S105 - of nobody


def add_person(
    store: ArchiveStore, login: str, *roles: Role, hasher: FakeHasher | None = None
) -> tuple[Person, str]:
    """An account and its first password; the first of all should be an administrator's."""
    accounts = Accounts(store, hasher or FakeHasher(), FakeClock())
    return accounts.add(SINGLE_USER, login, login.title(), roles)


def actor_named(store: ArchiveStore, login: str) -> Actor:
    """The person of that login, as somebody who acts."""
    with store.reading() as unit:
        person = unit.people.by_login(login)
        assert person is not None
        return actor_of(unit, person, "password", "10.0.0.9", FakeClock().now())


def site_with_everyone(store: ArchiveStore) -> dict[Role, Actor]:
    """A person of each role, called as their role is."""
    for role in (Role.ADMINISTRATOR, *(one for one in Role if one is not Role.ADMINISTRATOR)):
        add_person(store, role.value, role)
    return {role: actor_named(store, role.value) for role in Role}


def make_record(
    store: ArchiveStore, record: str, by: str = "single", matter: str | None = None
) -> None:
    """A record of that id, without sound and transcript."""
    made = Record(record, f"{record}.wav", record, None, FakeClock().now(), by, matter=matter)
    with store.writing() as unit:
        unit.records.add(made)
