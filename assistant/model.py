"""The nouns. Frozen dataclasses; times are seconds from the start of the recording."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    import numpy as np
    from numpy.typing import NDArray

    from assistant.manual import Reason

    FloatArray = NDArray[np.float32]
    HalfArray = NDArray[np.float16]

SAMPLE_RATE = 16_000
"""Samples per second of every sound inside the program; Whisper, Silero and pyannote share it."""

SHORT_PAUSE = 0.5
"""Seconds without voice that do not end a `SpeakerSpan`, as diarisation is usually scored."""


class Kind(StrEnum):
    """What was recorded; it decides how speakers are told apart and how a document looks."""

    MEETING = "meeting"
    CALL = "call"


class Flag(StrEnum):
    """Why a person should look at a segment or a turn again."""

    STOCK_PHRASE = "stock_phrase"
    """A sentence that recognisers write into silence (「ご視聴ありがとうございました」)."""
    LITTLE_VOICE = "little_voice"
    """The voice detector heard hardly anybody here."""
    REPETITION = "repetition"
    """The same words over and over."""
    COMPRESSION = "compression"
    """The text compresses too well to be speech."""
    LOW_PROBABILITY = "low_probability"
    """The recogniser was unsure."""
    TOO_DENSE = "too_dense"
    """More characters than a person can say in that time."""
    BACKCHANNEL = "backchannel"
    """相づち: a short sign of listening while the other speaker goes on."""
    UNRECOGNIZED = "unrecognized"
    """Somebody speaks here, and the recogniser wrote nothing."""
    OVERLAP = "overlap"
    """Somebody else speaks at the same time."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of time, `start <= end`."""

    start: float
    end: float

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return self.end - self.start

    def overlap(self, other: Span) -> float:
        """Seconds shared with `other`, 0 when apart."""
        return max(0.0, min(self.end, other.end) - max(self.start, other.start))


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """Sound in memory: `samples` is float32 of shape (channels, n) at `SAMPLE_RATE`, in [-1, 1]."""

    samples: FloatArray
    start: float = 0.0

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return float(self.samples.shape[1]) / SAMPLE_RATE

    @property
    def end(self) -> float:
        """When the clip ends, in seconds of the recording."""
        return self.start + self.duration


@dataclass(frozen=True, slots=True)
class Joint:
    """Where a pause was taken out: `at` seconds into the sound that is left, `pause` long."""

    at: float
    pause: float


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """Sound of one lane that is recognised in one go: `clip` is (1, n), at most 30 seconds.

    `voice` is where somebody was heard, in seconds of the recording. Long pauses are taken out of
    the clip at its `joints`, which are ordered.
    """

    clip: Clip
    voice: tuple[Span, ...]
    lane: int = 0
    joints: tuple[Joint, ...] = ()

    def when(self, offset: float, *, ending: bool = False) -> float:
        """Second of the recording that lies `offset` seconds into the clip.

        At a joint, something that is `ending` lies before the pause, anything else after it.
        """
        passed = [
            joint.pause
            for joint in self.joints
            if joint.at < offset or (joint.at == offset and not ending)
        ]
        return self.clip.start + offset + sum(passed)


@dataclass(frozen=True, slots=True)
class Word:
    """What the recogniser wrote for one stretch of sound."""

    start: float
    end: float
    text: str
    probability: float


@dataclass(frozen=True, slots=True)
class Segment:
    """A phrase as recognised, before speakers are told apart; `lane` is the channel it came by."""

    start: float
    end: float
    words: tuple[Word, ...]
    flags: frozenset[Flag] = frozenset()
    lane: int = 0

    @property
    def text(self) -> str:
        """The words, joined as they came."""
        return "".join(word.text for word in self.words)


@dataclass(frozen=True, slots=True)
class Heard:
    """What recognition made of some sound: what it stands by, and what is probably invented."""

    kept: tuple[Segment, ...] = ()
    withheld: tuple[Segment, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class SpeakerSpan:
    """Somebody speaks from `start` to `end`. Spans of different speakers may overlap."""

    start: float
    end: float
    speaker: str


@dataclass(frozen=True, slots=True)
class Speaker:
    """A voice in one recording. `id` never changes; `name` is what people call it."""

    id: str
    name: str
    role: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """What one speaker said before somebody else did. Every word lies inside `start`-`end`."""

    id: str
    start: float
    end: float
    speaker: str
    text: str
    words: tuple[Word, ...] = ()
    flags: frozenset[Flag] = frozenset()


@dataclass(frozen=True, slots=True)
class SoundSurvey:
    """What one look over a whole sound file tells, before any recognition.

    `levels` holds the RMS of each channel in [0, 1]. `likeness` is the largest normalised
    correlation, 0 to 1, between two channels while they carry sound (0 for one channel): near 1,
    both carry the same voices. `truncated` says that the file ended before its container did.
    """

    duration: float
    channels: int
    sample_rate: int
    codec: str
    sha256: str
    levels: tuple[float, ...]
    likeness: float = 0.0
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class Recording:
    """The sound a transcript was made from. `name` is the file's name without folder."""

    name: str
    sha256: str
    duration: float
    channels: int
    sample_rate: int
    codec: str
    truncated: bool = False

    @classmethod
    def surveyed(cls, name: str, survey: SoundSurvey) -> Self:
        """The recording that `survey` looked over."""
        return cls(
            name=name,
            sha256=survey.sha256,
            duration=survey.duration,
            channels=survey.channels,
            sample_rate=survey.sample_rate,
            codec=survey.codec,
            truncated=survey.truncated,
        )


@dataclass(frozen=True, slots=True)
class ModelUse:
    """Weights that took part. `embedded` marks the ones that come with the installation."""

    task: str
    name: str
    source: str
    licence: str
    sha256: str = ""
    embedded: bool = False


@dataclass(frozen=True, slots=True)
class Provenance:
    """Which weights, programs and settings made a transcript, and when."""

    models: tuple[ModelUse, ...]
    versions: dict[str, str]
    settings: dict[str, str]
    started: datetime
    finished: datetime

    @property
    def embedded_recognition(self) -> bool:
        """Whether larger weights would hear better: the embedded default did the recognition."""
        return any(use.embedded and use.task == "recognition" for use in self.models)


@dataclass(frozen=True, slots=True)
class TurnPassage:
    """A passage of a manual that fits what was being said at `second`, in the turn `turn`.

    It is a copy: it can be read where the manual is not, or not any more.
    """

    turn: str
    second: float
    manual: str
    """The manual's title."""
    edition: str
    """The edition's id."""
    edition_date: date | None
    headings: tuple[str, ...]
    page: int | None
    text: str
    score: float
    reasons: tuple[Reason, ...]
    passage: str = ""
    """The passage's id in the library; empty where it is not known."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was heard, by whom, and how it was made.

    `turns` are ordered by start. `speech` is who was speaking when, independent of words.
    `withheld` are segments the guards hold back as very probably invented, with the reasons.
    `passages` are sections of manuals that fit parts of the talk, ordered by time.
    """

    recording: Recording
    kind: Kind
    speakers: tuple[Speaker, ...]
    turns: tuple[Turn, ...]
    speech: tuple[SpeakerSpan, ...]
    withheld: tuple[Segment, ...]
    provenance: Provenance
    passages: tuple[TurnPassage, ...] = ()

    def speaker(self, speaker_id: str) -> Speaker:
        """The speaker of that id.

        Raises:
            KeyError: nobody has it.
        """
        for speaker in self.speakers:
            if speaker.id == speaker_id:
                return speaker
        raise KeyError(speaker_id)

    def renamed(self, names: dict[str, str]) -> Transcript:
        """The same transcript with speakers of the given ids called by the given names."""
        speakers = tuple(
            replace(speaker, name=names.get(speaker.id, speaker.name)) for speaker in self.speakers
        )
        return replace(self, speakers=speakers)


@dataclass(frozen=True, slots=True)
class SpeakerCount:
    """How many speakers to look for: `exact`, or bounds, or nothing known."""

    least: int | None = None
    most: int | None = None

    @property
    def exact(self) -> int | None:
        """The number where both bounds agree."""
        return self.least if self.least == self.most else None

    @classmethod
    def parse(cls, text: str) -> Self:
        """`"4"`, `"2-6"`, `"2-"`, `"-6"` or `""`.

        Raises:
            ValueError: anything else, zero, or bounds the wrong way round.
        """
        least, dash, most = text.strip().partition("-")
        low = int(least) if least.strip() else None
        high = (int(most) if most.strip() else None) if dash else low
        if any(bound is not None and bound < 1 for bound in (low, high)):
            raise ValueError(text)
        if low is not None and high is not None and low > high:
            raise ValueError(text)
        return cls(low, high)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a piece of work has come: seconds of sound `done` of `total` in this `stage`."""

    stage: str
    done: float
    total: float

    @property
    def share(self) -> float:
        """0 to 1."""
        return min(1.0, self.done / self.total) if self.total > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Update:
    """What a fed clip added: segments that will not change, and what is still being heard."""

    stable: tuple[Segment, ...] = ()
    tentative: tuple[Segment, ...] = ()


def merge_spans(spans: Iterable[Span], gap: float = 0.0) -> list[Span]:
    """Spans in order, those at most `gap` seconds apart joined."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start - merged[-1].end <= gap:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged
