"""Libraries for tests, on a real archive in a temporary folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.people import SINGLE_USER
from assistant.services.documents import Documents
from assistant.services.editing import Editing
from assistant.services.library import Library
from assistant.services.queueing import JobState, TranscriptionQueue
from assistant.services.recording_files import RecordingFiles
from assistant.services.transcribing import Options
from assistant.services.workbench import Workbench
from assistant.testing import FakeClock, FakeExporter, PlainVault
from assistant.testing_jobs import MemoryJobs
from tests.archives import archive_in
from tests.jobs import WORKER, begin
from tests.recordings import make_transcript

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from assistant.model import Transcript
    from assistant.people import Actor
    from assistant.ports import Exporter, StoredFile, Vault
    from assistant.services.queueing import Queue


def library_in(
    folder: Path,
    queue: Queue,
    forget: Callable[[str], None] = lambda _: None,
    exporters: Mapping[str, Exporter] | None = None,
    clock: FakeClock | None = None,
    vault: Vault | None = None,
) -> Library:
    """The library of a data folder; several processes may share it."""
    return Library(
        store=archive_in(folder),
        files=RecordingFiles(folder / "recordings", vault or PlainVault()),
        documents=Documents(exporters or {"txt": FakeExporter()}),
        queue=queue,
        clock=clock or FakeClock(),
        forget=forget,
    )


def content(file: StoredFile) -> bytes:
    """What is in it."""
    with file.open("rb") as stream:
        return stream.read()


def bench_in(folder: Path, library: Library) -> Workbench:
    """The same library as a worker sees it."""
    return Workbench(library, archive_in(folder), FakeClock())


class Shelves:
    """A library in a temporary folder, with everything it works with."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = FakeClock()
        self.jobs = MemoryJobs()
        self.queue = TranscriptionQueue(self.jobs)
        self.store = archive_in(folder)
        self.forgotten: list[str] = []
        self.library = library_in(folder, self.queue, self.forgotten.append, clock=self.clock)
        self.editing = Editing(self.store, self.clock)
        self.bench = bench_in(folder, self.library)

    def add(
        self,
        name: str = "文教委員会.wav",
        content: bytes = b"sound",
        actor: Actor = SINGLE_USER,
        matter: str | None = None,
    ) -> str:
        """A recording that waits."""
        with self.library.adding(actor, name, Options(), matter) as (recording, file):
            file.write(content)
        return recording

    def add_finished(
        self,
        name: str = "文教委員会.wav",
        actor: Actor = SINGLE_USER,
        matter: str | None = None,
        transcript: Transcript | None = None,
    ) -> str:
        """A recording that is transcribed."""
        recording = self.add(name, actor=actor, matter=matter)
        run = begin(self.jobs, recording)
        self.bench.keep(recording, transcript or make_transcript(name))
        self.jobs.end(run, WORKER, JobState.DONE)
        return recording
