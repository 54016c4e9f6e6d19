"""Signing in and out: the page that asks, and what it asks for."""

from __future__ import annotations

from secrets import token_urlsafe
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Body, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel

from assistant.errors import KikigakiError, ProviderFails
from ui.acting import Visiting  # noqa: TC001 (FastAPI reads it)
from ui.labels import LABELS

if TYPE_CHECKING:
    from assistant.entrance import Entrance
    from assistant.services.signing import Visitor

KEY_COOKIE = "kikigaki-provider"
"""Holds the secret of one sign-in by the provider, for as long as that may take."""
KEY_SECONDS = 600
PAGE = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><title>聞き書き</title>
<meta name="viewport" content="width=device-width">
<link rel="stylesheet" href="/kikigaki/page.css"><link rel="stylesheet" href="/kikigaki/people.css">
<link rel="icon" href="data:,"></head>
<body><div id="kikigaki"></div>
<noscript>この画面には JavaScript が要ります。 This page needs JavaScript.</noscript>
<script type="module" src="/kikigaki/sign_in.js"></script></body></html>
"""
NO_STORE = {"Cache-Control": "no-store"}


class SignInState(BaseModel):
    """What the page that asks needs to know. `csrf` is empty for somebody who has to sign in."""

    language: str
    labels: dict[str, dict[str, str]]
    provider: str
    """What the button for it says; empty without any."""
    name: str
    """Who is signed in; empty for nobody."""
    must_change: bool
    csrf: str


class Signed(BaseModel):
    """Somebody has signed in; with a first password, another one is to be chosen now."""

    must_change: bool
    csrf: str


class SignInRoutes:
    """The routes around signing in, open to everybody but for the last two."""

    def __init__(self, entrance: Entrance) -> None:
        self._entrance = entrance
        self._settings = entrance.settings

    def router(self) -> APIRouter:
        """Ready to be included."""
        router = APIRouter()
        router.add_api_route("/sign-in", self.page, include_in_schema=False)
        router.add_api_route("/sign-in/provider", self.leave, include_in_schema=False)
        router.add_api_route("/sign-in/provider/back", self.come_back, include_in_schema=False)
        router.add_api_route("/api/sign-in", self.state)
        router.add_api_route("/api/sign-in", self.sign_in, methods=["POST"])
        router.add_api_route("/api/sign-in/password", self.change_password, methods=["POST"])
        router.add_api_route("/api/sign-out", self.sign_out, methods=["POST"], status_code=204)
        return router

    def page(self) -> HTMLResponse:
        """The page that asks; it tells nothing of what is behind it."""
        language = self._settings.screen_language
        return HTMLResponse(PAGE.format(language=language), headers=NO_STORE)

    def state(self, request: Request, response: Response) -> SignInState:
        """What the page needs to know."""
        response.headers.update(NO_STORE)
        visitor: Visitor | None = getattr(request.state, "visitor", None)
        return SignInState(
            language=self._settings.screen_language,
            labels=LABELS,
            provider=self._provider_name(),
            name=visitor.actor.name if visitor else "",
            must_change=visitor is not None and visitor.must_change,
            csrf=visitor.csrf if visitor else "",
        )

    def sign_in(
        self,
        request: Request,
        response: Response,
        login: Annotated[str, Body(max_length=1000)],
        password: Annotated[str, Body(max_length=10_000)],
    ) -> Signed:
        """With login and password."""
        address = request.state.address
        visitor = self._entrance.signing.by_password(login, password, address)
        return _signed(request, response, visitor)

    def change_password(
        self,
        request: Request,
        response: Response,
        visitor: Visiting,
        old: Annotated[str, Body(max_length=10_000)],
        new: Annotated[str, Body(max_length=10_000)],
    ) -> Signed:
        """Chooses another password."""
        changed = self._entrance.signing.change_password(visitor, old, new)
        return _signed(request, response, changed)

    def sign_out(self, request: Request, visitor: Visiting) -> Response:
        """Ends this browser's session."""
        self._entrance.signing.sign_out(visitor)
        dropped = request.state.cookie_header("")
        return Response(status_code=204, headers={"set-cookie": dropped} | NO_STORE)

    async def leave(self, request: Request) -> Response:
        """Off to the provider."""
        provider = self._entrance.provider
        if provider is None:
            return RedirectResponse("/sign-in", 303)
        key = token_urlsafe(32)
        answer = RedirectResponse(await run_in_threadpool(provider.address, key), 303, NO_STORE)
        answer.set_cookie(
            KEY_COOKIE,
            key,
            max_age=KEY_SECONDS,
            path="/sign-in",
            secure=urlsplit(self._settings.public_url).scheme == "https",
            httponly=True,
            samesite="lax",
        )
        return answer

    async def come_back(self, request: Request) -> Response:
        """Back from the provider; what went wrong is said on the page that asks."""
        try:
            visitor = await run_in_threadpool(self._vouched, request)
        except KikigakiError as error:
            answer = RedirectResponse(f"/sign-in?failed={type(error).__name__}", 303, NO_STORE)
        else:
            answer = RedirectResponse("/", 303, NO_STORE)
            answer.headers.append("set-cookie", request.state.cookie_header(visitor.token))
        answer.delete_cookie(KEY_COOKIE, path="/sign-in")
        return answer

    def _vouched(self, request: Request) -> Visitor:
        key, provider = request.cookies.get(KEY_COOKIE), self._entrance.provider
        if not key or provider is None:
            raise ProviderFails(issuer=self._provider_name())
        who = provider.finish(key, request.url.query)
        return self._entrance.signing.vouched(who, "oidc", request.state.address)

    def _provider_name(self) -> str:
        settings = self._settings
        return settings.oidc_name or urlsplit(settings.oidc_issuer).hostname or ""


def _signed(request: Request, response: Response, visitor: Visitor) -> Signed:
    response.headers.update(NO_STORE)
    response.headers.append("set-cookie", request.state.cookie_header(visitor.token))
    return Signed(must_change=visitor.must_change, csrf=visitor.csrf)
