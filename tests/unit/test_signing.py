from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from assistant.errors import (
    PasswordTooShort,
    PasswordUnchanged,
    SignInFailed,
    TooManyAttempts,
    UnknownVisitor,
    WrongPassword,
)
from assistant.people import SINGLE_USER, Role
from assistant.services.accounts import Accounts
from assistant.services.signing import Joining, SignIn, Vouched
from assistant.testing import FakeClock, FakeHasher
from tests.archives import archive_in
from tests.people import PASSWORD, add_person

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.archive import AuditRow
    from assistant.people import Person
    from assistant.services.signing import Visitor
    from assistant.store.archive import SqlArchive

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


class Desk:
    """Sign-in with one clerk, called sato, whose password is `PASSWORD`."""

    def __init__(self, folder: Path) -> None:
        self.store: SqlArchive = archive_in(folder)
        self.clock = FakeClock()
        self.hasher = FakeHasher()
        self.signing = SignIn(self.store, self.hasher, self.clock)
        self.accounts = Accounts(self.store, self.hasher, self.clock)
        add_person(self.store, "admin", Role.ADMINISTRATOR)
        self.sato, _ = add_person(self.store, "sato", Role.CLERK)
        self.update(password=self.hasher.hash(PASSWORD), must_change=False)

    def update(self, **values: object) -> None:
        self.sato = replace(self.sato, **values)  # type: ignore[arg-type]
        with self.store.writing() as unit:
            unit.people.update(self.sato)

    def person(self) -> Person:
        return self.accounts.find(SINGLE_USER, "sato")

    def sign_in(self, password: str = PASSWORD, login: str = "sato", address: str = "") -> Visitor:
        return self.signing.by_password(login, password, address or "10.0.0.9")

    def fail(self, times: int = 1, login: str = "sato", address: str = "") -> None:
        for _ in range(times):
            with pytest.raises(SignInFailed):
                self.sign_in("wrong", login, address)

    def wait(self, time: timedelta) -> None:
        self.clock.time += time

    def log(self) -> list[AuditRow]:
        with self.store.reading() as unit:
            return list(unit.audit.rows())


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_who_signs_in_is_known_by_the_cookie(desk: Desk) -> None:
    visitor = desk.sign_in()
    known = desk.signing.recognise(visitor.token, "10.0.0.9")
    assert known is not None
    assert known.actor == visitor.actor
    assert known.csrf == visitor.csrf
    assert known.actor.user == desk.sato.id
    assert known.actor.roles == {Role.CLERK}
    assert (known.actor.way, known.actor.address) == ("password", "10.0.0.9")
    assert desk.signing.recognise("another", "10.0.0.9") is None
    assert desk.signing.recognise(visitor.session, "10.0.0.9") is None
    row = desk.log()[-1]
    assert (row.action, row.user, row.address) == ("sign_in", desk.sato.id, "10.0.0.9")


def test_the_table_holds_no_cookie(desk: Desk) -> None:
    visitor = desk.sign_in()
    with desk.store.reading() as unit:
        assert unit.sessions.find(visitor.token) is None
        assert unit.sessions.find(visitor.session) is not None


def test_every_sign_in_has_a_cookie_of_its_own(desk: Desk) -> None:
    assert desk.sign_in().token != desk.sign_in().token


@pytest.mark.parametrize("login", ["SATO", " ｓａｔｏ "])
def test_a_login_is_known_in_every_form(desk: Desk, login: str) -> None:
    assert desk.sign_in(login=login).actor.user == desk.sato.id


def test_a_password_is_known_in_full_and_half_width(desk: Desk) -> None:
    assert desk.sign_in("ｃｏｒｒｅｃｔ　ｐｌｕｍ　ｂａｔｔｅｒｙ").actor.user == desk.sato.id


def test_an_unknown_login_is_answered_like_a_wrong_password(desk: Desk) -> None:
    told = []
    for login in ("sato", "nobody"):
        before = desk.hasher.looked_at
        with pytest.raises(SignInFailed) as error:
            desk.sign_in("wrong", login)
        told.append((error.value.message("ja"), desk.hasher.looked_at - before))
    assert told[0] == told[1]


@pytest.mark.parametrize("login", ["sato", "nobody"])
def test_after_failures_nobody_gets_in_for_a_time_that_grows(desk: Desk, login: str) -> None:
    desk.fail(5, login)
    waits = []
    for _ in range(8):
        with pytest.raises(TooManyAttempts) as told:
            desk.sign_in(login=login)
        waits.append(told.value.details["minutes"])
        desk.wait(MINUTE * int(str(waits[-1])))
        desk.fail(1, login)
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]


def test_what_is_refused_in_the_meantime_does_not_count(desk: Desk) -> None:
    desk.fail(5)
    for _ in range(20):
        with pytest.raises(TooManyAttempts):
            desk.sign_in("wrong")
    desk.wait(MINUTE)
    assert desk.sign_in().actor.user == desk.sato.id


def test_others_get_in_while_one_login_waits(desk: Desk) -> None:
    desk.fail(5, "admin")
    assert desk.sign_in().actor.user == desk.sato.id


def test_a_success_and_a_day_forget_failures(desk: Desk) -> None:
    desk.fail(4)
    desk.sign_in()
    desk.fail(4)
    desk.wait(25 * HOUR)
    desk.fail(4)
    desk.sign_in()


def test_one_address_cannot_try_many_logins(desk: Desk) -> None:
    for number in range(50):
        desk.fail(1, f"login{number}", "10.0.0.66")
    with pytest.raises(TooManyAttempts):
        desk.sign_in(address="10.0.0.66")
    assert desk.sign_in(address="10.0.0.9").actor.user == desk.sato.id


def test_a_good_password_is_no_failure_of_its_address(desk: Desk) -> None:
    for _ in range(60):
        desk.sign_in(address="10.0.0.66")


def test_a_new_password_from_the_administrator_ends_the_wait(desk: Desk) -> None:
    desk.fail(5)
    first = desk.accounts.reset_password(SINGLE_USER, desk.sato.id)
    visitor = desk.sign_in(first)
    assert visitor.must_change


def test_failures_are_written_down_without_what_was_typed(desk: Desk) -> None:
    before = len(desk.log())
    desk.fail(5)
    desk.fail(1, login="my secret password")
    rows = desk.log()[before:]
    assert [row.action for row in rows] == ["sign_in_failed"] * 6
    assert {row.address for row in rows} == {"10.0.0.9"}
    assert rows[0].object == desk.sato.id
    assert rows[4].details == {"login": "sato", "blocked_minutes": "1"}
    assert rows[5].details == {"login": ""}
    assert "secret" not in str(rows)


def test_a_deactivated_account_is_out_at_once(desk: Desk) -> None:
    visitor = desk.sign_in()
    desk.accounts.set_active(SINGLE_USER, desk.sato.id, active=False)
    assert desk.signing.recognise(visitor.token, "") is None
    with pytest.raises(SignInFailed):
        desk.sign_in()
    assert desk.log()[-1].details["why"] == "deactivated"
    desk.accounts.set_active(SINGLE_USER, desk.sato.id, active=True)
    assert desk.signing.recognise(visitor.token, "") is None
    assert desk.sign_in().actor.user == desk.sato.id


def test_roles_and_matters_count_from_the_next_request_on(desk: Desk) -> None:
    visitor = desk.sign_in()
    desk.accounts.set_roles(SINGLE_USER, desk.sato.id, [Role.SUPERVISOR])
    known = desk.signing.recognise(visitor.token, "")
    assert known is not None
    assert known.actor.roles == {Role.SUPERVISOR}


def test_an_idle_browser_has_to_sign_in_again(desk: Desk) -> None:
    visitor = desk.sign_in()
    for _ in range(3):
        desk.wait(29 * MINUTE)
        assert desk.signing.recognise(visitor.token, "") is not None
    desk.wait(30 * MINUTE)
    assert desk.signing.recognise(visitor.token, "") is None


def test_a_page_that_looks_for_news_by_itself_is_idle(desk: Desk) -> None:
    visitor = desk.sign_in()
    for _ in range(29):
        desk.wait(MINUTE)
        assert desk.signing.recognise(visitor.token, "", attended=False) is not None
    desk.wait(MINUTE)
    assert desk.signing.recognise(visitor.token, "", attended=False) is None


def test_half_a_day_is_the_longest(desk: Desk) -> None:
    visitor = desk.sign_in()
    for _ in range(36):
        desk.wait(20 * MINUTE)
        last = desk.signing.recognise(visitor.token, "")
    assert last is None


def test_a_sign_out_ends_this_browser_only(desk: Desk) -> None:
    here, there = desk.sign_in(), desk.sign_in()
    desk.signing.sign_out(here)
    assert desk.signing.recognise(here.token, "") is None
    assert desk.signing.recognise(there.token, "") is not None
    assert desk.log()[-1].action == "sign_out"


def test_a_first_password_is_changed(desk: Desk) -> None:
    first = desk.accounts.reset_password(SINGLE_USER, desk.sato.id)
    visitor, elsewhere = desk.sign_in(first), desk.sign_in(first)
    with pytest.raises(WrongPassword):
        desk.signing.change_password(visitor, "wrong", "two green umbrellas")
    with pytest.raises(PasswordTooShort):
        desk.signing.change_password(visitor, first, "short")
    with pytest.raises(PasswordUnchanged):
        desk.signing.change_password(visitor, first, first)
    changed = desk.signing.change_password(visitor, first, "two green umbrellas")
    assert not changed.must_change
    assert desk.signing.recognise(changed.token, "") is not None
    for old in (visitor, elsewhere):
        assert desk.signing.recognise(old.token, "") is None
    assert not desk.sign_in("two green umbrellas").must_change
    with pytest.raises(SignInFailed):
        desk.sign_in(first)
    assert [row.details.get("change") for row in desk.log() if row.action == "password"] == [
        "reset",
        "refused",
        "own",
    ]


def test_the_present_password_cannot_be_guessed_at_a_desk_left_alone(desk: Desk) -> None:
    visitor = desk.sign_in()
    for _ in range(5):
        with pytest.raises(WrongPassword):
            desk.signing.change_password(visitor, "wrong", "two green umbrellas")
    with pytest.raises(TooManyAttempts):
        desk.signing.change_password(visitor, PASSWORD, "two green umbrellas")


def test_hashes_are_renewed_when_they_are_made_otherwise(desk: Desk) -> None:
    desk.hasher.version = 2
    desk.sign_in()
    assert desk.person().password == f"v2:{PASSWORD}"


def test_a_change_meanwhile_is_not_undone_by_a_sign_in(desk: Desk) -> None:
    class Slow(FakeHasher):
        """While it looks, the administrator stops the account."""

        def fits(self, kept: str | None, password: str) -> bool:
            desk.update(active=False)
            return True

    with pytest.raises(SignInFailed):
        SignIn(desk.store, Slow(), desk.clock).by_password("sato", PASSWORD, "")
    assert not desk.person().active


def test_somebody_vouched_for_gets_in_by_login(desk: Desk) -> None:
    visitor = desk.signing.vouched(Vouched("SATO"), "proxy", "10.0.0.9")
    assert (visitor.actor.user, visitor.actor.way) == (desk.sato.id, "proxy")


@pytest.mark.parametrize("login", ["nobody", "", "a b"])
def test_a_stranger_is_refused(desk: Desk, login: str) -> None:
    with pytest.raises(UnknownVisitor):
        desk.signing.vouched(Vouched(login), "proxy", "10.0.0.9")
    assert desk.log()[-1].action == "sign_in_failed"


def test_a_deactivated_account_is_a_stranger(desk: Desk) -> None:
    desk.update(active=False)
    with pytest.raises(UnknownVisitor):
        desk.signing.vouched(Vouched("sato"), "proxy", "10.0.0.9")


def test_a_stranger_gets_an_account_without_roles_where_the_site_says_so(desk: Desk) -> None:
    signing = SignIn(desk.store, desk.hasher, desk.clock, joining=Joining(add_unknown=True))
    visitor = signing.vouched(Vouched("Suzuki", "鈴木"), "proxy", "10.0.0.9")
    assert (visitor.actor.name, visitor.actor.roles) == ("鈴木", frozenset())
    assert signing.vouched(Vouched("suzuki"), "proxy", "").actor.user == visitor.actor.user
    with pytest.raises(UnknownVisitor):
        signing.vouched(Vouched("a b"), "proxy", "")


def test_a_provider_s_person_is_known_by_its_id(desk: Desk) -> None:
    desk.update(password=None)
    first = desk.signing.vouched(Vouched("sato", subject="idp 42"), "oidc", "")
    renamed = desk.signing.vouched(Vouched("new.name", subject="idp 42"), "oidc", "")
    assert first.actor.user == renamed.actor.user == desk.sato.id
    with pytest.raises(UnknownVisitor):  # somebody else who was given the old name
        desk.signing.vouched(Vouched("sato", subject="idp 43"), "oidc", "")


def test_a_name_of_the_provider_opens_no_account_with_a_password(desk: Desk) -> None:
    with pytest.raises(UnknownVisitor):
        desk.signing.vouched(Vouched("sato", subject="idp 42"), "oidc", "")


def test_groups_decide_about_roles_where_the_site_says_so(desk: Desk) -> None:
    roles = {"sv": frozenset({Role.SUPERVISOR}), "kanri": frozenset({Role.MANAGER})}
    signing = SignIn(desk.store, desk.hasher, desk.clock, joining=Joining(roles=roles))
    desk.update(password=None)

    def given(*groups: str) -> frozenset[Role]:
        who = Vouched("sato", subject="idp 42", groups=frozenset(groups))
        return signing.vouched(who, "oidc", "").actor.roles

    assert given("sv", "kanri", "others") == {Role.SUPERVISOR, Role.MANAGER}
    assert given("others") == frozenset()
    changes = [row for row in desk.log() if row.details.get("change") == "groups"]
    assert [row.details["after"] for row in changes] == ["manager supervisor", ""]
    told_nothing = Vouched("sato", subject="idp 42")
    assert signing.vouched(told_nothing, "oidc", "").actor.roles == frozenset()
