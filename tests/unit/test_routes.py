from __future__ import annotations

import errno
import json
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from assistant.errors import DatabaseUnavailable
from assistant.model import Progress
from assistant.people import SINGLE_USER as ME
from assistant.services.queueing import JobState
from tests.jobs import WORKER, begin
from tests.libraries import Shelves, content
from ui.acting import acting
from ui.guard import Guard, names_of
from ui.routes import Routes
from ui.web import add_error_handlers

if TYPE_CHECKING:
    from pathlib import Path

SOUND = bytes(range(256)) * 40


class Site(Shelves):
    """The routes behind their guard, on a library in a temporary folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        app = FastAPI()
        app.include_router(
            Routes(self.library, self.editing, lambda: ["whisper-base"], "ja").router()
        )
        app.dependency_overrides[acting] = lambda: ME
        add_error_handlers(app)
        app.add_middleware(Guard, hosts=["kikigaki.city.example"])
        self.client = TestClient(app, base_url="http://localhost:7860")

    def send(self, name: str = "委員会.wav", **query: str) -> str:
        answer = self.client.put("/api/recordings", params={"name": name, **query}, content=SOUND)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_a_recording_arrives_byte_for_byte_with_what_was_chosen(site: Site) -> None:
    recording = site.send(
        "令和8年/会議.wav", kind="meeting", speakers="2-6", model="small", manuals="true"
    )

    entry = site.library.entry(ME, recording)
    assert content(site.library.sound(ME, recording)) == SOUND
    assert entry.record.name == "令和8年/会議.wav"
    assert (entry.job.options.kind, entry.job.options.model) == ("meeting", "small")
    assert entry.job.options.manuals
    assert (entry.job.options.count.least, entry.job.options.count.most) == (2, 6)


def test_an_odd_number_of_speakers_is_refused_with_a_sentence(site: Site) -> None:
    answer = site.client.put("/api/recordings", params={"name": "a.wav", "speakers": "6-2"})

    assert answer.status_code == 400
    assert "6-2" in answer.json()["error"]["ja"]
    assert site.library.entries(ME) == []


def test_the_list_tells_how_far_the_work_is(site: Site) -> None:
    recording = site.send()
    run = begin(site.jobs, recording)
    site.jobs.report(run, WORKER, Progress("recognize", 60.0, 120.0), 44.6)

    (entry,) = site.client.get("/api/recordings").json()["recordings"]

    assert entry["state"] == "running"
    assert entry["progress"] == {
        "stage": "recognize",
        "share": 0.5,
        "measured": True,
        "left": 45,
        "held": False,
    }
    site.jobs.report(run, WORKER, Progress("recognize", 60.0, 120.0), None, held=True)
    (entry,) = site.client.get("/api/recordings").json()["recordings"]
    assert entry["progress"]["held"]


def test_a_stage_of_unknown_length_claims_no_share(site: Site) -> None:
    recording = site.send()
    run = begin(site.jobs, recording)
    for stage, share in (("prepare", 0.0), ("survey", 0.05), ("load", 0.1), ("finish", 0.9)):
        site.jobs.report(run, WORKER, Progress(stage, 60.0, 0.0), None)
        (entry,) = site.client.get("/api/recordings").json()["recordings"]
        assert (entry["progress"]["share"], entry["progress"]["measured"]) == (share, False)


def test_a_full_disk_is_said_to_the_page(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(stream: object, file: object) -> None:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr("ui.routes.write_stream", full)
    answer = site.client.put("/api/recordings?name=a.wav", content=SOUND)

    assert answer.status_code == 507
    assert "いっぱいです" in answer.json()["error"]["ja"]
    assert site.library.entries(ME) == []


def test_sound_is_served_in_ranges(site: Site) -> None:
    path = f"/api/recordings/{site.send()}/sound"
    whole = site.client.get(path)
    assert (whole.status_code, whole.headers["accept-ranges"]) == (200, "bytes")
    assert whole.content == SOUND

    part = site.client.get(path, headers={"Range": "bytes=1000-1999"})
    assert part.status_code == 206
    assert part.headers["content-range"] == f"bytes 1000-1999/{len(SOUND)}"
    assert part.content == SOUND[1000:2000]

    tail = site.client.get(path, headers={"Range": "bytes=-10"})
    assert (tail.status_code, tail.content) == (206, SOUND[-10:])

    beyond = site.client.get(path, headers={"Range": f"bytes={len(SOUND)}-"})
    assert beyond.status_code == 416


def test_a_range_of_what_has_changed_is_not_served(site: Site) -> None:
    path = f"/api/recordings/{site.send()}/sound"
    tag = site.client.get(path).headers["etag"]

    same = site.client.get(path, headers={"Range": "bytes=0-9", "If-Range": tag})
    changed = site.client.get(path, headers={"Range": "bytes=0-9", "If-Range": '"other"'})

    assert (same.status_code, len(same.content)) == (206, 10)
    assert (changed.status_code, changed.content) == (200, SOUND)


@pytest.mark.parametrize(
    "recording",
    ["..", "../state", "%2e%2e", "..%2f..%2fetc", "20261120-100000-aaaaaa", "x" * 400],
)
@pytest.mark.parametrize("what", ["sound", "transcript", "peaks", "export/txt"])
def test_nothing_outside_the_library_is_served(site: Site, recording: str, what: str) -> None:
    answer = site.client.get(f"/api/recordings/{recording}/{what}")

    assert answer.status_code == 404
    assert b"root:" not in answer.content


def test_a_transcript_and_its_names(site: Site) -> None:
    recording = site.add_finished()
    path = f"/api/recordings/{recording}"

    renamed = site.client.put(f"{path}/speakers/S1", json={"name": "青木委員長"})
    transcript = site.client.get(f"{path}/transcript").json()

    assert renamed.status_code == 204
    assert transcript["speakers"][0] == {"id": "S1", "name": "青木委員長", "seconds": 6.5}
    assert transcript["turns"][1]["flags"] == ["backchannel"]
    assert [turn["check"] for turn in transcript["turns"]] == [
        False,
        False,
        False,
        True,
        False,
        False,
    ]
    assert transcript["withheld"][0]["flags"] == ["stock_phrase"]
    assert transcript["embedded"] is True


def test_a_document_keeps_its_japanese_name(site: Site) -> None:
    answer = site.client.get(f"/api/recordings/{site.add_finished('委員会.wav')}/export/txt")

    disposition = answer.headers["content-disposition"]
    assert (
        disposition == f"attachment; filename=\"___.txt\"; filename*=UTF-8''{quote('委員会')}.txt"
    )
    assert answer.text.startswith("話者1\tただいまから")


def test_work_is_cancelled_retried_and_removed(site: Site) -> None:
    recording = site.send()
    path = f"/api/recordings/{recording}"

    def state() -> str:
        return str(site.client.get("/api/recordings").json()["recordings"][0]["state"])

    site.client.post(f"{path}/cancel")
    assert state() == "cancelled"
    site.client.post(f"{path}/retry")
    assert state() == "waiting"
    run = begin(site.jobs, recording)
    refused = site.client.delete(path)
    assert (refused.status_code, state()) == (409, "running")
    assert "中止" in refused.json()["error"]["ja"]
    site.client.post(f"{path}/cancel")
    assert state() == "stopping"
    site.jobs.end(run, WORKER, JobState.CANCELLED)
    assert site.client.delete(path).status_code == 204
    assert site.client.get("/api/recordings").json()["recordings"] == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:9999"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost:7860"},
    ],
)
def test_another_site_cannot_change_anything(site: Site, headers: dict[str, str]) -> None:
    recording = site.add_finished()
    path = f"/api/recordings/{recording}"

    answers = [
        site.client.put("/api/recordings?name=a.wav", content=SOUND, headers=headers),
        site.client.put(f"{path}/speakers/S1", content=json.dumps({"name": "x"}), headers=headers),
        site.client.post(f"{path}/cancel", headers=headers),
        site.client.delete(path, headers=headers),
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert [entry.id for entry in site.library.entries(ME)] == [recording]


@pytest.mark.parametrize("origin", ["http://localhost:7860", None])
def test_our_own_page_and_programs_may(site: Site, origin: str | None) -> None:
    headers = {"Origin": origin, "Sec-Fetch-Site": "same-origin"} if origin else {}

    answer = site.client.put("/api/recordings?name=a.wav", content=SOUND, headers=headers)

    assert answer.status_code == 201


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:7860", 200),
        ("127.0.0.1:1", 200),
        ("[::1]:7860", 200),
        ("KIKIGAKI.city.example", 200),
        ("evil.example", 403),
        ("localhost.evil.example", 403),
        ("", 403),
        ("[broken", 403),
    ],
)
def test_only_known_names_are_answered(site: Site, host: str, status: int) -> None:
    assert site.client.get("/api/recordings", headers={"Host": host}).status_code == status


def test_an_address_for_all_networks_names_none() -> None:
    assert names_of("0.0.0.0", []) == set()  # noqa: S104
    assert names_of("10.1.2.3", ["a.example"]) == {"10.1.2.3", "a.example"}
    assert names_of("::", []) == set()


def test_a_page_is_told_to_fetch_nothing_from_elsewhere(site: Site) -> None:
    policy = site.client.get("/api/recordings").headers["content-security-policy"]

    assert policy.startswith("default-src 'self' blob: data:;")
    assert "http" not in policy


def test_a_database_that_does_not_answer_is_said_to_the_page(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: object) -> None:
        raise DatabaseUnavailable(place="db.example/kikigaki")

    monkeypatch.setattr(site.library, "entries", down)
    answer = site.client.get("/api/recordings")
    assert answer.status_code == 503
    assert "つながりを確かめて" in answer.json()["error"]["ja"]
