from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from assistant.services.fusing import MEANING, Near, fuse

SCORES = st.floats(0.125, 50, width=32)
FOUND = st.dictionaries(st.integers(0, 30), SCORES, max_size=10)
NEAR = st.dictionaries(st.integers(0, 30), st.floats(0, 1, width=32), max_size=10)


def fused(found: dict[int, float], near: dict[int, float]) -> dict[int, float]:
    def arrays(some: dict[int, float]) -> tuple[np.ndarray, np.ndarray]:
        keys = sorted(some)
        return np.asarray(keys, np.int64), np.asarray([some[key] for key in keys], np.float32)

    turns, leads = arrays(near)
    ranked = fuse(*arrays(found), Near(turns, leads, np.ones(len(turns), bool)))
    assert ranked.words == len(found)
    return dict(zip(ranked.turns.tolist(), ranked.scores.tolist(), strict=True))


@given(FOUND, NEAR)
def test_meaning_alone_never_comes_before_the_words(
    found: dict[int, float], near: dict[int, float]
) -> None:
    scores = fused(found, near)
    assert scores.keys() == found.keys() | near.keys()
    worst = min((scores[turn] for turn in found), default=1.0)
    assert all(scores[turn] < 0.5 <= worst for turn in near.keys() - found.keys())
    assert all(0 <= score <= 1.0001 for score in scores.values())


@given(FOUND, NEAR)
def test_a_clear_lead_in_words_stays(found: dict[int, float], near: dict[int, float]) -> None:
    scores, best = fused(found, near), max(found.values(), default=1.0)
    clear = MEANING / (1 - MEANING)
    for one, strength in found.items():
        for other, weaker in found.items():
            if (strength - weaker) / best > clear + 0.001:
                assert scores[one] > scores[other]


@given(FOUND)
def test_without_meaning_words_keep_their_order(found: dict[int, float]) -> None:
    scores = fused(found, {})
    for one in found:
        for other in found:
            if found[one] > found[other] * 1.001:
                assert scores[one] > scores[other]
