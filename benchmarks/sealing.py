"""Sealed against plain files in one run: writing, reading, jumping about, and hearing a recording.

python -m benchmarks.sealing [--mebibytes 1024] [--minutes 60] [--rounds 5]

Each round does both, in turn; the medians are reported, by the clock and of the processor. The
files lie in the state folder; what is read was just written, so that it comes from memory and not
from the disk: the ratio is the worst that can be.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from assistant.audio.reader import PyAVReader
from assistant.bootstrap import Application, SystemClock
from assistant.sealing.master import MasterKeys
from assistant.sealing.places import KeyFile
from assistant.sealing.vault import FileVault
from assistant.sealing.wrapping import FileKeys
from assistant.testing import MemoryKeyShelf
from benchmarks.measure import report
from benchmarks.sounds import long_recording

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.ports import StoredFile

BLOCK = 1 << 20
JUMPS = 2_000
PIECE = 1 << 16


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mebibytes", type=int, default=1024)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    state = Application().settings.state_dir
    state.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=state) as folder:
        files = {kind: vault(Path(folder), kind == "sealed") for kind in ("plain", "sealed")}
        size = arguments.mebibytes
        rows = [
            row("write", size, compare(files, lambda file: write(file, size), arguments.rounds)),
            row("read", size, compare(files, read, arguments.rounds)),
            row("jump", JUMPS * PIECE >> 20, compare(files, jump, arguments.rounds)),
        ]
        sound = Path(folder) / "long.wav"
        long_recording(sound, arguments.minutes * 60)
        mebibytes = sound.stat().st_size >> 20
        for file in files.values():
            copy(sound, file)
        rows.append(row("survey", mebibytes, compare(files, survey, arguments.rounds)))
    report("Sealed against plain files", rows)


def vault(folder: Path, sealing: bool) -> StoredFile:
    """A file in a vault of its own."""
    master = MasterKeys(KeyFile(folder / "master.key"), folder / "lock", lambda: False)
    keys = FileKeys(MemoryKeyShelf(), master, SystemClock())
    name = "sealed" if sealing else "plain"
    return FileVault(keys, sealing=sealing).file(folder / name / "file", "benchmark")


def compare(
    files: dict[str, StoredFile], act: Callable[[StoredFile], object], rounds: int
) -> dict[str, tuple[float, float]]:
    """The median seconds of each kind of file, by the clock and of the processor."""
    times: dict[str, list[tuple[float, float]]] = {kind: [] for kind in files}
    for _ in range(rounds):
        for kind, file in files.items():
            start, worked = time.perf_counter(), time.process_time()
            act(file)
            times[kind].append((time.perf_counter() - start, time.process_time() - worked))
    return {
        kind: (median(wall for wall, _ in found), median(cpu for _, cpu in found))
        for kind, found in times.items()
    }


def row(name: str, mebibytes: int, seconds: dict[str, tuple[float, float]]) -> dict[str, object]:
    """What is reported of one kind of work."""
    (plain, plain_cpu), (sealed, sealed_cpu) = seconds["plain"], seconds["sealed"]
    return {
        "work": name,
        "plain_mib_s": round(mebibytes / plain),
        "sealed_mib_s": round(mebibytes / sealed),
        "sealed_takes": f"{sealed / plain:.2f}x",
        "plain_cpu_ms_per_gib": round(plain_cpu / mebibytes * 1024 * 1000),
        "sealed_cpu_ms_per_gib": round(sealed_cpu / mebibytes * 1024 * 1000),
    }


def write(file: StoredFile, mebibytes: int) -> None:
    """Noise, safe on the disk."""
    block = os.urandom(BLOCK)
    with file.create() as stream:
        for _ in range(mebibytes):
            stream.write(block)


def read(file: StoredFile) -> None:
    """From start to end."""
    with file.open("rb") as stream:
        while stream.read(BLOCK):
            pass


def jump(file: StoredFile) -> None:
    """Opens it, and reads pieces from all over it, as a player does that is dragged about."""
    chance, size = random.Random(1), file.size()
    with file.open("rb") as stream:
        for _ in range(JUMPS):
            stream.seek(chance.randrange(size - PIECE))
            stream.read(PIECE)


def survey(file: StoredFile) -> None:
    """The first look over a recording, decoding included."""
    PyAVReader().survey(file)


def copy(source: Path, file: StoredFile) -> None:
    """Takes a recording in."""
    with source.open("rb") as plain, file.create() as stream:
        while block := plain.read(BLOCK):
            stream.write(block)


if __name__ == "__main__":
    main()
