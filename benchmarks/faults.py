"""Kills the transcription of a sample with -9 at random moments until it is through.

    python -m benchmarks.faults [--rounds 20] [--seed 1]

Every round starts from nothing. After each kill there must be no half-written document; when the
work is through, its turns must equal those of an undisturbed run.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from assistant.bootstrap import Application
from benchmarks.measure import report
from benchmarks.sounds import SAMPLES

FORMATS = "json,docx,srt,vtt,txt,csv,rttm"


def main() -> None:
    """Runs the rounds and prints what they showed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    application = Application()
    application.store.resolve(application.settings.model)
    with tempfile.TemporaryDirectory(dir=application.settings.state_dir) as folder:
        place = Path(folder)
        start = time.perf_counter()
        run_to_the_end(SAMPLES / "call.wav", place / "whole")
        longest = time.perf_counter() - start
        expected = spoken(place / "whole" / "out")
        kills = [
            one_round(SAMPLES / "call.wav", place / f"round-{n}", longest, chance, expected)
            for n in range(arguments.rounds)
        ]
    rows: list[dict[str, object]] = [
        {
            "rounds": arguments.rounds,
            "kills": sum(kills),
            "half_written_documents": 0,
            "different_results": 0,
        }
    ]
    report("Transcription killed with -9 at random moments", rows)


def one_round(
    sound: Path, place: Path, longest: float, chance: random.Random, expected: list[object]
) -> int:
    """Kills until a run gets through; gives the number of kills.

    Raises:
        AssertionError: a document was half-written, or the result differs.
    """
    kills = 0
    while True:
        process = start_run(sound, place)
        try:
            process.wait(chance.uniform(0.2, longest))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            kills += 1
            assert_whole_documents(place / "out")
            continue
        assert process.returncode == 0, process.returncode
        assert spoken(place / "out") == expected
        return kills


def assert_whole_documents(out: Path) -> None:
    """Whatever lies there under a document's name can be read."""
    for path in out.glob("*.json"):
        json.loads(path.read_text(encoding="utf-8"))
    assert all(path.stat().st_size > 0 for path in out.glob("call.*"))


def run_to_the_end(sound: Path, place: Path) -> None:
    """An undisturbed run.

    Raises:
        AssertionError: it failed.
    """
    assert start_run(sound, place).wait() == 0


def start_run(sound: Path, place: Path) -> subprocess.Popen[bytes]:
    """The command line at work on `sound`, with its state and documents under `place`."""
    place.mkdir(exist_ok=True)
    models = str(Application().settings.weights_dir)
    places = {"KIKIGAKI_DATA_DIR": str(place / "data"), "KIKIGAKI_MODELS_DIR": models}
    command = [sys.executable, "-m", "assistant", "transcribe", str(sound)]
    return subprocess.Popen(
        [*command, "--out", str(place / "out"), "--format", FORMATS, "--json"],
        env=os.environ | places | {"KIKIGAKI_BATCH_SIZE": "2"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def spoken(out: Path) -> list[object]:
    """The turns in the JSON."""
    turns = json.loads((out / "call.json").read_text(encoding="utf-8"))["turns"]
    return list(turns)


if __name__ == "__main__":
    main()
