"""The work on one recording of the library: what it is played by, what is said in it."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Protocol

from assistant.errors import AlreadyRunning, SetupError, StorageError
from assistant.model import Progress

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.model import Transcript
    from assistant.ports import ProgressHook, ReadableFile, StoredFile
    from assistant.services.queueing import Task
    from assistant.services.transcribing import Transcriber, Work

    Preparation = Callable[[ReadableFile, StoredFile, StoredFile, Callable[[float], None]], None]
    Annotate = Callable[[Transcript, ProgressHook], Transcript]

log = logging.getLogger(__name__)

PATIENCE = 60.0
"""Seconds after which work that somebody else holds is given up."""
LOOK_EVERY = 1.0
"""Seconds between two attempts to hold it."""


class Recordings(Protocol):
    """What the work needs of a library."""

    def sound(self, recording: str) -> ReadableFile:
        """The sound as it came."""

    def copy(self, recording: str) -> StoredFile:
        """The copy that browsers play, there or not yet."""

    def peaks(self, recording: str) -> StoredFile:
        """The outline of the sound, there or not yet."""

    def keep(self, recording: str, transcript: Transcript) -> None:
        """Stores what was recognised."""

    def annotate(self, recording: str, annotate: Callable[[Transcript], Transcript]) -> None:
        """Adds to what was recognised."""


class TranscriptionWork:
    """The kind of work `queueing.TRANSCRIPTION`. Whatever of it is finished is not done again.

    `prepare(sound, copy, peaks, progress)` writes what a page plays and draws. `annotate` adds the
    sections of the manuals that fit.
    """

    def __init__(
        self,
        recordings: Recordings,
        transcriber: Transcriber,
        prepare: Preparation,
        annotate: Annotate | None = None,
    ) -> None:
        self._recordings = recordings
        self._transcriber = transcriber
        self._prepare = prepare
        self._annotate = annotate

    def __call__(self, task: Task) -> None:
        """Transcribes the recording that is the job's subject.

        Raises:
            SoundError, SetupError, StorageError, AlreadyRunning, Stopped: as `Transcriber`.
        """
        recording, options = task.job.subject, task.job.options
        sound = self._recordings.sound(recording)
        _make_playable(self._recordings, self._prepare, task)
        work = self._transcriber.prepare(sound, options, task)
        task.began(work.id)
        task(Progress("load", 0, 0))
        transcript = self._hear(work, task)
        self._recordings.keep(recording, transcript)
        if options.manuals:
            self._add_passages(recording, task)
        self._transcriber.forget_steps(transcript)

    def _hear(self, work: Work, task: Task) -> Transcript:
        """Waits a while for whoever holds the work: it may be a machine that is frozen, or dead."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return self._transcriber.run(work, task)
            except AlreadyRunning:
                if time.monotonic() > deadline:
                    raise
            time.sleep(LOOK_EVERY)
            task(Progress("load", 0, 0))

    def _add_passages(self, recording: str, task: Task) -> None:
        """What was heard is kept already: it is there also where no manual can be searched."""
        annotate = self._annotate
        if annotate is None:
            return
        try:
            self._recordings.annotate(recording, lambda heard: annotate(heard, task))
        except (SetupError, StorageError) as error:
            log.warning("no passages", extra={"error": type(error).__name__})


class PlaybackWork:
    """The kind of work `queueing.PLAYBACK`."""

    def __init__(self, recordings: Recordings, prepare: Preparation) -> None:
        self._recordings = recordings
        self._prepare = prepare

    def __call__(self, task: Task) -> None:
        """Makes what pages play and draw of the recording that is the job's subject.

        Raises:
            SoundError, StorageError, Stopped: as `prepare`.
        """
        _make_playable(self._recordings, self._prepare, task)


def _make_playable(recordings: Recordings, prepare: Preparation, task: Task) -> None:
    """Writes the copy that browsers play and the outline, unless both are there."""
    recording = task.job.subject
    copy, peaks = recordings.copy(recording), recordings.peaks(recording)
    if not (copy.is_file() and peaks.is_file()):
        sound = recordings.sound(recording)
        prepare(sound, copy, peaks, lambda done: task(Progress("prepare", done, 0)))
