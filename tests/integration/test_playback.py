from __future__ import annotations

import errno
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest

from assistant.audio.playback import playback_copy
from assistant.audio.preparing import prepare
from assistant.audio.reader import PyAVReader
from assistant.errors import BrokenSeal, DiskFull, UnreadableSound
from assistant.testing import PlainFile
from tests.sealed_site import Site
from tests.sounds import tones, voice, write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from assistant.model import FloatArray
    from assistant.ports import ReadableFile
    from assistant.sealing.vault import FileVault


def make_copy(source: Path, target: Path, progress: Callable[[float], None] | None = None) -> None:
    with PlainFile(target).create() as file:
        playback_copy(source, file, progress)


def vault(folder: Path) -> FileVault:
    return Site(folder / "site").vault


def heard(path: ReadableFile) -> FloatArray:
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
    make_copy(source, target, seen.append)
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
    make_copy(source, tmp_path / "a.webm")
    survey = PyAVReader().survey(tmp_path / "a.webm")
    assert survey.channels == 2
    assert survey.likeness < 0.05


def test_a_desk_of_microphones_is_mixed(tmp_path: Path) -> None:
    frequencies = [300, 500, 700, 900, 1_100, 1_300]
    source = write(tmp_path / "a.wav", tones(frequencies, 3, 48_000), 48_000, "pcm_s16le")
    make_copy(source, tmp_path / "a.webm")
    (sound,) = heard(tmp_path / "a.webm")
    spectrum = np.abs(np.fft.rfft(sound[:32_000] * np.hanning(32_000)))
    assert all(spectrum[2 * hertz] > 20 * spectrum[2 * hertz + 200] for hertz in frequencies)


def test_a_browser_can_seek(tmp_path: Path) -> None:
    source = write(tmp_path / "a.flac", tones([440], 60, 16_000), 16_000, "flac")
    make_copy(source, tmp_path / "a.webm")
    with av.open(tmp_path / "a.webm") as file:
        assert file.duration == pytest.approx(60e6, rel=0.01)
        file.seek(40_000_000)
        frame = next(file.decode(audio=0))
        assert frame.time == pytest.approx(40, abs=6)


def test_nothing_half_written_is_left(tmp_path: Path) -> None:
    source = write(tmp_path / "a.wav", tones([440], 3, 8_000), 8_000, "pcm_mulaw")
    folder = tmp_path / "copies"
    folder.mkdir()
    (folder / "a.webm").write_bytes(b"earlier")

    def full(*arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    copy, outline = (vault(tmp_path).file(folder / name, "one") for name in ("a.webm", "peaks"))
    with pytest.raises(DiskFull):
        prepare(source, copy, outline, full)
    (tmp_path / "text.wav").write_text("no sound")
    with pytest.raises(UnreadableSound):
        prepare(tmp_path / "text.wav", copy, outline)
    assert [path.read_bytes() for path in folder.iterdir()] == [b"earlier"]


@pytest.mark.parametrize(
    ("name", "codec", "index_first"),
    [
        ("a.wav", "pcm_s16le", False),
        ("a.m4a", "aac", False),
        ("a.m4a", "aac", True),
        ("a.mp3", "libmp3lame", False),
        ("a.ogg", "libopus", False),
        ("a.flac", "flac", False),
        ("a.wma", "wmav2", False),
        ("a.webm", "libopus", False),
    ],
)
def test_a_sealed_recording_is_heard_like_the_plain_one(
    tmp_path: Path, name: str, codec: str, index_first: bool
) -> None:
    sound = voice(1, 60, 48_000)[np.newaxis]
    plain = write(tmp_path / name, sound, 48_000, codec, index_first=index_first)
    sealed = vault(tmp_path).file(tmp_path / "sealed" / name, "sealed")
    with sealed.create() as file:
        file.write(plain.read_bytes())
    reader = PyAVReader()
    assert reader.survey(sealed) == reader.survey(plain)
    assert np.array_equal(heard(sealed), heard(plain))


def test_a_sealed_recording_that_was_cut_off_before_is_told(tmp_path: Path) -> None:
    plain = write(tmp_path / "a.wav", tones([440], 3, 16_000), 16_000, "pcm_s16le")
    sealed = vault(tmp_path).file(tmp_path / "sealed" / "a.wav", "sealed")
    with sealed.create() as file:
        file.write(plain.read_bytes()[:-1_000])
    assert PyAVReader().survey(sealed).truncated


def test_a_sealed_copy_can_be_sought_in_and_has_its_length(tmp_path: Path) -> None:
    source = write(tmp_path / "a.flac", tones([440], 60, 16_000), 16_000, "flac")
    folder = vault(tmp_path)
    sealed, outline = (folder.file(tmp_path / "one" / name, "one") for name in ("a.webm", "peaks"))
    prepare(source, sealed, outline)
    assert sealed.path.read_bytes()[:8] == outline.path.read_bytes()[:8] == b"KIKISEAL"
    with sealed.open("rb") as stream, av.open(stream) as file:
        assert file.duration == pytest.approx(60e6, rel=0.01)
        file.seek(40_000_000)
        assert next(file.decode(audio=0)).time == pytest.approx(40, abs=6)
    with outline.open("rb") as stream:
        assert len(stream.read()) == 60 * 20


def test_a_recording_whose_seal_is_broken_in_the_middle_gets_its_sentence(tmp_path: Path) -> None:
    plain = write(tmp_path / "a.wav", tones([440], 60, 16_000), 16_000, "pcm_s16le")
    sealed = vault(tmp_path).file(tmp_path / "sealed" / "a.wav", "sealed")
    with sealed.create() as file:
        file.write(plain.read_bytes())
    content = bytearray(sealed.path.read_bytes())
    content[len(content) // 2] ^= 1
    sealed.path.write_bytes(content)
    with pytest.raises(BrokenSeal):
        PyAVReader().survey(sealed)
    with pytest.raises(BrokenSeal):
        list(PyAVReader().blocks(sealed))
