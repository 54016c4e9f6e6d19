"""Who spoke when: the embedded diarizer against a naive baseline, and over hours.

python -m benchmarks.diarization [WAV …] [--hours 3]

Each WAV has its truth beside it (`NAME.rttm`). Without any, the sample meeting and the telephone
conversation inside pyannote.audio are taken. DER and JER count overlapping speech, `DER_.25`
forgives 0.25 s on each side of a border. The number of speakers is estimated. The baseline is what
one would write first: Silero finds speech, CAM++ embeds it every 0.8 s, average linkage at a fixed
threshold.

`--hours` lays the samples' utterances end to end in random order, at random levels, with pauses and
noise between and under them, and tells time, peak memory and DER.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import resource
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from pyannote.core import Annotation, Segment, Timeline
from pyannote.metrics.diarization import DiarizationErrorRate, JaccardErrorRate

from assistant.audio.reader import PyAVReader
from assistant.model import SAMPLE_RATE, Clip, SpeakerCount, SpeakerSpan
from assistant.speech.embedded_diarizer import EmbeddedDiarizer
from assistant.speech.embedding import Embedder
from assistant.speech.speaker_weights import EMBEDDING
from assistant.speech.workers import Workers
from benchmarks.measure import report, run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from assistant.model import FloatArray

    Utterance = tuple[str, FloatArray]

SAMPLES = Path(__file__).parent.parent / "recordings" / "sample"
_WINDOW, _HOP, _THRESHOLD = 1.6, 0.8, 0.45


class Once:
    """Steps that keep nothing."""

    def run(self, name: str, compute: Callable[[], bytes]) -> bytes:
        """Computes."""
        del name
        return compute()


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sounds", type=Path, nargs="*")
    parser.add_argument("--hours", type=float)
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.here:
        sys.stdout.write(json.dumps(over_hours(arguments.hours)) + "\n")
        return
    sounds = arguments.sounds or [SAMPLES / "meeting.wav", telephone()]
    report("Who spoke when, number of speakers estimated", against_baseline(sounds))
    if arguments.hours:
        child = run("-m", "benchmarks.diarization", "--hours", str(arguments.hours), "--here")
        row = {**json.loads(child.output.splitlines()[-1]), "peak_mib": round(child.peak_mib)}
        report("Who spoke when, over hours", [row])


def telephone() -> Path:
    """Thirty seconds of a real telephone conversation, which pyannote.audio ships."""
    spec = importlib.util.find_spec("pyannote.audio")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "sample" / "sample.wav"


def against_baseline(sounds: list[Path]) -> list[dict[str, object]]:
    """A row for each sound and way, and one for all sounds of a way."""
    ways = {"embedded": embedded(EmbeddedDiarizer()), "naive": naive}
    rows: list[dict[str, object]] = []
    for way, diarize in ways.items():
        scores = Scores()
        diarize(_mono(sounds[0])[: 12 * SAMPLE_RATE])  # weights are loaded by the first run
        for sound in sounds:
            samples = _mono(sound)
            started = time.perf_counter()
            spans = diarize(samples)
            factor = (time.perf_counter() - started) / (len(samples) / SAMPLE_RATE)
            row = scores.add(truth_of(sound), spans, len(samples) / SAMPLE_RATE)
            rows.append(
                {"sound": sound.stem, "way": way, **row, "real_time_factor": round(factor, 3)}
            )
        rows.append({"sound": "all", "way": way, **scores.pooled()})
    return rows


class Scores:
    """Error rates of single recordings and of all of them together."""

    def __init__(self) -> None:
        self._metrics = {
            "DER": DiarizationErrorRate(),
            "DER_.25": DiarizationErrorRate(collar=0.5),
            "JER": JaccardErrorRate(),
        }

    def add(
        self, truth: tuple[SpeakerSpan, ...], found: tuple[SpeakerSpan, ...], seconds: float
    ) -> dict[str, object]:
        """The scores of one recording, which lasts so many `seconds`."""
        heard = Timeline([Segment(0, seconds)])
        rates = {
            name: round(float(metric(_annotation(truth), _annotation(found), uem=heard)), 4)
            for name, metric in self._metrics.items()
        }
        return {**rates, "speakers": len(_names(truth)), "found": len(_names(found))}

    def pooled(self) -> dict[str, object]:
        """The scores of all together, weighted by their speech."""
        return {name: round(float(abs(metric)), 4) for name, metric in self._metrics.items()}


def embedded(diarizer: EmbeddedDiarizer) -> Callable[[FloatArray], tuple[SpeakerSpan, ...]]:
    """Our way, on a whole recording."""

    def diarize(samples: FloatArray) -> tuple[SpeakerSpan, ...]:
        stream = diarizer.stream(SpeakerCount(), Once())
        stream.feed(Clip(samples[None]))
        return stream.finish()

    return diarize


def naive(samples: FloatArray) -> tuple[SpeakerSpan, ...]:
    """The baseline, on a whole recording."""
    from faster_whisper.vad import get_speech_timestamps
    from scipy.cluster.hierarchy import fcluster, linkage

    windows = [
        (at, min(at + _WINDOW, end))
        for start, end in (
            (piece["start"] / SAMPLE_RATE, piece["end"] / SAMPLE_RATE)
            for piece in get_speech_timestamps(samples)
        )
        for at in np.arange(start, max(start + 0.01, end - _HOP / 2), _HOP)
        if min(at + _WINDOW, end) - at >= 0.2
    ]
    if not windows:
        return ()
    embedder = Embedder(EMBEDDING.locate(), Workers())
    voices = embedder.embed(samples, np.array(windows, np.float32))
    labels = np.ones(1, int)
    if len(windows) > 1:
        labels = fcluster(linkage(voices, "average", "cosine"), _THRESHOLD, "distance")
    spans = [
        SpeakerSpan(start, min(start + _HOP, end), f"S{label}")
        for (start, end), label in zip(windows, labels, strict=True)
    ]
    return tuple(sorted(spans))


def over_hours(hours: float) -> dict[str, object]:
    """Makes hours of conversation while they are listened to; one row."""
    said = utterances()
    diarizer = EmbeddedDiarizer()
    stream = diarizer.stream(SpeakerCount(), Once())
    truth: list[SpeakerSpan] = []
    at, spent = 0.0, 0.0
    for speaker, piece in conversation(said, hours * 3600):
        started = time.perf_counter()
        stream.feed(Clip(piece[None], at))
        spent += time.perf_counter() - started
        length = len(piece) / SAMPLE_RATE
        if speaker:
            truth.append(SpeakerSpan(at, at + length, speaker))
        at += length
    started = time.perf_counter()
    found = stream.finish()
    last = time.perf_counter() - started
    row = Scores().add(tuple(truth), found, at)
    row.pop("JER")
    return {
        "hours": round(at / 3600, 2),
        **row,
        "seconds": round(spent + last),
        "seconds_at_the_end": round(last, 1),
        "real_time_factor": round((spent + last) / at, 4),
        "cpu_factor": round(time.process_time() / at, 4),
        "own_peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def utterances() -> list[Utterance]:
    """What somebody says alone in the samples, at least a second long: the speaker, the sound."""
    said: list[Utterance] = []
    for sound in (SAMPLES / "meeting.wav", SAMPLES / "call.wav", telephone()):
        samples, truth = _mono(sound), _annotation(truth_of(sound))
        for alone, _, speaker in truth.extrude(truth.get_overlap()).itertracks(yield_label=True):
            if alone.duration >= 1:
                start, end = (round(second * SAMPLE_RATE) for second in alone)
                said.append((f"{sound.stem} {speaker}", samples[start:end]))
    return said


def conversation(said: list[Utterance], seconds: float, seed: int = 0) -> Iterator[Utterance]:
    """Utterances in random order, 12 dB apart at most, and pauses, whose speaker is ""."""
    random = np.random.default_rng(seed)
    left = seconds * SAMPLE_RATE
    while left > 0:
        speaker, piece = said[random.integers(len(said))]
        level = 10 ** (random.uniform(-6, 6) / 20)
        pause = np.zeros(round(random.uniform(0.1, 1.2) * SAMPLE_RATE), np.float32)
        for name, sound in ((speaker, level * piece), ("", pause)):
            noise = random.normal(0, 1e-3, len(sound))
            yield name, (sound + noise).clip(-1, 1).astype(np.float32)
            left -= len(sound)


def truth_of(sound: Path) -> tuple[SpeakerSpan, ...]:
    """The RTTM beside a sound."""
    fields = (line.split() for line in sound.with_suffix(".rttm").read_text("utf-8").splitlines())
    return tuple(
        SpeakerSpan(float(one[3]), float(one[3]) + float(one[4]), one[7]) for one in fields if one
    )


def _mono(sound: Path) -> FloatArray:
    mixed: FloatArray = np.concatenate(
        [clip.samples.mean(0) for clip in PyAVReader().blocks(sound)]
    )
    return mixed


def _annotation(spans: tuple[SpeakerSpan, ...]) -> Annotation:
    annotation = Annotation()
    for number, span in enumerate(spans):
        annotation[Segment(span.start, span.end), number] = span.speaker
    return annotation


def _names(spans: tuple[SpeakerSpan, ...]) -> set[str]:
    return {span.speaker for span in spans}


if __name__ == "__main__":
    main()
