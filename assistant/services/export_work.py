"""Making the documents of an export, one after the other, then one file of all.

Whatever is finished is not made again: a document is written first, then its row says so, in the
unit that writes it into the log. One record's fault does not stop the others.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from assistant.archive import Action, Event
from assistant.errors import KikigakiError, NoDocument, SetupError, StorageError, UnknownExport
from assistant.logs import where
from assistant.model import Progress
from assistant.people import Right
from assistant.services.export_files import distinct
from assistant.services.exporting import asker
from assistant.services.finding import current, find

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import timedelta

    from assistant.exports import Export, ExportItem
    from assistant.ports import Clock, ProgressHook, StoredFile
    from assistant.services.archive_store import ArchiveStore, Unit
    from assistant.services.documents import Document, Documents
    from assistant.services.export_files import ExportFiles
    from assistant.services.queueing import Task

log = logging.getLogger(__name__)

FAULTS = "書き出せなかった記録.txt"
"""What a ZIP file holds where some of its records could not be exported."""
FAULTS_LEAD = "次の記録は書き出せませんでした。ほかの記録はこの ZIP に入っています。"


class ExportWork:
    """The kind of work `queueing.EXPORT`."""

    def __init__(
        self,
        store: ArchiveStore,
        files: ExportFiles,
        documents: Documents,
        clock: Clock,
        lasting: timedelta,
    ) -> None:
        self._store = store
        self._files = files
        self._documents = documents
        self._clock = clock
        self._lasting = lasting

    def __call__(self, task: Task) -> None:
        """Makes the export that the job is about.

        Raises:
            Stopped: somebody asked for it.
            KikigakiError: it cannot go on; what was done is kept.
        """
        self.make(task.job.subject, task)

    def make(self, export: str, progress: ProgressHook) -> None:
        """Makes what of the export is not made yet.

        Raises:
            UnknownExport: it was removed.
            KikigakiError: it cannot go on; what was done is kept.
        """
        try:
            self._make(export, progress)
        except UnknownExport:
            self._files.drop(export)
            raise

    def _make(self, export_id: str, progress: ProgressHook) -> None:
        with self._store.reading() as unit:
            export = _existing(unit, export_id)
            items = unit.exports.items(export_id)
        if not export.ready:
            for item in items:
                progress(Progress("export", item.number - 1, len(items)))
                if item.waiting:
                    self._try(export, item)
            progress(Progress("export", len(items), len(items)))
            self._pack(export)
        self._files.drop_documents(export_id, (item.number for item in items))

    def _try(self, export: Export, item: ExportItem) -> None:
        """One record: its document, or the sentence that says why there is none."""
        try:
            self._document(export, item)
        except (StorageError, SetupError, UnknownExport):
            raise
        except KikigakiError as error:
            self._failed(export, item, error)
        except Exception as error:
            details = {"export": export.id, "record": item.record, "error": where(error)}
            log.error("no document", extra=details)  # noqa: TRY400 - it may hold what was said
            self._failed(export, item, NoDocument())

    def _document(self, export: Export, item: ExportItem) -> None:
        with self._store.reading() as unit:
            actor = asker(unit, export, self._clock.now())
            record = find(unit, actor, Right.EXPORT, item.record)
            transcript = current(unit, item.record)
        document = self._documents.make(record, transcript, export.form)
        file = self._files.document(export.id, item.number)
        with file.create() as stream:
            stream.write(document.content)
        try:
            self._made(export, item, document)
        except BaseException:
            file.remove()
            raise

    def _made(self, export: Export, item: ExportItem, document: Document) -> None:
        """Notes it, if whoever asked may still have it."""
        now = self._clock.now()
        with self._store.writing() as unit:
            _existing(unit, export.id)
            actor = asker(unit, export, now)
            find(unit, actor, Right.EXPORT, item.record)
            details = {"format": export.form, "export": export.id}
            unit.audit.append(actor, Event(Action.EXPORT, item.record, details), now)
            unit.exports.note(export.id, replace(item, name=document.name))

    def _failed(self, export: Export, item: ExportItem, error: KikigakiError) -> None:
        with self._store.writing() as unit:
            unit.exports.note(export.id, replace(item, error=error.sentences))

    def _pack(self, export: Export) -> None:
        with self._store.reading() as unit:
            items = unit.exports.items(export.id)
        at = export.asked.astimezone(self._clock.now().tzinfo)
        self._files.pack(export.id, at, self._content(export, items))
        with self._store.writing() as unit:
            found = _existing(unit, export.id)
            until = self._clock.now() + self._lasting
            unit.exports.update(replace(found, ready=True, expires=until))

    def _content(
        self, export: Export, items: Sequence[ExportItem]
    ) -> Iterator[tuple[str, Callable[[], bytes]]]:
        made = [one for one in items if one.name]
        for item, name in zip(made, distinct(one.name for one in made), strict=True):
            yield name, partial(_read, self._files.document(export.id, item.number))
        if len(made) < len(items):
            yield FAULTS, lambda: faults_of(items)


def faults_of(items: Sequence[ExportItem]) -> bytes:
    """The records without a document, and why: a text that Windows opens as it is."""
    lines = [FAULTS_LEAD, ""]
    for one in items:
        if one.error:
            lines += [f"{one.title} ({one.record})", f"  {dict(one.error)['ja']}", ""]
    return "\r\n".join(lines).encode("utf-8-sig")


def _existing(unit: Unit, export: str) -> Export:
    found = unit.exports.find(export)
    if found is None:
        raise UnknownExport
    return found


def _read(file: StoredFile) -> bytes:
    with file.open("rb") as stream:
        return stream.read()
