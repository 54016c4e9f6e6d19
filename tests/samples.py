"""The sample recordings and their truth."""

from __future__ import annotations

import json
import wave
from pathlib import Path
from typing import Any

SAMPLES = Path(__file__).parent.parent / "recordings" / "sample"

CALL_SPEAKERS = {"caller": 0, "worker": 1}
"""Their channels, and their places in the truth's list of speakers."""


def truth(name: str, role: str | None = None) -> list[dict[str, Any]]:
    """What is really said: turns with start, end, speaker and text, ordered by start.

    `role` picks one side of the call.
    """
    data = json.loads((SAMPLES / f"{name}.truth.json").read_text(encoding="utf-8"))
    turns = sorted(data["turns"], key=lambda turn: turn["start"])
    if role is None:
        return turns
    speaker = data["speakers"][CALL_SPEAKERS[role]]
    wanted = speaker["id"] if isinstance(speaker, dict) else speaker
    return [turn for turn in turns if turn["speaker"] == wanted]


def opening(name: str, target: Path, seconds: float) -> Path:
    """The first seconds of a sample, at `target`."""
    with wave.open(str(SAMPLES / f"{name}.wav")) as whole, wave.open(str(target), "wb") as part:
        part.setparams(whole.getparams())
        part.writeframes(whole.readframes(round(seconds * whole.getframerate())))
    return target
