"""Signing in through a provider (OpenID Connect), from the button to the page and back."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc.jwk import OctKey, RSAKey

from assistant.people import SINGLE_USER, Role
from assistant.services.auditing import AuditQuery
from tests.oidc_provider import CLIENT, SECRET, running_provider
from tests.sites import WebSite

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fastapi.testclient import TestClient
    from httpx2 import Response

    from tests.oidc_provider import Provider

PUBLIC = "http://localhost:7860"


@pytest.fixture
def provider() -> Iterator[Provider]:
    with running_provider() as provider:
        yield provider


@pytest.fixture
def site(tmp_path: Path, provider: Provider) -> WebSite:
    """With an account `sato` that has no password of its own."""
    return make_site(tmp_path, provider)


def make_site(folder: Path, provider: Provider, **settings: Any) -> WebSite:
    site = WebSite(
        folder,
        oidc_issuer=provider.issuer,
        oidc_client_id=CLIENT,
        oidc_client_secret=SECRET,
        public_url=PUBLIC,
        **settings,
    )
    site.add_person("admin", Role.ADMINISTRATOR)
    accounts = site.entrance.accounts
    accounts.add(SINGLE_USER, "sato", "佐藤", [Role.CLERK], with_password=False)
    return site


def back_from(provider: Provider, browser: TestClient) -> str:
    """Presses the button and signs in there; the address to come back to."""
    left = browser.get("/sign-in/provider")
    assert left.status_code == 303
    assert left.headers["location"].startswith(f"{provider.issuer}/authorize?")
    answer = httpx.get(left.headers["location"])
    address = urlsplit(answer.headers["location"])
    assert f"{address.scheme}://{address.netloc}" == PUBLIC
    return f"{address.path}?{address.query}"


@contextmanager
def coming_back(site: WebSite, provider: Provider) -> Iterator[tuple[TestClient, Response]]:
    with site.browser() as browser:
        yield browser, browser.get(back_from(provider, browser))


def failed(answer: Response) -> str:
    assert answer.status_code == 303
    assert "kikigaki=" not in answer.headers.get("set-cookie", "").replace("kikigaki-provider", "")
    return answer.headers["location"]


def test_who_signs_in_there_is_signed_in_here(site: WebSite, provider: Provider) -> None:
    with coming_back(site, provider) as (browser, answer):
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        me = browser.get("/api/me").json()
    assert (me["name"], me["roles"], me["way"]) == ("佐藤", ["clerk"], "oidc")
    person = site.entrance.accounts.find(SINGLE_USER, "sato")
    assert person.subject == f"{provider.issuer} 42"


def test_the_button_is_named_after_the_provider(site: WebSite) -> None:
    with site.browser() as browser:
        assert browser.get("/api/sign-in").json()["provider"] == "127.0.0.1"
        left = browser.get("/sign-in/provider")
    cookie = left.headers["set-cookie"]
    assert cookie.startswith("kikigaki-provider=")
    for part in ("HttpOnly", "Path=/sign-in", "SameSite=lax", "Max-Age=600"):
        assert part in cookie


def test_the_address_tells_nothing_that_opens_anything(site: WebSite) -> None:
    with site.browser() as browser:
        left = browser.get("/sign-in/provider")
        key = browser.cookies["kikigaki-provider"]
        other = parse_qs(urlsplit(browser.get("/sign-in/provider").headers["location"]).query)
    asked = parse_qs(urlsplit(left.headers["location"]).query)
    assert key not in left.headers["location"]
    for name in ("state", "nonce", "code_challenge"):
        assert len(asked[name][0]) == 43
        assert asked[name] != other[name]


def test_a_return_counts_in_the_browser_that_left(site: WebSite, provider: Provider) -> None:
    with site.browser() as browser, site.browser() as other:
        address = back_from(provider, browser)
        assert failed(other.get(address)) == "/sign-in?failed=ProviderFails"
        back_from(provider, other)
        assert failed(other.get(address)) == "/sign-in?failed=ProviderFails"


def test_a_code_counts_once(site: WebSite, provider: Provider) -> None:
    with site.browser() as browser:
        address = back_from(provider, browser)
        key = browser.cookies["kikigaki-provider"]
        assert browser.get(address).headers["location"] == "/"
        browser.cookies.set("kikigaki-provider", key, path="/sign-in")
        assert failed(browser.get(address)) == "/sign-in?failed=ProviderFails"


@pytest.mark.parametrize(
    "spoilt",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another application"},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"iss": "https://evil.example"},
        {"exp": int(time.time()) - 3600},
        {"sub": None},
        {"preferred_username": None},
    ],
)
def test_a_word_that_is_not_for_us_counts_nothing(
    site: WebSite, provider: Provider, spoilt: dict[str, Any]
) -> None:
    for name, value in spoilt.items():
        provider.spoilt[name] = value
        if value is None:
            provider.spoilt.pop(name)
            provider.person.pop(name, None)
            provider.spoilt |= {"nonce": ""} if name == "nonce" else {}
    with coming_back(site, provider) as (_, answer):
        assert failed(answer) == "/sign-in?failed=ProviderFails"


@pytest.mark.parametrize("how", ["another key", "a shared secret"])
def test_a_word_that_the_provider_did_not_sign_counts_nothing(
    site: WebSite, provider: Provider, how: str
) -> None:
    if how == "another key":
        provider.signer = RSAKey.generate_key(2048, {"kid": "first"})
    else:
        provider.algorithm = "HS256"
        provider.signer = OctKey.import_key(SECRET * 8)
    with coming_back(site, provider) as (_, answer):
        assert failed(answer) == "/sign-in?failed=ProviderFails"


def test_new_keys_of_the_provider_are_fetched(site: WebSite, provider: Provider) -> None:
    with coming_back(site, provider) as (_, answer):
        assert answer.headers["location"] == "/"
    provider.key = provider.signer = RSAKey.generate_key(2048, {"kid": "second", "use": "sig"})
    with coming_back(site, provider) as (_, answer):
        assert answer.headers["location"] == "/"


def test_a_provider_that_calls_itself_otherwise_is_not_asked(
    site: WebSite, provider: Provider
) -> None:
    provider.told_issuer = "https://evil.example"
    with site.browser() as browser:
        answer = browser.get("/sign-in/provider")
    assert (answer.status_code, answer.json()["kind"]) == (502, "ProviderFails")


def test_a_provider_that_does_not_answer_is_said(tmp_path: Path) -> None:
    with running_provider() as provider:
        site = make_site(tmp_path, provider)
    with site.browser() as browser:
        answer = browser.get("/sign-in/provider")
    assert answer.status_code == 502
    assert "127.0.0.1" in answer.json()["error"]["ja"]


def test_somebody_without_an_account_is_told(site: WebSite, provider: Provider) -> None:
    provider.person = {"sub": "43", "preferred_username": "suzuki"}
    with coming_back(site, provider) as (_, answer):
        assert failed(answer) == "/sign-in?failed=UnknownVisitor"
    (row, *_) = site.application.audit_log.rows(SINGLE_USER, AuditQuery(action="sign_in_failed"))
    assert row.way == "oidc"


def test_accounts_and_roles_come_from_there_where_the_site_says_so(
    tmp_path: Path, provider: Provider
) -> None:
    roles = "CN=sv,OU=kodomo=supervisor; kanri=manager"
    site = make_site(tmp_path, provider, unknown_users="add", oidc_roles=roles)
    provider.person = {
        "sub": "43",
        "preferred_username": "suzuki",
        "groups": ["CN=sv,OU=kodomo", "others"],
    }
    with coming_back(site, provider) as (browser, _):
        assert browser.get("/api/me").json()["roles"] == ["supervisor"]
    provider.person["groups"] = []
    with coming_back(site, provider) as (browser, _):
        assert browser.get("/api/me").json()["roles"] == []


def test_nobody_but_the_provider_is_asked(site: WebSite, provider: Provider) -> None:
    with coming_back(site, provider):
        pass
    assert provider.asked == ["/.well-known/openid-configuration", "/authorize", "/keys"]
