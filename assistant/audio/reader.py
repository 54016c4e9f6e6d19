"""Reads sound files: what is in them, and the sound itself in blocks."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from assistant.audio.decode import Track, open_file, open_track, readable
from assistant.audio.likeness import Likeness
from assistant.audio.truncation import ANNOUNCING, ends_early
from assistant.model import SAMPLE_RATE, Clip, SoundSurvey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from assistant.model import FloatArray
    from assistant.ports import ReadableFile

BLOCK_SECONDS = 5
"""Length of every block but the last."""
MISSING_SECONDS = 0.1
"""How much less than announced may be decoded before a file counts as truncated: encoders round."""


class PyAVReader:
    """Everything that FFmpeg decodes, through PyAV. No program has to be installed.

    All channels are kept as they are. `survey` and `blocks` read the same samples: a file that
    is damaged somewhere is read as far as it goes by both, and the survey says so.
    """

    def survey(
        self, file: ReadableFile, progress: Callable[[float], None] | None = None
    ) -> SoundSurvey:
        """Looks over the whole file once; `progress` gets the seconds seen so far.

        Raises:
            SoundError: the file holds no sound that can be read.
            NothingFound: there is no such file.
        """
        with open_track(file) as track:
            likeness, energy, end = Likeness(track.channels), np.zeros(track.channels), 0.0
            for clip in _clips(track):
                likeness.add(clip.samples)
                energy += np.square(clip.samples, dtype=np.float64).sum(axis=1)
                end = clip.end
                if progress:
                    progress(end)
        return SoundSurvey(
            duration=end,
            channels=track.channels,
            sample_rate=track.sample_rate,
            codec=track.codec,
            sha256=_sha256(file),
            levels=tuple(np.sqrt(energy / (end * SAMPLE_RATE)).tolist()),
            likeness=likeness.largest,
            truncated=_truncated(file, track, end),
        )

    def blocks(self, file: ReadableFile) -> Iterator[Clip]:
        """The sound from start to end, in blocks of `BLOCK_SECONDS`, the last one shorter.

        Raises:
            SoundError: the file holds no sound that can be read.
            NothingFound: there is no such file.
        """
        with open_track(file) as track:
            yield from _clips(track)


def _clips(track: Track) -> Iterator[Clip]:
    """The pieces of `track`, joined to clips of equal length."""
    size = BLOCK_SECONDS * SAMPLE_RATE
    start, waiting = 0, np.empty((track.channels, 0), np.float32)
    for pieces in _batches(track, size):
        sound = np.concatenate((waiting, *pieces), axis=1)
        while sound.shape[1] >= size:
            yield Clip(sound[:, :size], start / SAMPLE_RATE)
            start, sound = start + size, sound[:, size:]
        waiting = sound
    if waiting.size:
        yield Clip(waiting, start / SAMPLE_RATE)


def _batches(track: Track, size: int) -> Iterator[list[FloatArray]]:
    """The pieces in lists of at least `size` samples, except the last list."""
    pieces: list[FloatArray] = []
    held = 0
    for piece in track:
        pieces.append(piece)
        held += piece.shape[1]
        if held >= size:
            yield pieces
            pieces, held = [], 0
    yield pieces


def _sha256(file: ReadableFile) -> str:
    with open_file(file) as (stream, _), readable(file):
        digest = hashlib.file_digest(stream, "sha256")  # type: ignore[arg-type]  # it has readinto
        return digest.hexdigest()


def _truncated(file: ReadableFile, track: Track, decoded: float) -> bool:
    with open_file(file) as (stream, size), readable(file):
        if track.damaged or ends_early(stream, size, track.container):
            return True
    return track.container in ANNOUNCING and track.announced - decoded > MISSING_SECONDS
