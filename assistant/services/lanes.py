"""Which channels are heard as one, and how their speakers are told apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from assistant.model import Clip, Kind

if TYPE_CHECKING:
    from collections.abc import Collection

    from assistant.model import SoundSurvey
    from assistant.services.transcribing import Options

Way = Literal["channels", "pyannote", "embedded", "none"]

SILENT_CHANNEL = 10 ** (-60 / 20)
"""RMS below which a channel carries nothing but the noise of its converter: -60 dBFS."""
SAME_SOUND = 0.6
"""Likeness of two channels from which on they carry the same voices (`SoundSurvey.likeness`)."""


@dataclass(frozen=True, slots=True)
class LanePlan:
    """How the sound is heard: each lane is the mean of its channels.

    With the way `channels`, each lane is one speaker.
    """

    kind: Kind
    way: Way
    lanes: tuple[tuple[int, ...], ...]

    def split(self, clip: Clip) -> list[Clip]:
        """The lanes of a clip, each of shape (1, n)."""
        return [
            Clip(
                clip.samples[list(channels)].mean(axis=0, keepdims=True, dtype=np.float32),
                clip.start,
            )
            for channels in self.lanes
        ]


def plan_lanes(survey: SoundSurvey, options: Options, ways: Collection[str]) -> LanePlan:
    """The way asked for, or the best for this sound.

    A two-channel call is told apart by channel unless a channel is silent or both carry the same
    voices. Everything else is mixed from the channels that carry sound, and voices are compared
    in the best of the `ways` whose weights are here.
    """
    audible = tuple(
        channel for channel, level in enumerate(survey.levels) if level > SILENT_CHANNEL
    ) or (0,)
    one_voice_each = survey.channels == len(audible) == 2 and survey.likeness < SAME_SOUND
    kind = options.kind or (Kind.CALL if one_voice_each else Kind.MEETING)
    way = _way(survey, options.speakers, ways, is_split=one_voice_each and kind is Kind.CALL)
    if way == "channels":
        return LanePlan(kind, way, tuple((channel,) for channel in range(survey.channels)))
    return LanePlan(kind, way, (audible,))


def _way(survey: SoundSurvey, asked: str, ways: Collection[str], *, is_split: bool) -> Way:
    match asked:
        case "channels" if survey.channels > 1:
            return "channels"
        case "pyannote" | "embedded" | "none":
            return asked
    if is_split:
        return "channels"
    if "pyannote" in ways:
        return "pyannote"
    return "embedded" if "embedded" in ways else "none"
