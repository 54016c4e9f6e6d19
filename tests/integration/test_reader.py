"""Every format that PyAV can encode here is written and read back."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
import psutil
import pytest

from assistant.audio.reader import BLOCK_SECONDS, PyAVReader
from assistant.model import SAMPLE_RATE
from tests.sounds import tones, voice, wav, write

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.model import FloatArray

READER = PyAVReader()
LOW_EFFECTS = 3
"""The channel of 5.1 and 7.1 that lossy codecs keep for the deepest tones only."""

FORMATS = [
    ("pcm.wav", "pcm_u8", 8_000),
    ("pcm.wav", "pcm_s16le", 44_100),
    ("pcm.wav", "pcm_s24le", 48_000),
    ("pcm.wav", "pcm_s32le", 48_000),
    ("pcm.wav", "pcm_f32le", 16_000),
    ("pcm.wav", "pcm_f64le", 16_000),
    ("telephone.wav", "pcm_alaw", 8_000),
    ("telephone.wav", "pcm_mulaw", 8_000),
    ("telephone.wav", "g722", 16_000),
    ("recorder.wav", "adpcm_ima_wav", 22_050),
    ("recorder.wav", "adpcm_ms", 22_050),
    ("recorder.mp3", "libmp3lame", 44_100),
    ("recorder.m4a", "aac", 44_100),
    ("recorder.aac", "aac", 48_000),
    ("recorder.wma", "wmav2", 44_100),
    ("recorder.flac", "flac", 48_000),
    ("recorder.m4a", "alac", 44_100),
    ("recorder.ogg", "libopus", 48_000),
    ("recorder.amr", "libopencore_amrnb", 8_000),
    ("recorder.aiff", "pcm_s16be", 44_100),
    ("recorder.webm", "libopus", 48_000),
]
LONGEST_FRAME = 2048 / 22_050
"""Seconds of one codec frame, or of the silence that the codec fills its last one with."""


def heard(path: Path) -> FloatArray:
    """The whole sound, shape (channels, n)."""
    return np.concatenate([clip.samples for clip in READER.blocks(path)], axis=1)


def pitch(samples: FloatArray) -> float:
    """The strongest frequency in Hz of one channel, without its edges."""
    middle = samples[len(samples) // 4 : -len(samples) // 4]
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle))))
    return float(spectrum.argmax() * SAMPLE_RATE / len(middle))


def purity(samples: FloatArray, frequency: float) -> float:
    """Which share of the energy lies within 30 Hz of `frequency`."""
    middle = samples[len(samples) // 4 : -len(samples) // 4]
    energy = np.square(np.abs(np.fft.rfft(middle * np.hanning(len(middle)))))
    near = np.abs(np.fft.rfftfreq(len(middle), 1 / SAMPLE_RATE) - frequency) < 30
    return float(energy[near].sum() / energy.sum())


@pytest.mark.parametrize(("name", "codec", "rate"), FORMATS)
def test_reads_what_recorders_write(tmp_path: Path, name: str, codec: str, rate: int) -> None:
    path = write(tmp_path / name, tones([440], 3, rate), rate, codec)
    survey = READER.survey(path)
    assert survey.duration == pytest.approx(3, abs=LONGEST_FRAME)
    assert (survey.channels, survey.sample_rate, survey.truncated) == (1, rate, False)
    assert survey.levels[0] == pytest.approx(0.4 / np.sqrt(2), rel=0.25)
    assert survey.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    sound = heard(path)
    assert sound.dtype == np.float32
    assert sound.shape == (1, round(survey.duration * SAMPLE_RATE))
    assert pitch(sound[0]) == pytest.approx(440, abs=2)


@pytest.mark.parametrize("rate", [8_000, 11_025, 22_050, 44_100, 48_000, 96_000])
def test_keeps_time_and_pitch_at_any_rate(tmp_path: Path, rate: int) -> None:
    path = write(tmp_path / "a.wav", tones([1_000], 7, rate), rate, "pcm_s16le")
    sound = heard(path)
    assert sound.shape[1] == pytest.approx(7 * SAMPLE_RATE, abs=1)
    assert pitch(sound[0]) == pytest.approx(1_000, abs=0.5)
    assert purity(sound[0], 1_000) > 0.999


@pytest.mark.parametrize(
    ("name", "codec"),
    [("a.wav", "pcm_s16le"), ("a.flac", "flac"), ("a.m4a", "aac"), ("a.ogg", "libopus")],
)
@pytest.mark.parametrize("channels", [1, 2, 6, 8])
def test_keeps_channels_apart(tmp_path: Path, name: str, codec: str, channels: int) -> None:
    frequencies = [300.0 + 170 * channel for channel in range(channels)]
    sound = heard(write(tmp_path / name, tones(frequencies, 2, 48_000), 48_000, codec))
    assert len(sound) == channels
    for channel, frequency in enumerate(frequencies):
        if channel != LOW_EFFECTS or codec in {"pcm_s16le", "flac"}:
            assert purity(sound[channel], frequency) > 0.99


@pytest.mark.parametrize("channels", [3, 5, 7])
def test_keeps_channels_that_no_layout_names(tmp_path: Path, channels: int) -> None:
    frequencies = [300.0 + 170 * channel for channel in range(channels)]
    sound = heard(wav(tmp_path / "desk.wav", tones(frequencies, 2, 44_100), 44_100))
    assert [pitch(channel) for channel in sound] == pytest.approx(frequencies, abs=2)


def test_blocks_follow_each_other_without_a_gap(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mp3", tones([440, 550], 12.3, 44_100), 44_100, "libmp3lame")
    clips = list(READER.blocks(path))
    assert [clip.start for clip in clips] == [0, BLOCK_SECONDS, 2 * BLOCK_SECONDS]
    assert {clip.duration for clip in clips[:-1]} == {BLOCK_SECONDS}
    assert clips[-1].end == READER.survey(path).duration


def test_every_reading_gives_the_same_samples(tmp_path: Path) -> None:
    path = write(tmp_path / "a.m4a", voice(1, 12, 44_100)[np.newaxis], 44_100, "aac")
    first, second = READER.blocks(path), READER.blocks(path)
    whole = heard(path)
    for one, other in zip(first, second, strict=True):
        samples = round(one.start * SAMPLE_RATE)
        assert np.array_equal(one.samples, other.samples)
        assert np.array_equal(one.samples, whole[:, samples : samples + one.samples.shape[1]])
        one.samples[:] = 0


def test_reads_the_sound_of_a_film(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mp4", tones([700, 900], 4, 48_000), 48_000, "aac", pictures=True)
    sound = heard(path)
    assert [pitch(channel) for channel in sound] == pytest.approx([700, 900], abs=2)
    assert not READER.survey(path).truncated


def test_reads_vorbis(tmp_path: Path) -> None:
    path = write(tmp_path / "a.ogg", tones([440, 880], 3, 44_100), 44_100, "vorbis")
    assert READER.survey(path).duration == pytest.approx(3, abs=LONGEST_FRAME)
    coarse = 15  # FFmpeg's encoder is an experimental one
    assert [pitch(channel) for channel in heard(path)] == pytest.approx([440, 880], abs=coarse)


def test_a_wrong_suffix_does_not_matter(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", tones([440], 3, 44_100), 44_100, "mp3", container="mp3")
    survey = READER.survey(path)
    assert survey.codec == "mp3"
    assert survey.duration == pytest.approx(3, abs=LONGEST_FRAME)


def test_japanese_names_and_tags_are_no_obstacle(tmp_path: Path) -> None:
    path = write(
        tmp_path / "file: 会議 12:30%d?.mp3", tones([440], 2, 44_100), 44_100, "libmp3lame"
    )
    title = "定例会".encode("cp932")
    frame = b"TIT2" + (len(title) + 1).to_bytes(4) + b"\0\0\0" + title
    tag = b"ID3\x03\0\0" + bytes([0, 0, 0, len(frame)]) + frame
    path.write_bytes(tag + path.read_bytes())
    assert READER.survey(path).duration == pytest.approx(2, abs=LONGEST_FRAME)


def test_samples_that_are_no_numbers_are_silence_and_loud_ones_are_cut(tmp_path: Path) -> None:
    sound = tones([440], 1)
    sound[0, 100:104] = np.nan, np.inf, -np.inf, 7.0
    read = heard(wav(tmp_path / "a.wav", sound, SAMPLE_RATE))
    assert read[0, 100:104].tolist() == [0, 0, 0, 1]
    assert np.array_equal(read[0, 104:], sound[0, 104:])


@pytest.mark.parametrize("later", [(2, 44_100), (1, 22_050), (2, 24_000)])
def test_a_change_of_channels_or_rate_keeps_the_first_number_of_channels(
    tmp_path: Path, later: tuple[int, int]
) -> None:
    channels, rate = later
    first = write(tmp_path / "1.aac", tones([440], 3, 44_100), 44_100, "aac")
    second = write(tmp_path / "2.aac", tones([660] * channels, 3, rate), rate, "aac")
    for name, parts in (("up", (first, second)), ("down", (second, first))):
        joined = tmp_path / f"{name}.aac"
        joined.write_bytes(b"".join(part.read_bytes() for part in parts))
        sound = heard(joined)
        assert len(sound) == len(heard(parts[0]))
        assert sound.shape[1] / SAMPLE_RATE == pytest.approx(6, abs=4 * LONGEST_FRAME)
        half = sound.shape[1] // 2
        assert {round(pitch(sound[0, :half]), -1), round(pitch(sound[0, half:]), -1)} == {440, 660}


def test_progress_runs_to_the_end(tmp_path: Path) -> None:
    seen: list[float] = []
    path = write(tmp_path / "a.flac", tones([440], 11, 16_000), 16_000, "flac")
    survey = READER.survey(path, seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == survey.duration == 11


def test_tells_a_call_from_one_sound_on_two_channels(tmp_path: Path) -> None:
    caller, worker = voice(1, 12, 8_000), voice(2, 12, 8_000)
    caller[48_000:], worker[:48_000] = 0, 0
    both = caller + worker
    call = write(tmp_path / "call.wav", np.stack((caller, worker)), 8_000, "pcm_mulaw")
    mixed = write(tmp_path / "mix.mp3", np.stack((both, 0.3 * both)), 8_000, "libmp3lame")
    assert READER.survey(call).likeness < 0.1
    assert READER.survey(mixed).likeness > 0.9


def test_memory_does_not_grow_with_length(tmp_path: Path) -> None:
    minute = tones([440], 60, 8_000)
    path = wav(tmp_path / "hour.wav", np.tile(minute, 60), 8_000)
    process = psutil.Process()
    before = process.memory_info().rss
    most = [before]
    survey = READER.survey(path, lambda seconds: most.append(process.memory_info().rss))
    assert survey.duration == 3600
    assert max(most) - before < 100e6
