"""Running a job: from the queue's word that it is its turn to what became of it."""

from __future__ import annotations

import logging
import time
from collections import deque
from typing import TYPE_CHECKING

from assistant.errors import KikigakiError, Stopped, StorageError, Unforeseen
from assistant.jobs.patience import patiently
from assistant.logs import where
from assistant.services.holding import SILENT
from assistant.services.queueing import JobState, Lane

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.model import Progress
    from assistant.services.holding import Calls
    from assistant.services.queueing import Job, Kind, WorkerSide

log = logging.getLogger(__name__)

ATTEMPTS = 3
"""How often a job is taken again after its worker died."""
REPORT_EVERY = 0.5
"""Seconds between two notes of progress."""
LOOK_EVERY = 1.0
"""Seconds between two looks whether a call is still running."""
RATE_OVER = 60.0
"""Seconds over which the speed is taken that foretells the time left."""


class Runner:
    """Runs jobs of `kinds` for the worker of that name. Several threads may run one each."""

    def __init__(
        self, jobs: WorkerSide, kinds: Mapping[str, Kind], calls: Calls, worker: str
    ) -> None:
        self.jobs = jobs
        self.kinds = kinds
        self.calls = calls
        self.worker = worker
        self._running: dict[str, Lane] = {}

    @property
    def running(self) -> tuple[str, ...]:
        """The runs that are being worked on."""
        return tuple(self._running)

    def crowded(self) -> bool:
        """Whether this machine has more urgent things to do than what nobody waits for."""
        busy = any(lane is not Lane.SPARE for lane in tuple(self._running.values()))
        return busy or self.calls.running(SILENT)

    def run(self, run: str) -> None:
        """Does the job of that run, unless it is not wanted any more.

        No job's failure leaves this method, and nothing that was said does: what it raised becomes
        the job's error. A database that does not answer is waited for.
        """
        job = patiently(lambda: self.jobs.begin(run, self.worker, ATTEMPTS))
        if job is None:
            return
        kind = self.kinds[job.kind]
        self._running[run] = kind.lane
        try:
            state, error = self._outcome(kind, job)
        finally:
            del self._running[run]
        patiently(lambda: self.jobs.end(run, self.worker, state, error))

    def _outcome(self, kind: Kind, job: Job) -> tuple[JobState, KikigakiError | None]:
        details = {"kind": job.kind, "subject": job.subject}
        task = Reporter(self, job)
        try:
            patiently(lambda: kind.run(task))
        except Stopped:
            return JobState.CANCELLED, None
        except KikigakiError as error:
            log.warning("failed", extra=details | {"error": type(error).__name__})
            return JobState.FAILED, error
        except Exception as error:  # one bad file must not block the queue
            log.error(  # noqa: TRY400 - a traceback's message may hold what people said
                "unforeseen", extra=details | {"error": where(error)}
            )
            return JobState.FAILED, Unforeseen()
        return JobState.DONE, None


class Reporter:
    """`services.queueing.Task`: notes progress now and then, and holds or stops when asked to."""

    def __init__(self, runner: Runner, job: Job) -> None:
        self.job = job
        self._runner = runner
        self._stage = ""
        self._noted = 0.0
        self._pace: deque[tuple[float, float]] = deque()

    @property
    def crowded(self) -> bool:
        """Whether this machine has something more urgent to do."""
        return self._runner.crowded()

    def began(self, work: str) -> None:
        """Notes the name of its kept steps."""
        self._runner.jobs.began(self.job.run, self._runner.worker, work)

    def __call__(self, progress: Progress) -> None:
        """Takes the next step; while a call is running on this machine, it waits.

        Raises:
            Stopped: somebody asked for it, or the job is another worker's now.
        """
        now = time.monotonic()
        if progress.stage != self._stage:
            self._stage = progress.stage
            self._pace.clear()
        elif now - self._noted < REPORT_EVERY:
            return
        self._noted = now
        self._note(progress, self._left(now, progress))
        if self._runner.kinds[self.job.kind].lane is not Lane.LIVE:
            self._hold(progress)

    def _hold(self, progress: Progress) -> None:
        held = False
        while self._call_is_running():
            held = True
            self._note(progress, None, held=True)
            time.sleep(LOOK_EVERY)
        if held:
            self._pace.clear()
            self._note(progress, None)

    def _call_is_running(self) -> bool:
        try:
            return self._runner.calls.running(SILENT)
        except StorageError:
            return False

    def _note(self, progress: Progress, left: float | None, *, held: bool = False) -> None:
        jobs, worker = self._runner.jobs, self._runner.worker
        try:
            go_on = jobs.report(self.job.run, worker, progress, left, held=held)
        except StorageError:
            return  # the work goes on: what it has to keep waits for the database by itself
        if not go_on:
            raise Stopped

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
