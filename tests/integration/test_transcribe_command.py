"""The main job as it is typed: real files, real weights, a process of its own."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from assistant.settings import Settings
from assistant.text.compare import reading_cer
from tests.samples import SAMPLES, opening, truth

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.weights

FORMATS = ["json", "docx", "srt", "vtt", "txt", "csv", "rttm"]


def places(tmp_path: Path) -> dict[str, str]:
    return os.environ | {
        "KIKIGAKI_DATA_DIR": str(tmp_path / "data"),
        "KIKIGAKI_MODELS_DIR": str(Settings().weights_dir),
        "KIKIGAKI_SCREEN_LANGUAGE": "ja",
    }


def kikigaki(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "assistant", *arguments]
    return subprocess.run(
        command, env=places(tmp_path), capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the opening of the call and two bad files were transcribed."""
    place = tmp_path_factory.mktemp("delivered")
    (place / "in").mkdir()
    opening("call", place / "in" / "受付.wav", 30.8)
    (place / "in" / "メモ.wav").write_text("これは音声ではありません", encoding="utf-8")
    (place / "in" / "空.mp3").write_bytes(b"")
    options = ["--out", str(place / "out"), "--format", ",".join(FORMATS), "--json"]
    done = kikigaki(place, "transcribe", str(place / "in"), *options)
    (place / "stdout.json").write_text(done.stdout, encoding="utf-8")
    (place / "stderr.txt").write_text(done.stderr, encoding="utf-8")
    assert done.returncode == 2, done.stderr
    return place


def test_standard_output_holds_the_results_and_nothing_else(delivered: Path) -> None:
    results = json.loads((delivered / "stdout.json").read_text(encoding="utf-8"))
    states = {one["file"].rsplit("/", 1)[-1]: one["state"] for one in results}
    assert states == {"受付.wav": "done", "メモ.wav": "failed", "空.mp3": "failed"}


def test_each_bad_file_is_named_in_a_sentence(delivered: Path) -> None:
    said = (delivered / "stderr.txt").read_text(encoding="utf-8").replace("\n", "")
    assert "「メモ.wav」は音声として読み取れません" in said
    assert "「空.mp3」は空です" in said
    assert "Traceback" not in said


def test_documents_lie_under_the_name_of_the_recording(delivered: Path) -> None:
    assert sorted(path.name for path in (delivered / "out").iterdir()) == sorted(
        f"受付.{one}" for one in FORMATS
    )


def test_what_was_said_is_in_the_json_with_who_said_it(delivered: Path) -> None:
    made = json.loads((delivered / "out" / "受付.json").read_text(encoding="utf-8"))
    names = {speaker["id"]: speaker["role"] for speaker in made["speakers"]}
    for role in ("caller", "worker"):
        heard = "".join(t["text"] for t in made["turns"] if names[t["speaker"]] == role)
        said = "".join(t["text"] for t in truth("call", role) if t["end"] <= 30.6)
        assert reading_cer(said, heard) < 0.15, heard
    assert made["provenance"]["models"][0]["name"] == "whisper-base"


def test_nothing_stays_behind_but_the_documents(delivered: Path) -> None:
    data = delivered / "data"
    left = [path.relative_to(data) for path in data.rglob("*") if path.is_file()]
    archived = [path for path in left if path.parts[0] == "recordings"]
    databases = [path for path in left if ".sqlite" in path.name]
    assert [(path.parts[2], path.name) for path in archived] == [("original", "受付.wav")]
    others = [path for path in left if path.suffix in {".lock", ".key"}]
    assert set(left) == {*archived, *databases, *others}, left
    made = json.loads((delivered / "out" / "受付.json").read_text("utf-8"))
    said = max((turn["text"] for turn in made["turns"]), key=len).encode()
    holding = [path for path in databases if said in (data / path).read_bytes()]
    assert {path.name.partition(".")[0] for path in holding} == {"kikigaki"}


def test_a_second_run_knows_that_it_is_done(delivered: Path) -> None:
    before = (delivered / "out" / "受付.docx").stat().st_mtime_ns
    sound = str(delivered / "in" / "受付.wav")
    options = ["--out", str(delivered / "out"), "--format", "json,docx"]
    again = kikigaki(delivered, "transcribe", sound, *options)
    assert again.returncode == 0
    assert "済みです" in again.stdout
    assert (delivered / "out" / "受付.docx").stat().st_mtime_ns == before


def test_an_unknown_format_and_a_wrong_number_are_refused(tmp_path: Path) -> None:
    sound = str(SAMPLES / "call.wav")
    assert kikigaki(tmp_path, "transcribe", sound, "--format", "pdf").returncode == 2
    wrong = kikigaki(tmp_path, "transcribe", sound, "--speakers", "many")
    assert wrong.returncode == 2
    assert "4 や 2-6" in wrong.stderr


def test_ctrl_c_leaves_nothing_broken_and_the_next_run_goes_on(tmp_path: Path) -> None:
    sound = opening("call", tmp_path / "call.wav", 75)
    out = tmp_path / "out"
    command = [sys.executable, "-m", "assistant", "transcribe", str(sound), "--out", str(out)]
    environment = places(tmp_path) | {"KIKIGAKI_BATCH_SIZE": "1"}
    steps = tmp_path / "data" / "state" / "kikigaki.sqlite"
    running = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 120
    while not _kept(steps) and time.monotonic() < deadline:
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 130, said
    assert "続きから始まります" in said.replace("\n", "")
    assert not out.exists() or not any(out.iterdir())
    assert _kept(steps) > 0
    assert subprocess.run(command, env=environment, check=False).returncode == 0
    assert (out / "call.json").is_file()
    assert _kept(steps) == 0


def _kept(steps: Path) -> int:
    if not steps.is_file():
        return 0
    try:
        with sqlite3.connect(steps) as database:
            return int(database.execute("SELECT count(*) FROM job_step").fetchone()[0])
    except sqlite3.OperationalError:
        return 0
