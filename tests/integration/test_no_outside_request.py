"""Nothing leaves the machine: every connection and every look-up of a name is watched."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assistant.people import SINGLE_USER
from assistant.services.queueing import JobState
from assistant.services.transcribing import Options
from assistant.settings import Settings
from tests.samples import opening
from tests.worker_process import database_in, library

ROOT = Path(__file__).parents[2]
WATCH = """
import sys

def watch(event, arguments):
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        outside = arguments[1][0] not in ("127.0.0.1", "::1", "localhost")
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        outside = arguments[0] not in ("127.0.0.1", "::1", "localhost", None, "")
    else:
        outside = False
    if outside:
        sys.stderr.write(f"OUTSIDE {event} {arguments}\\n")

sys.addaudithook(watch)
"""


def watching(tmp_path: Path) -> dict[str, str]:
    """The environment in which a Python says what it asks of the outside."""
    (tmp_path / "watch").mkdir(exist_ok=True)
    (tmp_path / "watch" / "sitecustomize.py").write_text(WATCH)
    return os.environ | {
        "PYTHONPATH": f"{tmp_path / 'watch'}:{ROOT}",
        "KIKIGAKI_DATA_DIR": str(tmp_path / "data"),
        "KIKIGAKI_MODELS_DIR": str(Settings().weights_dir),
    }


def watched(tmp_path: Path, *arguments: str) -> str:
    """What a run of this Python says, with any outside request in it."""
    command = [sys.executable, *arguments]
    done = subprocess.run(
        command, env=watching(tmp_path), capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


def test_the_watch_sees_an_outside_request(tmp_path: Path) -> None:
    ask = "import urllib.request as r; r.urlopen('http://kikigaki.invalid/')"
    assert "OUTSIDE socket.getaddrinfo" in watched(tmp_path, "-c", ask)


@pytest.mark.weights
def test_transcription_makes_no_outside_request(tmp_path: Path) -> None:
    sound = opening("meeting", tmp_path / "meeting.wav", 12)
    out = tmp_path / "out"
    said = watched(tmp_path, "-m", "assistant", "transcribe", str(sound), "--out", str(out))
    assert (out / "meeting.json").is_file(), said
    assert "OUTSIDE" not in said


def test_a_worker_and_its_engine_make_no_outside_request(tmp_path: Path) -> None:
    shelves = library(tmp_path, database_in(tmp_path))
    with shelves.adding(SINGLE_USER, "a.wav", Options()) as (recording, file):
        file.write(b"sound")
    command = [sys.executable, "-m", "tests.worker_process", str(tmp_path)]
    log = tmp_path / "worker.log"
    with (
        log.open("wb") as errors,
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stderr=errors, env=watching(tmp_path)
        ) as worker,
    ):
        deadline = time.monotonic() + 60
        while shelves.entry(SINGLE_USER, recording).job.state is not JobState.DONE:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        worker.kill()
    assert "works" in log.read_text()
    assert "OUTSIDE" not in log.read_text()
