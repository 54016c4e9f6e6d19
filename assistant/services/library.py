"""The library: every record that somebody may see, with its sound, transcript, names and edits.

Every call takes the acting user. What they may not see is, to them, not there: the store looks for
records within the actor's scope only, and the answer is the same as for a record that never was.
What is done is written into the audit log in the same transaction.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING

from assistant.archive import Action, Edit, Event, Field, KnownSpeaker, Origin, Record
from assistant.errors import (
    ClosedMatter,
    Forbidden,
    RecordingInUse,
    UnknownRecording,
)
from assistant.people import Right, Scope
from assistant.services.access import require, scope
from assistant.services.finding import current, existing, find
from assistant.services.naming import visible
from assistant.services.queueing import Job, JobState
from assistant.services.recording_files import new_id
from assistant.services.retaining import insist_unheld

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

    from assistant.model import Transcript, TurnPassage
    from assistant.people import Actor
    from assistant.ports import Clock, StoredFile
    from assistant.services.archive_store import ArchiveStore, Unit
    from assistant.services.documents import Document, Documents
    from assistant.services.queueing import Queue
    from assistant.services.recording_files import RecordingFiles
    from assistant.services.transcribing import Options

LONGEST_NAME = 60
"""Characters of a speaker's name."""
LONGEST_TITLE = 200
LONGEST_TEXT = 100_000
"""Characters of a turn."""
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
        _may_add(actor, matter)
        with self._store.reading() as unit:
            _refuse_closed(unit, matter)
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
        _may_add(actor, None)
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

    def annotate(
        self, actor: Actor, recording: str, annotate: Callable[[Transcript], Transcript]
    ) -> Transcript:
        """Adds the sections of manuals that fit; words, turns and speakers stay as they are.

        Raises:
            UnknownRecording: it is not there for the actor, or not transcribed yet.
            StorageError: no room, or no right to write.
        """
        with self._store.reading() as unit:
            find(unit, actor, Right.EDIT, recording)
            heard = current(unit, recording)
        annotated = annotate(heard)
        if annotated is not heard:
            event = Event(Action.EDIT, recording, {"field": "passages"})
            with self._store.writing() as unit:
                find(unit, actor, Right.EDIT, recording)
                unit.audit.append(actor, event, self._clock.now())  # first: locks in one order
                unit.records.add_passages(recording, annotated)
        return annotated

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

    def rename_speaker(self, actor: Actor, recording: str, speaker: str, name: str) -> None:
        """Calls a speaker by another name; an empty one goes back to what it was at first.

        Raises:
            UnknownRecording: it is not there for the actor, or has no such speaker.
            StorageError: no room, or no right to write.
        """
        with self._store.writing() as unit:
            record = find(unit, actor, Right.EDIT, recording)
            named = unit.records.speakers(recording)
            if speaker not in named:
                raise UnknownRecording
            before = named[speaker].name
            first = existing(unit.records.transcript(recording, record.revision))
            at_first = first.speaker(speaker).name
            after = visible(name)[:LONGEST_NAME].strip() or at_first
            self._edit(unit, actor, record, Field.SPEAKER_NAME, speaker, before, after)
            known = self._known(unit, record, after) if after != at_first else None
            unit.known_speakers.link(recording, speaker, known)

    def known_names(self, actor: Actor, recording: str) -> list[str]:
        """Who was named in records of the same case or body: to be chosen instead of typed.

        Raises:
            UnknownRecording: it is not there for the actor.
        """
        with self._store.reading() as unit:
            record = find(unit, actor, Right.VIEW, recording)
            if record.matter is None:
                return []
            return [one.name for one in unit.known_speakers.all(record.matter)]

    def correct(self, actor: Actor, recording: str, turn: str, text: str) -> None:
        """Gives a turn another text; what was recognised stays in the revision.

        Raises:
            UnknownRecording: it is not there for the actor, or has no such turn.
            StorageError: no room, or no right to write.
        """
        with self._store.writing() as unit:
            record = find(unit, actor, Right.EDIT, recording)
            texts = unit.records.texts(recording)
            if turn not in texts:
                raise UnknownRecording
            after = visible(text)[:LONGEST_TEXT]
            self._edit(unit, actor, record, Field.TURN_TEXT, turn, texts[turn], after)

    def retitle(self, actor: Actor, recording: str, title: str) -> None:
        """Calls the record otherwise; an empty title goes back to the file's name.

        Raises:
            UnknownRecording: it is not there for the actor.
        """
        with self._store.writing() as unit:
            record = find(unit, actor, Right.EDIT, recording)
            after = visible(title)[:LONGEST_TITLE].strip() or _title_of(record.name)
            self._edit(unit, actor, record, Field.TITLE, "", record.title, after)

    def move(self, actor: Actor, recording: str, matter: str | None) -> None:
        """Puts the record into a case or body, or takes it out.

        Raises:
            UnknownRecording: it is not there for the actor.
            Forbidden: the actor may not add to that matter.
            ClosedMatter: it is over.
        """
        with self._store.writing() as unit:
            record = find(unit, actor, Right.EDIT, recording)
            _may_add(actor, matter)
            _refuse_closed(unit, matter)
            before, after = record.matter or "", matter or ""
            self._edit(unit, actor, record, Field.MATTER, "", before, after)

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

    def _edit(
        self,
        unit: Unit,
        actor: Actor,
        record: Record,
        field: Field,
        target: str,
        before: str,
        after: str,
    ) -> None:
        if before == after:
            return
        now = self._clock.now()
        edit = Edit(record.id, record.revision, now, actor.user, field, target, before, after)
        unit.records.edit(edit)
        details = {"field": field.value, "target": target}
        unit.audit.append(actor, Event(Action.EDIT, record.id, details), now)

    def _known(self, unit: Unit, record: Record, name: str) -> str | None:
        """The speaker of that name in the record's case or body; records of none stand alone."""
        if record.matter is None:
            return None
        new = KnownSpeaker(token_hex(8), name, "", record.matter, self._clock.now())
        return unit.known_speakers.keep(new).id

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


def _may_add(actor: Actor, matter: str | None) -> None:
    require(actor, Right.ADD)
    reach = scope(actor, Right.ADD)
    if matter is not None and not reach.everything and matter not in reach.matters:
        raise Forbidden


def _refuse_closed(unit: Unit, matter: str | None) -> None:
    """Lets records into a matter that is there and goes on."""
    if matter is None:
        return
    found = unit.matters.find(matter)
    if found is None:
        raise Forbidden
    if found.closed is not None:
        raise ClosedMatter(name=found.name)


def _new_record(added: datetime, actor: Actor, name: str, matter: str | None) -> Record:
    return Record(
        id=new_id(added),
        name=name,
        title=_title_of(name),
        kind=None,
        added=added,
        added_by=actor.user,
        matter=matter,
    )


def _title_of(name: str) -> str:
    return visible(Path(name).stem)[:LONGEST_TITLE] or visible(name)[:LONGEST_TITLE]


def _entry(record: Record, job: Job | None) -> Entry:
    state = JobState.DONE if record.revision else JobState.WAITING
    return Entry(record, job or Job(record.id, state=state))
