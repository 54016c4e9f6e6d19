"""A running call comes first: meanwhile its machine takes no new step of batch work."""

from __future__ import annotations

import logging
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Protocol

from assistant.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator

log = logging.getLogger(__name__)

BEAT = 5.0
"""Seconds between two signs of life of a call."""
SILENT = 20.0
"""Seconds without a sign after which a call is over: its process has died."""


class Calls(Protocol):
    """The calls that are running on this machine."""

    def beat(self, call: str) -> None:
        """The call is running."""

    def end(self, call: str) -> None:
        """It is over."""

    def running(self, seconds: float) -> bool:
        """Whether there is one that was heard of within so many seconds."""


@contextmanager
def calling(calls: Calls, call: str, every: float = BEAT) -> Iterator[None]:
    """A call is running on this machine for as long as the block lasts.

    A database that does not answer never troubles the call.
    """
    over = threading.Event()

    def beat() -> None:
        while True:
            try:
                calls.beat(call)
            except StorageError as error:
                log.warning("no sign of life", extra={"error": type(error).__name__})
            if over.wait(every):
                return

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        with suppress(StorageError):  # it falls silent by itself
            calls.end(call)
