"""The verbs: what the services ask of the world. Adapters implement them, `testing` fakes them.

Whoever makes a stream feeds it in order and finishes it once. No port keeps a clip it was fed
longer than it needs: recordings are hours long and do not fit in memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path
    from typing import BinaryIO

    from assistant.model import (
        Clip,
        FloatArray,
        ModelUse,
        Progress,
        Segment,
        SoundSurvey,
        SpeakerCount,
        SpeakerSpan,
        Transcript,
    )

    ProgressHook = Callable[[Progress], None]


class SoundReader(Protocol):
    """Opens sound files."""

    def survey(self, path: Path, progress: Callable[[float], None] | None = None) -> SoundSurvey:
        """Looks over the whole file once; `progress` gets the seconds seen so far.

        Raises:
            SoundError: the file holds no sound that can be read.
        """

    def blocks(self, path: Path) -> Iterator[Clip]:
        """The sound from start to end, in blocks of a few seconds, all channels, resampled.

        Raises:
            SoundError: the file holds no sound that can be read.
        """


class SpeechStream(Protocol):
    """One pass of a speech detector over one channel."""

    def feed(self, samples: FloatArray) -> FloatArray:
        """Takes samples of shape (n,); gives the probability of speech of each completed frame."""

    def finish(self) -> FloatArray:
        """The probability of the last, incomplete frame: shape (1,), or (0,) when none was left."""


class SpeechDetector(Protocol):
    """Hears whether somebody speaks."""

    frame: int
    """Samples per frame."""

    def stream(self) -> SpeechStream:
        """A fresh pass; streams are independent of each other."""


class Recognizer(Protocol):
    """Writes what is said."""

    model: ModelUse

    def recognize(self, windows: Sequence[Clip]) -> list[tuple[Segment, ...]]:
        """Segments of each window, with times in seconds of the recording.

        A window is one channel, shape (1, n), at most 30 seconds. Windows do not influence each
        other, but the grouping is part of the computation: the same group gives the same result.
        """


class DiarizationStream(Protocol):
    """One pass of a diarizer over one recording."""

    def feed(self, clip: Clip) -> None:
        """Takes the next sound, one channel, shape (1, n)."""

    def finish(self) -> tuple[SpeakerSpan, ...]:
        """Who spoke when, ordered; speakers are called S1, S2, … in order of appearance."""


class Diarizer(Protocol):
    """Tells speakers apart by their voices."""

    models: tuple[ModelUse, ...]

    def stream(self, count: SpeakerCount, steps: Steps) -> DiarizationStream:
        """A fresh pass; expensive parts run as `steps`."""


class Steps(Protocol):
    """Work that is done once: a finished step is kept, and a resumed run gets it back."""

    def run(self, name: str, compute: Callable[[], bytes]) -> bytes:
        """The kept result of the step called `name`, or that of `compute`, then kept."""


class Exporter(Protocol):
    """Writes a transcript in one format."""

    suffix: str
    """Of the file's name, without a dot."""

    def export(self, transcript: Transcript, stream: BinaryIO) -> None:
        """Writes to `stream` and leaves it open."""


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The present, with a time zone."""
