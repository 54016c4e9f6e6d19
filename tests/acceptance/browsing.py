"""A running application, and a browser that looks at it."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

CHROMIUM = "/usr/bin/chromium"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
REFUSED = re.compile(r"status of (400|401|403|404|429) ")
"""What a browser writes down when something was refused with a sentence."""
START = 90_000
"""Milliseconds that a loaded machine may take for the first page."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 120
    while True:
        try:
            httpx.get(f"{address}/api/sign-in", timeout=5).raise_for_status()
        except httpx.HTTPError:
            assert process.poll() is None, "the application ended"
            assert time.monotonic() < deadline, "the application did not start"
            time.sleep(0.2)
        else:
            return


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


@contextmanager
def running(data: Path) -> Iterator[str]:
    """The application with a worker of fakes on that data folder; its address."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with subprocess.Popen(
        [sys.executable, "-m", "tests.screen_app", str(data), str(port)]
    ) as process:
        try:
            wait_for(address, process)
            yield address
        finally:
            process.terminate()


@contextmanager
def watched_page(browser: Browser, address: str) -> Iterator[Page]:
    """A page that may ask nobody but the application, and must not complain."""
    context = browser.new_context(viewport={"width": 1280, "height": 720}, locale="ja-JP")
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.set_default_navigation_timeout(START)
    outside: list[str] = []
    complaints: list[str] = []

    def note(asked: str) -> None:
        if not asked.startswith((f"{address}/", "data:", "blob:")):
            outside.append(asked)

    page.on("request", lambda request: note(request.url))
    page.on("websocket", lambda socket: outside.append(socket.url))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda message: (
            complaints.append(message.text)
            if message.type == "error" and not REFUSED.search(message.text)
            else None
        ),
    )
    yield page
    context.close()
    assert outside == [], outside
    assert complaints == [], complaints
