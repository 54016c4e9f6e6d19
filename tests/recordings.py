"""Recordings and transcripts for tests of the library and the screen."""

from __future__ import annotations

import wave
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from assistant.model import (
    Flag,
    Kind,
    ModelUse,
    Provenance,
    Recording,
    Segment,
    Speaker,
    SpeakerSpan,
    Transcript,
    Turn,
    Word,
)

if TYPE_CHECKING:
    from pathlib import Path

SENTENCES = (
    "ただいまから文教委員会を開会いたします。",
    "はい。",
    "令和七年度の相談受付件数は三千五百十二件で、前年度と比べて四点二パーセントの増でございます。",
    "四十八時間以内の安全確認の実施率を伺います。",
    "九十七点三パーセントでございます。残りは保護者と連絡が取れなかったものでございます。",
    "次回までに、実施できなかった理由の内訳を資料で示していただきたいと思います。",
)
NAMES = ("話者1", "話者2", "話者3", "話者4")
MOMENT = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


def write_tone(path: Path, seconds: float = 3.0, rate: int = 8000) -> Path:
    """A WAV file of a tone that swells once a second."""
    times = np.arange(round(seconds * rate)) / rate
    swell = 0.5 - 0.5 * np.cos(2 * np.pi * times)
    samples = (np.sin(2 * np.pi * 220 * times) * swell * 12_000).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
    return path


def make_words(text: str, start: float, end: float) -> tuple[Word, ...]:
    """Words of two characters, evenly spread; every seventh one is unsure."""
    pieces = [text[at : at + 2] for at in range(0, len(text), 2)]
    step = (end - start) / len(pieces)
    return tuple(
        Word(
            start=round(start + number * step, 3),
            end=round(start + (number + 1) * step, 3),
            text=piece,
            probability=0.3 if number % 7 == 6 else 0.95,
        )
        for number, piece in enumerate(pieces)
    )


def make_turn(number: int, start: float, end: float) -> Turn:
    """One of `SENTENCES`; the short one is an 相づち, every tenth turn is doubtful."""
    text = SENTENCES[number % len(SENTENCES)]
    flags = {Flag.BACKCHANNEL} if len(text) < 4 else set()
    if number % 10 == 3:
        flags.add(Flag.LOW_PROBABILITY)
    return Turn(
        id=f"T{number + 1}",
        start=start,
        end=end,
        speaker=f"S{number % len(NAMES) + 1}",
        text=text,
        words=make_words(text, start, end),
        flags=frozenset(flags),
    )


def make_transcript(name: str, turns: int = 6, step: float = 3.6) -> Transcript:
    """`turns` turns of four speakers, one every `step` seconds, and one withheld segment."""
    spoken = tuple(make_turn(n, n * step, n * step + step * 0.9) for n in range(turns))
    phantom = make_words("ご視聴ありがとうございました", 0.0, 1.0)
    return Transcript(
        recording=Recording(name, "0" * 64, turns * step, 1, 8000, "pcm_s16le"),
        kind=Kind.MEETING,
        speakers=tuple(Speaker(f"S{n + 1}", each) for n, each in enumerate(NAMES)),
        turns=spoken,
        speech=tuple(SpeakerSpan(turn.start, turn.end, turn.speaker) for turn in spoken),
        withheld=(Segment(0.0, 1.0, phantom, frozenset({Flag.STOCK_PHRASE})),),
        provenance=Provenance(
            models=(ModelUse("recognition", "whisper-base", "OpenAI", "MIT", embedded=True),),
            versions={"kikigaki": "0"},
            settings={"work": "0" * 32},
            started=MOMENT,
            finished=MOMENT,
        ),
    )
