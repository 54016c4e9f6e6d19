"""The library as the worker sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.archive import Action, Event
from assistant.people import SYSTEM, Right
from assistant.services.finding import current, find

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.model import Transcript
    from assistant.ports import Clock, StoredFile
    from assistant.services.archive_store import ArchiveStore
    from assistant.services.library import Library


class Workbench:
    """The library as the worker sees it, which acts as the program itself."""

    def __init__(self, library: Library, store: ArchiveStore, clock: Clock) -> None:
        self._files = library.files
        self._store = store
        self._clock = clock

    def sound(self, recording: str) -> StoredFile:
        """The sound as it came.

        Raises:
            UnknownRecording: it was removed.
        """
        return self._files.sound(recording)

    def copy(self, recording: str) -> StoredFile:
        """The copy that browsers play, there or not yet."""
        return self._files.copy(recording)

    def peaks(self, recording: str) -> StoredFile:
        """The outline of the sound, there or not yet."""
        return self._files.peaks(recording)

    def annotate(self, recording: str, annotate: Callable[[Transcript], Transcript]) -> None:
        """Adds the sections of manuals that fit; words, turns and speakers stay as they are.

        Raises:
            UnknownRecording: it was removed, or is not transcribed yet.
            StorageError: no room, or no right to write.
        """
        with self._store.reading() as unit:
            heard = current(unit, recording)
        annotated = annotate(heard)
        if annotated is not heard:
            event = Event(Action.EDIT, recording, {"field": "passages"})
            with self._store.writing() as unit:
                find(unit, SYSTEM, Right.EDIT, recording)
                unit.audit.append(SYSTEM, event, self._clock.now())
                unit.records.add_passages(recording, annotated)

    def keep(self, recording: str, transcript: Transcript) -> None:
        """Stores what was recognised, as the record's current transcript.

        Raises:
            UnknownRecording: it was removed.
            StorageError: no room, or no right to write.
        """
        now = self._clock.now()
        self._store.prepare(transcript)
        with self._store.writing() as unit:
            record = find(unit, SYSTEM, Right.EDIT, recording)
            unit.records.keep(record.id, transcript, SYSTEM.user, now)
            unit.audit.append(SYSTEM, Event(Action.TRANSCRIBE, recording), now)
