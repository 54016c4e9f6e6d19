"""Who is let in: nobody reaches anything without sign-in but the page that asks for it.

Gradio's own routes stand behind the gate as ours do. A request that changes something carries the
token of its session, which no other page can read.
"""

from __future__ import annotations

import hmac
import logging
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from fastapi.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, RedirectResponse
from starlette.websockets import WebSocketClose

from assistant.errors import (
    AccessError,
    KikigakiError,
    MustChangePassword,
    NotSignedIn,
    StaleToken,
)
from assistant.services.reception import Arrival, within
from ui.guard import SAFE_METHODS
from ui.web import refusal

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from assistant.services.reception import Reception
    from assistant.services.signing import Visitor

log = logging.getLogger(__name__)

OPEN = frozenset({"/sign-in", "/api/sign-in", "/sign-in/provider", "/sign-in/provider/back"})
"""What somebody may ask for who has not signed in."""
FILES = "/kikigaki/"
"""The page's own code: the same for everybody, and no secret."""
WITH_FIRST_PASSWORD = OPEN | {"/api/sign-in/password", "/api/sign-out"}
TOKEN_HEADER = "X-Kikigaki-Token"  # noqa: S105 - the name of a header
UNATTENDED_HEADER = "X-Kikigaki-Unattended"
"""The page asks by itself: nobody has touched it for a while."""
REFUSED = """<!doctype html>
<html lang="ja"><head><meta charset="utf-8"><title>聞き書き</title>
<link rel="stylesheet" href="/kikigaki/page.css"><link rel="stylesheet" href="/kikigaki/people.css">
</head><body><div id="kikigaki"><div class="kk kk-sign-in"><main class="kk-sign-in-card">
<h1>聞き書き</h1><p>{ja}</p><p lang="en">{en}</p></main></div></div></body></html>
"""
PROXY_MARKS = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")


@dataclass(frozen=True)
class Cookies:
    """The cookie of the session. `secure` sites have it sent over secured connections only."""

    public_url: str = ""

    def secure(self, connection: HTTPConnection, *, proxied: bool) -> bool:
        """Whether the browser came over a secured connection; `proxied`: by a proxy of ours."""
        if self.public_url.startswith("https:") or connection.url.scheme in {"https", "wss"}:
            return True
        return proxied and connection.headers.get("x-forwarded-proto", "").lower() == "https"

    def name(self, *, secure: bool) -> str:
        """With the prefix, browsers take it from this very host and by https only."""
        return "__Host-kikigaki" if secure else "kikigaki"

    def header(self, token: str, *, secure: bool) -> str:
        """Sets it; without a token, drops it."""
        parts = [f"{self.name(secure=secure)}={token}", "Path=/", "HttpOnly", "SameSite=Lax"]
        return "; ".join(parts + ["Secure"] * secure + ["Max-Age=0"] * (not token))


class Gate:
    """ASGI middleware: finds out who comes, and refuses those who may not go on."""

    def __init__(
        self, app: ASGIApp, reception: Reception, user_header: str = "", public_url: str = ""
    ) -> None:
        self._app = app
        self._reception = reception
        self._user_header = user_header
        self._cookies = Cookies(public_url)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes on what is allowed."""
        if scope["type"] not in {"http", "websocket"} or scope["path"].startswith(FILES):
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        secure = self._secure(connection)
        state = scope.setdefault("state", {})
        state["cookie_header"] = lambda token: self._cookies.header(token, secure=secure)
        try:
            arrival = self._arrival(connection, secure=secure)
            state["address"] = self._reception.address_of(arrival)
            visitor = await run_in_threadpool(self._reception.receive, arrival)
            state["visitor"] = visitor
            _let_in(scope, connection.headers, visitor)
        except KikigakiError as error:
            await _refuse(error, scope, receive, send)
            return
        if visitor is not None and visitor.token:
            send = _with_cookie(send, state["cookie_header"](visitor.token))
        await self._app(scope, receive, send)

    def _arrival(self, connection: HTTPConnection, *, secure: bool) -> Arrival:
        headers = connection.headers
        return Arrival(
            peer=_peer(connection),
            forwarded_for=tuple(
                one.strip() for one in headers.get("x-forwarded-for", "").split(",") if one.strip()
            ),
            proxied=any(mark in headers for mark in PROXY_MARKS),
            token=connection.cookies.get(self._cookies.name(secure=secure), ""),
            header=headers.get(self._user_header, "").strip() if self._user_header else "",
            attended=UNATTENDED_HEADER not in headers,
        )

    def _secure(self, connection: HTTPConnection) -> bool:
        proxied = within(_peer(connection), self._reception.ways.proxies)
        return self._cookies.secure(connection, proxied=proxied)


def _peer(connection: HTTPConnection) -> str:
    return connection.client.host if connection.client else ""


def _let_in(scope: Scope, headers: Headers, visitor: Visitor | None) -> None:
    path = scope["path"]
    if path in OPEN:
        return
    if visitor is None:
        raise NotSignedIn
    if visitor.must_change and path not in WITH_FIRST_PASSWORD:
        raise MustChangePassword
    if scope["type"] == "http" and scope["method"] not in SAFE_METHODS:
        shown = headers.get(TOKEN_HEADER, "")
        if not hmac.compare_digest(shown.encode(), visitor.csrf.encode()):
            raise StaleToken


async def _refuse(error: KikigakiError, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await WebSocketClose(code=1008)(scope, receive, send)
        return
    if isinstance(error, AccessError):
        log.info("not let in", extra={"path": scope["path"], "reason": type(error).__name__})
    answer: Response = refusal(error)
    if "text/html" in Headers(scope=scope).get("accept", "") and scope["method"] == "GET":
        answer = _page(error, scope, answer.status_code)
    await answer(scope, receive, send)


def _page(error: KikigakiError, scope: Scope, status: int) -> Response:
    """What somebody sees who typed the address."""
    if isinstance(error, NotSignedIn | MustChangePassword):
        address = f"/sign-in?{urlencode({'next': _address(scope)})}"
        return RedirectResponse(address, 303, {"Cache-Control": "no-store"})
    return HTMLResponse(
        REFUSED.format(ja=escape(error.message("ja")), en=escape(str(error))), status
    )


def _address(scope: Scope) -> str:
    query = scope["query_string"].decode("latin-1")
    return f"{scope['path']}?{query}" if query else str(scope["path"])


def _with_cookie(send: Send, cookie: str) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).append("set-cookie", cookie)
        await send(message)

    return sending
