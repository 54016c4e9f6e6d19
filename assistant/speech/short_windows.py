"""How short a window some weights stand: the table that decides how fast live calls are written.

Whisper learnt on 30 seconds. Its encoder takes less, which is faster, but with too little silence
after an utterance it begins to loop. Where that is, differs between weights.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.model import SAMPLE_RATE
from assistant.speech.guards import is_loop, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from assistant.model import FloatArray
    from assistant.speech.whisper import WhisperRecognizer


@dataclass(frozen=True, slots=True)
class WindowLength:
    """How long a window is, in seconds: at least `least`, and `silence` after the sound."""

    name: str
    least: float = 0.0
    silence: float = 0.0

    def of(self, seconds: float) -> float:
        """For an utterance of so many seconds."""
        return max(self.least, seconds + self.silence)


LENGTHS = (
    WindowLength("30 s", least=30.0),
    WindowLength("+15 s", silence=15.0),
    WindowLength("+8 s", silence=8.0),
    WindowLength("10 s", least=10.0),
    WindowLength("+5 s", silence=5.0),
)


@dataclass(frozen=True, slots=True)
class Utterance:
    """Something said in one breath: sound of shape (n,), and its true text."""

    samples: FloatArray
    text: str


@dataclass(frozen=True, slots=True)
class WindowRow:
    """What a window length costs: seconds per utterance, the median; and its error rate.

    `loops` counts the utterances that came out as a loop; a live call hears them again in 30 s.
    """

    length: WindowLength
    seconds: float
    error_rate: float
    loops: int


def window_table(
    recognizer: WhisperRecognizer,
    utterances: Sequence[Utterance],
    error_rate: Callable[[Iterable[tuple[str, str]]], float],
    lengths: Sequence[WindowLength] = LENGTHS,
) -> list[WindowRow]:
    """A row for each length; `error_rate` compares pairs of true and heard text."""
    recognizer.write_short(utterances[0].samples, 30.0)
    return [_row(recognizer, utterances, error_rate, length) for length in lengths]


def _row(
    recognizer: WhisperRecognizer,
    utterances: Sequence[Utterance],
    error_rate: Callable[[Iterable[tuple[str, str]]], float],
    length: WindowLength,
) -> WindowRow:
    heard: list[str] = []
    times: list[float] = []
    for utterance in utterances:
        started = time.perf_counter()
        seconds = length.of(len(utterance.samples) / SAMPLE_RATE)
        heard.append(recognizer.write_short(utterance.samples, seconds))
        times.append(time.perf_counter() - started)
    return WindowRow(
        length=length,
        seconds=sorted(times)[len(times) // 2],
        error_rate=error_rate(zip([one.text for one in utterances], heard, strict=True)),
        loops=sum(is_loop(plain(text)) for text in heard),
    )
