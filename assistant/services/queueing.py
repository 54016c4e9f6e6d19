"""Work that waits: what a job is, what a queue does, and what a kind of work is.

A job is a row that pages read and write; whoever adds one needs nothing but the database. A worker
hands it to the engine that runs it, and notes what became of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from pydantic import TypeAdapter

from assistant.services.transcribing import Options

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from assistant.errors import KikigakiError
    from assistant.model import Progress

TRANSCRIPTION = "transcription"
"""The kind of work that makes a transcript of a recording."""
PLAYBACK = "playback"
"""The kind of work that makes what pages play and draw of a recording that was heard elsewhere."""
BACKUP = "backup"
"""The kind of work that makes a backup, or verifies one."""
EXPORT = "export"
"""The kind of work that makes the documents of many records."""

_OPTIONS = TypeAdapter(Options)


class JobState(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


ACTIVE = (JobState.WAITING, JobState.RUNNING)
"""Of a job that is not over."""


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work: what is done (`kind`) to what (`subject`, such as a recording's id).

    `arguments` is what somebody chose, as the kind writes it. `run` names this try: another one
    gets another name. `attempts` counts how often a worker took it. `stopping` says that somebody
    asked a running job to stop, `held` that it makes way for a call. `left` is the time that is
    probably left, in seconds, None while nobody can tell. `work` is the name of its kept steps,
    known once it has begun. `error` is the sentence for people, by language.
    """

    subject: str
    kind: str = TRANSCRIPTION
    arguments: str = ""
    run: str = ""
    state: JobState = JobState.WAITING
    attempts: int = 0
    stopping: bool = False
    held: bool = False
    progress: Progress | None = None
    left: float | None = None
    work: str = ""
    error: tuple[tuple[str, str], ...] = ()
    ended: datetime | None = None

    @property
    def options(self) -> Options:
        """The arguments of a transcription."""
        return _OPTIONS.validate_json(self.arguments) if self.arguments else Options()


class Jobs(Protocol):
    """Keeps jobs, in the order they came, over restarts and crashes.

    There is one job for each subject of a kind: the latest.
    """

    def add(self, kind: str, subject: str, arguments: str = "") -> None:
        """A new job at the end; it takes the place of an earlier one."""

    def ensure(self, kind: str, subject: str, arguments: str = "") -> bool:
        """The same, unless one waits or runs already; whether it was added."""

    def find(self, kind: str, subject: str) -> Job | None:
        """The job, None when there never was one."""

    def jobs(self, kind: str | None = None) -> list[Job]:
        """All of a kind, or all, in order."""

    def open(self, kind: str) -> list[Job]:
        """Those of a kind that are not done, in order."""

    def stop(self, kind: str, subject: str) -> None:
        """A waiting job is cancelled, a running one asked to stop; others stay as they are."""

    def retry(self, kind: str, subject: str) -> None:
        """A failed or cancelled job waits again, at the end."""

    def forget(self, kind: str, subject: str) -> None:
        """Drops the job."""


class WorkerSide(Jobs, Protocol):
    """What workers ask of the jobs. What they say of a job that another worker has is not heard."""

    def unsent(self) -> list[Job]:
        """The waiting jobs that no engine knows yet, in order."""

    def sent(self, run: str) -> None:
        """An engine knows the run now."""

    def unfinished(self) -> list[Job]:
        """The jobs that an engine knows and that are not over."""

    def send_again(self, run: str) -> None:
        """The engine has lost it: it becomes a new run, unless it is over."""

    def begin(self, run: str, worker: str, attempts: int) -> Job | None:
        """The worker has the job from now on; None when there is nothing to do.

        A job that was taken `attempts` times before has failed: it kills its workers. One that
        somebody asked to stop, whose worker has died, is cancelled.
        """

    def began(self, run: str, worker: str, work: str) -> None:
        """Notes the name of its kept steps."""

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

    def end(
        self, run: str, worker: str, state: JobState, error: KikigakiError | None = None
    ) -> None:
        """The job is done, cancelled, or has failed for good unless somebody retries it."""

    def give_back(self, worker: str) -> None:
        """The worker ends in good order: its jobs go on elsewhere, and this was no attempt."""


class Lane(StrEnum):
    """Which jobs a worker does beside each other; each lane is a queue of its own."""

    LIVE = "live"
    """For a running call: never waits for the others."""
    QUICK = "quick"
    """Over in seconds, and somebody waits for it."""
    SOUND = "sound"
    """Hearing: takes all the processor has."""
    SPARE = "spare"
    """Nobody waits for it: stands back while anything else is done."""


class Task(Protocol):
    """A job in the hands of the worker that does it. It is the progress hook, too."""

    job: Job

    def __call__(self, progress: Progress) -> None:
        """Notes how far it is. While a call is running on this machine, it does not return.

        Raises:
            Stopped: somebody asked for it, or the job is another worker's now.
        """

    def began(self, work: str) -> None:
        """Notes the name of its kept steps."""

    @property
    def crowded(self) -> bool:
        """Whether this machine has something more urgent to do: end early, and come again."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of work. `run` must bear being run again from the start after a sudden end.

    What it raises becomes the job's error; nothing that was said may be in its arguments. In a
    lane the jobs of the lowest `priority` go first.
    """

    name: str
    run: Callable[[Task], None] = field(repr=False)
    lane: Lane = Lane.QUICK
    priority: int = 10


class Queue(Protocol):
    """The transcriptions of recordings, as a library sees them."""

    def add(self, recording: str, options: Options) -> None:
        """A new job at the end; it takes the place of an earlier one of that recording."""

    def make_playable(self, recording: str) -> None:
        """Has made what pages play and draw of a recording, which needs no transcription."""

    def find(self, recording: str) -> Job | None:
        """The job of a recording, None when it never had one."""

    def open(self) -> dict[str, Job]:
        """The jobs that are not done by recording, in order."""

    def stop(self, recording: str) -> None:
        """A waiting job is cancelled, a running one asked to stop; others stay as they are."""

    def retry(self, recording: str) -> None:
        """A failed or cancelled job waits again, at the end."""

    def forget(self, recording: str) -> None:
        """Drops the job."""


class TranscriptionQueue:
    """`Queue` among other jobs."""

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs

    def add(self, recording: str, options: Options) -> None:
        """A new job at the end; it takes the place of an earlier one of that recording."""
        self._jobs.add(TRANSCRIPTION, recording, _OPTIONS.dump_json(options).decode())

    def make_playable(self, recording: str) -> None:
        """Has made what pages play and draw of a recording, which needs no transcription."""
        self._jobs.ensure(PLAYBACK, recording)

    def find(self, recording: str) -> Job | None:
        """The job of a recording, None when it never had one."""
        return self._jobs.find(TRANSCRIPTION, recording)

    def open(self) -> dict[str, Job]:
        """The jobs that are not done by recording, in order."""
        return {job.subject: job for job in self._jobs.open(TRANSCRIPTION)}

    def stop(self, recording: str) -> None:
        """A waiting job is cancelled, a running one asked to stop; others stay as they are."""
        self._jobs.stop(TRANSCRIPTION, recording)

    def retry(self, recording: str) -> None:
        """A failed or cancelled job waits again, at the end."""
        self._jobs.retry(TRANSCRIPTION, recording)

    def forget(self, recording: str) -> None:
        """Drops the job."""
        for kind in (TRANSCRIPTION, PLAYBACK):
            self._jobs.forget(kind, recording)
