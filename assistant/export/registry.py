"""The formats there are."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import BinaryIO

    from assistant.model import Transcript
    from assistant.ports import Exporter


@dataclass(slots=True)
class LazyExporter:
    """`ports.Exporter` that imports its class, and the libraries behind it, when it is used."""

    suffix: str
    module: str
    class_name: str

    def export(self, transcript: Transcript, stream: BinaryIO) -> None:
        """Writes to `stream` and leaves it open."""
        exporter: type[Exporter] = getattr(import_module(self.module), self.class_name)
        exporter().export(transcript, stream)


EXPORTERS: dict[str, Exporter] = {
    "json": LazyExporter("json", "assistant.export.json_transcript", "JsonExporter"),
    "docx": LazyExporter("docx", "assistant.export.word", "WordExporter"),
    "srt": LazyExporter("srt", "assistant.export.subtitles", "SrtExporter"),
    "vtt": LazyExporter("vtt", "assistant.export.subtitles", "VttExporter"),
    "txt": LazyExporter("txt", "assistant.export.text", "TextExporter"),
    "csv": LazyExporter("csv", "assistant.export.table", "CsvExporter"),
    "rttm": LazyExporter("rttm", "assistant.export.rttm", "RttmExporter"),
}
"""By the name that people choose."""
