"""Cuts one lane into windows worth recognising.

Islands of voice are found by two thresholds on the probability of speech, gated by energy, and
gathered into windows that are as full as the recogniser likes them. Pauses longer than twice the
padding are taken out; a window ends at the longest pause near its end. Everything is decided
frame by frame, so the windows do not depend on the sizes of the blocks that were fed.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from assistant.model import SAMPLE_RATE, Clip, Joint, Span, Window

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.model import FloatArray
    from assistant.ports import SpeechDetector


@dataclass(frozen=True, slots=True)
class WindowPolicy:
    """The figures, in seconds and decibels. The defaults are for whole recordings."""

    longest: float = 20.0
    """A window's length. Whisper takes 30 seconds, but the small ones then lose their place."""
    min_silence: float = 0.16
    """A pause that ends an island."""
    longest_pause: float = 10.0
    """A pause that ends a window even when there is room."""
    padding: float = 0.3
    """Sound kept before and after an island, so that soft beginnings and endings are heard."""
    start: float = 0.25
    """Probability of speech that opens an island."""
    end: float = 0.1
    """Probability of speech below which an island may end."""
    shortest: float = 0.2
    """Voice in an island; anything shorter is a click or a knock."""
    quietest: float = -55.0
    """Level of an island, dBFS; quieter ones are noise of the line."""
    below_speech: float = 37.0
    """How far under the lane's own speech an island may lie; further down it is the other
    side of a call leaking in."""
    fill: float = 0.7
    """Share of a window that is filled before its longest pause is looked for."""


_LEVEL_MEMORY = 0.9
"""Share of the lane's level of speech that a loud second leaves as it was."""
_SMOOTH = 5
"""Frames over which the probability is averaged when nobody pauses."""


@dataclass(frozen=True, slots=True)
class _Island:
    """Frames `first` to `last`, without the latter, in which somebody speaks."""

    first: int
    last: int


class WindowPlanner:
    """The policy at work on one lane, `frame` samples to a probability.

    Keeps the sound of the unfinished window only.
    """

    def __init__(
        self, policy: WindowPolicy, frame: int, lane: int = 0, origin: float = 0.0
    ) -> None:
        self._policy = policy
        self._frame = frame
        self._lane = lane
        self._origin = origin
        self._tape = _Tape()
        self._now = 0
        self._open: int | None = None
        self._voiced: list[float] = []
        self._last_voice = 0
        self._pending: list[_Island] = []
        self._given = 0
        self._level = -math.inf
        self._done: list[Window] = []
        self.speech: list[Span] = []
        """Where somebody was heard, in seconds of the recording."""

    def feed(self, samples: FloatArray, probabilities: FloatArray) -> list[Window]:
        """Takes sound, shape (n,), and the probabilities of the frames it completed.

        Gives the windows that are complete now.
        """
        self._tape.append(samples)
        for probability in probabilities.tolist():
            self._step(probability)
        self._forget()
        done, self._done = self._done, []
        return done

    def finish(self) -> list[Window]:
        """The windows that were still open."""
        self._close()
        self._emit(len(self._pending))
        done, self._done = self._done, []
        return done

    def _step(self, probability: float) -> None:
        policy = self._policy
        if self._open is None and probability >= policy.start:
            self._open = self._now
            self._voiced = []
        self._now += 1
        if self._open is None:
            self._rest()
            return
        self._voiced.append(probability)
        if probability >= policy.end:
            self._last_voice = self._now
            self._make_room(self._open)
        elif self._now - self._last_voice >= self._frames(policy.min_silence):
            self._close()

    def _rest(self) -> None:
        """Ends the window when the pause has become too long."""
        if self._pending:
            pause = self._now - self._pending[-1].last
            if pause >= self._frames(self._policy.longest_pause):
                self._emit(len(self._pending))

    def _make_room(self, start: int) -> None:
        """Ends the window when the island that began at frame `start` no longer fits into it."""
        while self._length([*self._pending, _Island(start, self._now)]) > self._most:
            if self._pending:
                self._emit(self._best_gap(start))
            else:
                start = self._split(start)

    def _split(self, start: int) -> int:
        """Cuts the open island where somebody is least likely to speak; gives that frame."""
        margin = _SMOOTH // 2
        smooth = np.convolve(np.pad(self._voiced, margin, mode="edge"), np.ones(_SMOOTH), "valid")
        first = len(self._voiced) * 2 // 3
        cut = first + int(np.argmin(smooth[first:-1]))
        voiced, self._last_voice = self._voiced, start + cut
        self._close()
        self._open, self._voiced, self._last_voice = start + cut, voiced[cut:], self._now
        self._emit(len(self._pending))
        self._given = max(self._given, self._sample(start + cut))
        return start + cut

    def _close(self) -> None:
        """Ends the open island and keeps it when it is speech."""
        if self._open is None:
            return
        island = _Island(self._open, self._last_voice)
        self._open = None
        if self._is_speech(island):
            self._pending.append(island)
            self.speech.append(self._span(island))

    def _is_speech(self, island: _Island) -> bool:
        policy = self._policy
        voiced = self._voiced[: island.last - island.first]
        loud = sum(probability >= policy.start for probability in voiced)
        if loud < self._frames(policy.shortest):
            return False
        level = self._loudness(island)
        if level < max(policy.quietest, self._level - policy.below_speech):
            return False
        kept = _LEVEL_MEMORY ** (loud * self._frame / SAMPLE_RATE)
        self._level = level if self._level == -math.inf else kept * self._level + (1 - kept) * level
        return True

    def _loudness(self, island: _Island) -> float:
        """RMS in dBFS."""
        sound = self._tape.cut(self._sample(island.first), self._sample(island.last))
        power = float(np.mean(np.square(sound, dtype=np.float64))) if len(sound) else 0.0
        return 10 * math.log10(power) if power > 0 else -math.inf

    def _best_gap(self, start: int) -> int:
        """How many islands go into the window: up to the longest pause of its last part."""
        islands = [*self._pending, _Island(start, self._now)]
        enough = self._policy.fill * self._most
        full = [
            count
            for count in range(1, len(self._pending))
            if self._length(self._pending[:count]) >= enough
        ]
        gaps = [after.first - before.last for before, after in pairwise(islands)]
        return max([*full, len(self._pending)], key=lambda count: (gaps[count - 1], count))

    def _emit(self, count: int) -> None:
        """Gives the first `count` pending islands as a window."""
        islands, self._pending = self._pending[:count], self._pending[count:]
        if not islands:
            return
        pieces = self._pieces(islands, self._following())
        self._given = pieces[-1][1]
        self._done.append(self._window(pieces, islands))

    def _following(self) -> int | None:
        """The frame at which the next island begins, when one is known."""
        return self._pending[0].first if self._pending else self._open

    def _pieces(self, islands: Sequence[_Island], following: int | None) -> list[tuple[int, int]]:
        """Samples from-to of the islands with their padding; those that touch are one piece."""
        padding = self._samples(self._policy.padding)
        limit = self._tape.end
        if following is not None:
            limit = (self._sample(islands[-1].last) + self._sample(following)) // 2
        pieces: list[tuple[int, int]] = []
        for island in islands:
            start = max(self._given, self._sample(island.first) - padding)
            end = min(limit, self._sample(island.last) + padding)
            if pieces and start <= pieces[-1][1]:
                pieces[-1] = (pieces[-1][0], end)
            else:
                pieces.append((start, end))
        return pieces

    def _window(self, pieces: Sequence[tuple[int, int]], islands: Sequence[_Island]) -> Window:
        sound = np.concatenate([self._tape.cut(start, end) for start, end in pieces])
        joints: list[Joint] = []
        length = 0
        for (start, end), (following, _) in pairwise(pieces):
            length += end - start
            joints.append(Joint(length / SAMPLE_RATE, (following - end) / SAMPLE_RATE))
        return Window(
            clip=Clip(sound[None], self._seconds(pieces[0][0])),
            voice=tuple(self._span(island) for island in islands),
            lane=self._lane,
            joints=tuple(joints),
        )

    def _length(self, islands: Sequence[_Island]) -> int:
        """Frames of these islands as one window, padding included."""
        most = 2 * self._frames(self._policy.padding)
        gaps = (min(most, after.first - before.last) for before, after in pairwise(islands))
        return sum(gaps) + most + sum(island.last - island.first for island in islands)

    def _forget(self) -> None:
        """Drops sound that no window will need."""
        first = self._following()
        needed = self._now if first is None else first
        self._tape.drop(self._sample(needed) - self._samples(self._policy.padding))

    @property
    def _most(self) -> int:
        return int(self._policy.longest * SAMPLE_RATE) // self._frame

    def _frames(self, seconds: float) -> int:
        return math.ceil(seconds * SAMPLE_RATE / self._frame)

    def _samples(self, seconds: float) -> int:
        return round(seconds * SAMPLE_RATE)

    def _sample(self, frame: int) -> int:
        return min(frame * self._frame, self._tape.end)

    def _seconds(self, sample: int) -> float:
        return self._origin + sample / SAMPLE_RATE

    def _span(self, island: _Island) -> Span:
        return Span(
            self._seconds(self._sample(island.first)), self._seconds(self._sample(island.last))
        )


class _Tape:
    """The latest sound, addressed by sample since the beginning."""

    def __init__(self) -> None:
        self._blocks: deque[FloatArray] = deque()
        self._start = 0
        self.end = 0

    def append(self, samples: FloatArray) -> None:
        self._blocks.append(samples)
        self.end += len(samples)

    def cut(self, start: int, end: int) -> FloatArray:
        parts: list[FloatArray] = [np.zeros(0, np.float32)]
        at = self._start
        for block in self._blocks:
            parts.append(block[max(0, start - at) : max(0, end - at)])
            at += len(block)
        return np.concatenate(parts)

    def drop(self, before: int) -> None:
        while self._blocks and self._start + len(self._blocks[0]) <= before:
            self._start += len(self._blocks.popleft())


class SpeechListener:
    """A `Listener`: a speech detector and a window planner on one lane."""

    def __init__(
        self, detector: SpeechDetector, policy: WindowPolicy | None = None, lane: int = 0
    ) -> None:
        self._detector = detector.stream()
        self._frame = detector.frame
        self._policy = policy or WindowPolicy()
        self._lane = lane
        self._planner: WindowPlanner | None = None

    def feed(self, clip: Clip) -> list[Window]:
        """Takes the next sound, shape (1, n); gives the windows that are complete now."""
        if self._planner is None:
            self._planner = WindowPlanner(self._policy, self._frame, self._lane, clip.start)
        samples = clip.samples[0]
        return self._planner.feed(samples, self._detector.feed(samples))

    def finish(self) -> list[Window]:
        """The windows that were still open."""
        if self._planner is None:
            return []
        last = self._planner.feed(np.zeros(0, np.float32), self._detector.finish())
        return last + self._planner.finish()

    @property
    def speech(self) -> Sequence[Span]:
        """Where somebody was heard so far, ordered, in seconds of the recording."""
        return self._planner.speech if self._planner else []
