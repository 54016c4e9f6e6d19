"""The library: every record that somebody may see, with its sound and transcript.

Every call takes the acting user. What they may not see is, to them, not there: the store looks for
records within the actor's scope only, and the answer is the same as for a record that never was.
What is done is written into the audit log in the same transaction.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from assistant.archive import Action, Event, Origin, Record
from assistant.errors import (
    RecordingInUse,
    UnknownRecording,
)
from assistant.people import Right, Scope
from assistant.services.access import scope
from assistant.services.finding import current, find
from assistant.services.naming import title_of
from assistant.services.placing import may_add, refuse_closed
from assistant.services.queueing import Job, JobState
from assistant.services.recording_files import new_id
from assistant.services.retaining import insist_unheld

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import BinaryIO

    from assistant.archive import Edit
    from assistant.model import Transcript, TurnPassage
    from assistant.people import Actor
    from assistant.ports import Clock, StoredFile
    from assistant.services.archive_store import ArchiveStore, Unit
    from assistant.services.documents import Document, Documents
    from assistant.services.queueing import Queue
    from assistant.services.recording_files import RecordingFiles
    from assistant.services.transcribing import Options

PLAY_AGAIN = timedelta(minutes=10)
"""A player asks for sound in many ranges: they count as one hearing for so long."""
_EVERYTHING = Scope(everything=True)


@dataclass(frozen=True, slots=True)
class Entry:
    """A record of the library, and where its transcription stands."""

    record: Record
    job: Job

    @property
    def id(self) -> str:
        """Of the record."""
        return self.record.id


@dataclass(frozen=True, slots=True)
class Printout:
    """A record as it goes onto paper: by whom and when stands on every page."""

    record: Record
    matter: str
    """The name of its case or body; empty for none."""
    transcript: Transcript
    by: str
    at: datetime


class Library:
    """`forget` drops the kept steps of unfinished work."""

    def __init__(
        self,
        store: ArchiveStore,
        files: RecordingFiles,
        documents: Documents,
        queue: Queue,
        clock: Clock,
        forget: Callable[[str], None],
    ) -> None:
        self.files = files
        self._store = store
        self._documents = documents
        self._queue = queue
        self._clock = clock
        self._forget = forget
        self._played: dict[tuple[str, str], datetime] = {}

    @property
    def formats(self) -> tuple[str, ...]:
        """What `export` writes."""
        return self._documents.formats

    @contextmanager
    def adding(
        self, actor: Actor, name: str, options: Options, matter: str | None = None
    ) -> Iterator[tuple[str, BinaryIO]]:
        """A new recording's id and the file its sound is written to.

        When the block ends well it is in the library and in the queue, else nothing is left.

        Raises:
            Forbidden: the actor may not add, or not to that matter.
            ClosedMatter: it is over.
            StorageError: no room, or no right to write.
        """
        may_add(actor, matter)
        with self._store.reading() as unit:
            refuse_closed(unit, matter)
        added = self._clock.now()
        record = _new_record(added, actor, name, matter)
        with self.files.arriving(record.id, name) as file:
            yield record.id, file
            size = file.tell()
        with self._taking(record.id), self._store.writing() as unit:
            unit.records.add(replace(record, size=size))
            unit.audit.append(actor, Event(Action.ADD, record.id), added)
        self._queue.add(record.id, options)

    def take(self, actor: Actor, transcript: Transcript, sound: Path) -> str:
        """A transcript that was made elsewhere on this machine, with its sound; the record's id.

        The same work is taken once.

        Raises:
            Forbidden: the actor may not add.
            StorageError: no room, or no right to write.
        """
        may_add(actor, None)
        work = transcript.provenance.settings.get("work", "")
        with self._store.reading() as unit:
            known = unit.records.has_work(work, scope(actor, Right.VIEW)) if work else None
        if known is not None:
            return known
        added = self._clock.now()
        record = _new_record(added, actor, transcript.recording.name, None)
        with self.files.arriving(record.id, record.name) as file, sound.open("rb") as source:
            while block := source.read(1 << 20):
                file.write(block)
            size = file.tell()
        self._store.prepare(transcript)
        with self._taking(record.id), self._store.writing() as unit:
            unit.records.add(replace(record, size=size))
            unit.records.keep(record.id, transcript, actor.user, added)
            unit.audit.append(actor, Event(Action.ADD, record.id), added)
            unit.audit.append(actor, Event(Action.TRANSCRIBE, record.id), added)
        self._queue.make_playable(record.id)
        return record.id

    def entries(self, actor: Actor) -> list[Entry]:
        """Everything the actor may see, newest first."""
        jobs = self._queue.open()  # what is done is known by its transcript
        with self._store.reading() as unit:
            records = unit.records.all(scope(actor, Right.VIEW))
        return [_entry(record, jobs.get(record.id)) for record in records]

    def entry(self, actor: Actor, recording: str) -> Entry:
        """One record.

        Raises:
            UnknownRecording: it is not there for the actor.
        """
        with self._store.reading() as unit:
            record = find(unit, actor, Right.VIEW, recording)
        return _entry(record, self._queue.find(recording))

    def sound(self, actor: Actor, recording: str) -> StoredFile:
        """What a page plays: the copy that browsers play, or the sound as it came.

        Raises:
            UnknownRecording: it is not there for the actor, or has no sound.
        """
        with self._store.reading() as unit:
            find(unit, actor, Right.PLAY, recording)
        copy = self.files.copy(recording)
        file = copy if copy.is_file() else self.files.sound(recording)
        self._note_playing(actor, recording)
        return file

    def peaks(self, actor: Actor, recording: str) -> StoredFile:
        """The outline of the sound.

        Raises:
            UnknownRecording: it is not there for the actor, or not made yet.
        """
        with self._store.reading() as unit:
            find(unit, actor, Right.PLAY, recording)
        outline = self.files.peaks(recording)
        if not outline.is_file():
            raise UnknownRecording
        return outline

    def transcript(self, actor: Actor, recording: str) -> Transcript:
        """What was recognised, with the names and corrections people gave.

        Raises:
            UnknownRecording: it is not there for the actor, or not transcribed yet.
        """
        with self._noting(actor, Right.VIEW, recording, Action.VIEW) as unit:
            return current(unit, recording)

    def passage(self, actor: Actor, recording: str, number: int) -> TurnPassage | None:
        """One of the sections that stand beside the talk, counted from 0; None if there is none.

        Raises:
            UnknownRecording: it is not there for the actor, or not transcribed yet.
        """
        with self._store.reading() as unit:
            find(unit, actor, Right.VIEW, recording)
            passages = current(unit, recording).passages
        return passages[number] if 0 <= number < len(passages) else None

    def edits(self, actor: Actor, recording: str) -> list[Edit]:
        """Who changed what, when, oldest first.

        Raises:
            UnknownRecording: it is not there for the actor.
        """
        with self._noting(actor, Right.VIEW, recording, Action.VIEW) as unit:
            return unit.records.edits(recording)

    def export(self, actor: Actor, recording: str, form: str) -> Document:
        """The transcript in one format, named after the recording.

        Raises:
            UnknownRecording: it is not there for the actor, or not transcribed yet.
            UnknownFormat: there is no such format.
        """
        self._documents.insist_on(form)
        with self._store.writing() as unit:
            record = find(unit, actor, Right.EXPORT, recording)
            transcript = current(unit, recording)
            event = Event(Action.EXPORT, recording, {"format": form})
            unit.audit.append(actor, event, self._clock.now())
        return self._documents.make(record, transcript, form)

    def print_out(self, actor: Actor, recording: str) -> Printout:
        """The transcript to be printed.

        Raises:
            UnknownRecording: it is not there for the actor, or not transcribed yet.
        """
        with self._noting(actor, Right.EXPORT, recording, Action.PRINT) as unit:
            record = find(unit, actor, Right.EXPORT, recording)
            matter = unit.matters.find(record.matter) if record.matter else None
            name, transcript = matter.name if matter else "", current(unit, recording)
        return Printout(record, name, transcript, actor.name, self._clock.now())

    def cancel(self, actor: Actor, recording: str) -> None:
        """Takes it out of the queue, or stops the work on it; what was done is kept.

        Raises:
            UnknownRecording: it is not there for the actor.
        """
        with self._noting(actor, Right.ADD, recording, Action.STOP):
            self._queue.stop(recording)

    def retry(self, actor: Actor, recording: str) -> None:
        """Tries a failed or cancelled one again, from where it stopped.

        Raises:
            UnknownRecording: it is not there for the actor.
        """
        with self._noting(actor, Right.ADD, recording, Action.RETRY):
            self._queue.retry(recording)

    def remove(self, actor: Actor, recording: str) -> None:
        """Deletes the sound and everything made from it.

        Raises:
            UnknownRecording: it is not there for the actor.
            RecordingInUse: it is being transcribed.
            RecordOnHold: it must stay.
            StorageError: no right to delete.
        """
        with self._store.reading() as unit:
            record = find(unit, actor, Right.REMOVE, recording)
        job = self._queue.find(recording)
        if job is not None and job.state is JobState.RUNNING:
            raise RecordingInUse(name=record.name)
        with self.files.removing(recording), self._store.writing() as unit:
            unit.audit.alone()
            insist_unheld(unit, find(unit, actor, Right.REMOVE, recording))
            unit.records.remove(recording)
            unit.audit.append(actor, Event(Action.REMOVE, recording), self._clock.now())
        self._queue.forget(recording)
        if job is not None and job.work:
            self._forget(job.work)

    def tidy(self, options: Options) -> None:
        """After a start: completes or drops what a sudden end left, queues what nobody queued."""
        self.files.settle(self._clock.now(), self._is_known)
        with self._store.reading() as unit:
            records = unit.records.all(_EVERYTHING)
        for record in (one for one in records if one.origin is Origin.SOUND):
            if record.revision == 0 and self._queue.find(record.id) is None:
                self._queue.add(record.id, options)

    def _is_known(self, recording: str) -> bool:
        """Whether there is a record of it, at this moment."""
        with self._store.reading() as unit:
            return unit.records.find(recording, _EVERYTHING) is not None

    @contextmanager
    def _taking(self, recording: str) -> Iterator[None]:
        """The block takes the record into the archive; then its sound takes its place."""
        try:
            yield
        except BaseException:
            self.files.drop(recording)
            raise
        self.files.arrived(recording)

    @contextmanager
    def _noting(self, actor: Actor, right: Right, recording: str, action: Action) -> Iterator[Unit]:
        """Writes down what the block does, in the same transaction."""
        with self._store.writing() as unit:
            find(unit, actor, right, recording)
            unit.audit.append(actor, Event(action, recording), self._clock.now())
            yield unit

    def _note_playing(self, actor: Actor, recording: str) -> None:
        now, key = self._clock.now(), (actor.user, recording)
        if key in self._played and now - self._played[key] < PLAY_AGAIN:
            return
        with self._noting(actor, Right.PLAY, recording, Action.PLAY):
            pass
        self._played = {
            one: when for one, when in self._played.items() if now - when < PLAY_AGAIN
        } | {key: now}


def _new_record(added: datetime, actor: Actor, name: str, matter: str | None) -> Record:
    return Record(
        id=new_id(added),
        name=name,
        title=title_of(name),
        kind=None,
        added=added,
        added_by=actor.user,
        matter=matter,
    )


def _entry(record: Record, job: Job | None) -> Entry:
    state = JobState.DONE if record.revision else JobState.WAITING
    return Entry(record, job or Job(record.id, state=state))
