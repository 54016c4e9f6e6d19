"""Opens the application: `python app.py`, or `make run`."""

from __future__ import annotations

import socket
import sys

import uvicorn

from assistant.bootstrap import Application
from assistant.errors import AddressTaken, KikigakiError
from assistant.logs import configure_logs
from assistant.services.transcribing import Options
from ui.page import create_app
from ui.pages import routers


def main() -> None:
    """Serves the page, with a worker beside it, until Ctrl-C."""
    configure_logs()
    application = Application()
    settings = application.settings
    application.people.reception.insist_on_sign_in(settings.host)
    application.vault.ready()
    application.library.tidy(Options())
    app = create_app(application.people, routers(application))
    # Whose word about addresses counts, the gate knows: nobody's by itself.
    config = uvicorn.Config(
        app, log_config=None, access_log=False, server_header=False, proxy_headers=False
    )
    with listen(settings.host, settings.port) as door, application.worker_keeper():
        print(
            f"聞き書き: http://{settings.host}:{settings.port}/  (終わるときは Ctrl-C)", flush=True
        )
        uvicorn.Server(config).run(sockets=[door])


def listen(host: str, port: int) -> socket.socket:
    """The open port.

    Raises:
        AddressTaken: somebody else listens there, or this machine has no such address.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise AddressTaken(host=host, port=port) from error


if __name__ == "__main__":
    try:
        main()
    except KikigakiError as error:
        print(f"× {error.message('ja')}", file=sys.stderr)
        sys.exit(error.exit_code)
