"""The whole way of a recording and a manual, and then a look at every file for their bytes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from assistant.sealing.chunks import MAGIC
from assistant.settings import Settings
from tests.acceptance.browsing import free_port, wait_for
from tests.samples import opening

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.weights

ROOT = Path(__file__).parents[2]
MANUAL = ROOT / "manuals" / "sample" / "council-handbook.docx"
HEARD = 240.0
"""Seconds for fifteen seconds of sound, loading of all weights included."""
CONTAINERS = [b"RIFF", b"WAVEfmt ", b"\x1a\x45\xdf\xa3", b"OpusHead", b"PK\x03\x04"]
"""How recordings, playable copies and Word documents begin."""

WATCH = """
import os, sys, tempfile

tempfile.gettempdir()  # it writes and removes an empty word there, to see whether it may

def watch(event, arguments):
    path = None
    if event == "open":
        path, mode, flags = arguments
        writes = any(letter in (mode or "") for letter in "wax+")
        writes = writes or (mode is None and flags & (os.O_WRONLY | os.O_RDWR))
        path = path if writes else None
    elif event in ("tempfile.mkstemp", "tempfile.mkdtemp"):
        path = arguments[0]
    elif event in ("os.rename", "shutil.copyfile", "shutil.move"):
        path = arguments[1]
    if isinstance(path, (str, bytes)):
        line = os.path.abspath(os.fsdecode(path)) + "\\n"
        os.write(log, line.encode("utf-8", "surrogateescape"))

log = os.open(os.environ["WATCH_LOG"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
sys.addaudithook(watch)
"""


@dataclass
class Site:
    """A running application; `folder` holds everything that it may write."""

    folder: Path
    client: httpx.Client

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def put(self, path: str, file: Path, **query: str) -> dict[str, object]:
        answer = self.client.put(
            path, params={"name": file.name, **query}, content=file.read_bytes()
        )
        answer.raise_for_status()
        found: dict[str, object] = answer.json()
        return found

    def heard(self, recording: object) -> None:
        deadline = time.monotonic() + HEARD
        while True:
            (entry,) = self.client.get("/api/recordings").json()["recordings"]
            if entry["id"] == recording and entry["state"] == "done":
                return
            assert entry["state"] in ("waiting", "running"), entry
            assert time.monotonic() < deadline, entry
            time.sleep(0.5)


@contextmanager
def running(folder: Path) -> Iterator[Site]:
    """`app.py`, in an environment whose every usual place for files is in `folder`."""
    port = free_port()
    for name in ("home", "tmp", "data", "watch"):
        (folder / name).mkdir()
    (folder / "watch" / "sitecustomize.py").write_text(WATCH)
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(folder / "watch"), str(ROOT)]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "WATCH_LOG": str(folder / "written"),
        "HOME": str(folder / "home"),
        "TMPDIR": str(folder / "tmp"),
        "KIKIGAKI_DATA_DIR": str(folder / "data"),
        "KIKIGAKI_MODELS_DIR": str(Settings().weights_dir),
        "KIKIGAKI_PORT": str(port),
    }
    command = [sys.executable, str(ROOT / "app.py")]
    address = f"http://127.0.0.1:{port}"
    with subprocess.Popen(command, cwd=folder, env=environment) as process:
        try:
            wait_for(address, process)
            with httpx.Client(base_url=address, timeout=60) as client:
                token = client.get("/api/me").json()["csrf"]
                client.headers["X-Kikigaki-Token"] = token
                yield Site(folder, client)
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return opening("call", tmp_path_factory.mktemp("given") / "電話相談.wav", 15)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, recording: Path) -> Iterator[Site]:
    """Everything was done once with a recording and a manual; it still runs."""
    with running(tmp_path_factory.mktemp("site")) as site:
        made = site.put("/api/recordings", recording)
        path = f"/api/recordings/{made['id']}"
        early = site.client.get(f"{path}/sound", headers={"Range": "bytes=0-99"})
        assert early.status_code == 206
        site.put("/api/manuals", MANUAL)
        site.heard(made["id"])
        whole = site.client.get(f"{path}/sound")
        assert whole.content[:4] == b"\x1a\x45\xdf\xa3"
        middle = site.client.get(f"{path}/sound", headers={"Range": "bytes=30000-30999"})
        assert middle.content == whole.content[30_000:31_000]
        assert len(site.client.get(f"{path}/peaks").content) == 15 * 20
        for form in site.client.get("/api/site").json()["formats"]:
            assert site.client.get(f"{path}/export/{form}").status_code == 200
        yield site


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def samples(content: bytes) -> list[bytes]:
    """Pieces of sound that are no silence, from all over a recording."""
    pieces = [content[at : at + 64] for at in range(44, len(content) - 64, len(content) // 200)]
    return [piece for piece in pieces if len(set(piece)) > 32]


def test_the_originals_are_there_and_sealed(site: Site) -> None:
    kept = {path.name: path for path in files(site.data)}
    for name in ("電話相談.wav", "playback.webm", "peaks", MANUAL.name):
        assert kept[name].read_bytes().startswith(MAGIC), name


def test_no_file_holds_a_piece_of_the_sound_or_the_document(site: Site, recording: Path) -> None:
    wanted = samples(recording.read_bytes()) + samples(MANUAL.read_bytes())
    assert len(wanted) > 100
    for path in files(site.folder):
        content = path.read_bytes()
        assert not any(piece in content for piece in wanted), path


def test_no_file_begins_like_a_recording_or_a_document(site: Site) -> None:
    for path in files(site.folder):
        with path.open("rb") as file:
            head = file.read(4096)
        assert not any(mark in head for mark in CONTAINERS), path


def test_nothing_was_ever_written_outside_of_the_data_folder(site: Site) -> None:
    written = {Path(line) for line in (site.folder / "written").read_text().splitlines()}
    inside = {path for path in written if path.is_relative_to(site.data)}
    assert any(path.name == "playback.webm" for path in inside), "the watch sees nothing"
    outside = {
        path
        for path in written - inside
        if not path.is_relative_to("/dev") and not path.is_relative_to("/proc")
    }
    assert outside == set()
