"""A folder that appears at once and complete, or not at all."""

from __future__ import annotations

import os
import shutil
import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from assistant.errors import storage_errors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_TEMPORARY = ".arriving-"


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Waits until no other process works on `folder`, and keeps others out meanwhile.

    Raises:
        StorageError: nothing can be written beside `folder`.
    """
    with storage_errors(folder.parent):
        folder.parent.mkdir(parents=True, exist_ok=True)
        lock = _lock(folder)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


@contextmanager
def landing(folder: Path) -> Iterator[Path]:
    """A temporary folder that becomes `folder`, in place of what was there, when all went well.

    Call it inside `only_one(folder)`. What a killed process left behind is removed first.

    Raises:
        StorageError: the disk is full, or nothing can be written beside `folder`.
    """
    sweep(folder.parent, mine=folder)
    temporary = _temporary(folder)
    with storage_errors(folder.parent):
        try:
            temporary.mkdir()
            yield temporary
            _replace(folder, temporary)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


def discard(folder: Path) -> None:
    """Removes `folder`, which is gone at once even when the process is killed meanwhile.

    Call it inside `only_one(folder)`.

    Raises:
        NotWritable: no right to.
    """
    with storage_errors(folder):
        leftover = folder.rename(_temporary(folder))
    shutil.rmtree(leftover, ignore_errors=True)


def sweep(place: Path, mine: Path | None = None) -> None:
    """Removes what killed processes left in `place`; `mine` is a folder whose lock we hold."""
    for leftover in place.glob(f"{_TEMPORARY}*"):
        folder = place / leftover.name.removeprefix(_TEMPORARY).partition("-")[2]
        if folder == mine:
            shutil.rmtree(leftover, ignore_errors=True)
            continue
        try:
            with _lock(folder).acquire(timeout=0):
                shutil.rmtree(leftover, ignore_errors=True)
        except (Timeout, OSError):
            continue


def _temporary(folder: Path) -> Path:
    return folder.parent / f"{_TEMPORARY}{uuid.uuid4().hex[:8]}-{folder.name}"


def _lock(folder: Path) -> FileLock:
    return FileLock(folder.parent / f".{folder.name}.lock")


def _replace(folder: Path, temporary: Path) -> None:
    for path in temporary.rglob("*"):
        if path.is_file():
            _flush(path)
    if folder.exists():
        discard(folder)  # renaming onto a folder works only when it is empty
    temporary.rename(folder)


def _flush(path: Path) -> None:
    with path.open("rb") as stream:
        os.fsync(stream.fileno())
