"""The archive: records, and what finds them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from assistant.bootstrap.clock import SystemClock
from assistant.bootstrap.manuals import Manuals

if TYPE_CHECKING:
    from assistant.services.archive_search import ArchiveSearch
    from assistant.services.archive_windows import ArchiveWindows
    from assistant.services.documents import Documents
    from assistant.services.editing import Editing
    from assistant.services.import_desk import ImportDesk
    from assistant.services.importing import Importer
    from assistant.services.library import Library
    from assistant.services.manual_desk import ManualDesk
    from assistant.services.manual_questions import ManualQuestions
    from assistant.services.queueing import TranscriptionQueue
    from assistant.services.synonyms import SynonymTable
    from assistant.store.archive import SqlArchive
    from assistant.store.jobs import SqlJobs
    from assistant.text.inverted import Inverter


class Records(Manuals):
    """The archive, and what looks after what is in it."""

    @cached_property
    def archive(self) -> SqlArchive:
        """Records, people, and what was done."""
        from assistant.export.json_transcript import from_json, to_json
        from assistant.store.archive import SqlArchive
        from assistant.store.records import Codec

        codec = Codec(lambda transcript: to_json(transcript).encode(), from_json)
        return SqlArchive(self.database, codec, self._inverter)

    @cached_property
    def _inverter(self) -> Inverter:
        from assistant.text.inverted import Inverter

        return Inverter(self.manual_tools.tokenizer())

    @cached_property
    def library(self) -> Library:
        """The records, their sound and their transcripts."""
        from assistant.services.library import Library
        from assistant.services.recording_files import RecordingFiles

        return Library(
            store=self.archive,
            files=RecordingFiles(self.settings.recordings_dir, self.vault),
            documents=self.documents,
            queue=self.queue,
            clock=SystemClock(),
            forget=self.steps.forget,
        )

    @cached_property
    def editing(self) -> Editing:
        """Corrections of records."""
        from assistant.services.editing import Editing

        return Editing(self.archive, SystemClock())

    @cached_property
    def documents(self) -> Documents:
        """Transcripts in every format."""
        from assistant.export.registry import EXPORTERS
        from assistant.services.documents import Documents

        return Documents(EXPORTERS)

    @cached_property
    def jobs(self) -> SqlJobs:
        """What waits to be done, and what became of it."""
        from assistant.store.jobs import SqlJobs

        return SqlJobs(self.database)

    @cached_property
    def queue(self) -> TranscriptionQueue:
        """The recordings among it."""
        from assistant.services.queueing import TranscriptionQueue

        return TranscriptionQueue(self.jobs)

    @cached_property
    def importer(self) -> Importer:
        """Transcripts and minutes that were made elsewhere."""
        from assistant.importing.files import DraftFiles
        from assistant.jobs.patience import patiently
        from assistant.services.importing import Importer

        return Importer(self.archive, DraftFiles(), SystemClock(), patiently)

    @cached_property
    def import_desk(self) -> ImportDesk:
        """Where files wait that somebody wants to import."""
        from assistant.services.import_desk import ImportDesk

        folder = self.settings.state_dir / "imports"
        return ImportDesk(self.importer, self.vault, folder, SystemClock())

    @cached_property
    def archive_search(self) -> ArchiveSearch:
        """Words to turns of the archive."""
        from assistant.knowledge.window_index import WindowIndex
        from assistant.services.archive_search import ArchiveSearch

        return ArchiveSearch(self.archive, self.manual_tools, WindowIndex(), SystemClock())

    def archive_windows(self) -> ArchiveWindows:
        """What the worker does for the search in the archive beside its recordings."""
        from assistant.services.archive_windows import ArchiveWindows

        return ArchiveWindows(self.archive, self.manual_tools)

    @cached_property
    def synonyms(self) -> SynonymTable:
        """Words that mean the same when the archive is searched."""
        from assistant.services.synonyms import SynonymTable

        return SynonymTable(self.archive, SystemClock())

    @cached_property
    def manual_questions(self) -> ManualQuestions:
        """Questions that people type to the manuals."""
        from assistant.services.manual_questions import ManualQuestions

        return ManualQuestions(self.manual_search, self.feedback, self.archive, SystemClock())

    @cached_property
    def manual_desk(self) -> ManualDesk:
        """The manuals as people look after them."""
        from assistant.services.manual_desk import ManualDesk

        return ManualDesk(self.manuals, self.archive, SystemClock())
