"""People, sessions, attempts, openings and matters, on each database."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from assistant.archive import Record
from assistant.people import Matter, MatterKind, Opening, Person, Role, Session
from assistant.store.archive import SqlArchive
from assistant.testing import FakeClock
from tests.archives import CODEC

if TYPE_CHECKING:
    from assistant.people import Attempts
    from assistant.store.engine import Database

NOW = FakeClock().now()
SATO = Person("p1", "sato", "佐藤", frozenset({Role.CLERK, Role.MANAGER}), NOW, True, "hash")


@pytest.fixture
def archive(database: Database) -> SqlArchive:
    return SqlArchive(database, CODEC)


def test_a_person_is_found_under_every_name(archive: SqlArchive) -> None:
    known = replace(SATO, subject="https://idp.example 42", os_user="satou")
    with archive.writing() as unit:
        assert not unit.people.any()
        unit.people.add(known)
    with archive.reading() as unit:
        assert unit.people.any()
        found = (
            unit.people.find("p1"),
            unit.people.by_login("sato"),
            unit.people.by_subject("https://idp.example 42"),
            unit.people.by_os_user("satou"),
        )
        assert found == (known,) * 4
        assert unit.people.by_login("SATO") is None
        assert unit.people.all() == [known]


@pytest.mark.parametrize("same", ["login", "subject", "os_user"])
def test_no_two_people_share_a_name(archive: SqlArchive, same: str) -> None:
    other = Person("p2", "ito", "伊藤", frozenset(), NOW, subject="b", os_user="b")
    first = replace(SATO, subject="a", os_user="a")
    with archive.writing() as unit:
        unit.people.add(first)
    with pytest.raises(sa.exc.IntegrityError), archive.writing() as unit:
        unit.people.add(replace(other, **{same: getattr(first, same)}))


def test_sessions_end_alone_together_and_by_themselves(archive: SqlArchive) -> None:
    def session(number: str, hours: int) -> Session:
        expires = NOW + timedelta(hours=hours)
        return Session(number, "p1", NOW, NOW, expires, "token", "password", "10.0.0.9")

    late = replace(session("d", 40), began=NOW + timedelta(hours=20))
    with archive.writing() as unit:
        unit.people.add(SATO)
        for one in (session("a", 12), session("b", 30), session("c", 30)):
            unit.sessions.add(one)
        unit.sessions.seen("b", NOW + timedelta(minutes=5))
        unit.sessions.add(late)  # by then, the first is over
        unit.sessions.end("c")
    with archive.reading() as unit:
        kept = {one: unit.sessions.find(one) for one in "abcd"}
    assert kept["a"] is kept["c"] is None
    assert kept["b"] == replace(session("b", 30), seen=NOW + timedelta(minutes=5))
    with archive.writing() as unit:
        unit.sessions.end_of("p1")
        assert unit.sessions.find("b") is unit.sessions.find("d") is None


def test_failures_count_until_they_are_forgotten(archive: SqlArchive) -> None:
    hour = timedelta(hours=1)

    def count(hours: int) -> Attempts:
        at = NOW + hours * hour
        return unit.attempts.count("login:x", at, at - 2 * hour)

    with archive.writing() as unit:
        assert [count(one).failures for one in (0, 1, 2)] == [1, 2, 3]
        unit.attempts.block("login:x", NOW + 9 * hour)
        assert count(3).until == NOW + 9 * hour
        unit.attempts.give_back("login:x")
        found = unit.attempts.find("login:x")
        assert found is not None
        assert (found.failures, found.until) == (3, None)
        assert count(6).failures == 1
        unit.attempts.forget_before(NOW + 7 * hour)
        assert unit.attempts.find("login:x") is None


def test_failures_at_the_same_time_are_all_counted(archive: SqlArchive) -> None:
    together = Barrier(6)

    def fail() -> None:
        together.wait()
        with archive.writing() as unit:
            unit.attempts.count("login:x", NOW, NOW - timedelta(hours=1))

    threads = [Thread(target=fail) for _ in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    with archive.reading() as unit:
        found = unit.attempts.find("login:x")
    assert found is not None
    assert found.failures == 6


def test_an_opening_lasts_as_long_as_it_was_given(archive: SqlArchive) -> None:
    record = Record("r1", "a.wav", "a", None, NOW, "p2")
    until = NOW + timedelta(hours=1)
    with archive.writing() as unit:
        unit.records.add(record)
        unit.openings.keep(Opening("p1", "r1", "先の理由", NOW, NOW))
        unit.openings.keep(Opening("p1", "r1", "夜間の安否確認のため", NOW, until))
        assert unit.openings.of("p1", NOW) == {"r1"}
        assert unit.openings.of("p1", until) == frozenset()
        assert unit.openings.of("p2", NOW) == frozenset()
        unit.records.remove("r1")
        assert unit.openings.of("p1", NOW) == frozenset()


def test_matters_and_their_members(archive: SqlArchive) -> None:
    case = Matter("m1", MatterKind.CASE, "山田家", NOW)
    body = Matter("m2", MatterKind.BODY, "文教委員会", NOW)
    with archive.writing() as unit:
        for matter in (case, body):
            unit.matters.add(matter)
        for person in ("p1", "p1", "p2"):
            unit.matters.join("m1", person)
        unit.matters.join("m2", "p1")
        unit.matters.leave("m1", "p2")
        unit.matters.update(replace(body, name="厚生委員会", closed=NOW))
    with archive.reading() as unit:
        assert unit.matters.members("m1") == ["p1"]
        assert unit.matters.of("p1") == {"m1", "m2"}
        assert unit.matters.find("m2") == replace(body, name="厚生委員会", closed=NOW)
        assert {one.id for one in unit.matters.all()} == {"m1", "m2"}
