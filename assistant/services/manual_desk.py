"""Manuals as people look after them: who may, and that it is written down in the transaction that
does it. The worker, which takes in the watched folder, acts as the program itself."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
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
        within = partial(self._noting, actor)
        yield from self._library.add(paths, title, edition_date, manual, within)

    def sync(self, actor: Actor, folder: Path) -> Iterator[Addition]:
        """As `ManualLibrary.sync`.

        Raises:
            Forbidden: the actor may not.
        """
        require(actor, Right.MANUALS)
        yield from self._library.sync(folder, partial(self._noting, actor))

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
        within = partial(self._noting, actor)
        return self._library.receive(file, None, edition_date, manual, within)

    def retire(self, actor: Actor, name: str) -> Edition:
        """As `ManualLibrary.retire`.

        Raises:
            Forbidden: the actor may not.
            UnknownManual: there is no such edition.
        """
        require(actor, Right.MANUALS)
        edition = self._library.find(name)
        with self._noting(actor, edition, "retire"):
            return self._library.retire(edition.id)

    def restore(self, actor: Actor, name: str) -> Edition:
        """As `ManualLibrary.restore`.

        Raises:
            Forbidden: the actor may not.
            UnknownManual: there is no such edition.
        """
        require(actor, Right.MANUALS)
        edition = self._library.find(name)
        with self._noting(actor, edition, "restore"):
            return self._library.restore(edition.id)

    def reindex(self, actor: Actor, progress: ProgressHook | None = None) -> int:
        """As `ManualLibrary.reindex`.

        Raises:
            Forbidden: the actor may not.
            Stopped: by `progress`.
        """
        require(actor, Right.MANUALS)
        with self._archive.writing() as unit:  # before: it takes long, and many transactions
            event = Event(Action.MANUALS, "", {"what": "reindex"})
            unit.audit.append(actor, event, self._clock.now())
        return self._library.reindex(progress)

    @contextmanager
    def _noting(self, actor: Actor, edition: Edition, what: str) -> Iterator[None]:
        """What the block does is kept together with the row that tells of it."""
        event = Event(Action.MANUALS, edition.id, {"what": what, "manual": edition.manual})
        with self._archive.writing() as unit:
            unit.audit.append(actor, event, self._clock.now())
            yield
