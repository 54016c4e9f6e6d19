"""The application with real pages, sound and documents, and a worker of fakes.

Started as `python -m tests.screen_app DATA PORT`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import uvicorn

from assistant.jobs.keeper import WorkerKeeper
from assistant.jobs.queue import QueueDatabase
from assistant.jobs.steps import StepsDatabase
from assistant.settings import Settings
from tests.worker_process import library
from ui.page import create_app
from ui.routes import Routes


def main() -> None:
    """Serves until it is killed."""
    data, port = Path(sys.argv[1]), int(sys.argv[2])
    queue, steps = QueueDatabase(data / "queue.sqlite"), StepsDatabase(data / "steps")
    settings = Settings(data_dir=data)
    recordings = Routes(library(data, queue, steps), lambda: ["small", "whisper-base"], "ja")
    app = create_app(settings, [recordings.router()])
    worker = [sys.executable, "-m", "tests.worker_process", str(data), "--sound"]
    with WorkerKeeper(worker):
        uvicorn.run(app, port=port, log_level="warning")


if __name__ == "__main__":
    main()
