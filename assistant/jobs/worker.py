"""The worker: hands waiting jobs to the engine, and runs what the engine gives it."""

from __future__ import annotations

import logging
import os
import threading
import time
from functools import partial
from typing import TYPE_CHECKING

from assistant.errors import KikigakiError
from assistant.jobs.heart import BEAT
from assistant.jobs.patience import patiently
from assistant.logs import where

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

    from assistant.jobs.engine import Engine
    from assistant.jobs.heart import Heart
    from assistant.jobs.running import Runner

    Look = Callable[[Callable[[], bool]], None]

log = logging.getLogger(__name__)

SEND_EVERY = 0.5
"""Seconds between two looks for jobs that wait."""
CHECK_EVERY = 30.0
"""Seconds between two looks for jobs that the engine has lost."""
TIDY_EVERY = 3600.0
LOOK_EVERY = 10.0
"""Seconds between two looks into the watched folders."""
PATIENCE = 8.0
"""Seconds a running job gets to stop by itself before the worker ends in the midst of it."""
GOODBYE = 3.0
"""Seconds the database gets to hear that the worker ends."""
REST_AFTER_FAULT = 60.0
"""Seconds after weights that are not there, or a folder that cannot be read."""


class Worker:
    """One process's worker.

    `looks` are made now and then, and told how to ask whether this machine is crowded: what they
    find to do becomes jobs.
    """

    def __init__(
        self,
        engine: Engine,
        runner: Runner,
        heart: Heart,
        looks: tuple[Look, ...] = (),
    ) -> None:
        self._engine = engine
        self._runner = runner
        self._heart = heart
        self._looks = looks
        self._asked: dict[str, float] = {}

    def run(self) -> None:
        """Works until the process ends.

        Raises:
            SetupError: the database is of another version.
        """
        patiently(self._heart.beat)
        self._engine.start(dict(self._runner.kinds), self._runner.run)
        log.info("works", extra={"worker": self._runner.worker})
        repeat(self._heart.beat, BEAT)
        repeat(self._heart.look, BEAT)
        repeat(self.end_what_does_not_stop, 1.0)
        repeat(self.send_lost, CHECK_EVERY)
        repeat(self._engine.tidy, TIDY_EVERY)
        for look in self._looks:
            repeat(partial(look, self._runner.crowded), LOOK_EVERY, REST_AFTER_FAULT)
        repeat(self.send_waiting, SEND_EVERY).join()

    def send_waiting(self) -> None:
        """Hands the engine what it does not know yet.

        Raises:
            StorageError: the database does not answer.
        """
        for job in self._runner.jobs.unsent():
            if job.kind in self._runner.kinds:  # others may know kinds that this version does not
                self._engine.send(job, self._runner.kinds[job.kind])
                self._runner.jobs.sent(job.run)

    def send_lost(self) -> None:
        """Gives a new run to what the engine lost: its database may be another one now.

        Raises:
            StorageError: the database does not answer.
        """
        for job in self._runner.jobs.unfinished():
            if self._engine.lost(job.run):
                log.warning("sent again", extra={"kind": job.kind, "subject": job.subject})
                self._runner.jobs.send_again(job.run)

    def end_what_does_not_stop(self) -> None:
        """Some stages are one long call into a library: those end with the process."""
        running, now = self._runner.running, time.monotonic()
        stopping = {one.run for one in self._runner.jobs.unfinished() if one.stopping}
        asked = {run: self._asked.get(run, now) for run in running if run in stopping}
        self._asked = asked
        if any(now - since > PATIENCE for since in asked.values()):
            self.leave()

    def leave(self) -> None:
        """Ends the process. What it was at goes on elsewhere, and was no attempt."""
        timer = threading.Timer(GOODBYE, os._exit, (0,))  # the database may not answer
        timer.daemon = True
        timer.start()
        try:
            self._runner.jobs.give_back(self._runner.worker)
            self._heart.leave()
        except KikigakiError as error:
            log.warning("left without a word", extra={"error": type(error).__name__})
        finally:
            os._exit(0)


def repeat(
    act: Callable[[], None], every: float, after_fault: float | None = None
) -> threading.Thread:
    """Acts again and again in a thread of its own. No failure ends it.

    After one it rests for `after_fault` seconds, `every` by default.
    """

    def work() -> None:
        while True:
            time.sleep(every if attempt(act) else after_fault or every)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def attempt(act: Callable[[], None]) -> bool:
    """Acts; whether that went well. What went wrong is logged."""
    try:
        patiently(act)
    except KikigakiError as error:
        log.warning("later again", extra={"error": type(error).__name__})
    except Exception as error:
        log.error("unforeseen", extra={"error": where(error)})  # noqa: TRY400
    else:
        return True
    return False


def end_with(parent: BinaryIO, leave: Callable[[], None]) -> None:
    """Leaves when `parent`, a pipe that the parent holds open, closes.

    It closes however the parent ends, also by a kill that lets it do nothing more.
    """

    def wait() -> None:
        while parent.read(1):
            pass
        leave()

    threading.Thread(target=wait, daemon=True).start()
