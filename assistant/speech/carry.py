"""Weights that were carried in by hand: copied, and compared with the checksums they bring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.errors import BadModelFolder, DamagedWeights
from assistant.speech.layout import Layout, files_of
from assistant.speech.manifest import FileNote, copy_hashed, read_manifest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from assistant.speech.manifest import ByteProgress


def carry_in(
    source: Path, target: Path, layout: Layout, progress: ByteProgress | None = None
) -> list[FileNote]:
    """Copies the files that belong to weights of that kind; gives their notes.

    Raises:
        DamagedWeights: a file is missing that the checksums name, or one does not match.
        BadModelFolder: a file cannot be read.
    """
    paths = files_of(source, layout)
    expected = carried_checksums(source)
    for path in expected:
        if not (source / path).is_file():
            raise DamagedWeights(name=source.name, path=source / path)
    total, done = sum((source / path).stat().st_size for path in paths), 0

    def report(count: int) -> None:
        nonlocal done
        done += count
        if progress:
            progress(done, total)

    notes = []
    for path in paths:
        note = _copy(source, target, path, report)
        if expected.get(path, note.sha256) != note.sha256:
            raise DamagedWeights(name=source.name, path=source / path)
        notes.append(note)
    return notes


def carried_checksums(folder: Path) -> dict[str, str]:
    """SHA-256 by POSIX path: from our own note, else from `SHA256SUMS`, else nothing.

    Raises:
        DamagedWeights: our own note cannot be read.
    """
    if manifest := read_manifest(folder):
        return {note.path: note.sha256 for note in manifest.files}
    sums = folder / "SHA256SUMS"
    if not sums.is_file():
        return {}
    lines = (line.split(maxsplit=1) for line in sums.read_text("utf-8", "replace").splitlines())
    pairs = (line for line in lines if len(line) == 2)
    return {name.strip().lstrip("*").removeprefix("./"): digest.lower() for digest, name in pairs}


def _copy(source: Path, target: Path, path: str, report: Callable[[int], None]) -> FileNote:
    place = target / path
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        reading = (source / path).open("rb")
    except OSError as error:
        raise BadModelFolder(path=source, missing=path) from error
    with reading, place.open("wb") as writing:
        digest = copy_hashed([reading], writing, report)
        return FileNote(path, writing.tell(), digest)
