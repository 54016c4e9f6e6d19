"""The note beside weights: what came, from where, with which checksums."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from assistant.errors import DamagedWeights
from assistant.speech.layout import MANIFEST_NAME, Layout, files_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path
    from typing import BinaryIO

    ByteProgress = Callable[[int, int], None]
    """Gets the bytes done and the bytes in all."""

_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class FileNote:
    """One file: POSIX path inside the folder, bytes, SHA-256 in hexadecimal."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is known of a folder of weights. `added` is an ISO 8601 time."""

    name: str
    kind: Layout
    source: str
    licence: str
    added: str
    files: tuple[FileNote, ...]

    @property
    def size(self) -> int:
        """Bytes in all."""
        return sum(note.size for note in self.files)

    @property
    def sha256(self) -> str:
        """The checksum that stands for the weights: that of the largest file."""
        return max(self.files, key=lambda note: note.size).sha256 if self.files else ""

    def write(self, folder: Path) -> None:
        """Puts the note into `folder`."""
        text = json.dumps(asdict(self), ensure_ascii=False, indent=2)
        temporary = folder / f".{MANIFEST_NAME}.{os.getpid()}"
        temporary.write_text(text + "\n", "utf-8")
        temporary.replace(folder / MANIFEST_NAME)

    def check_sizes(self, folder: Path) -> None:
        """A look that costs nothing: is every file there and as long as it was?

        Raises:
            DamagedWeights: no.
        """
        for note in self.files:
            path = folder / note.path
            if not path.is_file() or path.stat().st_size != note.size:
                raise DamagedWeights(name=self.name, path=path)

    def check(self, folder: Path, progress: ByteProgress | None = None) -> None:
        """Compares every file's checksum.

        Raises:
            DamagedWeights: a file is missing or is not what it was.
        """
        self.check_sizes(folder)
        done = 0
        for note in self.files:
            path = folder / note.path
            if sha256_of(path) != note.sha256:
                raise DamagedWeights(name=self.name, path=path)
            done += note.size
            if progress:
                progress(done, self.size)


def read_manifest(folder: Path) -> Manifest | None:
    """The note in `folder`; None where there is none.

    Raises:
        DamagedWeights: there is one, and it cannot be read.
    """
    path = folder / MANIFEST_NAME
    if not path.is_file():
        return None
    try:
        fields = json.loads(path.read_text("utf-8"))
        files = tuple(FileNote(**note) for note in fields.pop("files"))
        kind = Layout(fields.pop("kind"))
        return Manifest(**fields, kind=kind, files=files)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise DamagedWeights(name=folder.name, path=path) from error


def notes_of(folder: Path, layout: Layout, progress: ByteProgress | None = None) -> list[FileNote]:
    """Checksums of the files in `folder` that belong to weights of that kind."""
    paths = files_of(folder, layout)
    total, done = sum((folder / path).stat().st_size for path in paths), 0
    notes = []
    for path in paths:
        size = (folder / path).stat().st_size
        notes.append(FileNote(path, size, sha256_of(folder / path)))
        done += size
        if progress:
            progress(done, total)
    return notes


def sha256_of(path: Path) -> str:
    """The file's SHA-256 in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def copy_hashed(
    sources: Iterable[BinaryIO],
    target: BinaryIO,
    progress: Callable[[int], None] | None = None,
) -> str:
    """Writes `sources` one after the other to `target`; gives the SHA-256 of the whole.

    `progress` gets the bytes of every block as it is written.
    """
    digest = hashlib.sha256()
    for source in sources:
        while block := source.read(_BLOCK):
            target.write(block)
            digest.update(block)
            if progress:
                progress(len(block))
    return digest.hexdigest()
