"""A recording in, a transcript with speakers out."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from assistant.model import (
    Kind,
    Progress,
    Provenance,
    Recording,
    Speaker,
    SpeakerCount,
    Transcript,
)
from assistant.services.lanes import LanePlan, plan_lanes
from assistant.services.session import Outcome, TranscriptionSession, lane_speaker
from assistant.services.turns import build_turns

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.model import ModelUse, SoundSurvey, Turn
    from assistant.ports import (
        Clock,
        Diarizer,
        ProgressHook,
        ReadableFile,
        Recognizer,
        SoundReader,
        Steps,
        StepsStore,
        Toolbox,
    )

DEFAULT_NAMES = {
    "ja": {"caller": "相談者", "worker": "職員", "speaker": "話者{}", "channel": "マイク{}"},
    "en": {"caller": "Caller", "worker": "Worker", "speaker": "Speaker {}", "channel": "Mic {}"},
}
"""What people are called until somebody names them, by language of the screen."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a person chooses for one recording; `auto` and None leave it to what is there.

    `manuals` adds the sections that fit, when everything is heard.
    """

    kind: Kind | None = None
    count: SpeakerCount = field(default_factory=SpeakerCount)
    speakers: str = "auto"
    model: str = "auto"
    manuals: bool = False


@dataclass(frozen=True, slots=True)
class Work:
    """A file, looked over, and how it will be heard. `id` tells apart what gives other results."""

    file: ReadableFile
    options: Options
    survey: SoundSurvey
    plan: LanePlan
    settings: dict[str, str]
    id: str


class Transcriber:
    """Transcribes files. What is finished is kept: a stopped run goes on where it stopped.

    `choices` are the settings that decide the result (beam size, language, …), by name.
    """

    def __init__(
        self,
        reader: SoundReader,
        tools: Toolbox,
        steps: StepsStore,
        clock: Clock,
        choices: dict[str, str],
        group_size: int,
        screen_language: str = "ja",
    ) -> None:
        self._reader = reader
        self._tools = tools
        self._steps = steps
        self._clock = clock
        self._choices = choices
        self._group_size = group_size
        self._names = DEFAULT_NAMES[screen_language]

    def transcribe(
        self, file: ReadableFile, options: Options, progress: ProgressHook | None = None
    ) -> Transcript:
        """The transcript of a sound file: `run` of what `prepare` finds."""
        return self.run(self.prepare(file, options, progress), progress)

    def prepare(
        self, file: ReadableFile, options: Options, progress: ProgressHook | None = None
    ) -> Work:
        """Looks over the file and decides how it will be heard.

        Raises:
            SoundError: the file is no usable sound.
            SetupError: weights are missing or damaged.
        """
        report = progress or _unwatched
        survey = self._reader.survey(file, lambda seconds: report(Progress("survey", seconds, 0.0)))
        plan = plan_lanes(survey, options, self._tools.ways())
        model = self._tools.weights(options.model)
        settings = self._settings(options) | {"speakers_by": plan.way}
        return Work(file, options, survey, plan, settings, _work_id(survey, model, settings))

    def run(self, work: Work, progress: ProgressHook | None = None) -> Transcript:
        """The transcript; `progress` is called for each block of sound and may raise `Stopped`.

        Raises:
            StorageError: finished steps cannot be kept.
            AlreadyRunning: another process does the same work.
        """
        report = progress or _unwatched
        started = self._clock.now()
        duration = work.survey.duration
        recognizer = self._tools.recognizer(work.options.model)
        diarizer = self._diarizer(work.plan)
        with self._steps.open(work.id, work.file.name) as steps:
            watched = _WatchedSteps(steps, report, duration)
            session = self._session(work, recognizer, diarizer, watched)
            for block in self._reader.blocks(work.file):
                session.feed(block)
                watched.report("recognize", block.end)
            watched.report("finish", duration)
            outcome = session.finish()
        turns, speakers = self._attribute(outcome, work)
        return Transcript(
            recording=Recording.surveyed(work.file.name, work.survey),
            kind=work.plan.kind,
            speakers=speakers,
            turns=turns,
            speech=outcome.spans,
            withheld=outcome.withheld,
            provenance=Provenance(
                models=(recognizer.model, *(diarizer.models if diarizer else ())),
                versions=self._tools.versions(),
                settings=work.settings | {"work": work.id},
                started=started,
                finished=self._clock.now(),
            ),
        )

    def forget_steps(self, transcript: Transcript) -> None:
        """Drops the kept steps of a transcript that is stored safely now."""
        self._steps.forget(transcript.provenance.settings["work"])

    def _settings(self, options: Options) -> dict[str, str]:
        """Everything a person or a site chose that decides the result."""
        return self._choices | {
            "kind": options.kind.value if options.kind else "auto",
            "model": options.model,
            "speakers": options.speakers,
            "least_speakers": str(options.count.least or ""),
            "most_speakers": str(options.count.most or ""),
        }

    def _diarizer(self, plan: LanePlan) -> Diarizer | None:
        if plan.way in ("pyannote", "embedded"):
            return self._tools.diarizer(plan.way)
        return None

    def _session(
        self, work: Work, recognizer: Recognizer, diarizer: Diarizer | None, steps: Steps
    ) -> TranscriptionSession:
        count = work.options.count
        return TranscriptionSession(
            plan=work.plan,
            listeners=[self._tools.listener(lane) for lane in range(len(work.plan.lanes))],
            recognizer=recognizer,
            diarization=diarizer.stream(count, steps) if diarizer else None,
            steps=steps,
            group_size=self._group_size,
        )

    def _attribute(
        self, outcome: Outcome, work: Work
    ) -> tuple[tuple[Turn, ...], tuple[Speaker, ...]]:
        plan = work.plan
        by_lane = {lane: lane_speaker(lane) for lane in range(len(plan.lanes))}
        heard_by_voice = plan.way in ("pyannote", "embedded")
        turns = build_turns(outcome.kept, outcome.spans, None if heard_by_voice else by_lane)
        found = {turn.speaker for turn in turns} | {span.speaker for span in outcome.spans}
        if plan.way == "channels":
            found |= set(by_lane.values())
        ids = sorted(found, key=lambda speaker: (len(speaker), speaker))
        return turns, tuple(self._speaker(speaker, plan) for speaker in ids)

    def _speaker(self, speaker: str, plan: LanePlan) -> Speaker:
        number = speaker.removeprefix("S")
        if plan.way != "channels":
            return Speaker(speaker, self._names["speaker"].format(number))
        if plan.kind is Kind.CALL and len(plan.lanes) == 2:
            role = "caller" if speaker == lane_speaker(0) else "worker"
            return Speaker(speaker, self._names[role], role)
        return Speaker(speaker, self._names["channel"].format(number))


class _WatchedSteps:
    """`Steps` that tell how far the work is before each of them, so that it can be stopped there:
    what is left after the last block of a recording may take minutes."""

    def __init__(self, steps: Steps, hook: ProgressHook, duration: float) -> None:
        self._steps = steps
        self._hook = hook
        self._latest = Progress("recognize", 0.0, duration)

    def report(self, stage: str, done: float) -> None:
        self._latest = replace(self._latest, stage=stage, done=done)
        self._hook(self._latest)

    def run(self, name: str, compute: Callable[[], bytes]) -> bytes:
        self._hook(self._latest)
        return self._steps.run(name, compute)


def _work_id(survey: SoundSurvey, model: ModelUse, settings: dict[str, str]) -> str:
    """The same for the same sound, weights and settings, however the file is called."""
    choices = [f"{name}={value}" for name, value in sorted(settings.items())]
    parts = [survey.sha256, model.name, model.sha256, *choices]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def _unwatched(_: Progress) -> None:
    """Nobody wants to know."""
