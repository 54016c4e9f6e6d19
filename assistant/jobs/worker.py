"""The worker: takes one recording after the other from the queue and has it transcribed."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import deque
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from assistant.errors import KikigakiError, SetupError, Stopped, StorageError, Unforeseen
from assistant.logs import where
from assistant.model import Progress

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import BinaryIO

    from assistant.model import Transcript
    from assistant.ports import ProgressHook, ReadableFile, StoredFile
    from assistant.services.library import Workbench
    from assistant.services.queueing import Job, WorkerSide
    from assistant.services.transcribing import Transcriber

    Preparation = Callable[[ReadableFile, StoredFile, StoredFile, Callable[[float], None]], None]
    Annotate = Callable[[Transcript, ProgressHook], Transcript]

log = logging.getLogger(__name__)

ATTEMPTS = 3
"""How often a recording is taken again after its worker died."""
REPORT_EVERY = 0.5
"""Seconds between two notes of progress, and between two looks for work."""
PATIENCE = 8.0
"""Seconds a running job gets to stop by itself before the worker ends in the midst of it."""
RATE_OVER = 60.0
"""Seconds over which the speed is taken that foretells the time left."""


class Worker:
    """Runs jobs, one at a time.

    `prepare(sound, copy, peaks, progress)` writes what a page plays and draws. `annotate` adds the
    sections of the manuals that fit.
    """

    def __init__(
        self,
        queue: WorkerSide,
        library: Workbench,
        transcriber: Transcriber,
        prepare: Preparation,
        annotate: Annotate | None = None,
    ) -> None:
        self._queue = queue
        self._library = library
        self._transcriber = transcriber
        self._prepare = prepare
        self._annotate = annotate
        self._current: str | None = None

    @property
    def busy(self) -> bool:
        """Whether a recording is being worked on."""
        return self._current is not None

    def run(self) -> None:
        """Works until the process ends, after taking back what a dead worker left."""
        self._queue.recover(ATTEMPTS)
        threading.Thread(target=self._end_what_does_not_stop, daemon=True).start()
        while True:
            if not self.work():
                time.sleep(REPORT_EVERY)

    def work(self) -> bool:
        """Does the next job; False when there is none. No job's failure leaves this method."""
        job = self._queue.take()
        if job is None:
            return False
        self._current = job.recording
        try:
            self._transcribe(job)
        except Stopped:
            self._queue.stopped(job.recording)
        except KikigakiError as error:
            log.warning("failed", extra={"recording": job.recording, "error": type(error).__name__})
            self._queue.failed(job.recording, error)
        except Exception as error:  # one bad file must not block the queue
            log.error(  # noqa: TRY400 - a traceback's message may hold what people said
                "unforeseen", extra={"recording": job.recording, "error": where(error)}
            )
            self._queue.failed(job.recording, Unforeseen())
        finally:
            self._current = None
        return True

    def _transcribe(self, job: Job) -> None:
        reporter = Reporter(self._queue, job.recording)
        sound = self._library.sound(job.recording)
        copy, peaks = self._library.copy(job.recording), self._library.peaks(job.recording)
        if not (copy.is_file() and peaks.is_file()):
            self._prepare(sound, copy, peaks, lambda done: reporter(Progress("prepare", done, 0)))
        work = self._transcriber.prepare(sound, job.options, reporter)
        self._queue.began(job.recording, work.id)
        reporter(Progress("load", 0, 0))
        transcript = self._transcriber.run(work, reporter)
        self._library.keep(job.recording, transcript)
        if job.options.manuals:
            self._add_passages(job.recording, reporter)
        self._queue.done(job.recording)
        self._transcriber.forget_steps(transcript)

    def _add_passages(self, recording: str, reporter: Reporter) -> None:
        """What was heard is kept already: it is there also where no manual can be searched."""
        annotate = self._annotate
        if annotate is None:
            return
        try:
            self._library.annotate(recording, lambda heard: annotate(heard, reporter))
        except (SetupError, StorageError) as error:
            log.warning("no passages", extra={"error": type(error).__name__})

    def _end_what_does_not_stop(self) -> None:
        """Some stages are one long call into a library: those end with the process."""
        asked: tuple[str, float] | None = None
        while True:
            time.sleep(1.0)
            current = self._current
            if current is None or not self._queue.asked_to_stop(current):
                asked = None
            elif asked is None or asked[0] != current:
                asked = (current, time.monotonic())
            elif time.monotonic() - asked[1] > PATIENCE:
                os._exit(0)


class Reporter:
    """The progress hook of a job: notes progress now and then, and stops when asked to."""

    def __init__(self, queue: WorkerSide, recording: str) -> None:
        self._queue = queue
        self._recording = recording
        self._stage = ""
        self._noted = 0.0
        self._pace: deque[tuple[float, float]] = deque()

    def __call__(self, progress: Progress) -> None:
        """Takes the next step.

        Raises:
            Stopped: somebody asked for it, or removed the recording.
        """
        now = time.monotonic()
        if progress.stage != self._stage:
            self._stage = progress.stage
            self._pace.clear()
        elif now - self._noted < REPORT_EVERY:
            return
        self._noted = now
        if self._queue.asked_to_stop(self._recording):
            raise Stopped
        self._queue.report(self._recording, progress, self._left(now, progress))

    def _left(self, now: float, progress: Progress) -> float | None:
        """Seconds to the end of the stage, at the speed of the last minute."""
        self._pace.append((now, progress.done))
        while now - self._pace[0][0] > RATE_OVER:
            self._pace.popleft()
        since, before = self._pace[0]
        if progress.total <= 0 or progress.done <= before or now - since < 2.0:
            return None
        speed = (progress.done - before) / (now - since)
        return (progress.total - progress.done) / speed


def end_with(parent: BinaryIO) -> None:
    """Ends this process when `parent`, a pipe that the parent holds open, closes.

    It closes however the parent ends, also by a kill that lets it do nothing more.
    """

    def wait() -> None:
        while parent.read(1):
            pass
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()


def alone(lock: Path) -> FileLock:
    """Waits until no other worker serves the same data."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    held = FileLock(lock)
    while True:
        try:
            held.acquire(timeout=5)
        except Timeout:
            continue
        return held
