"""Which reader a file needs, and which files of a folder are taken."""

from __future__ import annotations

import hashlib
from datetime import datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.drafts import Doubt, Draft, Refused
from assistant.errors import (
    InaccessibleManual,
    InputError,
    ManualTooLarge,
    UnreadableDocument,
    UnreadableManual,
)
from assistant.export.json_transcript import from_json
from assistant.importing.lines import read_lines
from assistant.importing.minutes import read_minutes
from assistant.services.delivering import find_files

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assistant.ports import ReadableFile

LINES = frozenset({".jsonl", ".ndjson"})
WORD = frozenset({".docx", ".docm"})
TEXT = frozenset({".txt", ".text"})
SUFFIXES = LINES | WORD | TEXT | {".json"}
"""What is taken from a folder; a file that is named is tried whatever it is called."""
BIGGEST = 256 << 20
"""Bytes of a file that is read at once."""


class DraftFiles:
    """`ports.DraftReader` of transcripts, JSON Lines, and minutes in Word or plain text."""

    def find(self, paths: Sequence[Path]) -> list[Path]:
        """The files among `paths`, and those in the folders among them, in order.

        Raises:
            NothingFound: a path does not exist, or a folder holds nothing that is read.
        """
        return find_files(paths, SUFFIXES)

    def read(self, file: ReadableFile) -> Iterator[Draft | Refused]:
        """The records in a file, as they come; what cannot be read is named in its place."""
        path = Path(file.name)
        try:
            if path.suffix.lower() in LINES:
                yield from read_lines(file)
            else:
                yield _whole(file, path)
        except (UnreadableManual, RecursionError):
            yield Refused(path, UnreadableDocument(name=path.name))
        except InputError as error:
            yield Refused(path, error)
        except OSError:
            yield Refused(path, InaccessibleManual(name=path.name))


def _whole(file: ReadableFile, path: Path) -> Draft:
    with file.open("rb") as stream:
        data = stream.read(BIGGEST + 1)
    if len(data) > BIGGEST:
        raise ManualTooLarge(name=path.name)
    digest = hashlib.sha256(data).hexdigest()
    if path.suffix.lower() == ".json":
        return _transcript(data, path, digest)
    if data.startswith(b"PK"):
        property_, lines = _word(file)
    else:
        property_, lines = "", _lines(data, path)
    return read_minutes(lines, property_, path, digest)


def _word(file: ReadableFile) -> tuple[str, list[str]]:
    from assistant.knowledge.reading import word

    property_, blocks = word.read(file, file.name)
    return property_, [line for block in blocks for line in block.text.split("\n")]


def _lines(data: bytes, path: Path) -> list[str]:
    from assistant.knowledge.reading.plain import decode

    text = decode(data)
    if text is None:
        raise UnreadableDocument(name=path.name)
    return text.replace("\f", "\n").splitlines()


def _transcript(data: bytes, path: Path, digest: str) -> Draft:
    """A transcript of ours does not tell the day that it is of; its file's name may."""
    from assistant.knowledge.reading.dating import dates

    made = from_json(data)
    days = [day for day, _ in dates(path.stem)]
    occurred = datetime.combine(days[0], time()) if days else None
    return Draft(
        source=path,
        digest=digest,
        title=Path(made.recording.name).stem or path.stem,
        kind=made.kind,
        speakers=made.speakers,
        turns=made.turns,
        occurred=occurred,
        made=made,
        doubts=frozenset() if occurred else frozenset({Doubt.NO_DATE}),
    )
