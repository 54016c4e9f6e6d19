from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from assistant.errors import (
    BadLogin,
    BadMatterName,
    BadReason,
    Forbidden,
    LastAdministrator,
    LoginTaken,
    MatterTaken,
    OwnRights,
    UnknownMatter,
    UnknownPerson,
    UnknownRecording,
)
from assistant.people import SINGLE_USER, MatterKind, Right, Role, Scope
from assistant.services.access import scope
from assistant.services.accounts import Accounts
from assistant.services.emergency import Emergency
from assistant.services.matters import MatterDesk
from assistant.testing import FakeClock, FakeHasher
from tests.archives import archive_in
from tests.people import actor_named, add_person, make_record, site_with_everyone

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.archive import AuditRow
    from assistant.store.archive import SqlArchive

CLOCK = FakeClock()
HOUR = timedelta(hours=1)


@pytest.fixture
def store(tmp_path: Path) -> SqlArchive:
    return archive_in(tmp_path)


@pytest.fixture
def accounts(store: SqlArchive) -> Accounts:
    return Accounts(store, FakeHasher(), CLOCK)


def log(store: SqlArchive) -> list[AuditRow]:
    with store.reading() as unit:
        return list(unit.audit.rows())


def test_the_first_account_can_look_after_the_others(accounts: Accounts) -> None:
    with pytest.raises(LastAdministrator):
        accounts.add(SINGLE_USER, "ito", "伊藤", [Role.CLERK])
    assert accounts.all(SINGLE_USER) == []
    person, password = accounts.add(SINGLE_USER, "sato", "佐藤", [Role.ADMINISTRATOR])
    assert accounts.all(SINGLE_USER) == [person]
    assert person.must_change
    assert len(password) == 19


def test_a_login_has_one_form(accounts: Accounts) -> None:
    person, _ = accounts.add(SINGLE_USER, "　Ｓａｔｏ@City ", "", [Role.ADMINISTRATOR])
    assert person.login == "sato@city"
    assert person.name == "sato@city"
    assert accounts.find(SINGLE_USER, "SATO@city") == person
    with pytest.raises(LoginTaken):
        accounts.add(SINGLE_USER, "SATO@CITY", "別人", [])


@pytest.mark.parametrize("login", ["", " ", "a b", "a/b", "x" * 65, "a\nb", "<b>", "a:b"])
def test_an_odd_login_is_refused(accounts: Accounts, login: str) -> None:
    with pytest.raises(BadLogin):
        accounts.add(SINGLE_USER, login, "名前", [Role.ADMINISTRATOR])


def test_names_are_what_can_be_seen(accounts: Accounts) -> None:
    person, _ = accounts.add(SINGLE_USER, "sato", "佐藤\n\u202e花子", [Role.ADMINISTRATOR])
    assert person.name == "佐藤花子"


def test_an_account_of_somebody_else_s_sign_in_has_no_password(accounts: Accounts) -> None:
    person, password = accounts.add(
        SINGLE_USER, "sato", "佐藤", [Role.MANAGER], with_password=False
    )
    assert (person.password, person.must_change, password) == (None, False, "")


def test_roles_change_and_the_log_says_from_what_to_what(
    store: SqlArchive, accounts: Accounts
) -> None:
    admin = site_with_everyone(store)[Role.ADMINISTRATOR]
    clerk = accounts.find(admin, "clerk")
    accounts.set_roles(admin, clerk.id, [Role.SUPERVISOR, Role.CLERK])
    assert accounts.find(admin, "clerk").roles == {Role.CLERK, Role.SUPERVISOR}
    last = log(store)[-1]
    assert (last.user, last.action, last.object) == (admin.user, "rights", clerk.id)
    assert last.details == {
        "login": "clerk",
        "change": "roles",
        "before": "clerk",
        "after": "clerk supervisor",
    }


def test_nobody_changes_what_they_may_themselves(store: SqlArchive, accounts: Accounts) -> None:
    admin = site_with_everyone(store)[Role.ADMINISTRATOR]
    desk = MatterDesk(store, CLOCK)
    matter = desk.add(admin, MatterKind.CASE, "山田家")
    before = len(log(store))
    with pytest.raises(OwnRights):
        accounts.set_roles(admin, admin.user, list(Role))
    with pytest.raises(OwnRights):
        accounts.set_active(admin, admin.user, active=False)
    with pytest.raises(OwnRights):
        desk.join(admin, matter.id, admin.user)
    assert len(log(store)) == before


def test_somebody_is_always_left_who_gives_rights(store: SqlArchive, accounts: Accounts) -> None:
    add_person(store, "first", Role.ADMINISTRATOR)
    add_person(store, "second", Role.MANAGER)
    first, second = actor_named(store, "first"), actor_named(store, "second")
    accounts.set_active(second, first.user, active=False)
    with pytest.raises(LastAdministrator):
        accounts.set_roles(first, second.user, [Role.CLERK])
    with pytest.raises(LastAdministrator):
        accounts.set_active(first, second.user, active=False)
    assert accounts.find(second, "second").roles == {Role.MANAGER}


def test_two_people_are_not_one_user_of_the_machine(store: SqlArchive, accounts: Accounts) -> None:
    person, _ = accounts.add(SINGLE_USER, "sato", "佐藤", [Role.ADMINISTRATOR], os_user="satou")
    with pytest.raises(LoginTaken):
        accounts.add(SINGLE_USER, "ito", "伊藤", [], os_user="satou")
    other, _ = accounts.add(SINGLE_USER, "ito", "伊藤", [])
    with pytest.raises(LoginTaken):
        accounts.set_os_user(SINGLE_USER, other.id, "satou")
    accounts.set_os_user(SINGLE_USER, person.id, None)
    accounts.set_os_user(SINGLE_USER, other.id, "satou")
    assert accounts.find(SINGLE_USER, "ito").os_user == "satou"


def test_an_account_that_is_not_there_is_said(accounts: Accounts) -> None:
    for act in (
        lambda: accounts.find(SINGLE_USER, "nobody"),
        lambda: accounts.set_roles(SINGLE_USER, "nobody", []),
        lambda: accounts.set_active(SINGLE_USER, "nobody", active=False),
        lambda: accounts.reset_password(SINGLE_USER, "nobody"),
        lambda: accounts.rename(SINGLE_USER, "nobody", "x"),
    ):
        with pytest.raises(UnknownPerson):
            act()


def test_a_case_is_made_renamed_closed_and_opened_again(store: SqlArchive) -> None:
    desk = MatterDesk(store, CLOCK)
    case = desk.add(SINGLE_USER, MatterKind.CASE, " 山田家 ")
    body = desk.add(SINGLE_USER, MatterKind.BODY, "山田家")  # of another kind
    with pytest.raises(MatterTaken):
        desk.add(SINGLE_USER, MatterKind.CASE, "山田家")
    for name in ("", " \n", "x" * 201):
        with pytest.raises(BadMatterName):
            desk.rename(SINGLE_USER, case.id, name)
    desk.rename(SINGLE_USER, case.id, "田中家")
    desk.close(SINGLE_USER, case.id)
    assert desk.find(SINGLE_USER, "田中家").closed == CLOCK.now()
    desk.reopen(SINGLE_USER, case.id)
    assert desk.find(SINGLE_USER, case.id).closed is None
    assert {one.id for one in desk.all(SINGLE_USER)} == {case.id, body.id}
    changes = [row.details["change"] for row in log(store)]
    assert changes == ["added", "added", "renamed", "closed", "reopened"]
    with pytest.raises(UnknownMatter):
        desk.close(SINGLE_USER, "nowhere")


def test_members_see_their_matters_and_no_others(store: SqlArchive) -> None:
    everyone = site_with_everyone(store)
    admin, desk = everyone[Role.ADMINISTRATOR], MatterDesk(store, CLOCK)
    mine = desk.add(admin, MatterKind.CASE, "山田家")
    desk.add(admin, MatterKind.CASE, "鈴木家")
    worker = everyone[Role.CASEWORKER]
    desk.join(admin, mine.id, worker.user)
    with pytest.raises(UnknownPerson):
        desk.join(admin, mine.id, "nobody")
    worker = actor_named(store, "caseworker")
    assert desk.all(worker) == [mine]
    with pytest.raises(UnknownMatter):
        desk.find(worker, "鈴木家")
    with pytest.raises(Forbidden):
        desk.memberships(worker)
    assert {one.matter.name: one.members for one in desk.memberships(admin)} == {
        "山田家": (worker.user,),
        "鈴木家": (),
    }
    desk.leave(admin, mine.id, worker.user)
    assert desk.all(actor_named(store, "caseworker")) == []


def test_an_emergency_opens_one_record_to_read_for_a_while(store: SqlArchive) -> None:
    everyone = site_with_everyone(store)
    emergency = Emergency(store, CLOCK, lasting=HOUR)
    make_record(store, "r1", by=everyone[Role.CLERK].user)
    make_record(store, "r2", by=everyone[Role.CLERK].user)
    worker = everyone[Role.CASEWORKER]
    emergency.open(worker, "r1", "夜間の安否確認のため、前回の通話を聞く")
    opened = actor_named(store, "caseworker")
    with store.reading() as unit:
        for right in (Right.VIEW, Right.PLAY, Right.EXPORT):
            assert unit.records.find("r1", scope(opened, right)) is not None
            assert unit.records.find("r2", scope(opened, right)) is None
        for right in (Right.EDIT, Right.ADD, Right.REMOVE):
            assert unit.records.find("r1", scope(opened, right)) is None
        assert unit.openings.of(worker.user, CLOCK.now() + HOUR) == frozenset()
    last = log(store)[-1]
    assert (last.action, last.object, last.user) == ("break_glass", "r1", worker.user)
    assert last.details["reason"] == "夜間の安否確認のため、前回の通話を聞く"
    assert last.details["until"] == "2026-11-20T11:00:00+00:00"


def test_an_emergency_wants_a_reason_a_right_and_a_record(store: SqlArchive) -> None:
    everyone = site_with_everyone(store)
    emergency = Emergency(store, CLOCK, lasting=HOUR)
    make_record(store, "r1", by=everyone[Role.CLERK].user)
    worker, reason = everyone[Role.CASEWORKER], "夜間の安否確認のため至急"
    with pytest.raises(BadReason):
        emergency.open(worker, "r1", "急ぎ \n\n\n\n\n\n\n\n\n\n")
    for role in (Role.CLERK, Role.AUDITOR, Role.ADMINISTRATOR):
        with pytest.raises(Forbidden):
            emergency.open(everyone[role], "r1", reason)
    before = len(log(store))
    with pytest.raises(UnknownRecording):
        emergency.open(worker, "田中太郎", reason)
    (missed,) = log(store)[before:]
    assert (missed.object, missed.details) == ("", {"reason": reason, "result": "unknown"})


def test_what_one_may_read_anyway_needs_no_emergency(store: SqlArchive) -> None:
    worker = site_with_everyone(store)[Role.CASEWORKER]
    make_record(store, "r1", by=worker.user)
    before = len(log(store))
    Emergency(store, CLOCK, HOUR).open(worker, "r1", "自分の記録を開こうとした")
    assert len(log(store)) == before
    with store.reading() as unit:
        assert unit.records.find("r1", Scope(everything=True)) is not None
