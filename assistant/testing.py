"""Fakes of the ports, public: for our tests, and for those of programs that build on us.

They compute from what they are fed, so a test that feeds wrong sound gets a wrong transcript.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from assistant.errors import UnreadableSound
from assistant.model import (
    SAMPLE_RATE,
    Clip,
    Heard,
    ModelUse,
    Segment,
    SoundSurvey,
    Span,
    SpeakerSpan,
    Window,
    Word,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from assistant.model import FloatArray, SpeakerCount, Transcript
    from assistant.ports import Steps

FAKE_WEIGHTS = ModelUse("recognition", "fake", "assistant.testing", "MIT", "0" * 64)


def sound(*loudness: Sequence[float]) -> Clip:
    """A clip of one channel for each list: every entry is a second of that constant loudness."""
    channels = [np.repeat(np.asarray(one, np.float32), SAMPLE_RATE) for one in loudness]
    return Clip(np.stack(channels))


@dataclass
class FakeReader:
    """`ports.SoundReader` of sounds in memory, by file name, in blocks of `block` seconds."""

    sounds: dict[str, Clip]
    block: float = 1.0
    likeness: float = 0.0

    def survey(self, path: Path, progress: Callable[[float], None] | None = None) -> SoundSurvey:
        """What the sound of that name really holds."""
        clip = self._sound(path)
        if progress is not None:
            progress(clip.duration)
        return SoundSurvey(
            duration=clip.duration,
            channels=len(clip.samples),
            sample_rate=SAMPLE_RATE,
            codec="fake",
            sha256=path.name,
            levels=tuple(float(np.sqrt((row**2).mean())) for row in clip.samples),
            likeness=self.likeness,
        )

    def blocks(self, path: Path) -> Iterator[Clip]:
        """The sound in blocks."""
        clip, size = self._sound(path), round(self.block * SAMPLE_RATE)
        for first in range(0, clip.samples.shape[1], size):
            yield Clip(clip.samples[:, first : first + size], first / SAMPLE_RATE)

    def _sound(self, path: Path) -> Clip:
        if path.name not in self.sounds:
            raise UnreadableSound(name=path.name)
        return self.sounds[path.name]


class FakeListener:
    """`ports.Listener` that takes every second which is not silent for voice, a window each."""

    def __init__(self, lane: int = 0) -> None:
        self._lane = lane
        self._rest = np.zeros((1, 0), np.float32)
        self._at = 0
        self.speech: list[Span] = []

    def feed(self, clip: Clip) -> list[Window]:
        """The seconds that are complete now."""
        self._rest = np.concatenate([self._rest, clip.samples], axis=1)
        windows = []
        while self._rest.shape[1] >= SAMPLE_RATE:
            windows += self._window(self._rest[:, :SAMPLE_RATE])
            self._rest = self._rest[:, SAMPLE_RATE:]
        return windows

    def finish(self) -> list[Window]:
        """The rest."""
        return self._window(self._rest) if self._rest.shape[1] else []

    def _window(self, samples: FloatArray) -> list[Window]:
        clip = Clip(samples, self._at / SAMPLE_RATE)
        self._at += samples.shape[1]
        if not samples.any():
            return []
        span = Span(clip.start, clip.end)
        self.speech.append(span)
        return [Window(clip, (span,), self._lane)]


@dataclass
class FakeRecognizer:
    """`ports.Recognizer` that writes how loud a window is, in percent, as one word."""

    model: ModelUse = FAKE_WEIGHTS
    groups: list[int] = field(default_factory=list)

    def recognize(self, windows: Sequence[Window]) -> list[Heard]:
        """One segment of one word for each window."""
        self.groups.append(len(windows))
        return [Heard(kept=(self._segment(window),)) for window in windows]

    def _segment(self, window: Window) -> Segment:
        loudness = round(float(np.abs(window.clip.samples).mean()) * 100)
        word = Word(window.clip.start, window.clip.end, f"{loudness}。", 1.0)
        return Segment(word.start, word.end, (word,), lane=window.lane)


@dataclass
class FakeDiarizer:
    """`ports.Diarizer` that gives every loudness a speaker of its own."""

    models: tuple[ModelUse, ...] = ()

    def stream(self, count: SpeakerCount, steps: Steps) -> FakeDiarization:
        """A fresh pass."""
        return FakeDiarization(count)


class FakeDiarization:
    """`ports.DiarizationStream`, a span for each second."""

    def __init__(self, count: SpeakerCount) -> None:
        self._count = count
        self._listener = FakeListener()
        self._windows: list[Window] = []

    def feed(self, clip: Clip) -> None:
        """Takes the next sound."""
        self._windows += self._listener.feed(clip)

    def finish(self) -> tuple[SpeakerSpan, ...]:
        """Speakers in order of appearance."""
        self._windows += self._listener.finish()
        ids: dict[int, str] = {}
        spans = []
        for window in self._windows:
            loudness = round(float(window.clip.samples.mean()) * 100)
            speaker = ids.setdefault(loudness, f"S{len(ids) + 1}")
            spans.append(SpeakerSpan(window.clip.start, window.clip.end, speaker))
        return tuple(spans)


@dataclass
class FakeToolbox:
    """`ports.Toolbox` of fakes."""

    heard: FakeRecognizer = field(default_factory=FakeRecognizer)

    def listener(self, lane: int) -> FakeListener:
        """A fresh one."""
        return FakeListener(lane)

    def weights(self, model: str) -> ModelUse:
        """Always the same."""
        return self.heard.model

    def recognizer(self, model: str) -> FakeRecognizer:
        """Always the same."""
        return self.heard

    def ways(self) -> frozenset[str]:
        """The embedded way."""
        return frozenset({"embedded"})

    def diarizer(self, way: str) -> FakeDiarizer:
        """Always the same."""
        return FakeDiarizer()

    def versions(self) -> dict[str, str]:
        """Of nothing real."""
        return {"fake": "1"}


@dataclass
class MemorySteps:
    """`ports.StepsStore` and `ports.Steps` in memory; `computed` counts what was really done."""

    kept: dict[str, bytes] = field(default_factory=dict)
    computed: list[str] = field(default_factory=list)

    @contextmanager
    def open(self, work: str, name: str) -> Iterator[MemorySteps]:
        """Itself."""
        yield self

    def run(self, name: str, compute: Callable[[], bytes]) -> bytes:
        """The kept result, or a new one."""
        if name not in self.kept:
            self.kept[name] = compute()
            self.computed.append(name)
        return self.kept[name]

    def forget(self, work: str) -> None:
        """Everything."""
        self.kept.clear()


@dataclass
class FakeClock:
    """`ports.Clock` that stands still."""

    time: datetime = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)

    def now(self) -> datetime:
        """Always the same moment."""
        return self.time


@dataclass
class FakeShelf:
    """`ports.Shelf` that keeps transcripts in memory and leaves an empty file for each."""

    transcripts: dict[Path, Transcript] = field(default_factory=dict)

    def find(self, folder: Path, name: str) -> Transcript | None:
        """What was written there."""
        return self.transcripts.get(folder / f"{name}.json")

    def write(
        self, transcript: Transcript, folder: Path, name: str, formats: Sequence[str]
    ) -> dict[str, Path]:
        """Keeps it."""
        paths = {one: folder / f"{name}.{one}" for one in formats}
        for path in paths.values():
            path.touch()
        self.transcripts[folder / f"{name}.json"] = transcript
        return paths

    def complete(
        self, transcript: Transcript, folder: Path, name: str, formats: Sequence[str]
    ) -> dict[str, Path]:
        """The same."""
        return self.write(transcript, folder, name, formats)


class FakeExporter:
    """`ports.Exporter` that writes a line for each turn: name, tab, text."""

    suffix = "txt"

    def export(self, transcript: Transcript, stream: BinaryIO) -> None:
        """In UTF-8."""
        for turn in transcript.turns:
            name = transcript.speaker(turn.speaker).name
            stream.write(f"{name}\t{turn.text}\n".encode())
