"""Who is let into the web application: nobody without sign-in, whatever they ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import Mount
from starlette.websockets import WebSocketDisconnect

from assistant.people import SINGLE_USER, Role
from assistant.services.auditing import AuditQuery
from tests.people import PASSWORD
from tests.sites import HERE, HOST, WebSite
from ui.acting import acting
from ui.gate import OPEN, TOKEN_HEADER

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from fastapi.dependencies.models import Dependant
    from starlette.routing import BaseRoute

NAVIGATION = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
AFTER_SIGN_IN = {"/api/sign-in/password", "/api/sign-out"}


@pytest.fixture
def site(tmp_path: Path) -> WebSite:
    """With an administrator and a clerk."""
    site = WebSite(tmp_path)
    site.add_person("admin", Role.ADMINISTRATOR)
    site.add_person("sato", Role.CLERK)
    return site


def every_route(routes: Sequence[BaseRoute], before: str = "") -> Iterator[tuple[str, Any]]:
    """Every path that anything is mounted on, Gradio's included, with its route."""
    for route in iter_route_contexts(routes):
        path = before + str(route.path or "")
        yield path, route
        if isinstance(route.original_route, Mount):
            yield from every_route(route.original_route.routes, path)


def knows_actor(dependant: Dependant) -> bool:
    return dependant.call is acting or any(map(knows_actor, dependant.dependencies))


def test_every_route_of_ours_has_its_actor(site: WebSite) -> None:
    ours = [
        route
        for route in iter_route_contexts(site.app.routes)
        if isinstance(route.original_route, APIRoute)
    ]
    assert len(ours) > 30
    without = {route.path for route in ours if not knows_actor(route.dependant)}
    assert without == OPEN | AFTER_SIGN_IN


def test_nothing_else_is_mounted_but_the_page_s_files_and_gradio(site: WebSite) -> None:
    others = {
        (type(route.original_route).__name__, route.path)
        for route in iter_route_contexts(site.app.routes)
        if not isinstance(route.original_route, APIRoute)
    }
    assert others == {("Mount", "/kikigaki"), ("Mount", "")}


def test_without_sign_in_nothing_answers_but_the_page_that_asks(site: WebSite) -> None:
    asked = {
        (method, path)
        for path, route in every_route(site.app.routes)
        for method in getattr(route, "methods", None) or ()
        if path not in OPEN and not path.startswith("/kikigaki")
    }
    assert len(asked) > 100  # Gradio's too
    with site.browser() as browser:
        for method, path in sorted(asked):
            answer = browser.request(method, path.replace("{", "").replace("}", ""))
            assert answer.status_code == 401, (method, path)
            if method != "HEAD":
                assert answer.json()["kind"] == "NotSignedIn"


@pytest.mark.parametrize("path", ["/", "/?recording=x&lang=en", "/config", "/api/recordings"])
def test_who_types_an_address_is_led_to_the_page_that_asks(site: WebSite, path: str) -> None:
    with site.browser() as browser:
        answer = browser.get(path, headers=NAVIGATION)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in?next=%2F")


def test_the_page_that_asks_needs_nothing_from_behind_the_gate(site: WebSite) -> None:
    with site.browser() as browser:
        page = browser.get("/sign-in")
        assert page.status_code == 200
        for name in ("page.css", "people.css", "sign_in.js", "words.js"):
            assert browser.get(f"/kikigaki/{name}").status_code == 200, name
        state = browser.get("/api/sign-in").json()
    assert (state["name"], state["csrf"], state["must_change"]) == ("", "", False)
    assert "sato" not in page.text


@pytest.mark.parametrize(
    "path", ["/kikigaki/../api/recordings", "/kikigaki/%2e%2e/api/me", "/kikigaki//../config"]
)
def test_the_page_s_files_are_no_way_round(site: WebSite, path: str) -> None:
    with site.browser() as browser:
        assert browser.get(path).status_code in {401, 404}


def test_who_signs_in_gets_a_cookie_that_scripts_cannot_read(site: WebSite) -> None:
    with site.browser() as browser:
        answer = browser.post("/api/sign-in", json={"login": "sato", "password": PASSWORD})
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("kikigaki=")
        assert cookie.endswith("; Path=/; HttpOnly; SameSite=Lax")
        assert answer.headers["cache-control"] == "no-store"
        me = browser.get("/api/me").json()
        assert (me["name"], me["roles"], me["way"]) == ("Sato", ["clerk"], "password")
        assert me["csrf"] == answer.json()["csrf"]
        assert browser.get("/", headers=NAVIGATION).status_code == 200
        assert browser.get("/config").status_code == 200


@pytest.mark.parametrize(
    ("settings", "headers", "peer", "secure"),
    [
        ({"public_url": "https://kikigaki.city.example"}, {}, HERE, True),
        ({"public_url": "http://kikigaki.city.example"}, {}, HERE, False),
        ({"proxy_addresses": "10.0.0.1"}, {"X-Forwarded-Proto": "https"}, ("10.0.0.1", 1), True),
        ({"proxy_addresses": "10.0.0.1"}, {"X-Forwarded-Proto": "https"}, ("10.0.0.2", 1), False),
    ],
)
def test_behind_https_the_cookie_is_this_host_s_and_secured(
    tmp_path: Path,
    settings: dict[str, str],
    headers: dict[str, str],
    peer: tuple[str, int],
    secure: bool,
) -> None:
    site = WebSite(tmp_path, **settings)
    site.add_person("admin", Role.ADMINISTRATOR)
    with site.browser(peer) as browser:
        answer = browser.post(
            "/api/sign-in", json={"login": "admin", "password": PASSWORD}, headers=headers
        )
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-kikigaki=" if secure else "kikigaki=")
    assert cookie.endswith("; Secure") is secure


@pytest.mark.parametrize("shown", [None, "", "wrong"])
def test_a_change_without_the_page_s_token_is_refused(site: WebSite, shown: str | None) -> None:
    with site.signed_in("admin") as browser:
        headers = {} if shown is None else {TOKEN_HEADER: shown}
        token = browser.headers.pop(TOKEN_HEADER)
        for method, path in (
            ("PUT", "/api/recordings?name=a.wav"),
            ("POST", "/api/matters"),
            ("DELETE", "/api/recordings/x"),
            ("POST", "/api/sign-out"),
            ("POST", "/queue/join"),
        ):
            answer = browser.request(method, path, headers=headers, json={})
            assert (answer.status_code, answer.json()["kind"]) == (403, "StaleToken"), path
        headers = {TOKEN_HEADER: token}
        answer = browser.post("/api/matters", json={"name": "a", "kind": "case"}, headers=headers)
    assert answer.status_code == 201


def test_another_session_s_token_is_no_good(site: WebSite) -> None:
    with site.signed_in("sato") as other, site.signed_in("admin") as browser:
        browser.headers[TOKEN_HEADER] = other.headers[TOKEN_HEADER]
        assert browser.post("/api/sign-out").status_code == 403


def test_a_sign_out_ends_it(site: WebSite) -> None:
    with site.signed_in("sato") as browser:
        kept = browser.cookies["kikigaki"]
        answer = browser.post("/api/sign-out")
        assert answer.status_code == 204
        assert "Max-Age=0" in answer.headers["set-cookie"]
        assert browser.get("/api/me").status_code == 401
        browser.cookies.set("kikigaki", kept)
        assert browser.get("/api/me").status_code == 401


def test_a_first_password_is_good_for_another_one_only(site: WebSite) -> None:
    with site.signed_in("admin") as admin:
        added = admin.post("/api/people", json={"login": "ito", "name": "伊藤", "roles": ["clerk"]})
    with site.browser() as browser:
        first = {"login": "ito", "password": added.json()["password"]}
        signed = browser.post("/api/sign-in", json=first).json()
        assert signed["must_change"]
        browser.headers[TOKEN_HEADER] = signed["csrf"]
        for path in ("/api/me", "/api/recordings", "/config"):
            answer = browser.get(path)
            assert (answer.status_code, answer.json()["kind"]) == (403, "MustChangePassword")
        assert browser.get("/", headers=NAVIGATION).headers["location"].startswith("/sign-in?")
        weak = {"old": first["password"], "new": "short"}
        refused = browser.post("/api/sign-in/password", json=weak)
        assert (refused.status_code, refused.json()["kind"]) == (400, "PasswordTooShort")
        good = {"old": first["password"], "new": "two green umbrellas"}
        changed = browser.post("/api/sign-in/password", json=good).json()
        assert not changed["must_change"]
        assert browser.get("/api/me").json()["name"] == "伊藤"


def test_failures_are_answered_alike_and_end_in_a_wait(site: WebSite) -> None:
    answers = []
    with site.browser() as browser:
        for login in ("sato", "nobody"):
            tries = [
                browser.post("/api/sign-in", json={"login": login, "password": "wrong"})
                for _ in range(6)
            ]
            answers.append([(one.status_code, one.content) for one in tries])
    assert answers[0] == answers[1]
    assert [status for status, _ in answers[0]] == [401] * 5 + [429]


def test_a_proxy_s_word_brings_a_session(tmp_path: Path) -> None:
    settings = {"proxy_addresses": "10.0.0.1", "proxy_user_header": "X-Remote-User"}
    site = WebSite(tmp_path, **settings)
    site.add_person("admin", Role.ADMINISTRATOR)
    with site.browser(("10.0.0.1", 1)) as browser:
        browser.headers |= {"X-Remote-User": "Admin", "X-Forwarded-For": "203.0.113.5"}
        me = browser.get("/api/me").json()
        assert (me["name"], me["way"]) == ("Admin", "proxy")
        browser.headers[TOKEN_HEADER] = me["csrf"]
        assert browser.post("/api/matters", json={"name": "a", "kind": "case"}).status_code == 201
        browser.headers["X-Remote-User"] = "nobody"
        assert browser.get("/api/me").json()["kind"] == "UnknownVisitor"
        page = browser.get("/", headers=NAVIGATION)
        assert page.status_code == 403
        assert "nobody" in page.text
    with site.browser(("10.0.0.2", 1)) as browser:
        assert browser.get("/api/me", headers={"X-Remote-User": "admin"}).status_code == 401
    rows = site.application.audit_log.rows(SINGLE_USER, AuditQuery(action="sign_in"))
    assert [(row.way, row.address) for row in rows if row.way == "proxy"] == [
        ("proxy", "203.0.113.5")
    ]


def test_one_person_s_machine_asks_nobody(tmp_path: Path) -> None:
    site = WebSite(tmp_path)
    with site.browser() as browser:
        me = browser.get("/api/me").json()
        assert me["way"] == "single"
        assert browser.post("/api/matters", json={"name": "a", "kind": "case"}).status_code == 403
        browser.headers[TOKEN_HEADER] = me["csrf"]
        assert browser.post("/api/matters", json={"name": "a", "kind": "case"}).status_code == 201
        forwarded = browser.get("/", headers=NAVIGATION | {"X-Forwarded-For": "10.0.0.9"})
        assert forwarded.status_code == 403
        assert "単独利用" in forwarded.text
    with site.browser(("10.0.0.9", 1)) as browser:
        assert browser.get("/api/me").json()["kind"] == "ThroughProxy"


def test_a_websocket_without_sign_in_is_closed(site: WebSite) -> None:
    with site.browser() as browser, pytest.raises(WebSocketDisconnect) as closed:
        browser.websocket_connect(f"{HOST.replace('http', 'ws')}/queue/join").__enter__()
    assert closed.value.code == 1008
