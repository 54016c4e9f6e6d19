"""The worker process: `python -m assistant.work`, which the application starts by itself."""

from __future__ import annotations

import logging
import signal
import sys
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from assistant.bootstrap import Application
from assistant.errors import KikigakiError, OneWorker
from assistant.jobs.patience import patiently
from assistant.jobs.worker import end_with
from assistant.logs import configure_logs
from assistant.services.transcribing import Options

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from assistant.jobs.worker import Worker
    from assistant.store.engine import Database

log = logging.getLogger(__name__)


def main() -> None:
    """Works until the application ends."""
    configure_logs()
    application = Application()
    worker = application.worker()
    end_with(sys.stdin.buffer, worker.leave)
    try:
        with place_of_work(application.database, wait=True):
            serve(application, worker)
    except KikigakiError as error:
        log.error(error.message("en"))  # noqa: TRY400 - the sentence says what to do
        sys.exit(error.exit_code)


def serve(application: Application, worker: Worker) -> None:
    """Works until a signal comes; then the work goes on elsewhere.

    At first it completes what a sudden end left of recordings that were being taken in.

    Raises:
        SetupError: the database is of another version.
    """
    leave_on_signals(worker)
    patiently(lambda: application.library.tidy(Options()))
    worker.run()


def leave_on_signals(worker: Worker) -> None:
    """Ctrl-C, or what ends a service, ends it in good order."""
    leave: Callable[..., None] = lambda *_: worker.leave()  # noqa: E731
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, leave)


@contextmanager
def place_of_work(database: Database, *, wait: bool) -> Iterator[None]:
    """A database in a file has one worker; on a server there is room for many.

    Raises:
        OneWorker: there is one already, and we do not `wait` for its end.
        StorageError: the folder cannot be written.
    """
    with ExitStack() as stack:
        while not database.shared and not stack.enter_context(database.alone("worker")):
            if not wait:
                raise OneWorker(path=database.name)
            time.sleep(1.0)
        yield


if __name__ == "__main__":
    main()
