from __future__ import annotations

import numpy as np
import pytest

from assistant.knowledge.window_index import WindowIndex
from assistant.search import VectorBatch


def batch(number: int, first: int, window: int, *vectors: tuple[float, float]) -> VectorBatch:
    return VectorBatch(number, first, window, np.asarray(vectors, np.float16))


def near(index: WindowIndex, visible: list[bool]) -> list[int]:
    begins, _ = index.near(np.asarray([1, 0], np.float32), np.asarray(visible))
    found: list[int] = begins.tolist()
    return found


def test_windows_come_nearest_first_and_only_visible_ones() -> None:
    index = WindowIndex()
    index.add([batch(1, 0, 0, (0, 1), (1, 0)), batch(2, 5, 0, (0.6, 0.8))])
    assert near(index, [True] * 8) == [2, 5, 0]
    assert near(index, [True] * 5 + [False] * 3) == [2, 0]
    assert near(index, [True, True] + [False] * 6) == [0]
    assert near(index, [False] * 8) == []


def test_a_window_that_was_embedded_again_has_its_new_vector() -> None:
    index = WindowIndex()
    index.add([batch(1, 0, 0, (0, 1), (1, 0))])
    index.add([batch(2, 0, 0, (1, 0)), batch(1, 0, 0, (0, 1))])
    begins, cosines = index.near(np.asarray([1, 0], np.float32), np.ones(5, bool))
    assert begins.tolist() == [0, 2]
    assert cosines.tolist() == [1, 1]
    assert index.latest == 2


@pytest.mark.parametrize("every", [1, 2, 200])
def test_leaving_out_what_is_not_visible_changes_no_cosine(every: int) -> None:
    chance = np.random.default_rng(1)
    vectors = chance.standard_normal((400, 8)).astype(np.float16)
    index = WindowIndex()
    index.add(VectorBatch(n + 1, 2 * n, 0, vectors[n : n + 1]) for n in range(400))
    visible = np.zeros(803, bool)
    for start in range(0, 800, 2 * every):
        visible[start : start + every] = True
    meaning = chance.standard_normal(8).astype(np.float32)
    begins, cosines = index.near(meaning, visible)
    expected = vectors.astype(np.float32)[begins // 2] @ meaning
    assert np.allclose(cosines, expected, atol=1e-5)
    assert cosines.tolist() == sorted(cosines.tolist(), reverse=True)
    assert all(visible[begin : begin + 3].any() for begin in begins.tolist())
