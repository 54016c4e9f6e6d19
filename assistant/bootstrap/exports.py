"""Exports of many records."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from assistant.bootstrap.clock import SystemClock
from assistant.bootstrap.records import Records

if TYPE_CHECKING:
    from assistant.services.export_files import ExportFiles
    from assistant.services.export_work import ExportWork
    from assistant.services.exporting import ExportDesk


class Exports(Records):
    """Asking for exports, and making them."""

    @cached_property
    def exports(self) -> ExportDesk:
        """Many records' documents at once, for whoever asks."""
        from assistant.services.exporting import ExportDesk

        return ExportDesk(
            self.archive,
            self.jobs,
            self._export_files,
            self.documents,
            SystemClock(),
            self._lasting,
        )

    @cached_property
    def export_work(self) -> ExportWork:
        """Makes them."""
        from assistant.services.export_work import ExportWork

        return ExportWork(
            self.archive, self._export_files, self.documents, SystemClock(), self._lasting
        )

    @cached_property
    def _export_files(self) -> ExportFiles:
        from assistant.services.export_files import ExportFiles

        return ExportFiles(self.settings.state_dir / "exports", self.vault)

    @property
    def _lasting(self) -> timedelta:
        return timedelta(hours=self.settings.export_hours)
