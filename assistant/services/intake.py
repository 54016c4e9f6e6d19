"""A watched folder of recordings: what is completely written there is taken in, once.

The original stays where it is, as it is. What became of it is remembered: before a file's record is
made, and again afterwards, so that a sudden end in between neither loses it nor takes it twice.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from assistant.errors import InaccessibleSound, InputError, UnknownRecording
from assistant.people import SYSTEM
from assistant.services.delivering import SOUND_SUFFIXES
from assistant.services.transcribing import Options
from assistant.services.watching import look

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path
    from typing import BinaryIO

    from assistant.people import Actor
    from assistant.services.watching import Sighting

log = logging.getLogger(__name__)

BLOCK = 1 << 20
UNNAMED = "/"
"""How it begins; no path in a folder does."""


@dataclass(frozen=True, slots=True)
class TakenFile:
    """What became of a file: its path in the folder (see `unnamed`), bytes, nanoseconds since 1970.

    `recording` is the record it became, or the one that has the same content. `complete` is false
    while it is being taken in. `error` is the sentence for people, by language.
    """

    path: str
    size: int
    modified: int
    sha256: str = ""
    recording: str = ""
    complete: bool = True
    error: tuple[tuple[str, str], ...] = ()


class TakenFiles(Protocol):
    """Remembers what became of files."""

    def all(self) -> dict[str, TakenFile]:
        """By path."""

    def keep(self, file: TakenFile) -> None:
        """Puts it in the place of what was remembered of that path."""

    def with_content(self, sha256: str) -> list[TakenFile]:
        """Those that were taken in completely and had this content."""


class Recordings(Protocol):
    """What the intake needs of a library."""

    def adding(
        self, actor: Actor, name: str, options: Options
    ) -> AbstractContextManager[tuple[str, BinaryIO]]:
        """A new recording's id and the file its sound is written to."""

    def entry(self, actor: Actor, recording: str) -> object:
        """One record.

        Raises:
            UnknownRecording: it is not there.
        """


class RecordingIntake:
    """Takes in the recordings of `folder` and below, but for what lies in `ours`.

    Of several machines that watch the same folder, the one that is `alone` looks at a time.
    """

    def __init__(
        self,
        folder: Path,
        recordings: Recordings,
        taken: TakenFiles,
        alone: Callable[[], AbstractContextManager[bool]],
        ours: Sequence[Path] = (),
    ) -> None:
        self._folder = folder
        self._recordings = recordings
        self._taken = taken
        self._alone = alone
        self._ours = [path.resolve() for path in ours]
        self._seen: dict[str, Sighting] = {}

    def look(self, crowded: Callable[[], bool]) -> None:
        """Takes what stood still since the last look: it is completely written, as far as known.

        Raises:
            StorageError: the library cannot be written; the file is taken at another look.
        """
        del crowded  # people wait for their recordings to appear
        before, self._seen = self._seen, look(self._folder, self._is_recording)
        still = {name: one for name, one in self._seen.items() if before.get(name) == one}
        with self._alone() as ours:
            known = self._taken.all() if ours else {}
            for name, sighting in still.items() if ours else ():
                taken = known.get(name) or known.get(unnamed(name))
                if not self._is_known(sighting, taken):
                    self._attempt(name, sighting)

    def _is_recording(self, name: str) -> bool:
        *folders, file = name.split("/")
        if any(one.startswith(".") for one in (*folders, file)):
            return False
        path = (self._folder / name).resolve()
        if any(path.is_relative_to(one) for one in self._ours):
            return False
        return path.suffix.lower() in SOUND_SUFFIXES

    def _is_known(self, sighting: Sighting, taken: TakenFile | None) -> bool:
        if sighting.size == 0:
            return True  # a recorder has only begun
        if taken is None or (taken.size, taken.modified) != (sighting.size, sighting.modified):
            return False
        if not taken.complete and self._is_there(taken.recording):
            self._taken.keep(replace(taken, complete=True))  # it ended just afterwards
            return True
        return taken.complete

    def _attempt(self, name: str, sighting: Sighting) -> None:
        """Takes a file; what is wrong with it is remembered until it changes."""
        file = TakenFile(name, sighting.size, sighting.modified)
        try:
            file = self._take(file, sighting)
        except _ChangedError:
            log.info("recording is still being written")
        except InputError as error:
            log.warning("recording not taken in", extra={"error": type(error).__name__})
            self._taken.keep(replace(file, error=error.sentences))
        else:
            log.info("recording taken in", extra={"recording": file.recording})

    def _take(self, file: TakenFile, sighting: Sighting) -> TakenFile:
        path = sighting.path
        try:
            with self._recordings.adding(SYSTEM, path.name, Options()) as (recording, sound):
                file = replace(file, sha256=_copy(path, sound), recording=recording)
                if not _stands_still(path, sighting):
                    raise _ChangedError
                self._refuse_twin(file.sha256)
                self._taken.keep(replace(file, complete=False))
        except _TwinError as twin:
            file = replace(file, recording=twin.recording)
        self._taken.keep(file)
        return file

    def _refuse_twin(self, sha256: str) -> None:
        for twin in self._taken.with_content(sha256):
            if self._is_there(twin.recording):
                raise _TwinError(twin.recording)

    def _is_there(self, recording: str) -> bool:
        try:
            self._recordings.entry(SYSTEM, recording)
        except UnknownRecording:
            return False
        return True


def unnamed(path: str) -> str:
    """What is kept in the place of the path of a file whose record is gone.

    It may name a person. So the file is known where it still lies, and is not taken in again.
    """
    if path.startswith(UNNAMED):
        return path
    return UNNAMED + hashlib.sha256(path.encode("utf-8", "surrogatepass")).hexdigest()


class _ChangedError(Exception):
    """Somebody wrote to the file while it was copied."""


class _TwinError(Exception):
    """The same content is there already."""

    def __init__(self, recording: str) -> None:
        super().__init__(recording)
        self.recording = recording


def _copy(path: Path, target: BinaryIO) -> str:
    """Copies the file; the SHA-256 of its content.

    Raises:
        InaccessibleSound: it cannot be read.
    """
    digest = hashlib.sha256()
    for block in _blocks(path):
        digest.update(block)
        target.write(block)
    return digest.hexdigest()


def _blocks(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                yield block
    except OSError as error:
        raise InaccessibleSound(name=path.name) from error


def _stands_still(path: Path, sighting: Sighting) -> bool:
    try:
        stat = path.stat()
    except OSError:
        return False
    return (stat.st_size, stat.st_mtime_ns) == (sighting.size, sighting.modified)
