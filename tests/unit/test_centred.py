"""Questions without what all questions have in common."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pytest

from assistant.knowledge.centred import ANYTHING, CentredEmbedder
from assistant.model import ModelUse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.model import FloatArray

WHAT = {"虐待": 1, "議会": 2}


@dataclass
class Crowded:
    """Every question lies along the first axis, and a little along that of what it is about."""

    model: ModelUse = field(
        default_factory=lambda: ModelUse("search", "crowded", "a test", "MIT", "0" * 64)
    )
    dimensions: int = 4
    asked: int = 0

    def queries(self, texts: Sequence[str]) -> FloatArray:
        self.asked += len(texts)
        return np.stack([self._vector(text, common=0) for text in texts])

    def passages(self, texts: Sequence[str]) -> FloatArray:
        return np.stack([self._vector(text, common=3) for text in texts])

    def _vector(self, text: str, common: int) -> FloatArray:
        vector = np.zeros(self.dimensions, np.float32)
        vector[common] = 1.0
        vector[WHAT.get(text, common)] += 0.2
        return vector / np.float32(np.linalg.norm(vector))


def test_what_a_question_is_about_remains() -> None:
    plain, centred = Crowded(), CentredEmbedder(Crowded())
    abuse, council = centred.queries(["虐待", "議会"])
    assert plain.queries(["虐待"])[0] @ plain.queries(["議会"])[0] > 0.95
    assert abuse @ council < 0.9
    own, other = (abuse @ one for one in centred.passages(["虐待", "議会"]))
    assert own > other + 0.05


def test_questions_keep_their_length_and_passages_are_left_alone() -> None:
    centred = CentredEmbedder(Crowded())
    vectors = centred.queries(["虐待", "議会"])
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1.0, 1.0], abs=1e-5)
    assert vectors.dtype == np.float32
    assert np.array_equal(centred.passages(["虐待"]), Crowded().passages(["虐待"]))
    assert (centred.model.name, centred.dimensions) == ("crowded", 4)


def test_what_is_common_is_found_once() -> None:
    inner = Crowded()
    centred = CentredEmbedder(inner)
    assert inner.asked == 0
    centred.queries(["虐待"])
    centred.queries(["議会"])
    assert inner.asked == len(ANYTHING) + 2


def test_a_question_that_is_nothing_but_common_stays_finite() -> None:
    assert np.isfinite(CentredEmbedder(Crowded()).queries(["何か"])).all()
