from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from assistant.audio.likeness import Likeness
from tests.sounds import voice

if TYPE_CHECKING:
    from assistant.model import FloatArray

SECONDS = 40
TURN = 4 * 16_000


@pytest.fixture(scope="module")
def caller() -> FloatArray:
    return _speaking(voice(1, SECONDS), first=True)


@pytest.fixture(scope="module")
def worker() -> FloatArray:
    return _speaking(voice(2, SECONDS), first=False)


def _speaking(sound: FloatArray, *, first: bool) -> FloatArray:
    """Only every other turn of `sound`, which runs a quarter of a second into the next."""
    position = np.arange(len(sound)) % (2 * TURN)
    start = 0 if first else TURN
    speaking = (position - start) % (2 * TURN) < TURN + 4_000
    return np.where(speaking, sound, 0).astype(np.float32)


def _noise(seed: int, level: float) -> FloatArray:
    noise = level * np.random.default_rng(seed).standard_normal(SECONDS * 16_000)
    return noise.astype(np.float32)


def likeness(*channels: FloatArray) -> float:
    gathered = Likeness(len(channels))
    gathered.add(np.stack(channels))
    return gathered.largest


def test_a_call_with_a_channel_for_each_person_is_unlike(
    caller: FloatArray, worker: FloatArray
) -> None:
    assert likeness(caller + _noise(3, 0.001), worker + _noise(4, 0.001)) < 0.15


def test_people_who_talk_at_once_all_the_time_are_unlike() -> None:
    assert likeness(voice(1, SECONDS), voice(2, SECONDS)) < 0.3


@pytest.mark.parametrize("gain", [1.0, 0.1, -0.5])
@pytest.mark.parametrize("delay", [0, 7, 80, 300])
def test_one_sound_on_both_channels_is_alike_when_quieter_delayed_or_inverted(
    caller: FloatArray, worker: FloatArray, gain: float, delay: int
) -> None:
    both = caller + worker
    assert likeness(both, np.float32(gain) * np.roll(both, delay)) > 0.95


def test_one_sound_is_alike_under_different_noise(caller: FloatArray, worker: FloatArray) -> None:
    both = caller + worker
    noise = 0.3 * float(both.std())
    assert likeness(both + _noise(5, noise), both + _noise(6, noise)) > 0.8


def test_a_shared_hum_and_offset_do_not_make_channels_alike(
    caller: FloatArray, worker: FloatArray
) -> None:
    hum = 0.2 + 0.3 * np.sin(2 * np.pi * 50 * np.arange(SECONDS * 16_000) / 16_000)
    assert likeness(caller + hum.astype(np.float32), worker + hum.astype(np.float32)) < 0.3


def test_cross_talk_lies_in_between(caller: FloatArray, worker: FloatArray) -> None:
    clean = likeness(caller, worker)
    cross_talk = likeness(caller + 0.1 * worker, worker + 0.1 * caller)
    loud_cross_talk = likeness(caller + 0.25 * worker, worker + 0.25 * caller)
    assert clean + 0.1 < cross_talk < 0.35 < loud_cross_talk < 0.7


def test_the_most_alike_pair_counts(caller: FloatArray, worker: FloatArray) -> None:
    assert likeness(caller, worker, np.roll(caller, 16)) > 0.9


def test_one_channel_and_a_silent_one_are_like_nothing(caller: FloatArray) -> None:
    assert likeness(caller) == 0
    assert likeness(caller, np.zeros_like(caller)) == 0


def test_feeding_in_blocks_of_seconds_changes_nothing(
    caller: FloatArray, worker: FloatArray
) -> None:
    sound = np.stack((caller, worker + 0.1 * caller))
    gathered = Likeness(2)
    for start in range(0, sound.shape[1], 48_000):
        gathered.add(sound[:, start : start + 48_000])
    assert gathered.largest == pytest.approx(likeness(*sound), rel=1e-6)
