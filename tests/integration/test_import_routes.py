"""Importing over the REST API: sealed while it waits, gone when it was taken."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from assistant.people import Role
from assistant.sealing.chunks import MAGIC
from tests.minutes import COMMITTEE
from tests.sites import WebSite

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fastapi.testclient import TestClient


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def browser(folder: Path) -> Iterator[TestClient]:
    site = WebSite(folder)
    site.add_person("sato", *Role)
    with site.signed_in("sato") as browser:
        yield browser


def test_a_file_waits_sealed_is_mended_and_taken(folder: Path, browser: TestClient) -> None:
    added = browser.put("/api/imports?name=会議録.txt", content=COMMITTEE.encode())
    assert added.status_code == 201
    id_ = added.json()["id"]
    assert browser.get("/api/imports").json() == [added.json()]
    (kept,) = (folder / "state" / "imports").rglob("*.txt")
    assert kept.read_bytes().startswith(MAGIC)
    (record,) = browser.get(f"/api/imports/{id_}").json()["shown"]
    assert (record["title"], record["day"]) == ("文教委員会会議録（要点記録）", "2026-11-20")
    assert (record["time"], record["body"]) == ("10:00:00", "文教委員会")
    assert record["speakers"][0] | {"id": ""} == {
        "id": "",
        "name": "青木委員長",
        "role": "chair",
        "turns": 2,
    }
    assert record["first"][1]["speaker"] == "青木委員長"
    wish = {"title": "文教委員会", "day": "2026-11-21", "kind": "meeting", "matter": ""}
    wishes = {"records": {record["digest"]: wish}}
    told = [
        json.loads(line)
        for line in browser.post(f"/api/imports/{id_}/take", json=wishes).text.splitlines()
    ]
    assert told[-1]["result"]["taken"] == 1
    assert not kept.exists()
    assert browser.get("/api/imports").json() == []
    (entry,) = browser.get("/api/recordings").json()["recordings"]
    assert (entry["id"], entry["title"]) == (told[-1]["result"]["first"], "文教委員会")
    falls_due = browser.get(f"/api/recordings/{entry['id']}/retention").json()
    assert falls_due["day"] == "2026-11-21"


def test_what_does_not_wait_is_not_there(browser: TestClient) -> None:
    for answer in (
        browser.get("/api/imports/0123456789abcdef"),
        browser.post("/api/imports/0123456789abcdef/take", json={}),
        browser.delete("/api/imports/.."),
        browser.delete("/api/imports/0123456789abcdef"),
    ):
        assert answer.status_code in {404, 405}


def test_a_file_that_cannot_be_read_says_why_and_can_be_dropped(browser: TestClient) -> None:
    id_ = browser.put("/api/imports?name=a.txt", content=b"nothing").json()["id"]
    told = browser.get(f"/api/imports/{id_}").json()
    assert (told["records"], told["refused_all"]) == (0, 1)
    assert "発言者の印" in told["refused"][0]["ja"]
    assert browser.delete(f"/api/imports/{id_}").status_code == 204
