"""What workers do, and the processes that do it."""

from __future__ import annotations

import platform
import sys
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING

from assistant.bootstrap.clock import SystemClock
from assistant.bootstrap.keeping import Keeping
from assistant.bootstrap.workers import job_engine, make_worker
from assistant.errors import SetupError

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.jobs.keeper import WorkerKeeper
    from assistant.jobs.worker import Look, Worker
    from assistant.model import Transcript
    from assistant.ports import ProgressHook
    from assistant.services.intake import RecordingIntake
    from assistant.services.queueing import Kind
    from assistant.services.transcription import TranscriptionWork
    from assistant.services.upkeep import Daily, Piecework
    from assistant.services.workbench import Workbench
    from assistant.store.presence import SqlCalls


class Work(Keeping):
    """Jobs that wait, and what nobody asks for."""

    @cached_property
    def kinds(self) -> tuple[Kind, ...]:
        """What workers can do."""
        from assistant.audio.preparing import prepare
        from assistant.services.queueing import BACKUP, EXPORT, PLAYBACK, TRANSCRIPTION, Kind, Lane
        from assistant.services.transcription import PlaybackWork

        transcription = Kind(TRANSCRIPTION, self._transcription, Lane.SOUND)
        playback = Kind(PLAYBACK, PlaybackWork(self._bench, prepare), Lane.SPARE)
        # As long as there are records: what is over in a moment goes first.
        export = Kind(EXPORT, self.export_work, Lane.QUICK, priority=30)
        backup = Kind(BACKUP, self.backup_work, Lane.QUICK, priority=30)
        return (transcription, playback, export, backup, *(one.kind for one in self.unasked))

    @cached_property
    def _bench(self) -> Workbench:
        from assistant.services.workbench import Workbench

        return Workbench(self.library, self.archive, SystemClock())

    @cached_property
    def _transcription(self) -> TranscriptionWork:
        from assistant.audio.preparing import prepare
        from assistant.services.transcription import TranscriptionWork

        def annotate(heard: Transcript, progress: ProgressHook) -> Transcript:
            return self.annotator.annotate(heard, progress)  # made only when it is needed

        return TranscriptionWork(self._bench, self.transcriber, prepare, annotate)

    @cached_property
    def looks(self) -> tuple[Look, ...]:
        """Where workers look for something to do."""
        from assistant.services.anchoring import Anchoring
        from assistant.services.upkeep import WatchedManuals

        watched = WatchedManuals(
            self.manual_desk, self.settings.library_dir, lambda: self.database.alone("manuals")
        )
        intake = (self.intake.look,) if self.intake else ()
        anchoring = Anchoring(self.archive, self.anchors, SystemClock())
        return (watched.look, *intake, anchoring.look, *(one.look for one in self.unasked))

    @cached_property
    def unasked(self) -> tuple[Piecework | Daily, ...]:
        """What is done without anybody's asking: vectors, the deletion of what is due."""
        from assistant.services.upkeep import Daily, Piecework

        jobs, clock = self.jobs, SystemClock()
        manuals, windows = self.manuals, self.archive_windows()
        return (
            Piecework("embed manuals", jobs, clock, manuals.incomplete, manuals.embed_some),
            Piecework("embed archive", jobs, clock, windows.incomplete, windows.step),
            Daily("retention", jobs, clock, self.deleter.run_daily),
            Daily("exports", jobs, clock, self.exports.sweep),
        )

    @cached_property
    def intake(self) -> RecordingIntake | None:
        """The watched folder of recordings, where a site has one."""
        from assistant.services.intake import RecordingIntake
        from assistant.store.taken import SqlTakenFiles

        settings, database = self.settings, self.database
        if settings.intake_dir is None:
            return None
        return RecordingIntake(
            settings.intake_dir,
            self.library,
            SqlTakenFiles(database),
            lambda: database.alone("intake"),
            (settings.recordings_dir, settings.state_dir),
        )

    @cached_property
    def calls(self) -> SqlCalls:
        """The calls that are running on this machine: see `services.holding.calling`."""
        from assistant.store.presence import SqlCalls

        return SqlCalls(self.database, platform.node())

    def worker(self) -> Worker:
        """Does what waits, in a process of its own: see `worker_keeper`."""
        return make_worker(self.database, self.kinds, self.looks)

    def worker_keeper(self) -> WorkerKeeper:
        """Keeps a worker process beside the application."""
        from assistant.jobs.keeper import WorkerKeeper

        return WorkerKeeper([sys.executable, "-m", "assistant.work"])

    def upgrade_tables(self) -> tuple[str | None, str]:
        """Brings all tables up to this version: the revisions before and after.

        Raises:
            StorageError: they cannot be written.
            NewerDatabase: they are ahead of this version.
        """
        revisions = self.database.upgrade()
        job_engine(self.database, "").make_tables()
        return revisions

    def settle_vectors(self, told: Callable[[int], None]) -> None:
        """Lets the server compare vectors, where it can; `told` hears of so many more windows.

        Raises:
            StorageError: the database cannot be written.
        """
        from assistant.services.archive_search import model_key
        from assistant.store.meanings import SqlMeanings, settle_all

        expected: dict[str, int] = {}
        with suppress(SetupError):  # without weights nothing will come
            model = model_key(self.manual_tools.weights())
            with self.database.reading() as connection:
                ready = SqlMeanings(connection, model).ready()
            if not ready:
                expected[model] = self.manual_tools.embedder().dimensions
        settle_all(self.database, told, expected)
