"""Who spoke when, by a pipeline of pyannote.audio that a site has brought in a folder."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import yaml

from assistant.errors import BadModelFolder
from assistant.model import SAMPLE_RATE, ModelUse, SpeakerSpan
from assistant.speech import torchaudio_guard
from assistant.speech.weights import Weights, loading

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from assistant.model import Clip, FloatArray, SpeakerCount
    from assistant.ports import Steps

_PARTS = ("segmentation", "embedding", "plda")


class PyannoteDiarizer:
    """A pipeline laid out like `speaker-diarization-community-1`: `config.yaml`, a folder per part.

    Nothing is fetched: every part has to be in the folder. pyannote unpickles the models, which can
    run code, so the folder must come from a source one trusts.

    Raises:
        BadModelFolder: the configuration names a part that is not there.
        UnloadableWeights: pyannote.audio cannot load the folder.
    """

    def __init__(self, folder: Path, use: ModelUse) -> None:
        self.models = (use,)
        absent = list(_absent(folder))
        if absent:
            raise BadModelFolder(path=folder, missing=", ".join(absent))
        torchaudio_guard.install()
        from pyannote.audio import Pipeline

        with loading(Weights(folder, use)):
            self._pipeline: Any = Pipeline.from_pretrained(folder)

    def stream(self, count: SpeakerCount, steps: Steps) -> PyannoteStream:
        """A fresh pass; the pipeline is one step."""
        return PyannoteStream(self, count, steps)

    def diarize(self, samples: FloatArray, count: SpeakerCount) -> bytes:
        """Runs the pipeline on samples (n,): two lists of spans, overlapping and exclusive."""
        import torch

        found = self._pipeline(
            {"waveform": torch.from_numpy(samples)[None], "sample_rate": SAMPLE_RATE},
            num_speakers=count.exact,
            min_speakers=count.least,
            max_speakers=count.most,
        )
        annotations = (found.speaker_diarization, found.exclusive_speaker_diarization)
        return json.dumps(
            [
                [
                    (segment.start, segment.end, label)
                    for segment, _, label in annotation.itertracks(yield_label=True)
                ]
                for annotation in annotations
            ]
        ).encode()


class PyannoteStream:
    """One pass. pyannote wants all sound at once: 230 MB of memory for every hour.

    `exclusive` says, after `finish`, who is heard most at each moment: the same speakers without
    overlap, to join words with.
    """

    exclusive: tuple[SpeakerSpan, ...] = ()

    def __init__(self, diarizer: PyannoteDiarizer, count: SpeakerCount, steps: Steps) -> None:
        self._diarizer, self._count, self._steps = diarizer, count, steps
        self._sound: list[FloatArray] = []

    def feed(self, clip: Clip) -> None:
        """Takes the next sound, one channel, shape (1, n)."""
        self._sound.append(clip.samples[0])

    def finish(self) -> tuple[SpeakerSpan, ...]:
        """Who spoke when, ordered; speakers are called S1, S2, … in order of appearance."""
        if not any(map(len, self._sound)):
            return ()
        samples = np.concatenate(self._sound)
        self._sound = []
        kept = self._steps.run("diarize", lambda: self._diarizer.diarize(samples, self._count))
        duration = len(samples) / SAMPLE_RATE
        overlapping, exclusive = (list(_inside(spans, duration)) for spans in json.loads(kept))
        order = list(dict.fromkeys(span.speaker for span in overlapping + exclusive))
        names = {label: f"S{number}" for number, label in enumerate(order, 1)}
        self.exclusive = _renamed(exclusive, names)
        return _renamed(overlapping, names)


def _inside(spans: Iterable[tuple[float, float, str]], duration: float) -> Iterator[SpeakerSpan]:
    """In order of start, without what lies beyond the recording's end."""
    for start, end, label in sorted(spans):
        if start < duration and end > 0:
            yield SpeakerSpan(max(0.0, start), min(end, duration), label)


def _renamed(spans: list[SpeakerSpan], names: dict[str, str]) -> tuple[SpeakerSpan, ...]:
    return tuple(sorted(SpeakerSpan(span.start, span.end, names[span.speaker]) for span in spans))


def _absent(folder: Path) -> Iterator[str]:
    """Parts that the configuration names and the folder lacks; pyannote would try to fetch them."""
    config = yaml.safe_load((folder / "config.yaml").read_text(encoding="utf-8"))
    parts = (config.get("pipeline") or {}).get("params") or {}
    for part in _PARTS:
        place = str(parts.get(part, ""))
        if not place.startswith("$model/") or not (folder / place.removeprefix("$model/")).exists():
            yield place or part
