"""Manuals as people look after them: who may, and that it is written down.

The worker, which takes in the watched folder, works on the library itself.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from assistant.archive import Action, Event
from assistant.people import Right
from assistant.services.access import may, require

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from assistant.manual import Edition
    from assistant.people import Actor
    from assistant.ports import Clock, ProgressHook, StoredFile
    from assistant.services.archive_store import ArchiveStore
    from assistant.services.manuals import Addition, ManualLibrary


class ManualDesk:
    """The library of manuals. Everybody who is signed in may read it: it tells of nobody."""

    def __init__(self, library: ManualLibrary, archive: ArchiveStore, clock: Clock) -> None:
        self._library = library
        self._archive = archive
        self._clock = clock

    def may_change(self, actor: Actor) -> bool:
        """Whether the actor may add and retire manuals."""
        return may(actor, Right.MANUALS)

    def add(
        self,
        actor: Actor,
        paths: Sequence[Path],
        title: str | None = None,
        edition_date: date | None = None,
        manual: str | None = None,
    ) -> Iterator[Addition]:
        """As `ManualLibrary.add`.

        Raises:
            Forbidden: the actor may not.
        """
        require(actor, Right.MANUALS)
        for addition in self._library.add(paths, title, edition_date, manual):
            yield self._noted(actor, addition)

    @contextmanager
    def receiving(self, actor: Actor, name: str) -> Iterator[StoredFile]:
        """A file for what arrives, to be written and then given to `receive`.

        Raises:
            Forbidden: the actor may not.
        """
        require(actor, Right.MANUALS)
        with self._library.receiving(name) as file:
            yield file

    def receive(
        self,
        actor: Actor,
        file: StoredFile,
        edition_date: date | None = None,
        manual: str | None = None,
    ) -> Addition:
        """As `ManualLibrary.receive`.

        Raises:
            Forbidden: the actor may not.
        """
        require(actor, Right.MANUALS)
        return self._noted(actor, self._library.receive(file, None, edition_date, manual))

    def retire(self, actor: Actor, name: str) -> Edition:
        """As `ManualLibrary.retire`.

        Raises:
            Forbidden: the actor may not.
            UnknownManual: there is no such edition.
        """
        require(actor, Right.MANUALS)
        edition = self._library.retire(name)
        self._note(actor, edition, "retire")
        return edition

    def restore(self, actor: Actor, name: str) -> Edition:
        """As `ManualLibrary.restore`.

        Raises:
            Forbidden: the actor may not.
            UnknownManual: there is no such edition.
        """
        require(actor, Right.MANUALS)
        edition = self._library.restore(name)
        self._note(actor, edition, "restore")
        return edition

    def reindex(self, actor: Actor, progress: ProgressHook | None = None) -> int:
        """As `ManualLibrary.reindex`.

        Raises:
            Forbidden: the actor may not.
            Stopped: by `progress`.
        """
        require(actor, Right.MANUALS)
        return self._library.reindex(progress)

    def _noted(self, actor: Actor, addition: Addition) -> Addition:
        if addition.edition is not None:
            self._note(actor, addition.edition, addition.outcome.value)
        return addition

    def _note(self, actor: Actor, edition: Edition, what: str) -> None:
        event = Event(Action.MANUALS, edition.id, {"what": what, "manual": edition.manual})
        with self._archive.writing() as unit:
            unit.audit.append(actor, event, self._clock.now())
