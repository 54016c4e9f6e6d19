"""What a worker does for the manuals: taking in what is new in their folder, embedding passages."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from assistant.model import Progress
from assistant.services.queueing import JobState

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from assistant.ports import Clock
    from assistant.services.manuals import ManualLibrary
    from assistant.services.queueing import Jobs, Task

log = logging.getLogger(__name__)

EMBEDDING = "embedding"
"""The kind of work that gives passages their vectors. It has one job, without a subject."""
REST_AFTER_FAULT = timedelta(minutes=1)
"""Before weights that are not there are looked for again."""


class ManualUpkeep:
    """Keeps the library up to date with the watched `folder`."""

    def __init__(self, library: ManualLibrary, folder: Path, jobs: Jobs, clock: Clock) -> None:
        self._library = library
        self._folder = folder
        self._jobs = jobs
        self._clock = clock

    def look(self, crowded: Callable[[], bool]) -> None:
        """Takes what is new in the folder, and has embedded what is not; nothing while `crowded`.

        Raises:
            KikigakiError: the library cannot be read or written, or the weights are not here.
        """
        if crowded():
            return
        for addition in self._library.sync(self._folder):
            details = {"file": addition.path.name, "outcome": addition.outcome.value}
            log.info("manual", extra=details)
            if crowded():
                return
        if not self._failed_lately() and self._library.incomplete():
            self._jobs.ensure(EMBEDDING, "")

    def embed(self, task: Task) -> None:
        """The kind of work `EMBEDDING`: batch after batch, until all is done or others wait.

        Raises:
            SetupError: the weights are not here.
        """
        number = 0
        while not task.crowded and self._library.embed_some():
            number += 1
            task(Progress("embed", number, 0))

    def _failed_lately(self) -> bool:
        job = self._jobs.find(EMBEDDING, "")
        if job is None or job.state is not JobState.FAILED or job.ended is None:
            return False
        return self._clock.now() - job.ended < REST_AFTER_FAULT
