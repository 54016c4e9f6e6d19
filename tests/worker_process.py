"""A worker process whose recogniser does as the recording's name says.

Started as `python -m tests.worker_process DATA [PLACE]`; PLACE is the address of a database on a
server, without which it is a file in the folder DATA.
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
from assistant.bootstrap import Application, make_worker
from assistant.export.registry import EXPORTERS
from assistant.jobs.worker import end_with
from assistant.logs import configure_logs
from assistant.model import SAMPLE_RATE, Clip
from assistant.services.documents import Documents
from assistant.services.library import Library
from assistant.services.queueing import (
    BACKUP,
    EXPORT,
    TRANSCRIPTION,
    Kind,
    Lane,
    TranscriptionQueue,
)
from assistant.services.recording_files import RecordingFiles
from assistant.services.transcribing import Transcriber
from assistant.services.transcription import TranscriptionWork
from assistant.services.workbench import Workbench
from assistant.settings import Settings
from assistant.store.archive import SqlArchive
from assistant.store.engine import Database
from assistant.store.jobs import SqlJobs
from assistant.store.steps import SqlSteps
from assistant.testing import (
    FakeClock,
    FakeReader,
    FakeRecognizer,
    FakeToolbox,
    PlainVault,
    sound,
)
from assistant.work import leave_on_signals, place_of_work
from tests.archives import CODEC

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assistant.model import Heard, Window
    from assistant.ports import ReadableFile, StepsStore, StoredFile
    from assistant.services.queueing import Task
    from assistant.services.transcription import Annotate, Preparation, Recordings

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


def database_in(data: Path, address: str = "") -> Database:
    """On a server, or in a file."""
    return Database(address or data / "state" / "kikigaki.sqlite")


def library(data: Path, database: Database) -> Library:
    """The library that the test and the process share."""
    return Library(
        store=SqlArchive(database, CODEC),
        files=RecordingFiles(data / "recordings", PlainVault()),
        documents=Documents(EXPORTERS),
        queue=TranscriptionQueue(SqlJobs(database)),
        clock=FakeClock(),
        forget=SqlSteps(database).forget,
    )


def workbench(shelves: Library, database: Database) -> Workbench:
    """The same library as the process sees it."""
    return Workbench(shelves, SqlArchive(database, CODEC), FakeClock())


def write_something(
    sound: ReadableFile, copy: StoredFile, peaks: StoredFile, progress: Callable[[float], None]
) -> None:
    """Writes something in the place of a copy and an outline."""
    with sound.open("rb") as source, copy.create() as file:
        file.write(source.read())
    progress(1.0)
    with peaks.create() as file:
        file.write(bytes(SECONDS * SAMPLE_RATE // 800))


def transcription(
    data: Path,
    recordings: Recordings,
    steps: StepsStore,
    prepare: Preparation = write_something,
    annotate: Annotate | None = None,
) -> TranscriptionWork:
    """The work of the process."""
    reader = Reader()
    tools = FakeToolbox(Recognizer(data, reader))
    transcriber = Transcriber(reader, tools, steps, FakeClock(), {}, GROUP)
    return TranscriptionWork(recordings, transcriber, prepare, annotate)


def urgent(data: Path) -> Kind:
    """Goes before all recordings, and leaves its subject in the log."""

    def run(task: Task) -> None:
        with (data / "heard.log").open("a") as log:
            log.write(f"urgent {task.job.subject}\n")

    return Kind("urgent", run, Lane.SOUND, priority=1)


def main() -> None:
    """As `assistant.work`, with the folder from the command line."""
    configure_logs()
    data, *more = [one for one in sys.argv[1:] if one != "--sound"]
    database = database_in(Path(data), *more)
    bench = workbench(library(Path(data), database), database)
    preparation = prepare if "--sound" in sys.argv else write_something
    hear = transcription(Path(data), bench, SqlSteps(database), preparation)
    kinds = [Kind(TRANSCRIPTION, hear, Lane.SOUND), urgent(Path(data))]
    if "--sound" in sys.argv:
        application = Application(Settings(data_dir=Path(data)))
        kinds.append(Kind(EXPORT, application.export_work))
        kinds.append(Kind(BACKUP, application.backup_work))
    worker = make_worker(database, kinds)
    end_with(sys.stdin.buffer, worker.leave)
    leave_on_signals(worker)
    with place_of_work(database, wait=True):
        worker.run()


if __name__ == "__main__":
    main()
