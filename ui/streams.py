"""Work that takes a while, told line by line while it is done."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from typing import TYPE_CHECKING, Any

from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from assistant.errors import KikigakiError, Stopped, Unforeseen
from assistant.logs import where

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from assistant.model import Progress
    from assistant.ports import ProgressHook

Json = dict[str, Any]

log = logging.getLogger(__name__)


def stream_progress(work: Callable[[ProgressHook], Json]) -> StreamingResponse:
    """JSON Lines: `{"done", "total"}` for each step, then `{"result"}` or `{"error"}`.

    A page that goes away stops the work at its next step.
    """
    return StreamingResponse(_lines(work), media_type="application/x-ndjson")


async def _lines(work: Callable[[ProgressHook], Json]) -> AsyncIterator[str]:
    loop, told = asyncio.get_running_loop(), asyncio.Queue[Json]()
    gone = threading.Event()

    def tell(line: Json) -> None:
        loop.call_soon_threadsafe(told.put_nowait, line)

    def report(progress: Progress) -> None:
        if gone.is_set():
            raise Stopped
        tell({"done": progress.done, "total": progress.total})

    working = asyncio.create_task(run_in_threadpool(lambda: tell(_outcome(work, report))))
    try:
        while True:
            line = await told.get()
            yield json.dumps(line, ensure_ascii=False) + "\n"
            if "done" not in line:
                await working
                return
    finally:
        gone.set()


def _outcome(work: Callable[[ProgressHook], Json], report: ProgressHook) -> Json:
    """The last line. No failure leaves it: the page must hear of it."""
    try:
        return {"result": work(report)}
    except KikigakiError as error:
        failed = error
    except Exception as error:
        log.error("unforeseen", extra={"error": where(error)})  # noqa: TRY400
        failed = Unforeseen()
    return {"error": {"ja": failed.message("ja"), "en": failed.message("en")}}
