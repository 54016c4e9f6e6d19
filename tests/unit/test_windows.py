"""Windows: full, cut at pauses, the same however the sound comes in."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.model import SAMPLE_RATE, Clip, Window
from assistant.speech.windows import SpeechListener, WindowPlanner, WindowPolicy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.model import FloatArray

FRAME = 512
SHORT = WindowPolicy(longest=2.0, longest_pause=1.5)

Part = tuple[float, float, float]
"""Seconds, probability of speech, loudness."""


def said(seconds: float, loudness: float = 0.1) -> Part:
    return seconds, 0.9, loudness


def pause(seconds: float) -> Part:
    return seconds, 0.05, 0.001


def lane(*parts: Part) -> tuple[FloatArray, FloatArray]:
    """Sound and probabilities; noise, so that every stretch of it is unlike all others."""
    frames = [round(seconds * SAMPLE_RATE / FRAME) for seconds, _, _ in parts]
    loudness = np.repeat([part[2] for part in parts], [FRAME * count for count in frames])
    noise = np.random.default_rng(len(loudness)).standard_normal(len(loudness))
    probabilities = np.repeat([part[1] for part in parts], frames)
    return (noise * loudness).astype(np.float32), probabilities.astype(np.float32)


def windows(
    sound: FloatArray,
    probabilities: FloatArray,
    policy: WindowPolicy | None = None,
    sizes: Sequence[int] = (),
) -> tuple[list[Window], WindowPlanner]:
    """The windows when fed in blocks of the given sizes, then the rest at once."""
    planner = WindowPlanner(policy or WindowPolicy(), FRAME)
    cuts = [0, *np.minimum(np.cumsum([*sizes, len(sound)]), len(sound)).tolist()]
    found = []
    for start, end in pairwise(cuts):
        found += planner.feed(sound[start:end], probabilities[start // FRAME : end // FRAME])
    return found + planner.finish(), planner


def described(found: Sequence[Window]) -> list[object]:
    return [
        (window.clip.start, window.clip.samples.tobytes(), window.voice, window.joints)
        for window in found
    ]


parts = st.lists(
    st.one_of(
        st.builds(said, st.floats(0.05, 3.0), st.sampled_from([0.3, 0.1, 0.002, 0.0001])),
        st.builds(pause, st.floats(0.05, 2.0)),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=40, deadline=None)
@given(parts, st.lists(st.integers(0, 40_000), max_size=20))
def test_block_sizes_do_not_matter(script: list[Part], sizes: list[int]) -> None:
    sound, probabilities = lane(*script)
    whole, _ = windows(sound, probabilities, SHORT)
    cut, _ = windows(sound, probabilities, SHORT, sizes)
    assert described(cut) == described(whole)


@settings(max_examples=40, deadline=None)
@given(parts)
def test_windows_hold_all_speech_once_and_are_short_enough(script: list[Part]) -> None:
    sound, probabilities = lane(*script)
    found, planner = windows(sound, probabilities, SHORT)
    assert [span for window in found for span in window.voice] == planner.speech
    assert all(before.end <= after.start for before, after in pairwise(planner.speech))
    latest = 0.0
    for window in found:
        assert window.clip.duration <= SHORT.longest
        assert window.clip.start >= latest - 1e-9
        latest = window.when(window.clip.duration, ending=True)
        assert window.clip.start <= window.voice[0].start
        assert window.voice[-1].end <= latest + 1e-9


@settings(max_examples=40, deadline=None)
@given(parts)
def test_when_tells_where_every_sample_was(script: list[Part]) -> None:
    sound, probabilities = lane(*script)
    for window in windows(sound, probabilities, SHORT)[0]:
        for offset in range(0, window.clip.samples.shape[1], 997):
            second = window.when(offset / SAMPLE_RATE)
            assert window.clip.samples[0, offset] == sound[round(second * SAMPLE_RATE)]


def test_a_long_pause_is_shortened() -> None:
    found, _ = windows(*lane(pause(1), said(2), pause(5), said(2), pause(1)))
    assert len(found) == 1
    assert found[0].clip.duration == pytest.approx(2 + 2 + 4 * 0.3, abs=0.1)
    assert found[0].joints[0].pause == pytest.approx(5 - 2 * 0.3, abs=0.1)


def test_a_very_long_pause_ends_a_window_before_the_next_word() -> None:
    planner = WindowPlanner(WindowPolicy(), FRAME)
    sound, probabilities = lane(said(2), pause(10.5))
    assert [window.voice[0].start for window in planner.feed(sound, probabilities)] == [0.0]


def test_a_window_ends_at_the_longest_pause_of_its_last_part() -> None:
    script = (said(8), pause(0.3), said(8), pause(0.7), said(2), pause(0.3), said(5))
    found, _ = windows(*lane(*script))
    assert [round(window.voice[0].start) for window in found] == [0, 17]


def test_who_never_pauses_is_cut_where_it_is_least_likely_speech() -> None:
    sound, probabilities = lane(said(16), (0.3, 0.45, 0.1), said(10))
    found, _ = windows(sound, probabilities)
    assert found[0].voice[-1].end == pytest.approx(16.15, abs=0.15)
    assert np.array_equal(np.concatenate([w.clip.samples[0] for w in found]), sound)


@pytest.mark.parametrize(
    "noise",
    [said(0.1), said(3, loudness=0.001), (3, WindowPolicy().start - 0.01, 0.1)],
    ids=["click", "quiet", "unlikely"],
)
def test_what_is_no_speech_gives_no_window(noise: Part) -> None:
    assert windows(*lane(pause(1), noise, pause(1)))[0] == []


def test_the_other_side_leaking_into_a_call_is_no_speech_of_this_one() -> None:
    script = (said(3, loudness=0.3), pause(1), said(3, loudness=0.003), pause(1), said(1))
    _, planner = windows(*lane(*script))
    assert [round(span.start) for span in planner.speech] == [0, 8]


def test_only_the_unfinished_window_is_kept_in_memory() -> None:
    planner = WindowPlanner(WindowPolicy(), FRAME)
    script = lane(*[said(2), pause(0.5)] * 6, pause(12))
    for _ in range(20):
        planner.feed(*script)
    assert sum(len(block) for block in planner._tape._blocks) <= len(script[0])


class Probabilities:
    """A detector that takes the first sample of a frame for its probability."""

    frame = FRAME

    def stream(self) -> Probabilities:
        self.rest = np.zeros(0, np.float32)
        return self

    def feed(self, samples: FloatArray) -> FloatArray:
        sound = np.concatenate([self.rest, samples])
        whole = len(sound) // FRAME * FRAME
        self.rest = sound[whole:]
        first: FloatArray = np.abs(sound[:whole:FRAME])
        return first

    def finish(self) -> FloatArray:
        first: FloatArray = np.abs(self.rest[:1])
        return first


def test_a_listener_hears_in_seconds_of_the_recording() -> None:
    listener = SpeechListener(Probabilities(), lane=1)
    sound = np.concatenate([np.zeros(SAMPLE_RATE), np.full(SAMPLE_RATE, 0.9)]).astype(np.float32)
    assert listener.feed(Clip(sound[None, :20_000], 60.0)) == []
    assert listener.feed(Clip(sound[None, 20_000:], 60.0 + 20_000 / SAMPLE_RATE)) == []
    (window,) = listener.finish()
    assert window.lane == 1
    assert window.voice == tuple(listener.speech)
    assert window.voice[0].start == pytest.approx(61.0, abs=0.04)
    assert window.voice[0].end == pytest.approx(62.0, abs=1e-6)


def test_a_lane_without_sound_gives_nothing() -> None:
    listener = SpeechListener(Probabilities())
    assert listener.finish() == []
    assert listener.speech == []
