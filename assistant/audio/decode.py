"""Any sound file PyAV opens, as a stream of resampled samples.

Memory does not grow with the length of the sound. A packet that cannot be decoded becomes
silence of its length, so that what follows keeps its time.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING

import av
import av.logging
import numpy as np

from assistant.audio.protection import is_protected
from assistant.errors import (
    EmptySound,
    InaccessibleSound,
    NoSoundTrack,
    NothingFound,
    ProtectedSound,
    UnreadableSound,
)
from assistant.model import SAMPLE_RATE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO, NoReturn

    from av.audio.codeccontext import AudioCodecContext
    from av.audio.frame import AudioFrame
    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.packet import Packet

    from assistant.model import FloatArray
    from assistant.ports import ReadableFile

RATES = range(1_000, 768_001)
"""Sampling rates that are believed. A damaged header may claim 1 Hz, which fills the memory."""
MOST_CHANNELS = 64
"""As many as FFmpeg's resampler takes."""
LONGEST_GAP = 1.0
"""Seconds of silence that stand in for one undecodable packet, at most."""

OPTIONS = {
    # Playlists name other files, and addresses. Only the file that was given is read.
    "protocol_whitelist": "none",
    # Bytes of a packet of PCM; FFmpeg's default of 4,096 costs six times the work.
    "max_size": "32768",
}

av.logging.set_level(None)


class Track:
    """One audio track of an open file. Iterate it once: pieces of shape (channels, n).

    `channels` and `sample_rate` are those of the first sound; `channels` holds for every piece.
    `failed` (something could not be decoded) and `damaged` are final after the iteration.
    """

    def __init__(
        self, file: ReadableFile, container: InputContainer, index: int, rate: int
    ) -> None:
        stream: AudioStream = container.streams.audio[index]
        self.container = container.format.name
        context: AudioCodecContext | None = stream.codec_context
        self.announced = _announced(stream)
        """Seconds that the container claims, or that FFmpeg guesses; 0 when unknown."""
        self.codec: str = context.codec.canonical_name if context else ""
        self.sample_rate = 0
        self.channels = 0
        self.failed = False
        self._torn = False
        self._failing = False
        self._file = file
        self._container = container
        self._stream = stream
        self._rate = rate
        self._gap = 0.0
        self._pieces = (piece for piece in self._resampled() if piece.size)

    def __iter__(self) -> Iterator[FloatArray]:
        """The sound at the rate asked for, in [-1, 1]."""
        return self._pieces

    def begin(self) -> bool:
        """Whether the track holds any sound."""
        first = next(self._pieces, None)
        if first is None:
            return False
        self._pieces = chain((first,), self._pieces)  # type: ignore[assignment]
        return True

    @property
    def damaged(self) -> bool:
        """Whether sound is missing, as far as decoding shows.

        What fails after the last sound of an MP3 is no loss: programs append tags and padding.
        """
        return self._torn or (self._failing and self.container != "mp3")

    @property
    def without_channels(self) -> bool:
        """Whether the header describes sound of zero channels."""
        context: AudioCodecContext | None = self._stream.codec_context
        return bool(context and context.sample_rate and context.channels == 0)

    def _packets(self) -> Iterator[Packet[AudioStream] | None]:
        """The track's packets, then None, which empties the decoder."""
        try:
            with readable(self._file):
                yield from (packet for packet in self._container.demux(self._stream) if packet.size)
        except av.FFmpegError:
            self._fail()
        yield None

    def _frames(self) -> Iterator[AudioFrame]:
        context: AudioCodecContext | None = self._stream.codec_context
        if context is None:  # FFmpeg knows the format, and nobody who decodes it
            self._fail()
            return
        for packet in self._packets():
            try:
                frames = context.decode(packet)
            except (av.FFmpegError, ValueError):
                self._fail(_length(packet) if packet else 0.0)
                continue
            if frames and packet:
                self._torn, self._failing = self._torn or self._failing, False
            yield from frames

    def _fail(self, seconds: float = 0.0) -> None:
        self.failed = self._failing = True
        self._gap += seconds

    def _resampled(self) -> Iterator[FloatArray]:
        resampler, form = None, None
        for frame in self._frames():
            if not self._believable(frame):
                self._fail()
                continue
            self._note(frame)
            if form != (form := (frame.format.name, frame.layout.name, frame.sample_rate)):
                yield from self._through(resampler, None)
                resampler = av.AudioResampler("flt", frame.layout, self._rate)
            yield self._silence()
            yield from self._through(resampler, frame)
        yield from self._through(resampler, None)

    def _believable(self, frame: AudioFrame) -> bool:
        return frame.sample_rate in RATES and 0 < frame.layout.nb_channels <= MOST_CHANNELS

    def _note(self, frame: AudioFrame) -> None:
        self.channels = self.channels or frame.layout.nb_channels
        self.sample_rate = self.sample_rate or frame.sample_rate
        frame.pts = None

    def _silence(self) -> FloatArray:
        samples, self._gap = round(self._gap * self._rate), 0.0
        return np.zeros((self.channels, samples), np.float32)

    def _through(
        self, resampler: av.AudioResampler | None, frame: AudioFrame | None
    ) -> Iterator[FloatArray]:
        """What the resampler has ready after `frame`, or all it still holds after None."""
        if resampler is None:
            return
        try:
            frames = resampler.resample(frame)
        except (av.FFmpegError, ValueError):
            self._fail()
            return
        for ready in frames:
            yield self._conform(ready.to_ndarray().reshape(-1, ready.layout.nb_channels).T)

    def _conform(self, samples: FloatArray) -> FloatArray:
        """Exactly `channels` channels of finite samples in [-1, 1]."""
        missing = self.channels - len(samples)
        if missing:
            samples = np.pad(samples[: self.channels], ((0, max(0, missing)), (0, 0)))
        samples = np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0)
        return np.clip(samples, -1.0, 1.0, out=samples)


def _announced(stream: AudioStream) -> float:
    """To be asked while the container is open: afterwards its memory is not FFmpeg's any more."""
    ticks, base = stream.duration, stream.time_base
    return float(ticks * base) if ticks and base else 0.0


def _length(packet: Packet[AudioStream]) -> float:
    if not packet.duration or not packet.time_base:
        return 0.0
    return min(LONGEST_GAP, float(packet.duration * packet.time_base))


class _Source:
    """A file as PyAV reads it. Damaged headers send it before the start, which is no disk error."""

    def __init__(self, file: BinaryIO) -> None:
        self.name = file.name
        self.read = file.read
        self.tell = file.tell
        self._seek = file.seek

    def seek(self, offset: int, whence: int = 0) -> int:
        """The new position, or -1, which FFmpeg takes for a refusal."""
        try:
            return self._seek(offset, whence)
        except OSError:
            return -1


@contextmanager
def open_track(file: ReadableFile, rate: int = SAMPLE_RATE) -> Iterator[Track]:
    """The first audio track of the file that holds sound, resampled to `rate`.

    Raises:
        NothingFound: there is no such file.
        InaccessibleSound: it cannot be read.
        EmptySound: no bytes, or a track without samples.
        NoSoundTrack: no track, or one of zero channels.
        ProtectedSound: encrypted by whoever made it.
        UnreadableSound: nothing that is a sound, or nothing of it can be decoded.
        KikigakiError: it is sealed, and cannot be opened.
    """
    with open_file(file) as (stream, size):
        if not size:
            raise EmptySound(name=file.name)
        if is_protected(stream, size):
            raise ProtectedSound(name=file.name)
        failed: list[Track] = []
        while True:
            with _open_container(stream, file) as container:
                if len(failed) == len(container.streams.audio):
                    _refuse(file.name, failed)
                track = Track(file, container, len(failed), rate)
                if track.begin():
                    yield track
                    return
                failed.append(track)


@contextmanager
def open_file(file: ReadableFile) -> Iterator[tuple[BinaryIO, int]]:
    """The file for reading, and the size of its content in bytes.

    Raises:
        NothingFound: there is no such file.
        InaccessibleSound: it may not be read.
        KikigakiError: it is sealed, and cannot be opened.
    """
    with readable(file):
        if not file.is_file():
            raise NothingFound(path=file)
        stream = file.open("rb")
    with stream:
        with readable(file):
            size = stream.seek(0, os.SEEK_END)
            stream.seek(0)
        yield stream, size


@contextmanager
def readable(file: ReadableFile) -> Iterator[None]:
    """Turns the operating system's refusals to read the file into `InaccessibleSound`."""
    try:
        yield
    except av.FFmpegError:
        raise
    except OSError as error:
        raise InaccessibleSound(name=file.name) from error


def _open_container(stream: BinaryIO, file: ReadableFile) -> InputContainer:
    stream.seek(0)
    try:
        with readable(file):
            source = _Source(stream)
            container: InputContainer = av.open(source, options=OPTIONS, metadata_errors="replace")
    except (av.FFmpegError, ValueError) as error:
        raise UnreadableSound(name=file.name) from error
    return container


def _refuse(name: str, failed: list[Track]) -> NoReturn:
    """Nothing in the file gave sound: says why."""
    if not failed or all(track.without_channels for track in failed):
        raise NoSoundTrack(name=name)
    if any(track.failed for track in failed):
        raise UnreadableSound(name=name)
    raise EmptySound(name=name)
