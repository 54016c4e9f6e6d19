"""Recordings that wait for their transcription: what a job is, and what a queue does."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from assistant.services.transcribing import Options

if TYPE_CHECKING:
    from assistant.errors import KikigakiError
    from assistant.model import Progress


class JobState(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Job:
    """One recording's way through the queue.

    `stopping` says that somebody asked a running job to stop. `left` is the time that is probably
    left, in seconds, None while nobody can tell. `work` is the transcriber's name for it, known
    once it has begun. `error` is the sentence for people, by language.
    """

    recording: str
    options: Options = Options()
    state: JobState = JobState.WAITING
    attempts: int = 0
    stopping: bool = False
    progress: Progress | None = None
    left: float | None = None
    work: str = ""
    error: tuple[tuple[str, str], ...] = ()


class Queue(Protocol):
    """Keeps jobs, in the order they came, over restarts and crashes."""

    def add(self, recording: str, options: Options) -> None:
        """A new job at the end; it takes the place of an earlier one of that recording."""

    def find(self, recording: str) -> Job | None:
        """The job of a recording, None when it never had one."""

    def jobs(self) -> dict[str, Job]:
        """All jobs by recording, in order."""

    def stop(self, recording: str) -> None:
        """A waiting job is cancelled, a running one asked to stop; others stay as they are."""

    def retry(self, recording: str) -> None:
        """A failed or cancelled job waits again, at the end."""

    def forget(self, recording: str) -> None:
        """Drops the job."""


class WorkerSide(Queue, Protocol):
    """What a worker asks of the queue."""

    def take(self) -> Job | None:
        """The first waiting job, which is running from now on; None when nobody waits."""

    def began(self, recording: str, work: str) -> None:
        """Notes the transcriber's name for the work."""

    def report(self, recording: str, progress: Progress, left: float | None) -> None:
        """Notes how far a job is."""

    def asked_to_stop(self, recording: str) -> bool:
        """Whether somebody wants the running job to stop, or has removed it."""

    def done(self, recording: str) -> None:
        """The job is done."""

    def stopped(self, recording: str) -> None:
        """The job is cancelled."""

    def failed(self, recording: str, error: KikigakiError) -> None:
        """The job has failed, for good unless somebody retries it."""

    def recover(self, attempts: int) -> None:
        """Jobs that were running when their worker died wait again, before all others.

        Those that somebody asked to stop are cancelled; those that were tried `attempts` times
        have failed.
        """
