from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from assistant.entrance import Entrance, networks_of, roles_of, ways_of
from assistant.errors import (
    BadSignInSettings,
    OpenToAll,
    ThroughProxy,
    UnknownOsUser,
    UnknownVisitor,
)
from assistant.people import EVERY_ROLE, SINGLE_USER, Role
from assistant.services.reception import Arrival, is_local
from assistant.settings import Settings
from assistant.testing import FakeClock, FakeHasher
from tests.archives import archive_in
from tests.people import add_person

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.services.signing import Visitor

HERE = Arrival("127.0.0.1")
PROXY = Arrival("10.0.0.1", ("203.0.113.5",), proxied=True)
BY_HEADER: dict[str, Any] = {
    "proxy_user_header": "X-Remote-User",
    "proxy_addresses": "10.0.0.1, 10.1.0.0/16",
}


class Site:
    """A site with those settings, its administrator `admin` and its clerk `sato`, if any."""

    def __init__(self, folder: Path, *, people: bool = True, **settings: Any) -> None:
        self.store = archive_in(folder)
        self.hasher = FakeHasher()
        known = Settings(data_dir=folder, **settings)
        self.entrance = Entrance(known, self.store, FakeClock(), self.hasher)
        self.reception = self.entrance.reception
        self.passwords: dict[str, str] = {}
        for login, role in (("admin", Role.ADMINISTRATOR), ("sato", Role.CLERK)):
            if people:
                _, self.passwords[login] = add_person(self.store, login, role)

    def receive(self, arrival: Arrival, **more: Any) -> Visitor | None:
        return self.reception.receive(replace(arrival, **more))

    def sign_in(self, login: str = "sato") -> Visitor:
        return self.entrance.signing.by_password(login, self.passwords[login], "10.0.0.9")


def test_one_person_of_a_machine_needs_no_sign_in(tmp_path: Path) -> None:
    site = Site(tmp_path, people=False)
    for peer in ("127.0.0.1", "127.0.0.9", "::1", "::ffff:127.0.0.1"):
        visitor = site.receive(Arrival(peer))
        assert visitor is not None
        assert visitor.actor.roles == EVERY_ROLE
        assert (visitor.actor.user, visitor.actor.address) == ("single", peer)
        assert visitor.csrf


@pytest.mark.parametrize(
    "arrival",
    [Arrival("10.0.0.9"), Arrival("testclient"), Arrival(""), replace(HERE, proxied=True)],
)
def test_nobody_from_elsewhere_is_that_one_person(tmp_path: Path, arrival: Arrival) -> None:
    with pytest.raises(ThroughProxy):
        Site(tmp_path, people=False).receive(arrival)


def test_the_first_account_ends_the_time_without_sign_in(tmp_path: Path) -> None:
    site = Site(tmp_path, people=False)
    assert site.receive(HERE) is not None
    add_person(site.store, "admin", Role.ADMINISTRATOR)
    assert site.receive(HERE) is None


@pytest.mark.parametrize(
    "settings",
    [
        {"host": "0.0.0.0"},  # noqa: S104
        {"host": "192.168.1.5"},
        {"allowed_hosts": "kikigaki.city.example"},
        BY_HEADER,
        {"proxy_addresses": "127.0.0.1"},
        {"oidc_issuer": "https://idp", "oidc_client_id": "x", "public_url": "https://k"},
    ],
)
def test_where_others_may_come_in_nobody_does_without_sign_in(
    tmp_path: Path, settings: dict[str, Any]
) -> None:
    assert Site(tmp_path, people=False, **settings).receive(HERE) is None


def test_a_machine_open_to_others_does_not_start_without_sign_in(tmp_path: Path) -> None:
    site = Site(tmp_path, people=False, host="0.0.0.0")  # noqa: S104
    with pytest.raises(OpenToAll) as told:
        site.reception.insist_on_sign_in("0.0.0.0")  # noqa: S104
    assert "kikigaki people add" in told.value.message("ja")
    add_person(site.store, "admin", Role.ADMINISTRATOR)
    site.reception.insist_on_sign_in("0.0.0.0")  # noqa: S104


@pytest.mark.parametrize("settings", [{}, BY_HEADER | {"host": "0.0.0.0"}])  # noqa: S104
def test_others_start(tmp_path: Path, settings: dict[str, Any]) -> None:
    Site(tmp_path, people=False, **settings).reception.insist_on_sign_in("x")


def test_a_cookie_is_known(tmp_path: Path) -> None:
    site = Site(tmp_path)
    visitor = site.receive(Arrival("10.0.0.9", token=site.sign_in().token))
    assert visitor is not None
    assert visitor.actor.name == "Sato"
    assert site.receive(Arrival("10.0.0.9", token="stolen")) is None  # noqa: S106
    assert site.receive(Arrival("10.0.0.9")) is None


def test_a_listed_proxy_names_who_is_there(tmp_path: Path) -> None:
    site = Site(tmp_path, **BY_HEADER)
    visitor = site.receive(PROXY, header="Sato")
    assert visitor is not None
    assert (visitor.actor.name, visitor.actor.way) == ("Sato", "proxy")
    assert visitor.actor.address == "203.0.113.5"
    assert visitor.token
    again = site.receive(PROXY, header="sato", token=visitor.token)
    assert again is not None
    assert (again.session, again.token) == (visitor.session, "")


def test_nobody_else_s_header_counts(tmp_path: Path) -> None:
    site = Site(tmp_path, **BY_HEADER)
    for peer in ("10.0.0.2", "127.0.0.1", "10.0.0.1.evil", ""):
        assert site.receive(Arrival(peer), header="sato") is None


def test_a_proxy_s_session_is_good_for_that_user_through_that_proxy_only(tmp_path: Path) -> None:
    site = Site(tmp_path, **BY_HEADER)
    visitor = site.receive(PROXY, header="sato")
    assert visitor is not None
    assert site.receive(Arrival("10.0.0.2"), token=visitor.token) is None
    assert site.receive(PROXY, token=visitor.token) is None
    other = site.receive(PROXY, header="admin", token=visitor.token)
    assert other is not None
    assert other.actor.name == "Admin"
    with pytest.raises(UnknownVisitor):
        site.receive(PROXY, header="nobody", token=visitor.token)


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("10.0.0.9", ("1.2.3.4",), "10.0.0.9"),
        ("10.0.0.1", (), "10.0.0.1"),
        ("10.0.0.1", ("1.2.3.4",), "1.2.3.4"),
        ("10.0.0.1", ("6.6.6.6", "1.2.3.4"), "1.2.3.4"),
        ("10.0.0.1", ("6.6.6.6", "1.2.3.4", "10.1.2.3"), "1.2.3.4"),
        ("10.0.0.1", ("nonsense",), "nonsense"),
    ],
)
def test_an_address_is_taken_from_our_own_proxies_only(
    tmp_path: Path, peer: str, forwarded: tuple[str, ...], address: str
) -> None:
    site = Site(tmp_path, **BY_HEADER)
    assert site.reception.address_of(Arrival(peer, forwarded)) == address


def test_commands_are_typed_by_the_person_of_the_machine_s_user(tmp_path: Path) -> None:
    site = Site(tmp_path, people=False)
    assert site.reception.commander("satou").roles == EVERY_ROLE
    person, _ = add_person(site.store, "admin", Role.ADMINISTRATOR)
    with pytest.raises(UnknownOsUser) as told:
        site.reception.commander("satou")
    assert "satou" in told.value.message("ja")
    accounts = site.entrance.accounts
    accounts.set_os_user(SINGLE_USER, person.id, "satou")
    actor = site.reception.commander("satou")
    assert (actor.user, actor.way) == (person.id, "command")
    assert actor.roles == {Role.ADMINISTRATOR}
    add_person(site.store, "second", Role.ADMINISTRATOR)
    accounts.set_active(SINGLE_USER, person.id, active=False)
    with pytest.raises(UnknownOsUser):
        site.reception.commander("satou")


@pytest.mark.parametrize(
    ("host", "names", "local"),
    [
        ("127.0.0.1", [], True),
        ("localhost", ["localhost"], True),
        ("::1", [], True),
        ("127.0.0.1", ["kikigaki.example"], False),
        ("0.0.0.0", [], False),  # noqa: S104
        ("192.168.0.2", [], False),
        ("localhost.evil.example", [], False),
    ],
)
def test_what_only_this_machine_reaches(host: str, names: list[str], local: bool) -> None:
    assert is_local(host, names) is local


@pytest.mark.parametrize(
    "settings",
    [
        {"proxy_user_header": "X-User"},
        {"proxy_addresses": "everybody"},
        {"oidc_issuer": "https://idp.example"},
        {"oidc_issuer": "https://idp.example", "oidc_client_id": "kikigaki"},
    ],
)
def test_settings_that_do_not_fit_together_are_said(settings: dict[str, Any]) -> None:
    with pytest.raises(BadSignInSettings):
        ways_of(Settings(**settings))


def test_groups_and_networks_are_read() -> None:
    assert roles_of("") == {}
    assert roles_of("CN=kodomo,OU=city = caseworker; sv=supervisor+manager;") == {
        "CN=kodomo,OU=city": {Role.CASEWORKER},
        "sv": {Role.SUPERVISOR, Role.MANAGER},
    }
    for text in ("a=king", "clerk", "a="):
        with pytest.raises(BadSignInSettings):
            roles_of(text)
    assert [str(one) for one in networks_of("10.0.0.1, fd00::/8")] == ["10.0.0.1/32", "fd00::/8"]
