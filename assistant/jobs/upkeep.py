"""What the worker does for the manuals beside its recordings, in pieces of a few seconds."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING

from assistant.errors import KikigakiError
from assistant.logs import where

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from assistant.services.manuals import Addition, ManualLibrary

log = logging.getLogger(__name__)

LOOK_EVERY = 10.0
"""Seconds between two looks at the watched folder."""
REST = 0.5
"""Seconds between two pieces when there is nothing to do, or a recording is being worked on."""
REST_AFTER_FAULT = 60.0
"""Seconds after a database that does not answer, or weights that are not there."""


class ManualUpkeep:
    """Takes in what is new in the watched `folder`, and embeds what is missing."""

    def __init__(self, library: ManualLibrary, folder: Path) -> None:
        self._library = library
        self._folder = folder
        self._syncing: Iterator[Addition] | None = None
        self._next_look = 0.0

    def step(self) -> bool:
        """Takes one file, or embeds one batch; False when there is nothing to do now.

        Raises:
            KikigakiError: the library cannot be read or written, or the weights are not here.
        """
        return self._take_one() or self._library.embed_some()

    def _take_one(self) -> bool:
        if self._syncing is None:
            if time.monotonic() < self._next_look:
                return False
            self._syncing = self._library.sync(self._folder)
        try:
            addition = next(self._syncing, None)
        except KikigakiError:
            self._end_look()
            raise
        if addition is None:
            self._end_look()
            return False
        details = {"file": addition.path.name, "outcome": addition.outcome.value}
        log.info("manual", extra=details)
        return True

    def _end_look(self) -> None:
        self._syncing = None
        self._next_look = time.monotonic() + LOOK_EVERY


def tend(step: Callable[[], bool], busy: Callable[[], bool]) -> None:
    """Does step after step in a thread of its own, and none while `busy`.

    So a recording that comes is taken at once, whatever a step is at.
    """

    def work() -> None:
        while True:
            if busy():
                time.sleep(REST)
            else:
                time.sleep(_rest_after(step))

    threading.Thread(target=work, daemon=True).start()


def _rest_after(step: Callable[[], bool]) -> float:
    """Does a step; the seconds to rest after it. No failure leaves it."""
    try:
        return 0.0 if step() else REST
    except KikigakiError as error:
        log.warning("manuals wait", extra={"error": type(error).__name__})
    except Exception as error:
        log.error("unforeseen", extra={"error": where(error)})  # noqa: TRY400
    return REST_AFTER_FAULT
