"""A worker process whose recogniser does as the recording's name says.

Started as `python -m tests.worker_process DATA`.
`deadly…` ends the process in the third group like a fault in native code, `weak…` does so once,
`stuck…` never comes back from the third group, `bug…` raises there, `slow…` takes a second for
each group; all others are heard. With `--sound` a copy is made that browsers really play.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.audio.preparing import prepare
from assistant.export.registry import EXPORTERS
from assistant.jobs.queue import QueueDatabase
from assistant.jobs.steps import StepsDatabase
from assistant.jobs.worker import Worker, alone, end_with
from assistant.model import SAMPLE_RATE, Clip
from assistant.services.transcribing import Transcriber
from assistant.testing import FakeClock, FakeReader, FakeRecognizer, FakeToolbox, sound
from tests.libraries import bench_in, library_in

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assistant.jobs.worker import Annotate, Preparation
    from assistant.model import Heard, Window
    from assistant.ports import ReadableFile, StoredFile
    from assistant.services.library import Library

GROUP = 4
SECONDS = 20


class Reader(FakeReader):
    """Finds the same sound in every file, and remembers whose it is."""

    def __init__(self) -> None:
        super().__init__({})
        self.name = ""

    def _sound(self, file: ReadableFile) -> Clip:
        self.name = file.name
        if file.name.startswith("broken"):
            return super()._sound(file)
        return sound([0.1 + 0.01 * second for second in range(SECONDS)])


class Recognizer(FakeRecognizer):
    """Writes each group it hears into a file, and fails as the recording's name says."""

    def __init__(self, data: Path, reader: Reader) -> None:
        super().__init__()
        self._data = data
        self._reader = reader

    def recognize(self, windows: Sequence[Window]) -> list[Heard]:
        name, start = self._reader.name, windows[0].clip.start
        with (self._data / "heard.log").open("a") as log:
            log.write(f"{name} {start:.0f}\n")
        if name.startswith("slow"):
            time.sleep(1)
        if start == 2 * GROUP:
            self._fail(name)
        return super().recognize(windows)

    def _fail(self, name: str) -> None:
        if name.startswith("bug"):
            raise ZeroDivisionError("ご本人の言葉")
        while name.startswith("stuck"):
            time.sleep(1)
        once = self._data / "failed-once"
        if name.startswith("deadly") or (name.startswith("weak") and not once.exists()):
            once.touch()
            os.abort()


def library(data: Path, queue: QueueDatabase, steps: StepsDatabase) -> Library:
    """The library that the test and the process share."""
    return library_in(data, queue, steps.forget, EXPORTERS)


def write_something(
    sound: ReadableFile, copy: StoredFile, peaks: StoredFile, progress: Callable[[float], None]
) -> None:
    """Writes something in the place of a copy and an outline."""
    with sound.open("rb") as source, copy.create() as file:
        file.write(source.read())
    progress(1.0)
    with peaks.create() as file:
        file.write(bytes(SECONDS * SAMPLE_RATE // 800))


def make_worker(
    data: Path, prepare: Preparation = write_something, annotate: Annotate | None = None
) -> Worker:
    """With real queue, library, transcriber and steps."""
    queue = QueueDatabase(data / "queue.sqlite")
    steps = StepsDatabase(data / "steps")
    reader = Reader()
    tools = FakeToolbox(Recognizer(data, reader))
    transcriber = Transcriber(reader, tools, steps, FakeClock(), {}, GROUP)
    bench = bench_in(data, library(data, queue, steps))
    return Worker(queue, bench, transcriber, prepare, annotate)


def main() -> None:
    """As `assistant.work`, with the folder from the command line."""
    end_with(sys.stdin.buffer)
    data = Path(sys.argv[1])
    with alone(data / "worker.lock"):
        make_worker(data, prepare if "--sound" in sys.argv else write_something).run()


if __name__ == "__main__":
    main()
