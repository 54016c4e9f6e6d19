from __future__ import annotations

import errno
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest

from assistant.audio.playback import playback_copy
from assistant.audio.reader import PyAVReader
from assistant.errors import DiskFull, NotWritable, UnreadableSound
from tests.sounds import tones, voice, write

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.model import FloatArray


def heard(path: Path) -> FloatArray:
    return np.concatenate([clip.samples for clip in PyAVReader().blocks(path)], axis=1)


@pytest.mark.parametrize(
    ("name", "codec", "rate"),
    [
        ("a.wma", "wmav2", 44_100),
        ("a.amr", "libopencore_amrnb", 8_000),
        ("a.wav", "g722", 16_000),
        ("a.wav", "pcm_alaw", 8_000),
    ],
)
def test_what_no_browser_plays_becomes_opus_with_the_same_times(
    tmp_path: Path, name: str, codec: str, rate: int
) -> None:
    source = write(tmp_path / name, voice(1, 7, rate)[np.newaxis], rate, codec)
    target = tmp_path / "copies" / "a.webm"
    seen: list[float] = []
    playback_copy(source, target, seen.append)
    original, copy = PyAVReader().survey(source), PyAVReader().survey(target)
    assert copy.codec == "opus"
    assert copy.duration == pytest.approx(original.duration, abs=0.002)
    assert seen[-1] == pytest.approx(original.duration, abs=0.002)
    both = np.stack([heard(path)[0, :96_000] for path in (source, target)])
    spectra = np.fft.rfft(both, 2 * both.shape[1])
    lags = np.fft.irfft(spectra[0] * spectra[1].conj())
    assert abs((int(lags.argmax()) + 96_000) % 192_000 - 96_000) <= 32
    assert target.stat().st_size < 7 * 8_000


def test_a_call_stays_stereo(tmp_path: Path) -> None:
    source = write(tmp_path / "a.wav", tones([440, 880], 3, 8_000), 8_000, "pcm_mulaw")
    playback_copy(source, tmp_path / "a.webm")
    survey = PyAVReader().survey(tmp_path / "a.webm")
    assert survey.channels == 2
    assert survey.likeness < 0.05


def test_a_desk_of_microphones_is_mixed(tmp_path: Path) -> None:
    frequencies = [300, 500, 700, 900, 1_100, 1_300]
    source = write(tmp_path / "a.wav", tones(frequencies, 3, 48_000), 48_000, "pcm_s16le")
    playback_copy(source, tmp_path / "a.webm")
    (sound,) = heard(tmp_path / "a.webm")
    spectrum = np.abs(np.fft.rfft(sound[:32_000] * np.hanning(32_000)))
    assert all(spectrum[2 * hertz] > 20 * spectrum[2 * hertz + 200] for hertz in frequencies)


def test_a_browser_can_seek(tmp_path: Path) -> None:
    source = write(tmp_path / "a.flac", tones([440], 60, 16_000), 16_000, "flac")
    playback_copy(source, tmp_path / "a.webm")
    with av.open(tmp_path / "a.webm") as file:
        assert file.duration == pytest.approx(60e6, rel=0.01)
        file.seek(40_000_000)
        frame = next(file.decode(audio=0))
        assert frame.time == pytest.approx(40, abs=6)


def test_nothing_half_written_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = write(tmp_path / "a.wav", tones([440], 3, 8_000), 8_000, "pcm_mulaw")
    folder = tmp_path / "copies"
    folder.mkdir()
    (folder / "a.webm").write_bytes(b"earlier")

    def full(*arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(DiskFull):
        playback_copy(source, folder / "a.webm", full)
    (tmp_path / "text.wav").write_text("no sound")
    with pytest.raises(UnreadableSound):
        playback_copy(tmp_path / "text.wav", folder / "a.webm")
    with pytest.raises(NotWritable):
        playback_copy(source, source / "a.webm")
    assert [path.read_bytes() for path in folder.iterdir()] == [b"earlier"]
