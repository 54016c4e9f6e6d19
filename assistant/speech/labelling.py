"""From voices to turns: who of the known speakers is heard in each frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import uniform_filter1d

from assistant.model import Span
from assistant.speech.segmentation import FIRST_FRAME, FRAME_SECONDS
from assistant.speech.stretches import SPEECH, runs, seconds

if TYPE_CHECKING:
    from assistant.model import FloatArray

_OVERLAP = 1.4
"""Expected number of speakers from which two are heard."""
_SHARPNESS = 20.0
_SMOOTH = 31
"""Frames over which a speaker's share is averaged."""
_SHORTEST = 0.1


def turns(
    activity: FloatArray, times: FloatArray, voices: FloatArray, speakers: FloatArray
) -> list[list[Span]]:
    """When each speaker is heard: a list of spans per row of `speakers`.

    Args:
        activity: (frames, 3), columns as in `segmentation.ACTIVITY`.
        times: (w, 2) windows in seconds from the first frame's start of sound.
        voices: (w, d) their normalised embeddings.
        speakers: (k, d) what each speaker is like.
    """
    shares = _shares(len(activity), times, voices, speakers)
    smooth = uniform_filter1d(shares, _SMOOTH, axis=0)
    rank = np.argsort(np.argsort(-smooth, 1, kind="stable"), 1)
    heard = (activity[:, 0] > SPEECH) * np.where(activity[:, 1] >= _OVERLAP, 2, 1)
    return [
        [
            Span(seconds(first), seconds(last))
            for first, last in runs(rank[:, speaker] < heard)
            if (last - first) * FRAME_SECONDS >= _SHORTEST
        ]
        for speaker in range(len(speakers))
    ]


def _shares(frames: int, times: FloatArray, voices: FloatArray, speakers: FloatArray) -> FloatArray:
    """How far each frame sounds like each speaker: shape (frames, k), rows sum to 1.

    Frames between windows are shared like the next frame inside one.
    """
    shares: FloatArray = np.zeros((frames, len(speakers)), np.float32)
    alike = np.exp(_SHARPNESS * (voices @ speakers.T - 1))
    alike /= alike.sum(1, keepdims=True)
    bounds = ((times - FIRST_FRAME) / FRAME_SECONDS).astype(int)
    for (first, last), share in zip(bounds, alike, strict=True):
        shares[max(0, first) : last + 1] += share
    inside = np.flatnonzero(shares.any(1))
    if not len(inside):
        return np.full_like(shares, 1 / len(speakers))
    following = np.searchsorted(inside, np.arange(frames)).clip(0, len(inside) - 1)
    shares = shares[inside[following]]
    shares /= shares.sum(1, keepdims=True)
    return shares
