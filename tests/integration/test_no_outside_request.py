"""Nothing leaves the machine: every connection and every look-up of a name is watched."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from assistant.settings import Settings
from tests.samples import opening

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.weights

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


def watched(tmp_path: Path, *arguments: str) -> str:
    """What a run of this Python says, with any outside request in it."""
    (tmp_path / "watch").mkdir(exist_ok=True)
    (tmp_path / "watch" / "sitecustomize.py").write_text(WATCH)
    environment = os.environ | {
        "PYTHONPATH": str(tmp_path / "watch"),
        "KIKIGAKI_DATA_DIR": str(tmp_path / "data"),
        "KIKIGAKI_MODELS_DIR": str(Settings().weights_dir),
    }
    command = [sys.executable, *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def test_the_watch_sees_an_outside_request(tmp_path: Path) -> None:
    ask = "import urllib.request as r; r.urlopen('http://kikigaki.invalid/')"
    assert "OUTSIDE socket.getaddrinfo" in watched(tmp_path, "-c", ask)


def test_transcription_makes_no_outside_request(tmp_path: Path) -> None:
    sound = opening("meeting", tmp_path / "meeting.wav", 12)
    out = tmp_path / "out"
    said = watched(tmp_path, "-m", "assistant", "transcribe", str(sound), "--out", str(out))
    assert (out / "meeting.json").is_file(), said
    assert "OUTSIDE" not in said
