"""The library of recordings: a folder for each, with its sound, transcript, names and edits.

20261120-101530-5f3a/
  recording.json    its name and when it was added
  original/         the sound as it came, under its own name
  playback.webm     a copy that browsers play
  peaks             its outline: a byte for every twentieth of a second
  transcript.json   what was recognised, and the sections of manuals that fit; else never changed
  names.json        what people call the speakers
  edits.jsonl       who changed what, when, from what, to what
"""

from __future__ import annotations

import json
import re
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from secrets import token_hex
from threading import Lock
from typing import TYPE_CHECKING

from assistant.errors import RecordingInUse, UnknownFormat, UnknownRecording, storage_errors
from assistant.services.naming import file_name, visible
from assistant.services.queueing import Job, JobState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import BinaryIO

    from assistant.model import Transcript
    from assistant.ports import Clock, Exporter, Shelf
    from assistant.services.queueing import Queue
    from assistant.services.transcribing import Options

LONGEST_NAME = 60
"""Characters of a speaker's name."""
ABANDONED = timedelta(hours=12)
"""After this, sound that was still arriving when the program ended is dropped."""

_ID = re.compile(r"\d{8}-\d{6}-[0-9a-f]{6}")


@dataclass(frozen=True, slots=True)
class Entry:
    """A recording in the library. `size` is in bytes."""

    id: str
    name: str
    added: datetime
    size: int
    job: Job


@dataclass(frozen=True, slots=True)
class Document:
    """A transcript in one format, and the name of its file."""

    name: str
    content: bytes


class Library:
    """Recordings in `folder`. `forget` drops the kept steps of unfinished work."""

    def __init__(
        self,
        folder: Path,
        shelf: Shelf,
        exporters: Mapping[str, Exporter],
        queue: Queue,
        clock: Clock,
        forget: Callable[[str], None],
    ) -> None:
        self.folder = folder
        self._shelf = shelf
        self._exporters = exporters
        self._queue = queue
        self._clock = clock
        self._forget = forget
        self._naming = Lock()
        self._read: dict[str, tuple[int, Transcript]] = {}

    @property
    def formats(self) -> tuple[str, ...]:
        """What `export` writes."""
        return tuple(self._exporters)

    @contextmanager
    def adding(self, name: str, options: Options) -> Iterator[tuple[str, BinaryIO]]:
        """A new recording's id and the file its sound is written to.

        When the block ends well it is in the library and in the queue, else nothing is left.

        Raises:
            StorageError: no room, or no right to write.
        """
        added = self._clock.now()
        recording = f"{added:%Y%m%d-%H%M%S}-{token_hex(3)}"
        arriving = self.folder / f".arriving-{recording}"
        note = {"name": name, "added": added.isoformat()}
        try:
            with storage_errors(self.folder):
                (arriving / "original").mkdir(parents=True)
                with (arriving / "original" / file_name(name)).open("xb") as file:
                    yield recording, file
                _write_json(arriving / "recording.json", note)
                arriving.rename(self.folder / recording)
        finally:
            shutil.rmtree(arriving, ignore_errors=True)
        self._queue.add(recording, options)

    def entries(self) -> list[Entry]:
        """Everything in the library, newest first."""
        if not self.folder.is_dir():
            return []
        jobs = self._queue.jobs()
        ids = [path.name for path in self.folder.iterdir() if self._is_here(path.name)]
        entries = [self._entry(one, jobs.get(one)) for one in ids]
        return sorted(entries, key=lambda entry: entry.added, reverse=True)

    def entry(self, recording: str) -> Entry:
        """One recording.

        Raises:
            UnknownRecording: it is not in the library.
        """
        self._path(recording)
        return self._entry(recording, self._queue.find(recording))

    def sound(self, recording: str) -> Path:
        """The sound as it came.

        Raises:
            UnknownRecording: it is not in the library.
        """
        files = sorted((self._path(recording) / "original").iterdir())
        if not files:
            raise UnknownRecording
        return files[0]

    def copy(self, recording: str) -> Path:
        """Where the copy that browsers play is, or will be."""
        return self._path(recording) / "playback.webm"

    def peaks(self, recording: str) -> Path:
        """Where the outline of the sound is, or will be."""
        return self._path(recording) / "peaks"

    def keep(self, recording: str, transcript: Transcript) -> None:
        """Stores what was recognised.

        Raises:
            StorageError: no room, or no right to write.
        """
        self._shelf.write(transcript, self._path(recording), "transcript", ["json"])

    def annotate(self, recording: str, annotate: Callable[[Transcript], Transcript]) -> None:
        """Adds to what was recognised; the words, the turns and the speakers stay as they are.

        Raises:
            UnknownRecording: it is not in the library, or not transcribed yet.
            StorageError: no room, or no right to write.
        """
        heard = self._recognised(recording)
        annotated = annotate(heard)
        if annotated is not heard:
            self.keep(recording, annotated)

    def transcript(self, recording: str) -> Transcript:
        """What was recognised, with the names people gave.

        Raises:
            UnknownRecording: it is not in the library, or not transcribed yet.
        """
        folder = self._path(recording)
        return self._recognised(recording).renamed(_read_json(folder / "names.json"))

    def rename_speaker(self, recording: str, speaker: str, name: str, who: str) -> None:
        """Calls a speaker by another name; an empty one goes back to what it was at first.

        Raises:
            UnknownRecording: it is not in the library, or has no such speaker.
            StorageError: no room, or no right to write.
        """
        try:
            first = self._recognised(recording).speaker(speaker).name
        except KeyError as error:
            raise UnknownRecording from error
        after = visible(name)[:LONGEST_NAME].strip() or first
        edit = {"at": self._clock.now().isoformat(), "who": who, "speaker": speaker}
        with self._naming:
            names = _read_json(self._path(recording) / "names.json")
            before = names.get(speaker, first)
            if before != after:
                edit |= {"before": before, "after": after}
                self._write_names(recording, names | {speaker: after}, edit)

    def export(self, recording: str, form: str) -> Document:
        """The transcript in one format, named after the recording.

        Raises:
            UnknownRecording: it is not in the library, or not transcribed yet.
            UnknownFormat: there is no such format.
        """
        if form not in self._exporters:
            raise UnknownFormat(name=form, known=", ".join(self._exporters))
        exporter, stream = self._exporters[form], BytesIO()
        exporter.export(self.transcript(recording), stream)
        stem = Path(file_name(self.entry(recording).name)).stem
        return Document(f"{stem}.{exporter.suffix}", stream.getvalue())

    def cancel(self, recording: str) -> None:
        """Takes it out of the queue, or stops the work on it; what was done is kept.

        Raises:
            UnknownRecording: it is not in the library.
        """
        self._path(recording)
        self._queue.stop(recording)

    def retry(self, recording: str) -> None:
        """Tries a failed or cancelled one again, from where it stopped.

        Raises:
            UnknownRecording: it is not in the library.
        """
        self._path(recording)
        self._queue.retry(recording)

    def remove(self, recording: str) -> None:
        """Deletes the sound and everything made from it.

        Raises:
            UnknownRecording: it is not in the library.
            RecordingInUse: it is being transcribed.
            StorageError: no right to delete.
        """
        entry, folder = self.entry(recording), self._path(recording)
        if entry.job.state is JobState.RUNNING:
            raise RecordingInUse(name=entry.name)
        with storage_errors(folder):
            gone = folder.rename(folder.with_name(f".removed-{recording}"))
            self._queue.forget(recording)
            shutil.rmtree(gone)
        self._read.pop(recording, None)
        if entry.job.work:
            self._forget(entry.job.work)

    def tidy(self, options: Options) -> None:
        """After a start: drops what was removed or never arrived, queues what nobody queued."""
        if not self.folder.is_dir():
            return
        for path in self.folder.glob(".removed-*"):
            shutil.rmtree(path, ignore_errors=True)
        latest = (self._clock.now() - ABANDONED).timestamp()
        for path in self.folder.glob(".arriving-*"):
            if max(one.stat().st_mtime for one in (path, *path.rglob("*"))) < latest:
                shutil.rmtree(path, ignore_errors=True)
        for entry in self.entries():
            if self._queue.find(entry.id) is None and entry.job.state is JobState.WAITING:
                self._queue.add(entry.id, options)

    def _write_names(self, recording: str, names: dict[str, str], edit: dict[str, str]) -> None:
        folder = self._path(recording)
        with storage_errors(folder), (folder / "edits.jsonl").open("a", encoding="utf-8") as edits:
            edits.write(json.dumps(edit, ensure_ascii=False) + "\n")
            _write_json(folder / "names.json", names)

    def _recognised(self, recording: str) -> Transcript:
        folder = self._path(recording)
        path = folder / "transcript.json"
        changed = path.stat().st_mtime_ns if path.exists() else 0
        if recording not in self._read or self._read[recording][0] != changed:
            transcript = self._shelf.find(folder, "transcript")
            if transcript is None:
                raise UnknownRecording
            self._read = {recording: (changed, transcript)}
        return self._read[recording][1]

    def _entry(self, recording: str, job: Job | None) -> Entry:
        folder = self.folder / recording
        note = _read_json(folder / "recording.json")
        transcribed = (folder / "transcript.json").exists()
        state = JobState.DONE if transcribed else JobState.WAITING
        return Entry(
            id=recording,
            name=note["name"],
            added=datetime.fromisoformat(note["added"]),
            size=sum(file.stat().st_size for file in (folder / "original").glob("*")),
            job=job or Job(recording, state=state),
        )

    def _is_here(self, recording: str) -> bool:
        known = _ID.fullmatch(recording) is not None
        return known and (self.folder / recording / "recording.json").is_file()

    def _path(self, recording: str) -> Path:
        if not self._is_here(recording):
            raise UnknownRecording
        return self.folder / recording


def _read_json(path: Path) -> dict[str, str]:
    found: dict[str, str] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return found


def _write_json(path: Path, content: dict[str, str]) -> None:
    part = path.with_name(f".{path.name}.{token_hex(4)}")
    part.write_text(json.dumps(content, ensure_ascii=False, indent=1), "utf-8")
    part.replace(path)
