"""The audit log, and whoever gets at its tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from threading import Thread
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from assistant.archive import Action, Event
from assistant.errors import ForeignAuditRow
from assistant.people import SINGLE_USER, Actor, Role
from assistant.services.anchoring import Anchoring
from assistant.services.auditing import Anchor, AuditLog, AuditQuery, Fault, row_hash
from assistant.store import archive_tables as t
from assistant.store.anchors import FileAnchors
from assistant.store.archive import SqlArchive
from assistant.store.tables import counter
from assistant.testing import FakeClock
from tests.archives import CODEC

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy import Connection

    from assistant.archive import AuditRow
    from assistant.store.engine import Database

    Tampering = Callable[[Connection], object]

CLOCK = FakeClock()
SATO = Actor("p1", "佐藤", frozenset({Role.CLERK}), way="password", address="10.0.0.9")


@pytest.fixture
def archive(database: Database) -> SqlArchive:
    """Six events in the log."""
    archive = SqlArchive(database, CODEC)
    for number in range(6):
        event = Event(Action.VIEW, f"r{number}", {"page": "一覧"})
        with archive.writing() as unit:
            unit.audit.append(SATO, event, CLOCK.now() + timedelta(seconds=number))
    return archive


def fault(archive: SqlArchive, anchor: Anchor | None = None) -> Fault | None:
    return AuditLog(archive, CLOCK).verify(SINGLE_USER, anchor).fault


def rows(archive: SqlArchive) -> list[AuditRow]:
    with archive.reading() as unit:
        return list(unit.audit.rows())


def as_attacker(database: Database, tamper: Tampering) -> None:
    """Somebody with the file, or with the server's password: triggers do not stop them."""
    with database.writing() as connection:
        if connection.dialect.name == "sqlite":
            for name in ("audit_no_update", "audit_no_delete"):
                connection.execute(sa.text(f"DROP TRIGGER {name}"))
        else:
            connection.execute(sa.text("DROP TRIGGER audit_stays ON audit"))
        tamper(connection)


def change(row: int, **values: object) -> Tampering:
    update = t.audit.update().where(t.audit.c.seq == row).values(**values)
    return lambda connection: connection.execute(update)


def delete(*seqs: int) -> Tampering:
    removal = t.audit.delete().where(t.audit.c.seq.in_(seqs))
    return lambda connection: connection.execute(removal)


def swap(one: int, other: int) -> Tampering:
    def act(connection: Connection) -> None:
        for before, after in ((one, -1), (other, one), (-1, other)):
            change(before, seq=after)(connection)

    return act


def add_copy(seq: int, of: int) -> Tampering:
    def act(connection: Connection) -> None:
        row = connection.execute(sa.select(t.audit).where(t.audit.c.seq == of)).mappings().one()
        connection.execute(t.audit.insert().values(dict(row) | {"seq": seq}))

    return act


def count_less(by: int) -> Tampering:
    audit = counter.c.name == "audit"
    update = counter.update().where(audit).values(value=counter.c.value - by)
    return lambda connection: connection.execute(update)


def forge_the_end(archive: SqlArchive, database: Database) -> None:
    """The sixth row with a hash of its own, and nothing behind it."""
    forged = replace(rows(archive)[5], object="r99")
    as_attacker(
        database,
        lambda connection: (
            delete(7)(connection),
            change(6, object="r99", hash=row_hash(forged))(connection),
            count_less(1)(connection),
        ),
    )


def test_an_untouched_log_is_whole_and_tells_its_head(archive: SqlArchive) -> None:
    found = AuditLog(archive, CLOCK).verify(SINGLE_USER)
    assert found.fault is None
    assert found.rows == 6
    last = rows(archive)[5]
    assert found.head == Anchor(6, last.hash)
    assert last.previous == rows(archive)[4].hash


@pytest.mark.parametrize(
    "column", ["at", "user", "name", "way", "address", "action", "object", "details", "hash"]
)
def test_a_changed_row_is_found(archive: SqlArchive, database: Database, column: str) -> None:
    value = '{"page": "詳細"}' if column == "details" else "2026-11-20T10:00:59+00:00"
    as_attacker(database, change(3, **{column: value}))
    assert fault(archive) == Fault(3, "changed")


@pytest.mark.parametrize("column", ["at", "details"])
def test_a_row_that_cannot_be_read_is_found(
    archive: SqlArchive, database: Database, column: str
) -> None:
    as_attacker(database, change(3, **{column: "nonsense"}))
    assert fault(archive) == Fault(3, "changed")


@pytest.mark.parametrize("seqs", [(1,), (3,), (3, 4), (6,), (5, 6), (1, 2, 3, 4, 5, 6)])
def test_a_removed_row_is_found(
    archive: SqlArchive, database: Database, seqs: tuple[int, ...]
) -> None:
    as_attacker(database, delete(*seqs))
    assert fault(archive) == Fault(seqs[0], "missing")


@pytest.mark.parametrize(("one", "other"), [(1, 2), (2, 5), (5, 6)])
def test_reordered_rows_are_found(
    archive: SqlArchive, database: Database, one: int, other: int
) -> None:
    as_attacker(database, swap(one, other))
    assert fault(archive) == Fault(one, "changed")


@pytest.mark.parametrize(
    ("seq", "found"), [(0, Fault(0, "extra")), (7, Fault(7, "changed")), (9, Fault(7, "missing"))]
)
def test_an_added_row_is_found(
    archive: SqlArchive, database: Database, seq: int, found: Fault
) -> None:
    as_attacker(database, add_copy(seq, of=2))
    assert fault(archive) == found


def test_nothing_is_written_after_a_row_that_is_not_ours(
    archive: SqlArchive, database: Database
) -> None:
    as_attacker(database, add_copy(7, of=6))
    with pytest.raises(ForeignAuditRow), archive.writing() as unit:
        unit.audit.append(SATO, Event(Action.VIEW), CLOCK.now())


def test_a_row_with_a_hash_of_its_own_is_found(archive: SqlArchive, database: Database) -> None:
    forged = replace(rows(archive)[2], object="r99")
    as_attacker(database, change(3, object="r99", hash=row_hash(forged)))
    assert fault(archive) == Fault(4, "changed")


def test_a_forged_last_row_is_found_with_what_was_written_down(
    archive: SqlArchive, database: Database
) -> None:
    anchor = AuditLog(archive, CLOCK).verify(SINGLE_USER).head
    forge_the_end(archive, database)
    assert fault(archive) is None  # whoever can write every table can forge the end
    assert fault(archive, anchor) == Fault(6, "anchor")


def test_a_shortened_log_is_found_with_what_was_written_down(
    archive: SqlArchive, database: Database
) -> None:
    anchor = AuditLog(archive, CLOCK).verify(SINGLE_USER).head
    as_attacker(
        database, lambda connection: (delete(5, 6, 7)(connection), count_less(3)(connection))
    )
    assert fault(archive, anchor) in (Fault(5, "missing"), Fault(6, "anchor"))


@pytest.fixture
def book(tmp_path: Path) -> FileAnchors:
    return FileAnchors(tmp_path / "outside" / "audit.anchors")


def anchored(archive: SqlArchive, book: FileAnchors, at: datetime | None = None) -> None:
    Anchoring(archive, book, FakeClock(at or CLOCK.now())).look(lambda: True)


def verified(archive: SqlArchive, book: FileAnchors) -> Fault | None:
    return AuditLog(archive, CLOCK, book.all).verify(SINGLE_USER).fault


def test_whoever_can_write_every_table_is_found_by_what_the_program_wrote_down(
    archive: SqlArchive, database: Database, book: FileAnchors
) -> None:
    anchored(archive, book)
    assert verified(archive, book) is None
    forge_the_end(archive, database)
    assert fault(archive) is None
    assert verified(archive, book) == Fault(6, "anchor")


def test_a_log_that_was_cut_is_found_by_what_the_program_wrote_down(
    archive: SqlArchive, database: Database, book: FileAnchors
) -> None:
    anchored(archive, book)
    as_attacker(database, lambda connection: (delete(5, 6)(connection), count_less(2)(connection)))
    anchored(archive, book)  # a shorter log is no news
    assert verified(archive, book) == Fault(5, "missing")


def test_the_head_is_written_down_once_an_hour_where_there_is_a_new_one(
    archive: SqlArchive, book: FileAnchors
) -> None:
    clock = FakeClock(CLOCK.now())
    anchoring = Anchoring(archive, book, clock)
    for minutes, anchors in ((0, [6]), (30, [6]), (61, [6, 7]), (130, [6, 7])):
        clock.time = CLOCK.now() + timedelta(minutes=minutes)
        anchoring.look(lambda: True)
        assert [one.seq for one in book.all()] == anchors
        if minutes == 30:
            with archive.writing() as unit:
                unit.audit.append(SATO, Event(Action.VIEW), CLOCK.now())


def test_half_a_line_hides_no_other(book: FileAnchors) -> None:
    first, second = (Anchor(number, f"{number}" * 64) for number in (1, 2))
    book.add(first, CLOCK.now())
    path = book.path
    with path.open("ab") as file:
        file.write(b"2026-11-20T10:00:00+00:00 5:00")
    book.add(second, CLOCK.now())
    assert book.all() == [first, second]
    book.set_aside(CLOCK.now())
    assert (book.all(), path.with_name("audit.anchors.20261120-100000").exists()) == ([], True)


@pytest.mark.parametrize("tamper", [change(3, object="x"), delete(3)])
def test_the_database_itself_refuses(
    archive: SqlArchive, database: Database, tamper: Tampering
) -> None:
    with pytest.raises(sa.exc.DBAPIError), database.writing() as connection:
        tamper(connection)
    assert fault(archive) is None


def test_what_fails_leaves_no_row(archive: SqlArchive) -> None:
    def remove() -> None:
        with archive.writing() as unit:
            unit.audit.append(SATO, Event(Action.REMOVE, "r1"), CLOCK.now())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        remove()
    assert [row.action for row in rows(archive)] == ["view"] * 6
    assert fault(archive) is None


def test_texts_that_no_database_keeps_do_not_break_the_chain(archive: SqlArchive) -> None:
    odd = "a\0b\ud800𠮟\u2028"
    with archive.writing() as unit:
        actor = replace(SATO, name=odd, address=odd)
        unit.audit.append(actor, Event(Action.SEARCH, odd, {"words": odd}), CLOCK.now())
    assert fault(archive) is None


def test_many_who_write_at_once_make_one_chain(archive: SqlArchive) -> None:
    def write() -> None:
        for _ in range(5):
            with archive.writing() as unit:
                unit.audit.append(SATO, Event(Action.PLAY, "r1"), CLOCK.now())

    threads = [Thread(target=write) for _ in range(4)]
    for one in threads:
        one.start()
    while any(one.is_alive() for one in threads):
        assert fault(archive) is None  # what is being written is none
    assert [row.action for row in rows(archive)].count("play") == 20
    assert fault(archive) is None


def test_rows_are_filtered_by_person_action_object_and_period(archive: SqlArchive) -> None:
    log, start = AuditLog(archive, CLOCK), CLOCK.now()
    with archive.writing() as unit:
        unit.audit.append(SINGLE_USER, Event(Action.EXPORT, "r2"), start + timedelta(seconds=9.5))

    def found(limit: int = 200, **query: object) -> list[int]:
        asked = AuditQuery(**query)  # type: ignore[arg-type]
        return [row.seq for row in log.rows(SINGLE_USER, asked, limit)]

    assert found(user="single", action="export") == [7]
    assert found(object="r2") == [7, 3]
    assert found(action="view", limit=2) == [6, 5]
    assert found(action="view", before=5) == [4, 3, 2, 1]
    four = timedelta(seconds=4)
    assert found(user="p1", since=start + four) == [6, 5]
    assert found(user="p1", until=start + four) == [4, 3, 2, 1]
    assert found(action="export", since=start + timedelta(seconds=9)) == [7]
    assert found(action="export", until=start + timedelta(seconds=10)) == [7]


def test_who_reads_the_log_stands_in_it(archive: SqlArchive) -> None:
    log = AuditLog(archive, CLOCK)
    log.rows(SINGLE_USER, AuditQuery(action="view"))
    log.csv(SINGLE_USER, AuditQuery())
    log.verify(SINGLE_USER)
    told = [row.details for row in rows(archive)[6:]]
    assert told == [{"action": "view"}, {"format": "csv"}, {"verified": "intact"}]


def test_the_csv_opens_in_a_spreadsheet_and_computes_nothing(archive: SqlArchive) -> None:
    with archive.writing() as unit:
        actor = replace(SATO, name="=HYPERLINK(1)")
        unit.audit.append(actor, Event(Action.VIEW), CLOCK.now())
    content = AuditLog(archive, CLOCK).csv(SINGLE_USER, AuditQuery())
    text = content.decode("utf-8-sig")
    assert content.startswith(b"\xef\xbb\xbf")
    assert "'=HYPERLINK(1)" in text
    assert len(text.splitlines()) == 1 + 8
