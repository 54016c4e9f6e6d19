"""How well the samples are heard, and their speakers told apart, by the whole job.

    python -m benchmarks.accuracy [SOUND …]

Each SOUND has its truth beside it (`NAME.truth.json`, `NAME.rttm`). CER is of all turns in order of
time; DER is of the spans and of the turns, collar 0.25 s in all, overlap counted.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from pyannote.core import Annotation, Segment
from pyannote.metrics.diarization import DiarizationErrorRate

from assistant.bootstrap import Application
from assistant.model import Flag
from assistant.services.transcribing import Options
from assistant.settings import Settings
from assistant.text.compare import cer, reading_cer
from benchmarks.measure import report
from benchmarks.sounds import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assistant.model import Transcript


def main() -> None:
    """Transcribes and prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    default = [SAMPLES / "meeting.wav", SAMPLES / "call.wav"]
    parser.add_argument("sounds", type=Path, nargs="*", default=default)
    sounds = parser.parse_args().sounds
    models = Settings().weights_dir
    with tempfile.TemporaryDirectory() as folder:
        application = Application(Settings(data_dir=Path(folder), models_dir=models))
        rows = [score(application, sound) for sound in sounds]
    report("Hearing and telling apart, embedded weights", rows)


def score(application: Application, sound: Path) -> dict[str, object]:
    """The figures of one recording."""
    transcript = application.transcriber.transcribe(sound, Options())
    truth = json.loads(sound.with_suffix(".truth.json").read_text(encoding="utf-8"))
    said = "".join(turn["text"] for turn in sorted(truth["turns"], key=lambda t: t["start"]))
    written = "".join(turn.text for turn in transcript.turns)
    true_spans = [(t["start"], t["end"], t["speaker"]) for t in truth["turns"]]
    turns = [(t.start, t.end, t.speaker) for t in transcript.turns]
    spans = [(s.start, s.end, s.speaker) for s in transcript.speech]
    return {
        "recording": sound.stem,
        "weights": transcript.provenance.models[0].name,
        "CER": round(cer(said, written), 3),
        "CER_of_readings": round(reading_cer(said, written), 3),
        "speakers": f"{len(transcript.speakers)} of {len(truth['speakers'])}",
        "DER_spans": round(der(true_spans, spans), 3),
        "DER_turns": round(der(true_spans, turns), 3),
        "flagged": flagged(transcript),
        "withheld": len(transcript.withheld),
    }


def der(
    truth: Iterable[tuple[float, float, str]], found: Iterable[tuple[float, float, str]]
) -> float:
    """Diarization error rate; 0.25 s around each boundary is not scored, overlap is."""
    metric = DiarizationErrorRate(collar=0.25, skip_overlap=False)
    return float(metric(annotation(truth), annotation(found)))


def annotation(spans: Iterable[tuple[float, float, str]]) -> Annotation:
    """The spans as pyannote.metrics takes them."""
    made = Annotation()
    for number, (start, end, speaker) in enumerate(spans):
        made[Segment(start, end), number] = speaker
    return made


def flagged(transcript: Transcript) -> int:
    """Turns that a person should look at again."""
    harmless = {Flag.BACKCHANNEL, Flag.OVERLAP}
    return sum(bool(turn.flags - harmless) for turn in transcript.turns)


if __name__ == "__main__":
    main()
