"""Long recordings for the benchmarks: the samples, one after another, as often as needed."""

from __future__ import annotations

import json
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant.audio.reader import PyAVReader
from assistant.model import SAMPLE_RATE

Samples = np.ndarray[tuple[int], np.dtype[np.int16]]
SAMPLES = Path(__file__).parent.parent / "recordings" / "sample"


@dataclass(frozen=True, slots=True)
class Truth:
    """Who really spoke when: (start, end, speaker), seconds."""

    spans: tuple[tuple[float, float, str], ...]


def long_recording(
    path: Path,
    seconds: float,
    names: tuple[str, ...] = ("meeting", "call"),
    speech: float = 1.0,
) -> Truth:
    """Writes a mono 16 kHz WAV of that length at `path`, streamed; gives who speaks in it.

    `speech` is the share of the time that the samples take; between them a room is quiet.
    """
    pieces = [(_mono(name), _spans(name)) for name in names]
    spans: list[tuple[float, float, str]] = []
    at, turn = 0, 0
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        while at < seconds * SAMPLE_RATE:
            samples, truth = pieces[turn % len(pieces)]
            offset = at / SAMPLE_RATE
            spans += [(s + offset, e + offset, who) for s, e, who in truth if e + offset <= seconds]
            quiet = _quiet(round(len(samples) * (1 / speech - 1)))
            piece = np.concatenate([samples, quiet])[: round(seconds * SAMPLE_RATE) - at]
            file.writeframes(piece.tobytes())
            at += len(piece)
            turn += 1
    return Truth(tuple(spans))


def _quiet(length: int) -> Samples:
    """A room in which nobody speaks: white noise at -70 dBFS."""
    noise = np.random.default_rng(1).normal(0.0, 10 ** (-70 / 20), length)
    return (noise * 32767).astype(np.int16)


def _mono(name: str) -> Samples:
    blocks = [clip.samples.mean(axis=0) for clip in PyAVReader().blocks(SAMPLES / f"{name}.wav")]
    return (np.concatenate(blocks) * 32767).astype(np.int16)


def _spans(name: str) -> list[tuple[float, float, str]]:
    truth = json.loads((SAMPLES / f"{name}.truth.json").read_text(encoding="utf-8"))
    return [(turn["start"], turn["end"], turn["speaker"]) for turn in truth["turns"]]
