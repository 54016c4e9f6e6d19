from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from assistant.people import SINGLE_USER
from tests.archive_searches import Searches
from tests.archives import archive_in
from ui.acting import acting
from ui.search_routes import SearchRoutes
from ui.web import add_error_handlers


class Services:
    def __init__(self, searches: Searches) -> None:
        self.archive_search = searches.service
        self.synonyms = searches.synonyms


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    searches = Searches(archive_in(tmp_path))
    searches.add("r1", "虐待の疑い", "税の話", "あ" * 300 + "=虐待")
    app = FastAPI()
    app.include_router(SearchRoutes(Services(searches)).router())
    app.dependency_overrides[acting] = lambda: SINGLE_USER
    add_error_handlers(app)
    return TestClient(app)


def ask(client: TestClient, **asked: Any) -> dict[str, Any]:
    answer = client.post("/api/search", json=asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_hits_come_by_recording_with_marked_snippets(client: TestClient) -> None:
    found = ask(client, words="虐待")
    assert (found["total"], found["recordings"]) == (2, 1)
    (group,) = found["groups"]
    assert (group["recording"], group["total"]) == ("r1", 2)
    first, second = group["hits"]
    assert (first["turn"], first["snippet"], first["spans"]) == ("t0", "虐待の疑い", [[0, 2]])
    assert (second["cut_before"], second["cut_after"]) == (True, False)
    assert second["by"] == "words"


def test_get_and_post_say_the_same(client: TestClient) -> None:
    asked = client.get("/api/search", params={"words": "税", "from": "R8.11.1", "kind": "会議"})
    expected = ask(client, words="税", filters={"from": "R8.11.1", "kind": "会議"})
    assert asked.json() == expected
    assert expected["total"] == 1


@pytest.mark.parametrize("filters", [{"from": "いつか"}, {"kind": "手紙"}])
def test_a_filter_that_is_not_understood_is_said(
    client: TestClient, filters: dict[str, str]
) -> None:
    answer = client.post("/api/search", json={"words": "税", "filters": filters})
    assert answer.status_code == 400
    assert "読み取れません" in answer.json()["error"]["ja"]


def test_turn_by_turn(client: TestClient) -> None:
    found = ask(client, words="虐待", grouped=False, limit=1, offset=1)
    assert found["total"] == 2
    assert [len(one["hits"]) for one in found["groups"]] == [1]


def test_a_table_comes_as_csv(client: TestClient) -> None:
    answer = client.post("/api/search.csv", json={"words": "税"})
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert "税の話" in answer.text


def test_searches_are_kept_and_dropped(client: TestClient) -> None:
    kept = client.post("/api/searches", json={"words": "税", "filters": {"role": "chair"}}).json()
    assert (kept["name"], kept["filters"]) == ("税", {"role": "chair"})
    assert client.get("/api/searches").json() == {"saved": [kept]}
    assert client.delete(f"/api/searches/{kept['id']}").status_code == 204
    assert client.get("/api/searches").json() == {"saved": []}
    assert client.delete(f"/api/searches/{kept['id']}").status_code == 404


def test_synonyms_are_seen_and_changed(client: TestClient) -> None:
    before = len(client.get("/api/synonyms").json()["groups"])
    assert client.post("/api/synonyms", json={"line": "箱庭 = 虐待"}).status_code == 201
    groups = client.get("/api/synonyms").json()["groups"]
    assert groups[0] == {"words": ["箱庭", "虐待"], "own": True}
    assert ask(client, words="箱庭")["total"] == 2
    client.post("/api/synonyms/remove", json={"line": "箱庭 = 虐待"})
    assert len(client.get("/api/synonyms").json()["groups"]) == before
    assert client.post("/api/synonyms", json={"line": "一語"}).status_code == 400


def test_openapi_describes_what_comes(client: TestClient) -> None:
    schema = client.get("/openapi.json").json()
    answer = schema["paths"]["/api/search"]["post"]["responses"]["200"]
    assert answer["content"]["application/json"]["schema"]["$ref"].endswith("/FoundOut")


@given(st.text(max_size=60))
def test_nothing_that_is_typed_fails(words: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        searches = Searches(archive_in(Path(folder)))
        searches.add("r1", "虐待の疑い", words)
        found = searches.ask(words)
        assert found.total >= len(found.hits) >= 0
