"""Keeps the worker process running beside the application."""

from __future__ import annotations

import logging
import subprocess
import threading
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

log = logging.getLogger(__name__)

LONGEST_PAUSE = 30.0
"""Seconds before a worker that dies again and again is started anew."""
GOODBYE = 5.0
"""Seconds a worker gets to end when its pipe has closed."""


class WorkerKeeper:
    """Starts `command` on entering, again whenever it ends, and ends it on leaving.

    The command's standard input is a pipe that closes with this process: see `worker.end_with`.
    """

    def __init__(self, command: Sequence[str], pause: float = 1.0) -> None:
        self._command = list(command)
        self._pause = pause
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._keep, daemon=True)
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.set()
        self._thread.join()

    def _keep(self) -> None:
        pause = self._pause
        while not self._closing.is_set():
            with subprocess.Popen(self._command, stdin=subprocess.PIPE) as process:  # noqa: S603
                self.process = process
                lived = self._watch(process)
            if self._closing.is_set():
                return
            pause = self._pause if lived > LONGEST_PAUSE else min(pause * 2, LONGEST_PAUSE)
            log.warning("worker ended", extra={"code": process.returncode, "again_in": pause})
            self._closing.wait(pause)

    def _watch(self, process: subprocess.Popen[bytes]) -> float:
        """Waits for the end of the process or of us; gives the seconds it lived, roughly."""
        lived = 0.0
        while process.poll() is None and not self._closing.wait(0.25):
            lived += 0.25
        if process.stdin is not None:
            process.stdin.close()
        try:
            process.wait(GOODBYE)
        except subprocess.TimeoutExpired:
            process.kill()
        return lived
