"""The samples are what their README and everything measured on them say."""

from __future__ import annotations

import json
import re
import tomllib
import wave
from itertools import combinations, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from assistant.model import Span

if TYPE_CHECKING:
    from numpy.typing import NDArray

FOLDER = Path(__file__).parents[2] / "recordings" / "sample"
NAMES = ("meeting", "call")


def turns(name: str) -> list[dict[str, Any]]:
    return list(truth(name)["turns"])


def truth(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((FOLDER / f"{name}.truth.json").read_text("utf-8"))
    return loaded


def span(turn: dict[str, Any]) -> Span:
    return Span(turn["start"], turn["end"])


def sound(name: str) -> tuple[NDArray[np.float64], int]:
    """(channels, n) in [-1, 1] and the sample rate."""
    with wave.open(str(FOLDER / f"{name}.wav")) as file:
        assert file.getsampwidth() == 2
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768
        return samples.reshape(-1, file.getnchannels()).T, file.getframerate()


def decibels(samples: NDArray[np.float64]) -> float:
    return float(10 * np.log10(np.mean(samples**2) + 1e-12))


def cut(samples: NDArray[np.float64], rate: int, span: Span) -> NDArray[np.float64]:
    return samples[..., round(span.start * rate) : round(span.end * rate)]


@pytest.mark.parametrize(("name", "channels", "rate"), [("meeting", 1, 16_000), ("call", 2, 8_000)])
def test_lasts_about_three_minutes_in_its_format(name: str, channels: int, rate: int) -> None:
    samples, found = sound(name)
    assert (len(samples), found) == (channels, rate)
    assert 150 <= samples.shape[1] / rate <= 210


def test_sound_takes_less_than_12_megabytes() -> None:
    assert sum(path.stat().st_size for path in FOLDER.glob("*.wav")) < 12_000_000


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_clipped(name: str) -> None:
    samples, _ = sound(name)
    assert np.abs(samples).max() < 0.99


@pytest.mark.parametrize("name", NAMES)
def test_turns_are_ordered_and_inside_the_recording(name: str) -> None:
    samples, rate = sound(name)
    spans = [span(turn) for turn in turns(name)]
    assert spans == sorted(spans)
    assert all(0 <= found.start < found.end <= samples.shape[1] / rate for found in spans)


@pytest.mark.parametrize("name", NAMES)
def test_nobody_overlaps_themselves(name: str) -> None:
    for speaker in truth(name)["speakers"]:
        own = [span(turn) for turn in turns(name) if turn["speaker"] == speaker]
        assert all(one.end <= other.start for one, other in pairwise(own))


@pytest.mark.parametrize("name", NAMES)
def test_people_talk_over_each_other(name: str) -> None:
    pairs = combinations(turns(name), 2)
    assert sum(span(one).overlap(span(other)) > 0.1 for one, other in pairs) >= 5


@pytest.mark.parametrize(
    ("name", "speakers"),
    [("meeting", ["chair", "official", "ishikawa", "nakamura"]), ("call", ["caller", "worker"])],
)
def test_every_speaker_says_something(name: str, speakers: list[str]) -> None:
    assert truth(name)["speakers"] == speakers
    for speaker in speakers:
        own = [span(turn).duration for turn in turns(name) if turn["speaker"] == speaker]
        assert sum(own) > 20


@pytest.mark.parametrize("name", NAMES)
def test_truth_holds_numbers_and_fillers_and_no_marks_of_the_script(name: str) -> None:
    text = "".join(turn["text"] for turn in turns(name))
    assert "月" in text
    assert sum(sign.isdigit() for sign in text) > 20
    assert "えー" in text
    assert "あの" in text
    assert not set(text) & set("<>")


@pytest.mark.parametrize("name", NAMES)
def test_truth_has_every_word_of_the_script(name: str) -> None:
    script = tomllib.loads((FOLDER / f"{name}.script.toml").read_text("utf-8"))
    for speaker in truth(name)["speakers"]:
        written = "".join(line["text"] for line in script["lines"] if line["by"] == speaker)
        spoken = "".join(turn["text"] for turn in turns(name) if turn["speaker"] == speaker)
        assert spoken == re.sub("<.*?>", "", written)


@pytest.mark.parametrize("name", NAMES)
def test_rttm_equals_the_truth(name: str) -> None:
    rows = [row.split() for row in (FOLDER / f"{name}.rttm").read_text("utf-8").splitlines()]
    assert all(row[:3] == ["SPEAKER", name, "1"] and len(row) == 10 for row in rows)
    for row, turn in zip(rows, turns(name), strict=True):
        assert row[7] == turn["speaker"]
        assert float(row[3]) == turn["start"]
        assert float(row[4]) == pytest.approx(span(turn).duration, abs=1e-3)


@pytest.mark.parametrize("name", NAMES)
def test_every_turn_begins_and_ends_with_voice_at_a_speaking_level(name: str) -> None:
    samples, rate = sound(name)
    speakers = truth(name)["speakers"]
    for turn in turns(name):
        lane = samples[speakers.index(turn["speaker"]) if len(samples) > 1 else 0]
        assert -28 < decibels(cut(lane, rate, span(turn))) < -18, turn
        for start in (turn["start"], turn["end"] - 0.1):
            assert decibels(cut(lane, rate, Span(start, start + 0.1))) > -52, turn


@pytest.mark.parametrize("name", NAMES)
def test_no_turn_holds_a_long_silence(name: str) -> None:
    samples, rate = sound(name)
    speakers = truth(name)["speakers"]
    for turn in turns(name):
        lane = samples[speakers.index(turn["speaker"]) if len(samples) > 1 else 0]
        energy = np.cumsum(cut(lane, rate, span(turn)) ** 2)
        window = int(0.7 * rate)
        quietest = np.min(energy[window:] - energy[:-window], initial=np.inf) / window
        assert 10 * np.log10(quietest) > -48, turn  # the noise lies at -56


def test_call_is_silent_on_the_channel_of_who_listens() -> None:
    samples, rate = sound("call")
    for channel, speaker in enumerate(truth("call")["speakers"]):
        silent = np.ones(samples.shape[1], bool)
        for turn in turns("call"):
            if turn["speaker"] == speaker:
                silent[round(turn["start"] * rate) : round((turn["end"] + 0.1) * rate)] = False
        assert np.abs(samples[channel, silent]).max() < 0.02
        assert decibels(samples[channel, silent]) < -50


def test_call_is_heard_through_a_telephone() -> None:
    samples, rate = sound("call")
    power = np.abs(np.fft.rfft(samples[0])) ** 2
    frequency = np.fft.rfftfreq(samples.shape[1], 1 / rate)
    outside = (frequency < 200) | (frequency > 3700)
    assert power[outside].sum() < 0.02 * power.sum()
