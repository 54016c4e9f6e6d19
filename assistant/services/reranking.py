"""Reading the best passages again together with the question, as long as there is time."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assistant.ports import Reranker

BATCH = 4
"""Passages between two looks at the clock."""


def rerank(
    reranker: Reranker,
    question: str,
    texts: Sequence[str],
    seconds: float,
    now: Callable[[], float] = time.monotonic,
) -> list[float] | None:
    """How well each text answers, 0 to 1; None when `seconds` were not enough for all of them.

    Some texts read and others not could not be put in one order. The next batch is not begun when
    it would, taking as long as the slowest so far, end too late.
    """
    end, slowest = now() + seconds, 0.0
    scores: list[float] = []
    for first in range(0, len(texts), BATCH):
        start = now()
        if start + slowest > end:
            return None
        scores += reranker.scores(question, texts[first : first + BATCH])
        slowest = max(slowest, now() - start)
    return scores if now() <= end else None
