"""Stretches of sound that hold one voice, and the windows laid into them for embedding."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from scipy.signal import find_peaks

from assistant.speech.segmentation import FIRST_FRAME, FRAME_SECONDS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from assistant.model import FloatArray

SPEECH = 0.5
"""Probability from which a frame is speech."""

_SINGLE = 1.5
"""Expected number of speakers up to which a frame holds one voice."""
_CHANGE, _CHANGE_DISTANCE = 0.4, 8
"""Share of chunks that see a change where a stretch is cut; frames between two cuts."""
_SHORTEST = 0.2
_WINDOW, _HOP = 1.5, 0.5
_UNIT = 4.0
"""Seconds; a unit is what is clustered: the windows of a stretch, at most so long."""


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """Where voices are embedded: `times` (w, 2) in seconds; `units` (w,) counts up from 0."""

    times: FloatArray
    units: NDArray[np.intp]


def windows(activity: FloatArray) -> Windows:
    """Windows for an activity array (see `segmentation.ACTIVITY`) that starts at 0 seconds."""
    times: list[tuple[float, float]] = []
    units: list[int] = []
    for first, last in stretches(activity):
        start, end = seconds(first), seconds(last)
        laid = _laid(start, end)
        parts = int(np.ceil((end - start) / _UNIT))
        middles = np.array([sum(window) / 2 for window in laid])
        part = ((middles - start) / (end - start) * parts).astype(int).clip(0, parts - 1)
        _, part = np.unique(part, return_inverse=True)
        units += list(part + (units[-1] + 1 if units else 0))
        times += laid
    return Windows(np.array(times, np.float32).reshape(-1, 2), np.array(units, np.intp))


def stretches(activity: FloatArray) -> list[tuple[int, int]]:
    """Frames [first, last) of one voice each: cut where it changes, without overlapping speech."""
    speech, speakers, change = activity.T
    found = []
    for first, last in runs(speech > SPEECH):
        peaks, _ = find_peaks(change[first:last], height=_CHANGE, distance=_CHANGE_DISTANCE)
        cuts = [first, *(first + peaks).tolist(), last]
        for a, b in pairwise(cuts):
            found += [(a + i, a + j) for i, j in runs(speakers[a:b] <= _SINGLE)]
    return [(a, b) for a, b in found if (b - a) * FRAME_SECONDS >= _SHORTEST]


def seconds(frame: int) -> float:
    """When a frame starts."""
    return frame * FRAME_SECONDS + FIRST_FRAME


def runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """[first, last) of every stretch that is true."""
    edges = np.diff(np.concatenate([[0], mask.astype(np.int8), [0]]))
    return list(
        zip(np.flatnonzero(edges > 0).tolist(), np.flatnonzero(edges < 0).tolist(), strict=True)
    )


def _laid(start: float, end: float) -> list[tuple[float, float]]:
    """Windows every `_HOP` seconds, the last one against the end, on a grid of 10 ms."""
    starts = [*np.arange(start, end - _WINDOW - 1e-6, _HOP).tolist(), max(start, end - _WINDOW)]
    return [(round(at, 2), round(min(at + _WINDOW, end), 2)) for at in starts]
