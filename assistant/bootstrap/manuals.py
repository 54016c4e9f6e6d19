"""The library of manuals, and its search."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from assistant.bootstrap.clock import SystemClock
from assistant.bootstrap.listening import Listening
from assistant.bootstrap.manual_parts import ManualParts
from assistant.bootstrap.versions import installed_version

if TYPE_CHECKING:
    from assistant.services.annotating import Annotator
    from assistant.services.feedback import ManualFeedback
    from assistant.services.manuals import ManualLibrary
    from assistant.services.searching import ManualSearch

SEARCH_LIBRARIES = ("sentence-transformers", "sudachipy", "sudachidict-core")
"""Whose versions a provenance names, beside the others, where sections of manuals were added."""


class Manuals(Listening):
    """Manuals, and the sections beside a talk."""

    @cached_property
    def manual_tools(self) -> ManualParts:
        """The heavy parts of the library of manuals."""
        return ManualParts(self.settings, self.store)

    @cached_property
    def manuals(self) -> ManualLibrary:
        """The manuals, their editions, and the files they came from."""
        from assistant.services.manuals import ManualLibrary
        from assistant.store.manuals import SqlManualStore
        from assistant.store.sources import SqlWatchedFiles

        return ManualLibrary(
            folder=self.settings.state_dir / "manuals",
            vault=self.vault,
            store=SqlManualStore(self.database),
            watched=SqlWatchedFiles(self.database),
            tools=self.manual_tools,
            clock=SystemClock(),
        )

    @cached_property
    def manual_search(self) -> ManualSearch:
        """Questions to passages."""
        from assistant.services.searching import ManualSearch
        from assistant.text.expansions import Expansions

        tokenizer = self.manual_tools.tokenizer()
        own = self.settings.state_dir / "expansions.txt"
        return ManualSearch(self.manuals.store, self.manual_tools, Expansions(tokenizer, own))

    @cached_property
    def annotator(self) -> Annotator:
        """Transcripts with the sections that fit them."""
        from assistant.services.annotating import Annotator

        versions = {name: installed_version(name) for name in SEARCH_LIBRARIES}
        return Annotator(self.manual_search, self.manuals.store, self.manual_tools, versions)

    @cached_property
    def feedback(self) -> ManualFeedback:
        """Which sections were shown, and whether they helped."""
        from assistant.services.feedback import ManualFeedback
        from assistant.store.displays import SqlDisplayLog

        return ManualFeedback(SqlDisplayLog(self.database), SystemClock())
