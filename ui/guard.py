"""Who may talk to the application: pages of its own, under names it knows.

A page of another site that a clerk has open could otherwise post into this machine (cross-site
requests), or reach it under a name of its own that resolves to this machine (DNS rebinding).
"""

from __future__ import annotations

import ipaddress
import logging
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.websockets import WebSocketClose

if TYPE_CHECKING:
    from collections.abc import Collection

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger(__name__)

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})

HEADERS = {
    # Whatever a library's page asks for, the browser fetches nothing from anywhere else.
    "Content-Security-Policy": (
        "default-src 'self' blob: data:; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
        "style-src 'self' 'unsafe-inline'; frame-ancestors 'self'; form-action 'self'; "
        "base-uri 'self'; object-src 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Guard:
    """ASGI middleware: refuses strangers, adds `HEADERS`, and logs method, path and status."""

    def __init__(self, app: ASGIApp, hosts: Collection[str] = ()) -> None:
        self._app = app
        self._hosts = LOCAL_NAMES | {name.lower() for name in hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes on what is allowed."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is None:
            await self._app(scope, receive, self._watched(scope, send))
        elif scope["type"] == "websocket":
            await WebSocketClose(code=1008)(scope, receive, send)
        else:
            log.warning("refused", extra={"path": scope["path"], "reason": refusal})
            await PlainTextResponse(refusal, status_code=403)(scope, receive, send)

    def _refusal(self, scope: Scope) -> str | None:
        headers = Headers(scope=scope)
        if not self._is_known(headers.get("host", "")):
            return "unknown host"
        if scope["type"] == "http" and scope["method"] in SAFE_METHODS:
            return None
        return None if _is_own_page(headers) else "another site"

    def _is_known(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        return name in self._hosts

    def _watched(self, scope: Scope, send: Send) -> Send:
        began = time.monotonic()

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                details = {"method": scope["method"], "status": message["status"]}
                seconds = round(time.monotonic() - began, 3)
                log.debug("request", extra=details | {"path": scope["path"], "seconds": seconds})
            await send(message)

        return watched


def _is_own_page(headers: Headers) -> bool:
    """Whether a request that may change something comes from our page, or from no page at all."""
    if headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return False
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host")


def names_of(host: str, more: Collection[str]) -> set[str]:
    """The names under which an application that listens on `host` is reached, `more` beside it.

    An address that means all networks is no name.
    """
    try:
        everywhere = ipaddress.ip_address(host).is_unspecified
    except ValueError:
        everywhere = False
    return {*more} if everywhere else {*more, host}
