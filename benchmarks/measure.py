"""Runs a piece of work in a process of its own and measures its wall time and peak memory."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds of wall time, and the largest resident set in bytes, children included."""

    seconds: float
    peak: int
    output: str

    @property
    def peak_mib(self) -> float:
        """In MiB."""
        return self.peak / 1024**2


def run(*arguments: str, environment: dict[str, str] | None = None) -> Measured:
    """Runs this Python with `arguments`.

    Raises:
        subprocess.CalledProcessError: it failed.
    """
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    peak = [0]
    watcher = threading.Thread(target=_watch, args=(process.pid, peak), daemon=True)
    watcher.start()
    output, _ = process.communicate()
    seconds = time.perf_counter() - started
    watcher.join()
    if process.returncode != 0:
        raise subprocess.CalledProcessError(process.returncode, arguments, output)
    return Measured(seconds, peak[0], output)


def _watch(pid: int, peak: list[int]) -> None:
    try:
        process = psutil.Process(pid)
        while True:
            family = [process, *process.children(recursive=True)]
            peak[0] = max(peak[0], sum(one.memory_info().rss for one in family))
            time.sleep(0.2)
    except psutil.NoSuchProcess:
        return


def report(title: str, rows: list[dict[str, object]]) -> None:
    """Prints a result as one JSON object, for people and for `benchmarks.soak`."""
    sys.stdout.write(json.dumps({"title": title, "rows": rows}, ensure_ascii=False) + "\n")
