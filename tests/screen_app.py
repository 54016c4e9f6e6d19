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
from ui.manual_routes import ManualRoutes
from ui.page import create_app
from ui.passage_routes import PassageRoutes
from ui.people_routes import PeopleRoutes
from ui.routes import Routes
from ui.search_routes import SearchRoutes


def main() -> None:
    """Serves until it is killed."""
    data, port = Path(sys.argv[1]), int(sys.argv[2])
    application = Application(Settings(data_dir=data))
    shelves = library(data, database_in(data))
    vars(application)["library"] = shelves  # in the place of the real one
    pages = (
        Routes(shelves, lambda: ["small", "whisper-base"], "ja"),
        PassageRoutes(application),
        ManualRoutes(application, data / "manuals"),
        SearchRoutes(application),
        PeopleRoutes(application),
    )
    app = create_app(application.people, [page.router() for page in pages])
    worker = [sys.executable, "-m", "tests.worker_process", str(data), "--sound"]
    with WorkerKeeper(worker):
        uvicorn.run(app, port=port, log_level="warning", proxy_headers=False)


if __name__ == "__main__":
    main()
