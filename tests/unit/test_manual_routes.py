from __future__ import annotations

import csv
import errno
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from assistant.errors import DatabaseUnavailable
from assistant.manual import Source
from assistant.people import SINGLE_USER
from assistant.services.feedback import ManualFeedback
from assistant.services.manual_desk import ManualDesk
from assistant.services.manual_questions import ManualQuestions
from assistant.services.manuals import ManualLibrary
from assistant.services.searching import ManualSearch
from assistant.testing import (
    FakeClock,
    FakeManualTools,
    InMemoryManualStore,
    MemoryDisplayLog,
    MemoryWatchedFiles,
    PlainVault,
    sections_of,
)
from tests.archives import archive_in
from tests.unit.test_manuals import TickingClock
from ui.acting import acting
from ui.guard import Guard
from ui.manual_routes import ManualRoutes
from ui.web import add_error_handlers

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from httpx2 import Response

    from assistant.manual import Display

HANDBOOK = "# 虐待対応\n## 通告\nあざを見たら書く。\n\nけがの形も書く。\n## 調査\n四十八時間。\n"
NEWER = "# 虐待対応\n## 通告\nあざを見たら写す。\n\nけがの形も書く。\n## 面接\n子どもに会う。\n"


class NoTable:
    """Nobody says anything else than the manuals write."""

    def written(self, question: str) -> dict[str, float]:
        return {}


class BrokenLog(MemoryDisplayLog):
    """A database that does not answer."""

    def log(self, displays: Sequence[Display]) -> list[int]:
        raise DatabaseUnavailable(place="db")


class Site:
    """The routes behind their guard, on a library in a temporary folder; its own services."""

    def __init__(self, folder: Path, log: MemoryDisplayLog | None = None) -> None:
        store, tools, self.watched = InMemoryManualStore(), FakeManualTools(), MemoryWatchedFiles()
        self.folder = folder / "manuals"
        self.log = log or MemoryDisplayLog()
        self.log.sections = sections_of(store)
        self.manuals = ManualLibrary(
            self.folder, PlainVault(), store, self.watched, tools, TickingClock()
        )
        self.archive = archive_in(folder / "data")
        self.manual_desk = ManualDesk(self.manuals, self.archive, FakeClock())
        self.manual_search = ManualSearch(store, tools, NoTable())
        self.feedback = ManualFeedback(self.log, FakeClock())
        self.manual_questions = ManualQuestions(
            self.manual_search, self.feedback, self.archive, FakeClock()
        )
        app = self.app = FastAPI()
        app.include_router(ManualRoutes(self, folder / "見張る").router())
        app.dependency_overrides[acting] = lambda: SINGLE_USER
        add_error_handlers(app)
        app.add_middleware(Guard)
        self.client = TestClient(app, base_url="http://localhost:7860")

    def put(self, text: str | bytes = HANDBOOK, name: str = "手引き.md", **query: str) -> Response:
        content = text.encode() if isinstance(text, str) else text
        return self.client.put("/api/manuals", params={"name": name, **query}, content=content)

    def get(self, path: str = "") -> Any:
        answer = self.client.get(f"/api/manuals{path}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def questions(self) -> list[dict[str, str]]:
        """What the audit log tells of them."""
        with self.archive.reading() as unit:
            return [row.details for row in unit.audit.rows() if row.action == "search"]

    def ask(self, question: str, manual: str | None = None) -> list[dict[str, Any]]:
        body = {"question": question, "manual": manual}
        return list(self.client.post("/api/manuals/search", json=body).json()["hits"])


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_a_manual_arrives_and_is_in_the_list(site: Site) -> None:
    answer = site.put(date="2026-04-01")

    assert answer.status_code == 201
    assert answer.json()["outcome"] == "added"
    (edition,) = site.get()["editions"]
    assert (edition["file"], edition["title"], edition["date"]) == (
        "手引き.md",
        "手引き",
        "2026-04-01",
    )
    assert (edition["state"], edition["passages"], edition["embedded"]) == ("current", 3, 0)
    assert edition["before"] is None
    assert [path.name for path in site.folder.iterdir()] == [edition["id"]]


def test_a_new_edition_takes_the_place_of_the_one_it_is_said_to_be_of(site: Site) -> None:
    first = site.put().json()["edition"]
    answer = site.put(NEWER, "手引き令和9年.md", manual=first["manual"]).json()

    assert answer["replaced"]["id"] == first["id"]
    new, old = site.get()["editions"]
    assert (new["before"], new["state"]) == (old["id"], "current")
    assert (old["before"], old["state"]) == (None, "superseded")
    assert site.put().json()["outcome"] == "already"


def test_a_file_that_cannot_be_used_is_refused_with_its_sentence(site: Site) -> None:
    answer = site.put(b"\xff\xfe\x00broken", "こわれた.md")

    assert answer.status_code == 400
    assert set(answer.json()["error"]) == {"ja", "en"}
    assert site.get()["editions"] == []
    assert list(site.folder.iterdir()) == []


def test_a_full_disk_is_said_and_nothing_is_left(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(stream: object, file: object) -> None:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr("ui.manual_routes.write_stream", full)
    assert site.put().status_code == 507
    assert list(site.folder.iterdir()) == []


@pytest.mark.parametrize("name", ["../../手引き.md", "/etc/手引き.md", "..\\手引き.md"])
def test_a_name_leads_nowhere_else(site: Site, name: str) -> None:
    edition = site.put(name=name).json()["edition"]

    assert edition["file"] == "手引き.md"
    assert {path.name for path in site.folder.parent.iterdir()} == {"manuals", "data"}


def test_a_question_finds_sections_and_is_noted(site: Site) -> None:
    site.put()
    hits = site.ask("あざ")

    assert hits[0]["headings"] == ["虐待対応", "通告"]
    assert hits[0]["reasons"][0] == {"kind": "words", "words": ["あ", "ざ"]}
    assert [one["display"] for one in hits] == list(range(1, len(hits) + 1))
    assert {(one.query, one.place) for one in site.log.kept} == {("あざ", "search")}


def test_nothing_fits_is_an_empty_answer_and_shows_nothing(site: Site) -> None:
    site.put()

    assert site.ask("Ω") == []
    assert site.log.kept == []


def test_only_the_chosen_manual_is_asked(site: Site) -> None:
    site.put()
    site.put("# 議会\nあざやかな議事録。\n", "議会.md")

    assert {hit["edition"]["title"] for hit in site.ask("あざ")} == {"手引き", "議会"}
    assert {hit["edition"]["title"] for hit in site.ask("あざ", "議会.md")} == {"議会"}


def test_an_answer_that_cannot_be_noted_is_not_given_and_leaves_no_row(tmp_path: Path) -> None:
    site = Site(tmp_path, BrokenLog())
    site.put()

    answer = site.client.post("/api/manuals/search", json={"question": "あざ"})
    assert (answer.status_code, "hits" in answer.json()) == (503, False)
    assert site.questions() == []


def test_a_typed_question_is_in_the_audit_log(site: Site) -> None:
    site.put()
    site.ask("あざ", "手引き.md")
    site.ask("Ω" * 2000)

    first, second = site.questions()
    assert first == {"words": "あざ", "total": "1", "manual": "手引き.md"}
    assert (len(second["words"]), second["total"]) == (1000, "0")


def test_only_who_was_shown_a_section_may_judge_it(site: Site) -> None:
    site.put()
    display = site.ask("あざ")[0]["display"]
    site.app.dependency_overrides[acting] = lambda: replace(SINGLE_USER, user="somebody else")

    for number in (display, 4711):
        path = f"/api/manuals/displays/{number}"
        answers = [
            site.client.post(f"{path}/opened"),
            site.client.put(f"{path}/verdict", json={"verdict": "wrong"}),
        ]
        assert {one.status_code for one in answers} == {404}
        assert {one.json()["kind"] for one in answers} == {"UnknownDisplay"}
    assert (site.log.kept[0].opened, site.log.kept[0].verdict) == (None, None)


def test_a_section_comes_whole_with_its_neighbours(site: Site) -> None:
    edition = site.put().json()["edition"]["id"]

    first, last = site.get(f"/sections/{edition}:1"), site.get(f"/sections/{edition}:2")
    assert [one["text"] for one in first["passages"]] == ["あざを見たら書く。", "けがの形も書く。"]
    assert first["before"] is None
    assert first["after"] == {"passage": f"{edition}:2", "headings": ["虐待対応", "調査"]}
    assert last["before"]["passage"] == f"{edition}:0"
    assert site.client.get(f"/api/manuals/sections/{edition}:9").status_code == 404
    assert site.client.get("/api/manuals/sections/nothing").status_code == 404


def test_what_is_said_of_a_display_reaches_the_report(site: Site) -> None:
    site.put()
    display = site.ask("あざ")[0]["display"]
    path = f"/api/manuals/displays/{display}"

    assert site.client.post(f"{path}/opened").status_code == 204
    assert site.client.put(f"{path}/verdict", json={"verdict": "wrong"}).status_code == 204
    line = site.get("/report")["sections"][0]
    assert (line["headings"], line["opened"], line["wrong"]) == (["虐待対応", "通告"], 1, 1)
    site.client.put(f"{path}/verdict", json={"verdict": None})
    assert all(one["wrong"] == 0 for one in site.get("/report")["sections"])
    assert site.client.put(f"{path}/verdict", json={"verdict": "nice"}).status_code == 422


def test_the_report_is_a_file_for_a_spreadsheet(site: Site) -> None:
    site.put()
    site.ask("あざ")
    answer = site.client.get("/api/manuals/report.csv")

    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(answer.content.decode("utf-8-sig").splitlines()))
    assert rows[0][0] == "マニュアル"
    assert quote("評価") in answer.headers["content-disposition"]


def test_the_file_is_saved_under_its_name_and_a_pdf_is_opened(site: Site) -> None:
    text = site.put().json()["edition"]["id"]
    pdf = site.put("# PDF\n文。\n", "手引き.pdf").json()["edition"]["id"]
    page = site.put("# ページ\n<script>\n", "頁.html").json()["edition"]["id"]

    def fetch(edition: str) -> Response:
        return site.client.get(f"/api/manuals/editions/{edition}/file")

    assert fetch(text).content.decode() == HANDBOOK
    assert fetch(text).headers["content-disposition"].startswith("attachment;")
    assert fetch(pdf).headers["content-disposition"].startswith("inline;")
    assert fetch(pdf).headers["content-type"] == "application/pdf"
    assert fetch(page).headers["content-disposition"].startswith("attachment;")
    assert fetch(page).headers["cache-control"] == "private, no-cache"


@pytest.mark.parametrize("edition", ["..", "%2e%2e", "..%2f..%2fetc", "手引き.md", "0" * 16])
@pytest.mark.parametrize("what", ["file", "changes"])
def test_nothing_else_is_served(site: Site, edition: str, what: str) -> None:
    site.put()
    answer = site.client.get(f"/api/manuals/editions/{edition}/{what}")

    assert answer.status_code == 404


def test_what_changed_is_told_sentence_by_sentence(site: Site) -> None:
    first = site.put().json()["edition"]["id"]
    second = site.put(NEWER).json()["edition"]["id"]

    found = site.get(f"/editions/{second}/changes")
    assert (found["old"]["id"], found["new"]["id"]) == (first, second)
    kinds = {one["kind"]: one for one in found["changes"]}
    assert kinds["changed"]["lines"] == [
        ["-", "あざを見たら書く。"],
        ["+", "あざを見たら写す。"],
        [" ", "けがの形も書く。"],
    ]
    assert kinds["added"]["headings"] == ["虐待対応", "面接"]
    assert kinds["removed"]["headings"] == ["虐待対応", "調査"]
    assert site.client.get(f"/api/manuals/editions/{first}/changes").status_code == 404


def test_an_edition_is_retired_and_restored(site: Site) -> None:
    edition = site.put().json()["edition"]["id"]
    path = f"/api/manuals/editions/{edition}"

    assert site.client.post(f"{path}/retire").json()["state"] == "retired"
    assert site.ask("あざ") == []
    assert site.client.post(f"{path}/restore").json()["state"] == "current"
    assert site.ask("あざ")


def test_reindexing_tells_how_far_it_is(site: Site) -> None:
    site.put()
    site.put("# 議会\n議事録。\n", "議会.md")

    answer = site.client.post("/api/manuals/reindex")
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert lines == [{"done": 0, "total": 2}, {"done": 1, "total": 2}, {"result": {"editions": 2}}]


def test_work_that_fails_says_so_in_its_last_line(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(progress: object) -> int:
        raise DatabaseUnavailable(place="db")

    monkeypatch.setattr(site.manuals, "reindex", fail)
    (line,) = site.client.post("/api/manuals/reindex").text.splitlines()
    assert "データベース" in json.loads(line)["error"]["ja"]


def test_work_that_fails_unforeseen_keeps_its_words_to_itself(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(progress: object) -> int:
        raise ZeroDivisionError("ご本人の言葉")

    monkeypatch.setattr(site.manuals, "reindex", fail)
    answer = site.client.post("/api/manuals/reindex").text
    assert "ご本人" not in answer + caplog.text
    assert json.loads(answer)["error"]["ja"]


def test_what_the_watched_folder_holds_in_vain_is_named(site: Site) -> None:
    site.watched.keep_source(
        Source("古い.doc", 1, 1, error=(("ja", "古い形式です"), ("en", "Old")))
    )

    library = site.get()
    assert library["troubles"] == [
        {"path": "古い.doc", "error": {"ja": "古い形式です", "en": "Old"}}
    ]
    assert library["folder"].endswith("見張る")
    assert library["free"] > 0


def test_another_site_cannot_change_anything(site: Site) -> None:
    edition = site.put().json()["edition"]["id"]
    headers = {"Origin": "https://evil.example"}
    paths = [f"/editions/{edition}/retire", f"/editions/{edition}/restore", "/reindex"]

    answers = [site.client.post(f"/api/manuals{path}", headers=headers) for path in paths]
    answers.append(site.client.put("/api/manuals?name=a.md", content=b"#", headers=headers))
    assert {answer.status_code for answer in answers} == {403}
