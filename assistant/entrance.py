"""The part of `bootstrap` that settings of sign-in are put together in."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from ipaddress import ip_network
from typing import TYPE_CHECKING

from assistant.errors import BadSignInSettings
from assistant.people import Role
from assistant.services.reception import Reception, Ways, is_local
from assistant.services.signing import Joining, SignIn, SignInRules

if TYPE_CHECKING:
    from assistant.ports import Clock
    from assistant.services.accounts import Accounts
    from assistant.services.archive_store import ArchiveStore
    from assistant.services.emergency import Emergency
    from assistant.services.matters import MatterDesk
    from assistant.services.passwords import Hasher
    from assistant.services.reception import Networks
    from assistant.services.signing import SignInProvider
    from assistant.settings import Settings


class Entrance:
    """Accounts, matters and ways to sign in, as the settings have it; each made when needed."""

    def __init__(
        self, settings: Settings, store: ArchiveStore, clock: Clock, hasher: Hasher | None = None
    ) -> None:
        self.settings = settings
        self._store = store
        self._clock = clock
        self._given_hasher = hasher

    @cached_property
    def accounts(self) -> Accounts:
        """Who may sign in, and as what."""
        from assistant.services.accounts import Accounts

        return Accounts(self._store, self._hasher, self._clock)

    @cached_property
    def matters(self) -> MatterDesk:
        """Cases and bodies."""
        from assistant.services.matters import MatterDesk

        return MatterDesk(self._store, self._clock)

    @cached_property
    def emergency(self) -> Emergency:
        """Records of others."""
        from assistant.services.emergency import Emergency

        lasting = timedelta(minutes=self.settings.emergency_minutes)
        return Emergency(self._store, self._clock, lasting)

    @cached_property
    def signing(self) -> SignIn:
        """In and out."""
        rules = SignInRules(
            failures=self.settings.sign_in_failures,
            idle=timedelta(minutes=self.settings.session_idle_minutes),
            longest=timedelta(hours=self.settings.session_hours),
        )
        joining = Joining(self.settings.unknown_users == "add", roles_of(self.settings.oidc_roles))
        return SignIn(self._store, self._hasher, self._clock, rules, joining)

    @cached_property
    def reception(self) -> Reception:
        """Knows who comes in."""
        return Reception(self._store, self.signing, self._clock, ways_of(self.settings))

    @cached_property
    def provider(self) -> SignInProvider | None:
        """Who signs people in for this site, if anybody does."""
        settings = self.settings
        if not settings.oidc_issuer:
            return None
        from assistant.identity.oidc import Provider

        secret = settings.oidc_client_secret
        return Provider(
            settings.oidc_issuer,
            settings.oidc_client_id,
            secret.get_secret_value() if secret else None,
            settings.public_url,
            (settings.oidc_login_claim, settings.oidc_groups_claim),
        )

    @cached_property
    def _hasher(self) -> Hasher:
        from assistant.identity.argon2id import Argon2idHasher

        return self._given_hasher or Argon2idHasher()


def ways_of(settings: Settings) -> Ways:
    """How people may be known on this site.

    Raises:
        BadSignInSettings: an address is none, or a setting lacks another.
    """
    by_header, by_provider = bool(settings.proxy_user_header), bool(settings.oidc_issuer)
    proxies = networks_of(settings.proxy_addresses)
    if by_header and not proxies:
        raise BadSignInSettings(name="KIKIGAKI_PROXY_USER_HEADER")
    if by_provider and not (settings.oidc_client_id and settings.public_url):
        raise BadSignInSettings(name="KIKIGAKI_OIDC_ISSUER")
    alone = not by_header and not by_provider and not proxies
    return Ways(alone and is_local(settings.host, settings.names), proxies, by_header, by_provider)


def networks_of(text: str) -> Networks:
    """`10.0.0.1, 10.1.0.0/16` as networks.

    Raises:
        BadSignInSettings: one of them is none.
    """
    try:
        return tuple(ip_network(one.strip()) for one in text.split(",") if one.strip())
    except ValueError as error:
        raise BadSignInSettings(name="KIKIGAKI_PROXY_ADDRESSES") from error


def roles_of(text: str) -> dict[str, frozenset[Role]]:
    """`group=role+role; group=role` as a table; a group may be a path like `CN=a,OU=b`.

    Raises:
        BadSignInSettings: one of them is no role.
    """
    parts = [one.rpartition("=") for one in text.split(";") if one.strip()]
    if not all(group.strip() for group, _, _ in parts):
        raise BadSignInSettings(name="KIKIGAKI_OIDC_ROLES")
    try:
        return {
            group.strip(): frozenset(Role(one.strip()) for one in roles.split("+"))
            for group, _, roles in parts
        }
    except ValueError as error:
        raise BadSignInSettings(name="KIKIGAKI_OIDC_ROLES") from error
