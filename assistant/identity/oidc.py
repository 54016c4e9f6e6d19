"""A provider of sign-in by OpenID Connect: discovery, code flow with PKCE, state and nonce.

What a sign-in needs to remember is derived from one random key, which the browser keeps in a
cookie: nothing waits on this machine for people who never come back, and any machine can finish
what another one began.
"""

from __future__ import annotations

import hmac
import logging
import ssl
from base64 import urlsafe_b64encode
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from assistant.errors import ProviderFails
from assistant.services.signing import Vouched

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

log = logging.getLogger(__name__)

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
"""Signatures by a key that only the provider has: neither `none` nor a shared secret."""
PATIENCE = 10.0
"""Seconds."""
LEEWAY = 60
"""Seconds by which clocks may differ."""


class Provider:
    """The provider at `issuer`, for the application at `public_url`."""

    def __init__(
        self,
        issuer: str,
        client_id: str,
        client_secret: str | None,
        public_url: str,
        claims: tuple[str, str] = ("preferred_username", "groups"),
    ) -> None:
        self.issuer = issuer.rstrip("/")
        self._client_id = client_id
        self._client_secret = client_secret
        self._back = f"{public_url.rstrip('/')}/sign-in/provider/back"
        self._login_claim, self._groups_claim = claims
        self._lock = Lock()
        self._known: dict[str, Any] = {}

    def address(self, key: str) -> str:
        """Where the browser is sent to sign in.

        Raises:
            ProviderFails: it does not answer as it should.
        """
        with _told(self.issuer), self._client() as client:
            url, _ = client.create_authorization_url(
                self._metadata()["authorization_endpoint"],
                state=_derived(key, "state"),
                nonce=_derived(key, "nonce"),
                code_verifier=_derived(key, "verifier"),
            )
        return str(url)

    def finish(self, key: str, query: str) -> Vouched:
        """Who came back with that query.

        Raises:
            ProviderFails: the provider refused, or what it says cannot be trusted.
        """
        with _told(self.issuer):
            return self._finished(key, query)

    def _finished(self, key: str, query: str) -> Vouched:
        told = {name: values[0] for name, values in parse_qs(query).items()}
        if not hmac.compare_digest(told.get("state", "").encode(), _derived(key, "state").encode()):
            raise ValueError("another state")
        if "iss" in told and told["iss"].rstrip("/") != self.issuer:
            raise ValueError("another issuer")
        with self._client() as client:
            token = client.fetch_token(
                self._metadata()["token_endpoint"],
                grant_type="authorization_code",
                code=told["code"],
                code_verifier=_derived(key, "verifier"),
            )
        return self._vouched(self._claims(token, _derived(key, "nonce")))

    def _vouched(self, claims: Mapping[str, Any]) -> Vouched:
        login = str(claims[self._login_claim])
        groups = claims.get(self._groups_claim)
        named = groups.split() if isinstance(groups, str) else groups
        return Vouched(
            login=login,
            name=str(claims.get("name") or login),
            subject=f"{self.issuer} {claims['sub']}",
            groups=None if named is None else frozenset(map(str, named)),
        )

    def _claims(self, token: Mapping[str, Any], nonce: str) -> Mapping[str, Any]:
        found = self._decoded(str(token["id_token"]))
        issuer = self._metadata()["issuer"]
        options = {"iss": {"values": [issuer]}, "aud": {"value": self._client_id}}
        params = {"nonce": nonce, "client_id": self._client_id}
        claims = CodeIDToken(found.claims, found.header, options, params)
        claims.validate(leeway=LEEWAY)
        return dict(claims)

    def _decoded(self, token: str) -> jwt.Token:
        registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
        try:
            return jwt.decode(token, self._keys(), registry=registry)
        except InvalidKeyIdError:  # it has new keys
            return jwt.decode(token, self._keys(anew=True), registry=registry)

    def _keys(self, *, anew: bool = False) -> KeySet:
        with self._lock:
            if anew or "keys" not in self._known:
                self._known["keys"] = self._get(self._metadata()["jwks_uri"])
            return KeySet.import_key_set(self._known["keys"])

    def _metadata(self) -> dict[str, Any]:
        if "metadata" not in self._known:
            found = self._get(f"{self.issuer}/.well-known/openid-configuration")
            if str(found["issuer"]).rstrip("/") != self.issuer:
                raise ValueError("another issuer")
            self._known["metadata"] = found
        metadata: dict[str, Any] = self._known["metadata"]
        return metadata

    def _get(self, address: str) -> dict[str, Any]:
        with self._client() as client:
            answer = client.request("GET", address, withhold_token=True)
            found: dict[str, Any] = answer.raise_for_status().json()
            return found

    def _client(self) -> OAuth2Client:
        return OAuth2Client(
            client_id=self._client_id,
            client_secret=self._client_secret,
            token_endpoint_auth_method=None if self._client_secret else "none",
            scope="openid profile",
            redirect_uri=self._back,
            code_challenge_method="S256",
            timeout=PATIENCE,
            verify=ssl.create_default_context(),  # the machine's own list of authorities
            trust_env=False,
        )


@contextmanager
def _told(issuer: str) -> Iterator[None]:
    """Whatever goes wrong is one sentence to people; the log has the kind, and no claims."""
    try:
        yield
    except (OAuthError, JoseError, httpx2.HTTPError, LookupError, ValueError, TypeError) as error:
        log.warning("the provider of sign-in failed", extra={"reason": type(error).__name__})
        raise ProviderFails(issuer=urlsplit(issuer).hostname or issuer) from error


def _derived(key: str, what: str) -> str:
    """A text for one purpose, from which neither the key nor the others can be found."""
    digest = hmac.digest(key.encode(), what.encode(), "sha256")
    return urlsafe_b64encode(digest).rstrip(b"=").decode()
