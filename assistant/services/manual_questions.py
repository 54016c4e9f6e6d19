"""Questions that people type to the manuals: who may ask, and that it is written down.

What a conversation asks by itself is not written into the audit log, but what it brings is in the
log of displays: see `services.retrieving`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.archive import Action, Event

if TYPE_CHECKING:
    from assistant.manual import Hit
    from assistant.people import Actor
    from assistant.ports import Clock, ManualSearcher
    from assistant.services.archive_store import ArchiveStore, Unit
    from assistant.services.feedback import ManualFeedback

LONGEST_QUESTION = 1000
"""Characters; what comes after them is left out."""


class ManualQuestions:
    """Everybody who is signed in may ask: the manuals tell of nobody. The question may."""

    def __init__(
        self,
        searcher: ManualSearcher,
        feedback: ManualFeedback,
        archive: ArchiveStore,
        clock: Clock,
    ) -> None:
        self._searcher = searcher
        self._feedback = feedback
        self._archive = archive
        self._clock = clock

    def search(
        self, actor: Actor, question: str, limit: int = 5, manual: str | None = None
    ) -> list[Hit]:
        """The sections that fit, the best first; `manual` is the key of the only one to look in.

        Raises:
            StorageError: the question cannot be written down.
        """
        asked = question[:LONGEST_QUESTION]
        hits = self._searcher.search(asked, limit, manual)
        with self._archive.writing() as unit:
            self._note(unit, actor, asked, manual, len(hits))
        return hits

    def ask(
        self, actor: Actor, question: str, limit: int = 5, manual: str | None = None
    ) -> list[tuple[Hit, int]]:
        """The same to be laid before the actor: each with the display that a verdict goes to.

        Raises:
            StorageError: it cannot be written down.
        """
        asked = question[:LONGEST_QUESTION]
        hits = self._searcher.search(asked, limit, manual)
        with self._archive.writing() as unit:
            self._note(unit, actor, asked, manual, len(hits))
            displays = self._feedback.shown(actor, hits, query=asked)
        return list(zip(hits, displays, strict=True))

    def _note(self, unit: Unit, actor: Actor, asked: str, manual: str | None, found: int) -> None:
        details = {"words": asked, "total": str(found)}
        details |= {"manual": manual} if manual else {}
        unit.audit.append(actor, Event(Action.SEARCH, "manuals", details), self._clock.now())
