from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

from assistant.speech.clustering import likeness, speakers

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from assistant.model import FloatArray

DIMENSIONS = 192


def voices(
    truth: NDArray[np.intp], spread: float = 0.07, seed: int = 0
) -> tuple[FloatArray, FloatArray]:
    """Units said by the speakers of `truth`, and each speaker's true direction.

    Like the embeddings of real voices, all directions have much in common and no component is
    negative.
    """
    random = np.random.default_rng(seed)
    directions = np.abs(random.normal(size=(truth.max() + 1, DIMENSIONS)))
    directions *= random.random(directions.shape) < 0.5
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    units = directions[truth] + random.normal(0, spread, (len(truth), DIMENSIONS))
    units = np.maximum(0, units)
    units /= np.linalg.norm(units, axis=1, keepdims=True)
    return units.astype(np.float32), directions.astype(np.float32)


def alike(units: FloatArray, truth: NDArray[np.intp]) -> float:
    """How alike windows are inside a unit: less than units, which are means of windows."""
    same = truth[:200, None] == truth[None, :200]
    np.fill_diagonal(same, False)
    return 0.8 * float((units[:200] @ units[:200].T)[same].mean())


def names(units: FloatArray, found: FloatArray) -> NDArray[np.intp]:
    nearest: NDArray[np.intp] = (units @ found.T).argmax(1)
    return nearest


def agreement(truth: NDArray[np.intp], named: NDArray[np.intp]) -> float:
    """Share of units in the majority group of their speaker, when every group has one speaker."""
    table = np.zeros((truth.max() + 1, named.max() + 1))
    np.add.at(table, (truth, named), 1)
    return float(table.max(0).sum() / len(truth))


@pytest.mark.parametrize("count", [1, 2, 4, 9])
def test_the_number_of_voices_is_found(count: int) -> None:
    truth = np.random.default_rng(count).integers(0, count, 150)
    units, _ = voices(truth)
    found = speakers(units, np.full(150, 3.0, np.float32), alike(units, truth))
    assert len(found) == count
    assert agreement(truth, names(units, found)) == 1


@pytest.mark.parametrize(
    ("least", "most", "expected"),
    [(4, 4, 4), (2, 2, 2), (1, 1, 1), (None, 2, 2), (6, None, 6), (2, 8, 4), (6, 6, 6)],
)
def test_a_given_number_is_kept(least: int | None, most: int | None, expected: int) -> None:
    truth = np.random.default_rng(0).integers(0, 4, 200)
    units, _ = voices(truth)
    seconds = np.full(200, 3.0, np.float32)
    assert len(speakers(units, seconds, alike(units, truth), least, most)) == expected


def test_a_cough_is_no_speaker() -> None:
    truth = np.array([0] * 40 + [1] * 40 + [2])
    units, _ = voices(truth)
    seconds = np.array([3.0] * 80 + [1.1], np.float32)
    assert len(speakers(units, seconds, alike(units, truth))) == 2


@pytest.mark.parametrize("count", [1, 2, 3])
def test_few_and_short_units_do(count: int) -> None:
    units, _ = voices(np.zeros(count, np.intp))
    seconds = np.full(count, 0.3, np.float32)
    found = speakers(units, seconds, 0.6, least=2)
    assert 1 <= len(found) <= count
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)


def ten_hours() -> NDArray[np.intp]:
    """Twelve people, three or four at a time, and everybody comes back hours later."""
    random = np.random.default_rng(7)
    parts = [random.choice(12, 4, replace=False) for _ in range(9)] + [np.arange(12)]
    return np.concatenate([random.choice(present, 1300) for present in parts])


def test_voices_that_return_hours_later_keep_their_name() -> None:
    truth = ten_hours()
    units, _ = voices(truth)
    started = time.process_time()
    found = speakers(units, np.full(len(truth), 2.8, np.float32), alike(units, truth))
    assert len(found) == 12
    assert agreement(truth, names(units, found)) == 1
    assert time.process_time() - started < 60


def test_a_given_number_is_kept_over_hours() -> None:
    truth = np.repeat(np.arange(4), 2000)
    units, _ = voices(truth)
    seconds = np.full(len(truth), 2.8, np.float32)
    found = speakers(units, seconds, alike(units, truth), 4, 4)
    assert agreement(truth, names(units, found)) == 1


def test_likeness_is_measured_between_windows_that_do_not_overlap() -> None:
    units, _ = voices(np.array([0, 0, 0, 1, 1, 1]))
    times = np.array([(0, 1.5), (0.5, 2), (1.5, 3)] * 2, np.float32)
    pairs = [float(units[0] @ units[2]), float(units[3] @ units[5])]
    expected = (sum(pairs) + 4 * 0.6) / 6
    assert likeness(units, times, np.repeat([0, 1], 3)) == pytest.approx(expected, abs=1e-5)


def test_likeness_without_any_pair_is_the_prior() -> None:
    units, _ = voices(np.array([0, 1]))
    times = np.array([(0, 1.5), (2, 3.5)], np.float32)
    assert likeness(units, times, np.array([0, 1])) == pytest.approx(0.6)


def test_a_set_phrase_said_again_and_again_is_no_speaker() -> None:
    truth = np.random.default_rng(1).integers(0, 3, 300)
    units, directions = voices(truth, 0.05)
    phrase = directions[:1] + np.random.default_rng(2).normal(0, 0.08, (1, DIMENSIONS))
    said = np.maximum(0, phrase + np.random.default_rng(3).normal(0, 0.01, (12, DIMENSIONS)))
    said /= np.linalg.norm(said, axis=1, keepdims=True)
    everything = np.concatenate([units, said.astype(np.float32)])
    seconds = np.full(len(everything), 3.0, np.float32)
    assert len(speakers(everything, seconds, alike(units, truth))) == 3


def test_odd_sounds_that_add_up_over_an_hour_are_no_speaker() -> None:
    truth = np.concatenate([np.random.default_rng(1).integers(0, 3, 1000), [3, 3]])
    units, _ = voices(truth)
    seconds = np.full(len(truth), 3.0, np.float32)
    assert len(speakers(units, seconds, alike(units, truth))) == 3
