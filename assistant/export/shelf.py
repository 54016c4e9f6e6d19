"""A folder's documents of transcripts."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from assistant.errors import UnreadableTranscript
from assistant.export.files import holds, keep_aside, write_atomically
from assistant.export.json_transcript import from_json
from assistant.export.registry import EXPORTERS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from assistant.model import Transcript


class FolderShelf:
    """`ports.Shelf` on the disk."""

    def find(self, folder: Path, name: str) -> Transcript | None:
        """The transcript that was written there under that name, if it is there and readable."""
        path = folder / f"{name}.json"
        try:
            return from_json(path.read_bytes())
        except (OSError, UnreadableTranscript):
            return None

    def write(
        self, transcript: Transcript, folder: Path, name: str, formats: Sequence[str]
    ) -> dict[str, Path]:
        """Writes one document for each format; what lies there under its name is kept aside.

        Raises:
            StorageError: it cannot be written; nothing half-written is left.
        """
        return {one: self._write(transcript, folder, name, one) for one in formats}

    def complete(
        self, transcript: Transcript, folder: Path, name: str, formats: Sequence[str]
    ) -> dict[str, Path]:
        """Writes the documents that are not there; those that are may have been worked on.

        Raises:
            StorageError: one cannot be written; nothing half-written is left.
        """
        paths = {one: folder / f"{name}.{EXPORTERS[one].suffix}" for one in formats}
        for one, path in paths.items():
            if not path.exists():
                self._write(transcript, folder, name, one)
        return paths

    def _write(self, transcript: Transcript, folder: Path, name: str, one: str) -> Path:
        exporter, content = EXPORTERS[one], BytesIO()
        exporter.export(transcript, content)
        path = folder / f"{name}.{exporter.suffix}"
        if not holds(path, content.getvalue()):
            keep_aside(path)
            write_atomically(path, lambda stream: stream.write(content.getbuffer()))
        return path
