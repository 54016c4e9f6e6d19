"""Every route against every role; records of others against all that could tell of them."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from assistant.audio.preparing import prepare
from assistant.errors import Forbidden
from assistant.people import SINGLE_USER, MatterKind, Role, Scope
from assistant.services.transcribing import Options
from assistant.services.workbench import Workbench
from assistant.testing import FakeClock
from tests.people import actor_named
from tests.recordings import make_transcript, write_tone
from tests.sites import WebSite
from ui.gate import OPEN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fastapi.testclient import TestClient
    from httpx2 import Response

    from assistant.people import Actor

ALL = "caseworker clerk supervisor manager auditor administrator"
WORKERS = "caseworker clerk supervisor manager"
NEVER = "20200101-000000-000000"
"""A record that never was."""

RULE = '{"record_class": "light", "name": "軽易", "years": 900}'

# Whom a route lets do what it does. On records, the others hear that there is none (404).
ON_RECORDS = {
    ("GET", "/transcript", None): WORKERS,
    ("GET", "/sound", None): WORKERS,
    ("GET", "/peaks", None): WORKERS,
    ("GET", "/export/txt", None): WORKERS,
    ("GET", "/retention", None): WORKERS,
    ("PUT", "/speakers/S1", '{"name": "青木"}'): WORKERS,
    ("PUT", "/turns/T1", '{"text": "はい。"}'): WORKERS,
    ("PUT", "/title", '{"title": "題"}'): WORKERS,
    ("PUT", "/matter", '{"matter": "MATTER"}'): WORKERS,
    ("POST", "/passages", None): WORKERS,
    ("POST", "/passages/0/shown", None): "",  # there are none beside this record
    ("POST", "/print", None): WORKERS,
    ("POST", "/cancel", None): WORKERS,
    ("POST", "/retry", None): WORKERS,
    ("DELETE", "", None): "clerk supervisor manager",
}
# On the site as a whole, the others hear that they may not (403).
ON_SITE = {
    ("GET", "/api/site", None): ALL,
    ("GET", "/api/me", None): ALL,
    ("GET", "/api/recordings", None): ALL,
    ("PUT", "/api/recordings?name=a.wav", "x"): WORKERS,
    ("GET", "/api/manuals", None): ALL,
    ("GET", "/api/manuals/sections/x:0", None): ALL,
    ("GET", "/api/manuals/report", None): ALL,
    ("GET", "/api/manuals/report.csv", None): ALL,
    ("GET", "/api/manuals/editions/x/file", None): ALL,
    ("GET", "/api/manuals/editions/x/changes", None): ALL,
    ("PUT", "/api/manuals?name=a.md", "# a"): "supervisor manager administrator",
    ("POST", "/api/manuals/reindex", None): "supervisor manager administrator",
    ("POST", "/api/manuals/editions/EDITION/retire", None): "supervisor manager administrator",
    ("POST", "/api/manuals/editions/EDITION/restore", None): "supervisor manager administrator",
    ("POST", "/api/manuals/search", '{"question": "通告"}'): ALL,
    ("POST", "/api/manuals/displays/4711/opened", None): ALL,
    ("PUT", "/api/manuals/displays/4711/verdict", '{"verdict": "wrong"}'): ALL,
    ("POST", "/api/search", '{"words": "委員会"}'): WORKERS,
    ("GET", "/api/search?words=a", None): WORKERS,
    ("POST", "/api/search.csv", '{"words": "委員会"}'): WORKERS,
    ("GET", "/api/searches", None): WORKERS,
    ("POST", "/api/searches", '{"name": "a", "words": "b"}'): WORKERS,
    ("DELETE", "/api/searches/x", None): WORKERS,
    ("GET", "/api/exports", None): WORKERS,
    ("POST", "/api/exports", '{"words": "委員会", "form": "txt"}'): WORKERS,
    ("GET", "/api/exports/x/file", None): WORKERS,
    ("POST", "/api/exports/x/cancel", None): WORKERS,
    ("POST", "/api/exports/x/retry", None): WORKERS,
    ("DELETE", "/api/exports/x", None): WORKERS,
    ("GET", "/api/synonyms", None): ALL,
    ("POST", "/api/synonyms", '{"line": "a = b"}'): "clerk supervisor manager administrator",
    ("POST", "/api/synonyms/remove", '{"line": "c = d"}'): "clerk supervisor manager administrator",
    ("POST", "/api/emergency", f'{{"record": "{NEVER}", "reason": "夜間の安否確認のため"}}'): (
        "caseworker supervisor"
    ),
    ("GET", "/api/people", None): "manager administrator",
    ("POST", "/api/people", '{"login": "a b"}'): "manager administrator",
    ("PUT", "/api/people/x/name", '{"name": "a"}'): "manager administrator",
    ("PUT", "/api/people/x/roles", '{"roles": []}'): "manager administrator",
    ("PUT", "/api/people/x/active", '{"active": false}'): "manager administrator",
    ("POST", "/api/people/x/password", None): "manager administrator",
    ("GET", "/api/matters", None): ALL,
    ("GET", "/api/matters/members", None): "manager administrator",
    ("POST", "/api/matters", '{"name": "", "kind": "case"}'): "manager administrator",
    ("PUT", "/api/matters/x/name", '{"name": "a"}'): "manager administrator",
    ("PUT", "/api/matters/x/closed", '{"closed": true}'): "manager administrator",
    ("PUT", "/api/matters/x/members/y", None): "manager administrator",
    ("DELETE", "/api/matters/x/members/y", None): "manager administrator",
    ("GET", "/api/imports", None): WORKERS,
    ("PUT", "/api/imports?name=a.txt", "○会長　はい。"): WORKERS,
    ("GET", "/api/imports/x", None): WORKERS,
    ("POST", "/api/imports/x/take", "{}"): WORKERS,
    ("DELETE", "/api/imports/x", None): WORKERS,
    ("GET", "/api/retention/rules", None): "manager",
    ("PUT", "/api/retention/rules", f'{{"rule": {RULE}}}'): "manager",
    ("PUT", "/api/retention/daily", '{"on": false}'): "manager",
    ("POST", "/api/retention/plan", f'{{"day": "2040-01-01", "rule": {RULE}}}'): "manager",
    ("GET", "/api/retention/records", None): "manager",
    ("GET", "/api/retention/holds", None): "manager",
    ("POST", "/api/retention/holds", '{"subject": "x", "reason": "a"}'): "manager",
    ("POST", "/api/retention/holds/release", '{"hold": "x", "reason": "a"}'): "manager",
    ("POST", "/api/retention/run", '{"shown": [], "typed": "0"}'): "manager",
    ("GET", "/api/retention/deletions", None): "manager",
    ("GET", "/api/backups", None): "administrator",
    ("POST", "/api/backups", None): "administrator",
    ("POST", "/api/backups/verify", '{"name": "x"}'): "administrator",
    ("POST", "/api/backups/stop", None): "administrator",
    ("GET", "/api/audit", None): "auditor",
    ("GET", "/api/audit.csv", None): "auditor",
    ("POST", "/api/audit/verify", None): "auditor",
}
SLOW = {"/api/manuals/reindex", "/passages", "/api/manuals?name=a.md"}
"""Need weights where they are let: tried on the others only."""
NOT_TABLED = OPEN | {"/api/sign-in/password", "/api/sign-out"}
"""Of signing in: see `test_gate`."""


@dataclass
class Everyone:
    """A site where each role has a person with a browser; `ours` is a record of their case."""

    site: WebSite
    browsers: dict[str, TestClient]
    ours: str
    theirs: str
    matter: str
    edition: str
    """Of a manual."""

    def ask(self, role: str, method: str, path: str, body: str | None = None) -> Response:
        headers = {"Content-Type": "application/json"} if body else {}
        content = body and body.replace("MATTER", self.matter)
        return self.browsers[role].request(method, path, content=content, headers=headers)

    def actor(self, role: str) -> Actor:
        return actor_named(self.site.store, role)


@pytest.fixture(scope="module")
def everyone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Everyone]:
    folder = tmp_path_factory.mktemp("site")
    site = WebSite(folder)
    site.add_person("administrator", Role.ADMINISTRATOR)
    people = {role: site.add_person(role, Role(role)) for role in ALL.split()[:-1]}
    site.add_person("keeper", Role.CLERK)
    desk = site.entrance.matters
    matters = [desk.add(SINGLE_USER, MatterKind.CASE, name).id for name in ("山田家", "鈴木家")]
    for person in people.values():
        desk.join(SINGLE_USER, matters[0], person)
    tone = write_tone(folder / "tone.wav", 1.0)
    ours, theirs = (add_record(site, tone, matter) for matter in matters)
    with ExitStack() as stack:
        browsers = {role: stack.enter_context(site.signed_in(role)) for role in ALL.split()}
        added = browsers["manager"].put("/api/manuals?name=a.md", content="# 手引き\n通告の受理。")
        yield Everyone(site, browsers, ours, theirs, matters[0], added.json()["edition"]["id"])


def add_record(site: WebSite, tone: Path, matter: str) -> str:
    """A finished recording of that matter, added by a clerk who is none of those tested."""
    library = site.application.library
    keeper = actor_named(site.store, "keeper")
    with library.adding(keeper, "委員会.wav", Options()) as (recording, file):
        file.write(tone.read_bytes())
    with site.store.writing() as unit:
        record = unit.records.find(recording, Scope(everything=True))
        assert record is not None
        unit.records.update(replace(record, matter=matter))
    bench = Workbench(library, site.store, FakeClock())
    prepare(bench.sound(recording), bench.copy(recording), bench.peaks(recording))
    bench.keep(recording, make_transcript("委員会.wav"))
    return recording


def told(answer: Response) -> tuple[int, bytes, list[tuple[str, str]]]:
    """Everything that a browser sees."""
    return answer.status_code, answer.content, sorted(answer.headers.items())


def test_the_tables_name_every_route(everyone: Everyone) -> None:
    tabled = {(method, path.partition("?")[0]) for method, path, _ in ON_SITE}
    tabled |= {(method, f"/api/recordings/x{path}") for method, path, _ in ON_RECORDS}
    missing = [
        (method, route.path)
        for route in iter_route_contexts(everyone.site.app.routes)
        if isinstance(route.original_route, APIRoute) and route.path not in NOT_TABLED
        for method in route.methods or ()
        if not any(
            method == one and route.path_regex.fullmatch(path) for one, path in sorted(tabled)
        )
    ]
    assert missing == []


@pytest.mark.parametrize("role", ALL.split())
@pytest.mark.parametrize(("method", "path", "body"), sorted(ON_SITE, key=str))
def test_the_site_lets_those_who_may(
    everyone: Everyone, role: str, method: str, path: str, body: str | None
) -> None:
    allowed = role in ON_SITE[method, path, body].split()
    if allowed and path in SLOW:
        return
    answer = everyone.ask(role, method, path.replace("EDITION", everyone.edition), body)
    if allowed:
        assert answer.status_code not in {401, 403, 500}, answer.text
    elif path == "/api/manuals/reindex":  # told line by line
        assert answer.json() == {"error": {"ja": Forbidden.ja, "en": Forbidden.en}}
    else:
        assert (answer.status_code, answer.json()["kind"]) == (403, "Forbidden")


@pytest.mark.parametrize("role", ALL.split())
@pytest.mark.parametrize(("method", "path", "body"), sorted(ON_RECORDS, key=str))
def test_a_record_of_one_s_case_is_there_for_those_who_may(
    everyone: Everyone, role: str, method: str, path: str, body: str | None
) -> None:
    allowed = role in ON_RECORDS[method, path, body].split()
    if allowed and (path in SLOW or method == "DELETE"):
        return
    answer = everyone.ask(role, method, f"/api/recordings/{everyone.ours}{path}", body)
    assert (answer.status_code < 300) if allowed else (answer.status_code == 404), answer.text


@pytest.mark.parametrize("role", [one for one in ALL.split() if one != "manager"])
@pytest.mark.parametrize(("method", "path", "body"), sorted(ON_RECORDS, key=str))
def test_a_record_of_another_case_is_as_if_it_never_was(
    everyone: Everyone, role: str, method: str, path: str, body: str | None
) -> None:
    answers = [
        everyone.ask(role, method, f"/api/recordings/{one}{path}", body)
        for one in (everyone.theirs, NEVER, "x")
    ]
    assert answers[0].status_code == 404
    assert told(answers[0]) == told(answers[1]) == told(answers[2])


def test_sound_in_ranges_tells_no_more(everyone: Everyone) -> None:
    for headers in ({"Range": "bytes=0-1"}, {"If-Range": '"x"', "Range": "bytes=9-"}):
        answers = [
            everyone.browsers["clerk"].get(f"/api/recordings/{one}/sound", headers=headers)
            for one in (everyone.theirs, NEVER)
        ]
        assert told(answers[0]) == told(answers[1])
        assert answers[0].status_code == 404
    ours = f"/api/recordings/{everyone.ours}/sound"
    assert everyone.browsers["clerk"].get(ours, headers={"Range": "bytes=0-1"}).status_code == 206


@pytest.mark.parametrize("role", ["caseworker", "clerk", "supervisor"])
def test_lists_and_searches_hold_one_s_own_only(everyone: Everyone, role: str) -> None:
    browser = everyone.browsers[role]
    listed = browser.get("/api/recordings").json()["recordings"]
    assert everyone.ours in {one["id"] for one in listed}
    assert everyone.theirs not in {one["id"] for one in listed}
    every = everyone.browsers["manager"].get("/api/recordings").json()["recordings"]
    assert everyone.theirs in {one["id"] for one in every}
    asked: dict[str, Any] = {"words": "委員会"}
    here = browser.post("/api/search", json=asked)
    assert everyone.theirs not in here.text
    table = browser.post("/api/search.csv", json=asked)
    assert everyone.theirs not in table.text
    narrowed = [
        browser.post("/api/search", json=asked | {"filters": {"record": one}}).json()
        for one in (everyone.theirs, NEVER)
    ]
    assert narrowed[0] == narrowed[1]
    matters = [
        browser.post("/api/search", json=asked | {"filters": {"matter": one}}).json()
        for one in ("鈴木家", "どこにもない家")
    ]
    assert matters[0] == matters[1]


def test_an_emergency_opens_that_record_and_nothing_else(everyone: Everyone) -> None:
    browser, path = everyone.browsers["caseworker"], f"/api/recordings/{everyone.theirs}"
    asked = {"record": everyone.theirs, "reason": "夜間の安否確認のため、前回の通話を聞く"}
    assert browser.get(f"{path}/transcript").status_code == 404
    assert browser.post("/api/emergency", json=asked).status_code == 204
    assert browser.get(f"{path}/transcript").status_code == 200
    assert browser.get(f"{path}/sound").status_code == 200
    assert browser.put(f"{path}/title", json={"title": "a"}).status_code == 404
    assert browser.delete(path).status_code == 404
    assert everyone.browsers["supervisor"].get(f"{path}/transcript").status_code == 404


def test_what_was_refused_changed_nothing_and_the_log_is_whole(everyone: Everyone) -> None:
    with everyone.site.store.reading() as unit:
        assert unit.records.find(everyone.theirs, Scope(everything=True)) is not None
    answer = everyone.browsers["auditor"].post("/api/audit/verify").json()
    assert answer["intact"]
