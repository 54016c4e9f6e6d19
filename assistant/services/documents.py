"""Transcripts as documents: made in one place, whether somebody wants one or many."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import UnknownFormat
from assistant.services.naming import file_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.archive import Record
    from assistant.model import Transcript
    from assistant.ports import Exporter


@dataclass(frozen=True, slots=True)
class Document:
    """A transcript in one format, and the name of its file."""

    name: str
    content: bytes


class Documents:
    """Makes them with `exporters`, by the names of formats that people choose."""

    def __init__(self, exporters: Mapping[str, Exporter]) -> None:
        self._exporters = exporters

    @property
    def formats(self) -> tuple[str, ...]:
        """What there is."""
        return tuple(self._exporters)

    def insist_on(self, form: str) -> None:
        """Lets formats pass that there are.

        Raises:
            UnknownFormat: there is no such format.
        """
        if form not in self._exporters:
            raise UnknownFormat(name=form, known=", ".join(self._exporters))

    def make(self, record: Record, transcript: Transcript, form: str) -> Document:
        """The transcript in one format, named after the recording's file.

        Raises:
            UnknownFormat: there is no such format.
        """
        self.insist_on(form)
        exporter, stream = self._exporters[form], BytesIO()
        exporter.export(transcript, stream)
        stem = Path(file_name(record.name)).stem
        return Document(f"{stem}.{exporter.suffix}", stream.getvalue())
