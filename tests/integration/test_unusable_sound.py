"""Files that are damaged, cut, protected or no sound at all."""

from __future__ import annotations

import errno
import io
import os
import struct
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from assistant.audio.decode import _Source
from assistant.audio.reader import PyAVReader
from assistant.errors import (
    EmptySound,
    InaccessibleSound,
    NoSoundTrack,
    NothingFound,
    ProtectedSound,
    SoundError,
    UnreadableSound,
)
from assistant.model import SAMPLE_RATE
from tests.sounds import film, tones, voice, wav, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Buffer

READER = PyAVReader()

FORMATS = [
    ("a.wav", "pcm_s16le", 16_000),
    ("g722.wav", "g722", 16_000),
    ("a.mp3", "libmp3lame", 44_100),
    ("a.m4a", "aac", 44_100),
    ("a.wma", "wmav2", 44_100),
    ("a.flac", "flac", 44_100),
    ("a.ogg", "libopus", 48_000),
    ("a.webm", "libopus", 48_000),
    ("a.amr", "libopencore_amrnb", 8_000),
    ("a.aac", "aac", 44_100),
    ("a.aiff", "pcm_s16be", 16_000),
]


def refused(path: Path) -> SoundError:
    """The same error from both ways to read the file."""
    with pytest.raises(SoundError) as surveyed:
        READER.survey(path)
    with pytest.raises(surveyed.type):
        next(READER.blocks(path))
    assert path.name in str(surveyed.value)
    assert path.name in surveyed.value.message("ja")
    return surveyed.value


def _text(path: Path) -> None:
    path.write_text("相談の記録です。\n" * 200, encoding="utf-8")


def _playlist(path: Path) -> None:
    song = write(path.with_name("other.mp3"), tones([440], 2, 44_100), 44_100, "libmp3lame")
    path.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{song}\n#EXT-X-ENDLIST\n")


def _join_list(path: Path) -> None:
    write(path.with_name("other.mp3"), tones([440], 2, 44_100), 44_100, "libmp3lame")
    path.write_text("ffconcat version 1.0\nfile other.mp3\n")


def test_a_playlist_opens_no_other_file(tmp_path: Path) -> None:
    _playlist(tmp_path / "list.m3u8")
    assert isinstance(refused(tmp_path / "list.m3u8"), UnreadableSound)


def _half_mp4(path: Path) -> None:
    write(path, tones([440], 3, 44_100), 44_100, "aac", container="mp4")
    path.write_bytes(path.read_bytes()[:5_000])


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (_text, UnreadableSound),
        (_playlist, UnreadableSound),
        (_join_list, UnreadableSound),
        (_half_mp4, UnreadableSound),
        (lambda path: path.write_bytes(np.random.default_rng(1).bytes(9_999)), UnreadableSound),
        (lambda path: path.write_bytes(b"PK\x03\x04" + bytes(5_000)), UnreadableSound),
        (lambda path: wav(path, tones([440], 1), 1), UnreadableSound),
        (lambda path: path.write_bytes(b""), EmptySound),
        (lambda path: wav(path, tones([440], 0), 16_000), EmptySound),
        (lambda path: wav(path, tones([440], 1), 16_000, channels=0), NoSoundTrack),
        (lambda path: Image.new("RGB", (9, 9)).save(path, "PNG"), NoSoundTrack),
    ],
)
def test_says_what_is_wrong(
    tmp_path: Path, make: Callable[[Path], object], error: type[SoundError]
) -> None:
    path = tmp_path / "相談.wav"
    make(path)
    assert type(refused(path)) is error


def test_a_film_without_sound_has_no_track(tmp_path: Path) -> None:
    assert isinstance(refused(film(tmp_path / "a.mp4")), NoSoundTrack)


@pytest.mark.parametrize("entry", [b"enca", b"drms"])
def test_an_encrypted_mp4_is_protected(tmp_path: Path, entry: bytes) -> None:
    path = write(tmp_path / "a.m4a", tones([440], 1, 44_100), 44_100, "aac")
    whole = path.read_bytes()
    place = whole.index(b"mp4a", whole.index(b"stsd"))
    path.write_bytes(whole[:place] + entry + whole[place + 4 :])
    assert isinstance(refused(path), ProtectedSound)


def test_an_encrypted_windows_media_file_is_protected(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wma", tones([440], 1, 44_100), 44_100, "wmav2")
    whole = bytearray(path.read_bytes())
    mark = UUID("2211b3fb-bd23-11d2-b4b7-00a0c955fc6e").bytes_le + struct.pack("<Q", 24)
    length, objects = struct.unpack_from("<QI", whole, 16)
    struct.pack_into("<QI", whole, 16, length + len(mark), objects + 1)
    path.write_bytes(whole[:30] + mark + whole[30:])
    assert isinstance(refused(path), ProtectedSound)


def test_a_missing_file_and_a_folder_are_not_found(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "gone.wav", tmp_path / ("long" * 100)):
        with pytest.raises((NothingFound, InaccessibleSound), match=path.name):
            READER.survey(path)
    with pytest.raises(NothingFound):
        next(READER.blocks(tmp_path))


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.wav")
    with pytest.raises(NothingFound):
        READER.survey(tmp_path / "pipe.wav")


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = wav(tmp_path / "a.wav", tones([440], 1), 16_000)

    def forbid(*arguments: object, **options: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", forbid)
    assert isinstance(refused(path), InaccessibleSound)


@pytest.mark.parametrize(
    ("name", "codec", "rate"), [case for case in FORMATS if case[0] != "a.m4a"]
)
def test_half_a_file_is_read_as_far_as_it_goes(
    tmp_path: Path, name: str, codec: str, rate: int
) -> None:
    path = write(tmp_path / name, tones([440], 8, rate), rate, codec)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2 + 1])
    survey = READER.survey(path)
    assert survey.duration == pytest.approx(4, abs=0.4)
    assert survey.truncated
    clips = list(READER.blocks(path))
    assert clips[-1].end == survey.duration


def test_half_an_mp4_whose_index_comes_first_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.m4a"
    write(path, tones([440], 8, 44_100), 44_100, "aac", index_first=True)
    path.write_bytes(path.read_bytes()[:40_000])
    survey = READER.survey(path)
    assert 2 < survey.duration < 6
    assert survey.truncated


@pytest.mark.parametrize("length", [0, 0x7FFFF000, 0xFFFFFFFF])
def test_a_wav_that_was_never_closed_is_whole(tmp_path: Path, length: int) -> None:
    path = wav(tmp_path / "a.wav", tones([440], 4), 16_000, announced=length)
    survey = READER.survey(path)
    assert survey.duration == pytest.approx(4, abs=0.01)
    assert not survey.truncated


def test_damage_in_the_middle_keeps_the_time_of_what_follows(tmp_path: Path) -> None:
    sound = 0.001 * voice(1, 10, 44_100)[np.newaxis]
    sound[:, 8 * 44_100 :] += tones([440], 2, 44_100)
    path = write(tmp_path / "a.m4a", sound, 44_100, "aac")
    whole = bytearray(path.read_bytes())
    third = len(whole) // 3
    whole[third : third + 4_000] = bytes([255]) * 4_000
    path.write_bytes(whole)
    survey = READER.survey(path)
    read = np.concatenate([clip.samples for clip in READER.blocks(path)], axis=1)[0]
    assert survey.truncated
    assert survey.duration == pytest.approx(10, abs=0.03)
    assert np.argmax(np.abs(read) > 0.2) / SAMPLE_RATE == pytest.approx(8, abs=0.03)


def test_tags_and_padding_behind_an_mp3_are_no_damage(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mp3", tones([440], 5, 44_100), 44_100, "libmp3lame")
    path.write_bytes(path.read_bytes() + bytes(5_000) + b"TAG".ljust(128, b" "))
    survey = READER.survey(path)
    assert survey.duration == pytest.approx(5, abs=0.05)
    assert not survey.truncated


def test_a_track_that_nobody_decodes_is_unreadable(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", tones([440], 1, 16_000), 16_000, "pcm_s16le")
    whole = bytearray(path.read_bytes())
    whole[20:22] = b"\x77\x77"
    path.write_bytes(whole)
    assert isinstance(refused(path), UnreadableSound)


def test_a_header_that_points_before_the_file_is_no_disk_error(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path / "a.wav", tones([440], 1, 16_000), 16_000, "pcm_s16le")
    with path.open("rb") as file:
        assert _Source(file).seek(-5) == -1
        assert _Source(file).seek(-5, 2) == path.stat().st_size - 5
    assert capfd.readouterr() == ("", "")


def test_lost_frames_of_flac_are_noticed(tmp_path: Path) -> None:
    path = write(tmp_path / "a.flac", voice(1, 10, 44_100)[np.newaxis], 44_100, "flac")
    whole = bytearray(path.read_bytes())
    third = len(whole) // 3
    whole[third : third + 2_000] = bytes(2_000)
    path.write_bytes(whole)
    survey = READER.survey(path)
    assert 9 < survey.duration < 10
    assert survey.truncated


class _Stick(io.FileIO):
    """A disk that goes away after a megabyte."""

    def readinto(self, buffer: Buffer) -> int | None:
        if self.tell() > 1_000_000:
            raise OSError(errno.EIO, "Input/output error")
        return super().readinto(buffer)


def test_a_stick_that_is_pulled_out_is_not_the_end_of_the_sound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = wav(tmp_path / "a.wav", tones([440], 60), 16_000)
    monkeypatch.setattr(Path, "open", lambda path, mode: io.BufferedReader(_Stick(path)))
    clips = READER.blocks(path)
    next(clips)
    with pytest.raises(InaccessibleSound):
        list(clips)
    with pytest.raises(InaccessibleSound):
        READER.survey(path)


def test_nothing_is_printed_about_a_damaged_file(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    path = write(tmp_path / "a.mp3", tones([440], 3, 44_100), 44_100, "libmp3lame")
    whole = bytearray(path.read_bytes())
    whole[3_000:9_000] = np.random.default_rng(1).bytes(6_000)
    path.write_bytes(whole)
    READER.survey(path)
    assert capfd.readouterr() == ("", "")
    assert not caplog.records


@pytest.fixture(scope="module")
def whole_files(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    folder = tmp_path_factory.mktemp("whole")
    sound = voice(3, 1.5, 48_000)[np.newaxis]
    return [
        write(folder / name, sound[:, : round(1.5 * rate)], rate, codec).read_bytes()
        for name, codec, rate in FORMATS
    ]


@given(data=st.data())
@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_damage_is_either_read_or_refused(
    tmp_path: Path, whole_files: list[bytes], data: st.DataObject
) -> None:
    damaged = bytearray(data.draw(st.sampled_from(whole_files)))
    places = st.one_of(st.integers(0, 200), st.integers(0, len(damaged) - 1))
    for place, byte in data.draw(st.lists(st.tuples(places, st.integers(0, 255)), max_size=8)):
        damaged[place] = byte
    cut = data.draw(st.one_of(st.none(), st.integers(0, len(damaged))))
    path = tmp_path / "damaged.wav"
    path.write_bytes(damaged[:cut])
    try:
        survey = READER.survey(path)
    except SoundError:
        return
    clips = list(READER.blocks(path))
    assert clips[-1].end == survey.duration > 0
    assert all(np.isfinite(clip.samples).all() for clip in clips)
    assert {len(clip.samples) for clip in clips} == {survey.channels}
