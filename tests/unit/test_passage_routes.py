from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from assistant.manual import Verdict
from assistant.model import Kind, Speaker
from assistant.people import SINGLE_USER
from assistant.services.annotating import Annotator
from assistant.services.feedback import ManualFeedback
from assistant.services.manuals import ManualLibrary
from assistant.testing import (
    FakeClock,
    FakeManualTools,
    FakeSearcher,
    InMemoryManualStore,
    MemoryDisplayLog,
    MemoryWatchedFiles,
    PlainVault,
)
from tests.libraries import Shelves
from tests.manuals import edition
from tests.transcripts import transcript
from ui.acting import acting
from ui.guard import Guard
from ui.passage_routes import PassageRoutes
from ui.web import add_error_handlers

if TYPE_CHECKING:
    from pathlib import Path

CALL = transcript(
    "C 0-6 近所の子の腕にあざがあるのを見たんです。"
    " | C 10-17 ご飯も食べていないみたいで痩せています。",
    kind=Kind.CALL,
    speakers=(Speaker("C", "相談者", "caller"),),
)


class Site(Shelves):
    """The routes behind their guard, on a library with a finished call; its own services."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        store, tools = InMemoryManualStore(), FakeManualTools()
        made, passages, terms = edition("fake")
        store.add(made, passages, terms)
        watched = MemoryWatchedFiles()
        self.log = MemoryDisplayLog()
        self.manuals = ManualLibrary(
            folder / "manuals", PlainVault(), store, watched, tools, FakeClock()
        )
        searcher = FakeSearcher({"身体的虐待": ("あざ",), "ネグレクト": ("ご飯",)})
        self.annotator = Annotator(searcher, store, tools, {})
        self.feedback = ManualFeedback(self.log, FakeClock())
        self.call = self.add_finished("電話.wav", transcript=CALL)
        app = FastAPI()
        app.include_router(PassageRoutes(self).router())
        app.dependency_overrides[acting] = lambda: SINGLE_USER
        add_error_handlers(app)
        app.add_middleware(Guard)
        self.client = TestClient(app, base_url="http://localhost:7860")

    def find(self, recording: str) -> list[dict[str, Any]]:
        answer = self.client.post(f"/api/recordings/{recording}/passages")
        assert answer.status_code == 200, answer.text
        return [json.loads(line) for line in answer.text.splitlines()]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_the_sections_of_a_finished_recording_are_found_and_kept(site: Site) -> None:
    *steps, last = site.find(site.call)

    assert [one["total"] for one in steps] == [17.0] * len(steps)
    assert steps[-1]["done"] == 17.0
    found = last["result"]["passages"]
    assert [one["headings"][-1] for one in found] == ["身体的虐待", "ネグレクト"]
    assert [one["turn"] for one in found] == ["t1", "t2"]
    assert found[0]["passage"] == "fake:0"
    kept = site.library.transcript(SINGLE_USER, site.call)
    assert [one.passage for one in kept.passages] == ["fake:0", "fake:1"]
    assert [turn.text for turn in kept.turns] == [turn.text for turn in CALL.turns]


def test_what_was_laid_before_somebody_is_noted_once_it_was(site: Site) -> None:
    site.find(site.call)
    path = f"/api/recordings/{site.call}/passages"

    answer = site.client.post(f"{path}/1/shown?rank=2")
    assert answer.json() == {"display": 1}
    (shown,) = site.log.kept
    assert (shown.passage, shown.place, shown.turn, shown.rank) == ("fake:1", site.call, "t2", 2)
    site.feedback.judge(SINGLE_USER, 1, Verdict.HELPED)
    assert [line.helped for line in site.feedback.report()] == [1]
    for number in (2, -1):
        assert site.client.post(f"{path}/{number}/shown").status_code == 404


def test_a_section_of_an_edition_that_was_never_here_cannot_be_noted(site: Site) -> None:
    made = site.annotator.annotate(CALL)
    stray = tuple(replace(one, edition="gone", passage="gone:0") for one in made.passages)
    other = site.add_finished("持込.wav", transcript=replace(made, passages=stray))

    answer = site.client.post(f"/api/recordings/{other}/passages/0/shown")
    assert answer.status_code == 404
    assert site.log.kept == []


def test_a_recording_that_is_not_there_is_not_there(site: Site) -> None:
    for path in ("passages", "passages/0/shown"):
        answer = site.client.post(f"/api/recordings/20261120-100000-aaaaaa/{path}")
        assert answer.status_code == 404


def test_a_recording_that_is_not_heard_yet_says_so(site: Site) -> None:
    waiting = site.add("待ち.wav")

    (line,) = site.find(waiting)
    assert set(line["error"]) == {"ja", "en"}
