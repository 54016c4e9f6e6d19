"""The time box around a reranker."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assistant.services.reranking import BATCH, rerank

if TYPE_CHECKING:
    from collections.abc import Sequence


class Reader:
    """A reranker that takes `seconds` a batch of a clock of its own, and prefers long texts."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self.time = 0.0
        self.read = 0

    def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        del query
        self.time += self.seconds
        self.read += len(texts)
        return [len(text) / 100 for text in texts]

    def now(self) -> float:
        return self.time


TEXTS = ["あ" * number for number in range(1, 12)]


def test_every_text_has_its_score() -> None:
    reader = Reader()
    assert rerank(reader, "問い", TEXTS, 1.0, reader.now) == pytest.approx(
        [len(text) / 100 for text in TEXTS]
    )


def test_nothing_to_read_takes_no_time() -> None:
    reader = Reader(seconds=5.0)
    assert rerank(reader, "問い", [], 1.0, reader.now) == []
    assert reader.time == 0.0


def test_a_batch_that_would_end_too_late_is_not_begun() -> None:
    reader = Reader(seconds=0.6)
    assert rerank(reader, "問い", TEXTS, 1.0, reader.now) is None
    assert (reader.read, reader.time) == (BATCH, 0.6)


def test_the_last_batch_may_not_end_too_late_either() -> None:
    reader = Reader(seconds=1.5)
    assert rerank(reader, "問い", TEXTS[:BATCH], 1.0, reader.now) is None
