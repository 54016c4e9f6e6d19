"""Opens the application: `python app.py`, or `make run`."""

from __future__ import annotations

import sys

import uvicorn

from assistant.bootstrap import Application
from assistant.errors import KikigakiError
from assistant.logs import configure_logs
from assistant.services.transcribing import Options
from ui.page import create_app


def main() -> None:
    """Serves the page, with a worker beside it, until Ctrl-C."""
    configure_logs()
    application = Application()
    settings = application.settings
    application.library.tidy(Options())
    app = create_app(settings, application.library, application.weight_names)
    server = uvicorn.Config(
        app, settings.host, settings.port, log_config=None, access_log=False, server_header=False
    )
    print(f"聞き書き: http://{settings.host}:{settings.port}/  (終わるときは Ctrl-C)", flush=True)
    with application.worker_keeper():
        uvicorn.Server(server).run()


if __name__ == "__main__":
    try:
        main()
    except KikigakiError as error:
        print(f"× {error.message('ja')}", file=sys.stderr)
        sys.exit(error.exit_code)
