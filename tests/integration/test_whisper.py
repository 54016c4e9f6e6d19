"""Recognition with the real weights: what is said is written, and nothing else."""

from __future__ import annotations

import wave
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest

from assistant.model import SAMPLE_RATE, Clip, Span, Window
from assistant.speech.short_windows import LENGTHS, Utterance, window_table
from assistant.speech.voice_activity import FRAME, SileroDetector
from assistant.speech.windows import SpeechListener
from assistant.text.compare import Errors, Level, errors
from tests.samples import SAMPLES, truth

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assistant.model import FloatArray, Heard
    from assistant.speech.whisper import WhisperRecognizer

pytestmark = pytest.mark.weights


def sample(name: str, seconds: float, channel: int = 0) -> FloatArray:
    """The first seconds of one channel of a sample, shape (n,) at 16 kHz."""
    with wave.open(str(SAMPLES / f"{name}.wav")) as file:
        raw = file.readframes(round(seconds * file.getframerate()))
        step, channels = SAMPLE_RATE // file.getframerate(), file.getnchannels()
    one = np.frombuffer(raw, "<i2")[channel::channels].astype(np.float32) / 32768
    return np.repeat(one, step)


def windows(sound: FloatArray) -> list[Window]:
    listener = SpeechListener(SileroDetector())
    return listener.feed(Clip(sound[None])) + listener.finish()


def written(heard: Iterable[Heard]) -> str:
    return "".join(segment.text for one in heard for segment in one.kept)


def rate(pairs: Iterable[tuple[str, str]], level: Level = Level.READING) -> float:
    return sum((errors(said, heard, level) for said, heard in pairs), Errors()).rate


def noise(kind: str, seconds: float = 12.0) -> FloatArray:
    """Sounds in which nobody speaks, shape (n,)."""
    random = np.random.default_rng(7)
    times = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    white = random.standard_normal(len(times))
    match kind:
        case "silence":
            sound = np.zeros_like(times)
        case "white":
            sound = 0.2 * white
        case "pink":
            spectrum = np.fft.rfft(white) / np.sqrt(np.arange(1, len(times) // 2 + 2))
            sound = 0.5 * np.fft.irfft(spectrum, len(times)) / 0.1
            sound /= np.abs(sound).max()
        case "clicks":
            sound = np.where(random.random(len(times)) < 2 / SAMPLE_RATE, 0.9, 0.0)
        case "hum":
            sound = 0.3 * np.sign(np.sin(2 * np.pi * 50 * times))
        case _:
            notes = 220 * 2 ** (
                np.array([0, 4, 7, 12, 9, 5, 2, 7])[(times * 2).astype(int) % 8] / 12
            )
            phase = 2 * np.pi * np.cumsum(notes) / SAMPLE_RATE
            chord = sum(np.sin(phase * ratio) / ratio for ratio in (1, 1.26, 1.5, 2, 3, 4))
            sound = 0.15 * chord * np.exp(-3 * (times * 2 % 1))
    return np.asarray(sound, np.float32)


NOISES = ("silence", "white", "pink", "clicks", "hum", "music")


@pytest.mark.parametrize("kind", NOISES)
def test_nobody_speaks_and_nothing_is_written(kind: str, recognizer: WhisperRecognizer) -> None:
    assert written(recognizer.recognize(windows(noise(kind)))) == ""


@pytest.mark.parametrize("kind", NOISES)
def test_what_is_invented_over_a_mistaken_voice_is_withheld(
    kind: str, recognizer: WhisperRecognizer
) -> None:
    """As if the detector had taken noise for a voice."""
    moment, long = (Window(Clip(noise(kind)[None]), voice=(Span(3.0, end),)) for end in (3.3, 9.0))
    assert written(recognizer.recognize([moment, long])) == ""


def test_a_second_of_sound_is_enough(recognizer: WhisperRecognizer) -> None:
    sound = sample("meeting", 2.0)[-SAMPLE_RATE:]
    (heard,) = recognizer.recognize([Window(Clip(sound[None], 1.0), voice=(Span(1.0, 2.0),))])
    assert all(1.0 <= segment.start <= segment.end <= 2.0 for segment in heard.kept)


def test_a_meeting_is_heard_with_times_in_order(recognizer: WhisperRecognizer) -> None:
    found = windows(sample("meeting", 45.0))
    heard = recognizer.recognize(found)
    said = "".join(turn["text"] for turn in truth("meeting") if turn["end"] <= 45.0)
    last = max(turn["end"] for turn in truth("meeting") if turn["end"] <= 45.0)
    early = "".join(
        word.text
        for one in heard
        for segment in one.kept
        for word in segment.words
        if word.start < last
    )
    assert rate([(said, early)]) < 0.1
    for window, one in zip(found, heard, strict=True):
        words = [word for segment in one.kept for word in segment.words]
        assert all(before.end <= after.start for before, after in pairwise(words))
        assert words[0].start >= window.clip.start
        assert words[-1].end <= window.when(window.clip.duration, ending=True) + 1e-3
        assert all(0.0 <= word.probability <= 1.0 for word in words)


def test_words_lie_where_they_are_said(recognizer: WhisperRecognizer) -> None:
    """Words of the worker, whose lane is mostly pauses that are taken out of the windows."""
    sound = sample("call", 60.0, channel=1)
    heard = recognizer.recognize(windows(sound))
    turns = [Span(turn["start"], turn["end"]) for turn in truth("call", "worker")]
    words = [word for one in heard for segment in one.kept for word in segment.words]
    inside = [
        any(turn.start - 0.3 <= word.start and word.end <= turn.end + 0.3 for turn in turns)
        for word in words
    ]
    assert sum(inside) >= 0.97 * len(words)


def test_the_same_group_gives_the_same_result(recognizer: WhisperRecognizer) -> None:
    found = windows(sample("meeting", 20.0))
    assert recognizer.recognize(found) == recognizer.recognize(found)
    assert recognizer.recognize([]) == []


def test_what_a_pass_skipped_is_heard_again(
    recognizer: WhisperRecognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A first pass that lost most of a window is not the last word."""
    (window, *_) = windows(sample("meeting", 20.0))
    whole = recognizer.recognize([window])
    decode = recognizer._decode

    def forgetful(sounds: list[FloatArray]) -> list[object]:
        monkeypatch.setattr(recognizer, "_decode", decode)
        return [
            replace(draft, words=draft.words[: len(draft.words) // 4]) for draft in decode(sounds)
        ]

    monkeypatch.setattr(recognizer, "_decode", forgetful)
    again = written(recognizer.recognize([window]))
    assert rate([(written(whole), again)]) < 0.15


def test_shorter_windows_cost_less(recognizer: WhisperRecognizer) -> None:
    sound = sample("meeting", 45.0)
    utterances = [
        Utterance(
            sound[round(turn["start"] * SAMPLE_RATE) : round(turn["end"] * SAMPLE_RATE)],
            turn["text"],
        )
        for turn in truth("meeting")
        if turn["end"] <= 45.0
    ]
    table = window_table(recognizer, utterances, rate, (LENGTHS[0], LENGTHS[2]))
    assert table[1].seconds < table[0].seconds
    assert all(row.error_rate < 0.15 for row in table)


def test_the_detector_hears_in_any_blocks_what_it_hears_at_once() -> None:
    from faster_whisper.vad import get_vad_model

    sound = sample("meeting", 12.0)[: 12 * SAMPLE_RATE - 100]
    padded = np.pad(sound, (0, FRAME - len(sound) % FRAME))
    expected = get_vad_model()(padded)
    for size in (100, 512, 1600, 80_000):
        stream = SileroDetector().stream()
        blocks = [stream.feed(sound[at : at + size]) for at in range(0, len(sound), size)]
        assert np.array_equal(np.concatenate([*blocks, stream.finish()]), expected)
