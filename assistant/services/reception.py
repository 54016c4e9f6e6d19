"""Who acts: from what a request, or a command, says about who sends it, to an actor."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from ipaddress import ip_address, ip_network
from secrets import token_urlsafe
from typing import TYPE_CHECKING

from assistant.errors import OpenToAll, ThroughProxy, UnknownOsUser
from assistant.people import SINGLE_USER
from assistant.services.signing import Visitor, Vouched, actor_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from ipaddress import IPv4Network, IPv6Network

    from assistant.people import Actor
    from assistant.ports import Clock
    from assistant.services.archive_store import ArchiveStore
    from assistant.services.signing import SignIn

    Networks = tuple[IPv4Network | IPv6Network, ...]

LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
"""The names of this machine to itself."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """What a request says about who sends it."""

    peer: str
    """The address at the other end of the connection."""
    forwarded_for: tuple[str, ...] = ()
    """What proxies wrote down: the client first."""
    proxied: bool = False
    """Whether anything tells that a proxy was on the way."""
    token: str = field(default="", repr=False)
    """The cookie."""
    header: str = ""
    """The user that a proxy names."""
    attended: bool = True
    """Somebody asks, and not a page by itself."""


@dataclass(frozen=True, slots=True)
class Ways:
    """How people may be known on this site."""

    single: bool
    """One person may use it without sign-in while there is no account."""
    proxies: Networks = ()
    """Whose word about users and addresses counts."""
    by_header: bool = False
    by_provider: bool = False


class Reception:
    """Knows who comes in."""

    def __init__(self, store: ArchiveStore, signing: SignIn, clock: Clock, ways: Ways) -> None:
        self.ways = ways
        self._store = store
        self._signing = signing
        self._clock = clock
        self._single_token = token_urlsafe(24)

    def receive(self, arrival: Arrival) -> Visitor | None:
        """Who it is; None for somebody who has to sign in.

        Raises:
            ThroughProxy: it comes from elsewhere, and this machine is one person's.
            UnknownVisitor: the proxy names somebody without an account.
        """
        address = self.address_of(arrival)
        if self.ways.by_header and arrival.header and within(arrival.peer, self.ways.proxies):
            return self._named_by_proxy(arrival, address)
        known = self._by_cookie(arrival, address)
        if known is not None and known.actor.way != "proxy":
            return known
        return self._single(arrival, address) if self.is_single() else None

    def is_single(self) -> bool:
        """Whether the one person of this machine needs no sign-in."""
        return self.ways.single and self.has_no_accounts()

    def has_no_accounts(self) -> bool:
        """Whether nobody was ever added."""
        with self._store.reading() as unit:
            return not unit.people.any()

    def commander(self, os_user: str) -> Actor:
        """Who types commands as that user of the machine.

        Raises:
            UnknownOsUser: nobody does, and the machine is not one person's.
        """
        with self._store.reading() as unit:
            if not unit.people.any():
                return replace(SINGLE_USER, address="command line")
            person = unit.people.by_os_user(os_user)
            if person is None or not person.active:
                raise UnknownOsUser(name=os_user)
            return actor_of(unit, person, "command", "command line", self._clock.now())

    def insist_on_sign_in(self, host: str) -> None:
        """Lets an application start that is one person's, or that knows its people.

        Raises:
            OpenToAll: it would let other machines in without any sign-in.
        """
        if self.ways.single or self.ways.by_header or self.ways.by_provider:
            return
        if self.has_no_accounts():
            raise OpenToAll(host=host)

    def address_of(self, arrival: Arrival) -> str:
        """Where it comes from: the nearest address that none of our own proxies has."""
        address = arrival.peer
        for before in reversed(arrival.forwarded_for):
            if not within(address, self.ways.proxies):
                break
            address = before
        return address

    def _named_by_proxy(self, arrival: Arrival, address: str) -> Visitor:
        known = self._by_cookie(arrival, address)
        if (
            known
            and known.actor.way == "proxy"
            and self._signing.is_login_of(known, arrival.header)
        ):
            return known
        return self._signing.vouched(Vouched(arrival.header), "proxy", address)

    def _by_cookie(self, arrival: Arrival, address: str) -> Visitor | None:
        if not arrival.token:
            return None
        return self._signing.recognise(arrival.token, address, attended=arrival.attended)

    def _single(self, arrival: Arrival, address: str) -> Visitor:
        if arrival.proxied or not within(arrival.peer, LOOPBACK):
            raise ThroughProxy
        return Visitor(replace(SINGLE_USER, address=address), self._single_token)


def is_local(host: str, names: Iterable[str] = ()) -> bool:
    """Whether only this machine reaches what listens on `host` and answers to `names`."""
    return (host == "localhost" or within(host, LOOPBACK)) and LOCAL_NAMES.issuperset(names)


def within(address: str, networks: Networks) -> bool:
    """Whether the address belongs to one of the networks; a name belongs to none."""
    try:
        number = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(number, "ipv4_mapped", None)
    return any((mapped or number) in one for one in networks)
