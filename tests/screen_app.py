"""The application with real pages, sound and documents, and a worker of fakes.

Started as `python -m tests.screen_app DATA PORT`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import uvicorn

from assistant.bootstrap import Application
from assistant.jobs.keeper import WorkerKeeper
from assistant.settings import Settings
from tests.worker_process import database_in, library
from ui.page import create_app
from ui.pages import routers


def main() -> None:
    """Serves until it is killed."""
    data, port = Path(sys.argv[1]), int(sys.argv[2])
    application = Application(Settings(data_dir=data))
    shelves = library(data, database_in(data))
    # In the place of the real ones.
    vars(application).update(library=shelves, weight_names=lambda: ["small", "whisper-base"])
    app = create_app(application.people, routers(application))
    worker = [sys.executable, "-m", "tests.worker_process", str(data), "--sound"]
    with WorkerKeeper(worker):
        uvicorn.run(app, port=port, log_level="warning", proxy_headers=False)


if __name__ == "__main__":
    main()
