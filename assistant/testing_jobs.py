"""Fakes of the ports of durable work: jobs in memory, running calls, and a task on its own."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from assistant.errors import KikigakiError, Stopped, WorkerDied
from assistant.services.queueing import ACTIVE, Job, JobState

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.model import Progress


class MemoryJobs:
    """`services.queueing.Jobs` and `WorkerSide` in memory."""

    def __init__(self) -> None:
        self._jobs: dict[tuple[str, str], Job] = {}
        self._sent: set[str] = set()
        self._workers: dict[str, str] = {}
        self._runs = 0

    def add(self, kind: str, subject: str, arguments: str = "") -> None:
        """A new job at the end; it takes the place of an earlier one."""
        self._jobs.pop((kind, subject), None)
        self._jobs[kind, subject] = Job(subject, kind, arguments, self._new_run())

    def ensure(self, kind: str, subject: str, arguments: str = "") -> bool:
        """The same, unless one waits or runs already; whether it was added."""
        job = self.find(kind, subject)
        if job is not None and job.state in ACTIVE:
            return False
        self.add(kind, subject, arguments)
        return True

    def find(self, kind: str, subject: str) -> Job | None:
        """The job, None when there never was one."""
        return self._jobs.get((kind, subject))

    def jobs(self, kind: str | None = None) -> list[Job]:
        """All of a kind, or all, in order."""
        return [job for job in self._jobs.values() if kind in (None, job.kind)]

    def open(self, kind: str) -> list[Job]:
        """Those of a kind that are not done, in order."""
        return [job for job in self.jobs(kind) if job.state is not JobState.DONE]

    def stop(self, kind: str, subject: str) -> None:
        """A waiting job is cancelled, a running one asked to stop; others stay as they are."""
        job = self.find(kind, subject)
        if job is not None and job.state is JobState.WAITING:
            self._put(_over(job, JobState.CANCELLED))
        elif job is not None and job.state is JobState.RUNNING:
            self._put(replace(job, stopping=True))

    def retry(self, kind: str, subject: str) -> None:
        """A failed or cancelled job waits again, at the end."""
        job = self.find(kind, subject)
        if job is not None and job.state in (JobState.FAILED, JobState.CANCELLED):
            self.add(kind, subject, job.arguments)
            self._put(replace(self._jobs[kind, subject], work=job.work))

    def forget(self, kind: str, subject: str) -> None:
        """Drops the job."""
        self._jobs.pop((kind, subject), None)

    def unsent(self) -> list[Job]:
        """The waiting jobs that no engine knows yet, in order."""
        waiting = [job for job in self.jobs() if job.state is JobState.WAITING]
        return [job for job in waiting if job.run not in self._sent]

    def sent(self, run: str) -> None:
        """An engine knows the run now."""
        self._sent.add(run)

    def unfinished(self) -> list[Job]:
        """The jobs that an engine knows and that are not over."""
        return [job for job in self.jobs() if job.state in ACTIVE and job.run in self._sent]

    def send_again(self, run: str) -> None:
        """The engine has lost it: it becomes a new run, unless it is over."""
        job = self._by_run(run)
        if job is not None and job.state in ACTIVE:
            self._put(replace(job, run=self._new_run(), state=JobState.WAITING))

    def begin(self, run: str, worker: str, attempts: int) -> Job | None:
        """The worker has the job from now on; None when there is nothing to do."""
        job = self._by_run(run)
        if job is None or job.state not in ACTIVE:
            return None
        if job.stopping:
            self._put(_over(job, JobState.CANCELLED))
        elif job.attempts >= attempts:
            self._put(_over(job, JobState.FAILED, WorkerDied()))
        else:
            self._workers[run] = worker
            return self._put(replace(job, state=JobState.RUNNING, attempts=job.attempts + 1))
        return None

    def began(self, run: str, worker: str, work: str) -> None:
        """Notes the name of its kept steps."""
        self._change(run, worker, lambda job: replace(job, work=work))

    def report(
        self,
        run: str,
        worker: str,
        progress: Progress | None,
        left: float | None,
        *,
        held: bool = False,
    ) -> bool:
        """Notes how far a job is; whether the worker is to go on with it."""

        def noted(job: Job) -> Job:
            return replace(job, progress=progress or job.progress, left=left, held=held)

        job = self._change(run, worker, noted)
        return job is not None and not job.stopping

    def end(
        self, run: str, worker: str, state: JobState, error: KikigakiError | None = None
    ) -> None:
        """The job is done, cancelled, or has failed for good unless somebody retries it."""
        self._change(run, worker, lambda job: _over(job, state, error))

    def give_back(self, worker: str) -> None:
        """The worker ends in good order: this was no attempt."""
        for job in self.jobs():
            self._change(job.run, worker, lambda job: replace(job, attempts=job.attempts - 1))

    def _by_run(self, run: str) -> Job | None:
        return next((job for job in self._jobs.values() if job.run == run), None)

    def _put(self, job: Job) -> Job:
        self._jobs[job.kind, job.subject] = job
        return job

    def _change(self, run: str, worker: str, change: Callable[[Job], Job]) -> Job | None:
        job = self._by_run(run)
        if job is None or job.state is not JobState.RUNNING or self._workers.get(run) != worker:
            return None
        return self._put(change(job))

    def _new_run(self) -> str:
        self._runs += 1
        return f"run-{self._runs}"


@dataclass
class MemoryCalls:
    """`services.holding.Calls` in memory; `silence` says how long ago the last sign was."""

    calls: set[str] = field(default_factory=set)
    silence: float = 0.0

    def beat(self, call: str) -> None:
        """The call is running."""
        self.calls.add(call)

    def end(self, call: str) -> None:
        """It is over."""
        self.calls.discard(call)

    def running(self, seconds: float) -> bool:
        """Whether there is one that was heard of within so many seconds."""
        return bool(self.calls) and self.silence <= seconds


@dataclass
class FakeTask:
    """`services.queueing.Task` on its own: remembers what it was told, and stops when told to."""

    job: Job
    crowded: bool = False
    stopped: bool = False
    seen: list[Progress] = field(default_factory=list)
    work: str = ""

    def __call__(self, progress: Progress) -> None:
        """Remembers it.

        Raises:
            Stopped: `stopped` is set.
        """
        self.seen.append(progress)
        if self.stopped:
            raise Stopped

    def began(self, work: str) -> None:
        """Remembers it."""
        self.work = work


def _over(job: Job, state: JobState, error: KikigakiError | None = None) -> Job:
    sentences = error.sentences if error else ()
    ended = datetime.now(UTC)
    return replace(job, state=state, stopping=False, held=False, error=sentences, ended=ended)
