"""Fetching with the real hub library, from a hub of our own on this machine."""

from __future__ import annotations

import hashlib
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import pytest

from assistant.errors import FetchRefused, NoConnection
from assistant.speech.weights import WeightStore
from tests.model_folders import MODEL, whisper_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMMIT = "a" * 40


class Hub(ThreadingHTTPServer):
    """A hub that holds the files in `folder` as `repository`."""

    def __init__(self, repository: str, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.repository = repository
        self.folder = folder

    def answer(self, path: str) -> bytes | None:
        """What lies at `path`, None when nothing does."""
        files = {file.name: file for file in self.folder.iterdir()}
        if path.startswith(f"/api/models/{self.repository}/tree/{COMMIT}"):
            return json.dumps([_described(file) for file in files.values()]).encode()
        if path.startswith(f"/api/models/{self.repository}"):
            siblings = [{"rfilename": name} for name in files]
            info = {"id": self.repository, "sha": COMMIT, "siblings": siblings, "tags": []}
            return json.dumps(info).encode()
        if path.startswith(f"/{self.repository}/resolve/{COMMIT}/"):
            return files[path.rpartition("/")[2]].read_bytes()
        return None


class Answer(BaseHTTPRequestHandler):
    def do_HEAD(self) -> None:
        assert isinstance(self.server, Hub)
        content = self.server.answer(unquote(urlsplit(self.path).path))
        self.send_response(404 if content is None else 200)
        if content is None:
            self.send_header("X-Error-Code", "RepoNotFound")
        body = content or b""
        kind = "application/json" if self.path.startswith("/api") else "application/octet-stream"
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", f'"{hashlib.sha256(body).hexdigest()}"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def do_GET(self) -> None:
        self.do_HEAD()

    def log_message(self, *_: object) -> None:
        """Silent."""


@contextmanager
def hub_of(repository: str, folder: Path) -> Iterator[str]:
    """The address of a running hub."""
    server = Hub(repository, folder)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def _described(file: Path) -> dict[str, object]:
    digest = hashlib.sha1(file.read_bytes(), usedforsecurity=False).hexdigest()
    return {"type": "file", "path": file.name, "size": file.stat().st_size, "oid": digest}


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The files on the hub, which is the only one that can be reached."""
    folder = whisper_folder(tmp_path / "hub")
    (folder / "pytorch_model.bin").write_bytes(b"another format")
    # As in the product: everything but the fetch itself is offline.
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    with hub_of("Systran/faster-whisper-small", folder) as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        yield folder


def test_weights_come_from_the_hub(hub: Path, tmp_path: Path) -> None:
    store = WeightStore(tmp_path / "models")
    manifest = store.fetch("small")
    assert (store.folder / "small" / "model.bin").read_bytes() == MODEL
    assert [note.path for note in manifest.files] == [
        "config.json",
        "model.bin",
        "tokenizer.json",
        "vocabulary.txt",
    ]
    assert store.verify("small") == manifest


def test_what_the_hub_does_not_have(hub: Path, tmp_path: Path) -> None:
    with pytest.raises(FetchRefused, match="someone/nothing"):
        WeightStore(tmp_path / "models").fetch("someone/nothing")


def test_no_hub_to_reach(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    with pytest.raises(NoConnection, match="kikigaki models add"):
        WeightStore(tmp_path / "models").fetch("small")
