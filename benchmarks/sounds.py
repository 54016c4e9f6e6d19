"""Long recordings for the benchmarks: the samples, one after another, as often as needed."""

from __future__ import annotations

import json
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant.audio.reader import PyAVReader
from assistant.model import SAMPLE_RATE

SAMPLES = Path(__file__).parent.parent / "recordings" / "sample"


@dataclass(frozen=True, slots=True)
class Truth:
    """Who really spoke when: (start, end, speaker), seconds."""

    spans: tuple[tuple[float, float, str], ...]


def long_recording(
    path: Path, seconds: float, names: tuple[str, ...] = ("meeting", "call")
) -> Truth:
    """Writes a mono 16 kHz WAV of that length at `path`, streamed; gives who speaks in it."""
    pieces = [(_mono(name), _spans(name)) for name in names]
    spans: list[tuple[float, float, str]] = []
    at = 0
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        turn = 0
        while at < seconds * SAMPLE_RATE:
            samples, truth = pieces[turn % len(pieces)]
            samples = samples[: round(seconds * SAMPLE_RATE) - at]
            file.writeframes(samples.tobytes())
            offset = at / SAMPLE_RATE
            spans += [(s + offset, e + offset, who) for s, e, who in truth if e + offset <= seconds]
            at += len(samples)
            turn += 1
    return Truth(tuple(spans))


def _mono(name: str) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    blocks = [clip.samples.mean(axis=0) for clip in PyAVReader().blocks(SAMPLES / f"{name}.wav")]
    return (np.concatenate(blocks) * 32767).astype(np.int16)


def _spans(name: str) -> list[tuple[float, float, str]]:
    truth = json.loads((SAMPLES / f"{name}.truth.json").read_text(encoding="utf-8"))
    return [(turn["start"], turn["end"], turn["speaker"]) for turn in truth["turns"]]
