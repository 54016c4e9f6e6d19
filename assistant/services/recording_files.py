"""The files of recordings: a folder for each.

20261120-101530-5f3a91/
  original/         the sound as it came, under its own name, sealed
  playback.webm     a copy that browsers play
  peaks             its outline: a byte for every twentieth of a second

A folder counts when the archive has a record of its id. It arrives and goes under other names, so
that a sudden end leaves nothing half there: see `settle`.
"""

from __future__ import annotations

import re
import shutil
from contextlib import contextmanager
from datetime import datetime, timedelta
from secrets import token_hex
from typing import TYPE_CHECKING

from assistant.errors import UnknownRecording, storage_errors
from assistant.services.held_folders import held
from assistant.services.naming import file_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import BinaryIO

    from assistant.ports import StoredFile, Vault

ABANDONED = timedelta(hours=12)
"""After this, sound that was still arriving when the program ended is dropped."""
ARRIVING, REMOVED = ".arriving-", ".removed-"
PARTS = ("*/.*.part", "*/original/.*.part")
"""Files whose making ended with its process."""

_ID = re.compile(r"\d{8}-\d{6}-[0-9a-f]{6}")


class RecordingFiles:
    """Recordings' folders in `folder`; the vault seals what lies in them."""

    def __init__(self, folder: Path, vault: Vault) -> None:
        self.folder = folder
        self._vault = vault

    @contextmanager
    def arriving(self, recording: str, name: str) -> Iterator[BinaryIO]:
        """The file that a recording's sound is written to; it is there when `arrived` is called.

        Nothing is left when the block fails.

        Raises:
            StorageError: no room, or no right to write.
            SetupError: the master key is missing.
        """
        place = self.folder / f"{ARRIVING}{recording}"
        try:
            with storage_errors(self.folder):
                place.mkdir(parents=True)
                sound = self._vault.file(place / "original" / file_name(name), f"{recording}/sound")
                with sound.create() as file:
                    yield file
        except BaseException:
            shutil.rmtree(place, ignore_errors=True)
            raise

    def arrived(self, recording: str) -> None:
        """The archive knows the recording now: its sound takes its place."""
        place, here = self.folder / f"{ARRIVING}{recording}", self.folder / recording
        with storage_errors(self.folder):
            if place.exists() or not here.exists():  # else `settle` was quicker
                place.rename(here)

    def drop(self, recording: str) -> None:
        """The archive did not take it."""
        self._destroy(self.folder / f"{ARRIVING}{recording}", recording)

    def sound(self, recording: str) -> StoredFile:
        """The sound as it came.

        Raises:
            UnknownRecording: there is none.
        """
        files = sorted((self._path(recording) / "original").glob("[!.]*"))
        if not files:
            raise UnknownRecording
        return self._vault.file(files[0], f"{recording}/sound")

    def copy(self, recording: str) -> StoredFile:
        """The copy that browsers play, there or not yet."""
        return self._vault.file(self._path(recording) / "playback.webm", f"{recording}/copy")

    def peaks(self, recording: str) -> StoredFile:
        """The outline of the sound, there or not yet."""
        return self._vault.file(self._path(recording) / "peaks", f"{recording}/peaks")

    @contextmanager
    def removing(self, recording: str) -> Iterator[None]:
        """Takes the folder away; it comes back when the block fails, and is gone when it ends well.

        Raises:
            NotWritable: it cannot be taken away.
        """
        here, gone = self.folder / recording, self.folder / f"{REMOVED}{recording}"
        with held(here) as is_here:
            with storage_errors(here):
                if is_here:
                    here.rename(gone)
            try:
                yield
            except BaseException:
                if gone.exists():
                    gone.rename(here)
                raise
            self._destroy(gone, recording)

    def erase(self, recording: str) -> None:
        """Drops all files of the recording; when it was done already, nothing happens.

        Raises:
            NotWritable: something cannot be removed.
        """
        self._vault.shred(recording)
        for place in (self.folder / recording, self.folder / f"{REMOVED}{recording}"):
            with held(place) as is_here, storage_errors(place):
                if is_here:
                    shutil.rmtree(place)

    def settle(self, now: datetime, known: Callable[[str], bool]) -> None:
        """After a sudden end: completes what the archive knows, drops what it does not.

        `known` tells whether the archive has a record of that id now: what another process is just
        removing is left to it.
        """
        latest = (now - ABANDONED).timestamp()
        for pattern in PARTS:
            for part in self.folder.glob(pattern):
                if _newest(part) < latest:
                    self._vault.settle(part)
        for place in self.folder.glob(f"{ARRIVING}*"):
            self._settle_arriving(place, known, latest)
        for place in self.folder.glob(f"{REMOVED}*"):
            self._settle_removed(place, known)

    def _settle_arriving(self, place: Path, known: Callable[[str], bool], latest: float) -> None:
        recording = place.name.removeprefix(ARRIVING)
        if known(recording):
            self._put_back(place, recording)
        elif _newest(place) < latest:
            self._destroy(place, recording)

    def _settle_removed(self, place: Path, known: Callable[[str], bool]) -> None:
        recording = place.name.removeprefix(REMOVED)
        with held(place, wait=False) as ours:
            if ours and known(recording):
                self._put_back(place, recording)
            elif ours:
                self._destroy(place, recording)

    def seal(self, recording: str) -> int:
        """Seals what is plain of the recording's files; how many there were.

        Raises:
            StorageError: no room, or no right to write.
            SetupError: the master key is missing.
        """
        with held(self._path(recording)) as is_here:
            if not is_here:
                return 0
            files = (self.sound(recording), self.copy(recording), self.peaks(recording))
            return sum(one.seal() for one in files)

    def _destroy(self, place: Path, recording: str) -> None:
        """The keys first: without them, nothing that is left somewhere can be read."""
        self._vault.shred(recording)
        shutil.rmtree(place, ignore_errors=True)

    def _put_back(self, place: Path, recording: str) -> None:
        here = self.folder / recording
        if not here.exists():
            with storage_errors(here):
                place.rename(here)

    def _path(self, recording: str) -> Path:
        if _ID.fullmatch(recording) is None:
            raise UnknownRecording
        return self.folder / recording


def new_id(added: datetime) -> str:
    """An id that sorts by time and tells nobody what was recorded."""
    return f"{added:%Y%m%d-%H%M%S}-{token_hex(3)}"


def _newest(place: Path) -> float:
    return max(one.stat().st_mtime for one in (place, *place.rglob("*")))
