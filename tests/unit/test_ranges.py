"""Ranges of stored files, sealed and plain, as browsers ask for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.testclient import TestClient

from assistant.sealing.chunks import CHUNK
from tests.sealed_site import Site
from ui.ranges import ranged
from ui.web import PRIVATE, add_error_handlers

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.ports import StoredFile

CONTENT = bytes(range(256)) * 1024 + b"end"
SIZE = len(CONTENT)


@pytest.fixture(params=[True, False], ids=["sealed", "plain"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Site:
    return Site(tmp_path, sealing=request.param)


@pytest.fixture
def file(site: Site) -> StoredFile:
    stored = site.file("playback.webm")
    with stored.create() as stream:
        stream.write(CONTENT)
    return stored


@pytest.fixture
def client(file: StoredFile) -> TestClient:
    app = FastAPI()
    add_error_handlers(app)

    @app.get("/sound")
    def sound(request: Request) -> Response:
        return ranged(request, file, PRIVATE)

    return TestClient(app)


def test_the_whole_file(client: TestClient) -> None:
    answer = client.get("/sound")
    assert (answer.status_code, answer.content) == (200, CONTENT)
    assert answer.headers["content-type"] == "video/webm"
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["content-length"] == str(SIZE)
    assert answer.headers["cache-control"] == PRIVATE["Cache-Control"]


@pytest.mark.parametrize(
    ("asked", "first", "stop"),
    [
        ("0-0", 0, 1),
        ("0-99", 0, 100),
        ("10-", 10, SIZE),
        (f"{CHUNK - 5}-{CHUNK + 4}", CHUNK - 5, CHUNK + 5),
        (f"{3 * CHUNK}-{3 * CHUNK}", 3 * CHUNK, 3 * CHUNK + 1),
        ("-3", SIZE - 3, SIZE),
        (f"-{SIZE + 10}", 0, SIZE),
        (f"100-{SIZE + 100}", 100, SIZE),
        (f"{SIZE - 1}-", SIZE - 1, SIZE),
    ],
)
def test_a_range(client: TestClient, asked: str, first: int, stop: int) -> None:
    answer = client.get("/sound", headers={"Range": f"bytes={asked}"})
    assert (answer.status_code, answer.content) == (206, CONTENT[first:stop])
    assert answer.headers["content-range"] == f"bytes {first}-{stop - 1}/{SIZE}"
    assert answer.headers["content-length"] == str(stop - first)


@pytest.mark.parametrize("asked", [f"{SIZE}-", f"{SIZE + 5}-{SIZE + 9}", "-0"])
def test_a_range_behind_the_end(client: TestClient, asked: str) -> None:
    answer = client.get("/sound", headers={"Range": f"bytes={asked}"})
    assert (answer.status_code, answer.content) == (416, b"")
    assert answer.headers["content-range"] == f"bytes */{SIZE}"


@pytest.mark.parametrize(
    "asked", ["bytes=-", "bytes=5-2", "bytes=a-b", "bytes=0-1,5-6", "chapters=1-2", "", "9" * 99]
)
def test_what_is_no_range_gets_the_whole_file(client: TestClient, asked: str) -> None:
    answer = client.get("/sound", headers={"Range": asked})
    assert (answer.status_code, len(answer.content)) == (200, SIZE)


def test_a_range_of_what_has_changed_gets_the_whole_file(
    client: TestClient, file: StoredFile
) -> None:
    first = client.get("/sound", headers={"Range": "bytes=0-9"})
    for name in ("etag", "last-modified"):
        headers = {"Range": "bytes=10-19", "If-Range": first.headers[name]}
        assert client.get("/sound", headers=headers).status_code == 206
    with file.create() as stream:
        stream.write(CONTENT[::-1] + b"longer")
    changed = client.get("/sound", headers=headers | {"If-Range": first.headers["etag"]})
    assert (changed.status_code, changed.content) == (200, CONTENT[::-1] + b"longer")


def test_an_empty_file(client: TestClient, file: StoredFile) -> None:
    with file.create():
        pass
    assert client.get("/sound").content == b""
    assert client.get("/sound", headers={"Range": "bytes=0-"}).status_code == 416


def test_what_cannot_be_opened_is_a_sentence_and_no_sound(tmp_path: Path) -> None:
    site = Site(tmp_path)
    stored = site.write(CONTENT)
    app = FastAPI()
    add_error_handlers(app)

    @app.get("/broken")
    def broken(request: Request) -> Response:
        return ranged(request, stored, {})

    site.vault.shred("one")
    answer = TestClient(app, raise_server_exceptions=False).get("/broken")
    assert answer.status_code == 500
    assert "鍵" in answer.json()["error"]["ja"]
