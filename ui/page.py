"""The page: Gradio's frame, filled by our own component in `static/`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import Depends, FastAPI
from fastapi.staticfiles import StaticFiles

from ui.acting import acting
from ui.gate import Gate
from ui.guard import Guard, names_of
from ui.sign_in_routes import SignInRoutes
from ui.web import add_error_handlers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fastapi import APIRouter
    from starlette.responses import Response
    from starlette.types import Scope

    from assistant.entrance import Entrance

STATIC = Path(__file__).parent / "static"
FONTS = [
    "Noto Sans CJK JP",
    "Noto Sans JP",
    "BIZ UDPGothic",
    "Yu Gothic UI",
    "Meiryo",
    "sans-serif",
]
"""Fonts of the operating systems; none is fetched."""
STYLES = ("page.css", "print.css", "manuals.css", "search.css", "imports.css", "people.css")
"""The shell's and the recordings'; each further page brings its own."""
HEAD = "".join(
    [f'<link rel="stylesheet" href="/kikigaki/{name}">' for name in STYLES]
    + ['<link rel="icon" href="data:,">']
)
MOUNT = "import('/kikigaki/main.js').then(page => page.mount(element))"
UNUSED_TEMPORARIES = (3600, 3600)
"""Seconds after which Gradio drops temporary files, and between its looks for them."""


def create_app(entrance: Entrance, routers: Iterable[APIRouter]) -> FastAPI:
    """The web application, with what each page asks for; only known people reach it.

    Gradio is configured by the environment before it is imported.
    """
    settings = entrance.settings
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["GRADIO_TEMP_DIR"] = str(settings.state_dir / "gradio")
    import gradio

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(SignInRoutes(entrance).router())
    for router in routers:
        app.include_router(router, dependencies=[Depends(acting)])
    app.mount("/kikigaki", FreshFiles(directory=STATIC))
    add_error_handlers(app)
    theme = gradio.themes.Base(font=FONTS, font_mono=["monospace"])
    gradio.mount_gradio_app(
        app,
        make_blocks(),
        path="/",
        theme=theme,
        head=HEAD,
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        ssr_mode=False,
        show_error=False,
        max_file_size="1mb",
    )
    app.add_middleware(
        Gate,
        reception=entrance.reception,
        user_header=settings.proxy_user_header,
        public_url=settings.public_url,
    )
    app.add_middleware(Guard, hosts=names_of(settings.host, settings.names))
    return app


def make_blocks() -> object:
    """Gradio's page with one component; recordings and progress live on the server."""
    import gradio

    with gradio.Blocks(
        title="聞き書き",
        analytics_enabled=False,
        fill_width=True,
        fill_height=True,
        delete_cache=UNUSED_TEMPORARIES,
    ) as blocks:
        gradio.HTML(
            html_template='<div id="kikigaki"></div>',
            js_on_load=MOUNT,
            apply_default_css=False,
            elem_id="kikigaki-frame",
        )
    return blocks


class FreshFiles(StaticFiles):
    """Files that the browser asks for again, so that an update shows at once."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, or that it has not changed."""
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        return response
