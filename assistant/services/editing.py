"""Correcting records: names, texts, titles, the matter they belong to.

What was recognised is never changed: see `archive_store.Records.edit`.
"""

from __future__ import annotations

from secrets import token_hex
from typing import TYPE_CHECKING

from assistant.archive import Action, Edit, Event, Field, KnownSpeaker
from assistant.errors import UnknownRecording
from assistant.people import Right
from assistant.services.finding import current, existing, find
from assistant.services.naming import LONGEST_TITLE, title_of, visible
from assistant.services.placing import may_add, refuse_closed

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.archive import Record
    from assistant.model import Transcript
    from assistant.people import Actor
    from assistant.ports import Clock
    from assistant.services.archive_store import ArchiveStore, Unit

LONGEST_NAME = 60
"""Characters of a speaker's name."""
LONGEST_TEXT = 100_000
"""Characters of a turn."""


class Editing:
    """Changes what records say, for those who may see them."""

    def __init__(self, store: ArchiveStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

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
            after = visible(title)[:LONGEST_TITLE].strip() or title_of(record.name)
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
            may_add(actor, matter)
            refuse_closed(unit, matter)
            before, after = record.matter or "", matter or ""
            self._edit(unit, actor, record, Field.MATTER, "", before, after)

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
