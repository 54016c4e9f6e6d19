"""What workers do without being asked: files of the manuals' folder, embedding, daily work."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from assistant.model import Progress
from assistant.people import SYSTEM
from assistant.services.queueing import ACTIVE, JobState, Kind, Lane

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from datetime import datetime
    from pathlib import Path

    from assistant.ports import Clock
    from assistant.services.manual_desk import ManualDesk
    from assistant.services.queueing import Job, Jobs, Task

log = logging.getLogger(__name__)

REST_AFTER_FAULT = timedelta(minutes=1)
"""Before what failed, as for want of weights, is tried again."""
REST_AFTER_FAILURE = timedelta(minutes=5)
"""Before a day's work that failed once is tried again; twice as long after each further failure."""
LONGEST_REST = timedelta(hours=4)


class WatchedManuals:
    """The watched `folder` of manuals.

    Of several machines that watch the same folder, the one that is `alone` looks at a time.
    """

    def __init__(
        self,
        desk: ManualDesk,
        folder: Path,
        alone: Callable[[], AbstractContextManager[bool]],
    ) -> None:
        self._desk = desk
        self._folder = folder
        self._alone = alone

    def look(self, crowded: Callable[[], bool]) -> None:
        """Takes what is new in the folder; nothing while the machine is `crowded`.

        Raises:
            KikigakiError: the library cannot be read or written.
        """
        if crowded():
            return
        with self._alone() as ours:
            for addition in self._desk.sync(SYSTEM, self._folder) if ours else ():
                details = {"file": addition.path.name, "outcome": addition.outcome.value}
                log.info("manual", extra=details)
                if crowded():
                    return


class Piecework:
    """Work that nobody waits for, a second or two at a time, until nothing is left to do.

    `incomplete` says whether `step` would find something, and `step` whether it did.
    """

    def __init__(
        self,
        name: str,
        jobs: Jobs,
        clock: Clock,
        incomplete: Callable[[], bool],
        step: Callable[[], bool],
    ) -> None:
        self.kind = Kind(name, self._run, Lane.SPARE)
        self._jobs = jobs
        self._clock = clock
        self._incomplete = incomplete
        self._step = step

    def look(self, crowded: Callable[[], bool]) -> None:
        """Makes a job of what is to be done, unless there is one; nothing while `crowded`.

        Raises:
            KikigakiError: nobody can say now, or not on this machine.
        """
        if not crowded() and not self._failed_lately() and self._incomplete():
            self._jobs.ensure(self.kind.name, "")

    def _run(self, task: Task) -> None:
        """Piece after piece, until all is done or the machine has something more urgent to do."""
        number = 0
        while not task.crowded and self._step():
            number += 1
            task(Progress("embed", number, 0))

    def _failed_lately(self) -> bool:
        job = self._jobs.find(self.kind.name, "")
        if job is None or job.state is not JobState.FAILED or job.ended is None:
            return False
        return self._clock.now() - job.ended < REST_AFTER_FAULT


class Daily:
    """Work that is done once a day, by the first worker that finds it not done.

    One that failed is tried again the same day, after a while that doubles with each failure.
    """

    def __init__(self, name: str, jobs: Jobs, clock: Clock, act: Callable[[], object]) -> None:
        self.kind = Kind(name, self._run, Lane.QUICK, priority=20)
        self._jobs = jobs
        self._clock = clock
        self._act = act

    def look(self, crowded: Callable[[], bool]) -> None:
        """Makes a job of it where today's is not there yet, or has failed.

        Raises:
            StorageError: the database does not answer.
        """
        del crowded  # it takes a moment only
        now = self._clock.now()
        today = now.date().isoformat()
        job = self._jobs.find(self.kind.name, "")
        if job is not None and job.state in ACTIVE:
            return
        day, failures = _try_of(job)
        if day != today:
            self._jobs.ensure(self.kind.name, "", today)
        elif job is not None and job.state is JobState.FAILED and _rested(job, failures, now):
            self._jobs.ensure(self.kind.name, "", f"{today} {failures + 1}")

    def _run(self, task: Task) -> None:
        self._act()


def _try_of(job: Job | None) -> tuple[str, int]:
    """The day that a daily job is of, and how often it had failed before it was made."""
    day, _, failures = (job.arguments if job else "").partition(" ")
    return day, int(failures or 0)


def _rested(job: Job, failures: int, now: datetime) -> bool:
    """Whether it may be tried again."""
    rest = min(REST_AFTER_FAILURE * 2**failures, LONGEST_REST)
    return job.ended is None or now - job.ended >= rest
