"""Files that are either whole or not there."""

from __future__ import annotations

import os
from itertools import count
from secrets import token_hex
from typing import TYPE_CHECKING

from assistant.errors import storage_errors

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import BinaryIO


def write_atomically(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Calls `write` with a stream whose content becomes the file at `path`, all or nothing.

    A file that is there already is replaced in one step. Folders are made where they are missing.

    Raises:
        DiskFull, NotWritable: nothing was changed.
    """
    with storage_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        # Not named after `path`: a long name has no room for more characters.
        arriving = path.with_name(f".{token_hex(8)}.part")
        try:
            with arriving.open("xb") as stream:
                write(stream)
                stream.flush()
                os.fsync(stream.fileno())
            arriving.replace(path)
        finally:
            arriving.unlink(missing_ok=True)
        _settle(path.parent)


def _settle(folder: Path) -> None:
    """Makes a rename in `folder` outlive a power cut, where the system can."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:  # Windows, some network folders
        return
    try:
        os.fsync(handle)
    except OSError:
        return
    finally:
        os.close(handle)


def holds(path: Path, content: bytes) -> bool:
    """Whether the file at `path` is there and holds exactly that."""
    try:
        return path.stat().st_size == len(content) and path.read_bytes() == content
    except OSError:
        return False


def keep_aside(path: Path) -> Path | None:
    """Gives the file at `path` a free name beside it, `名前 (旧1).docx`; None when none is there.

    Raises:
        NotWritable: it cannot be renamed.
    """
    if not path.exists():
        return None
    numbered = (path.with_name(f"{path.stem} (旧{n}){path.suffix}") for n in count(1))
    aside = next(free for free in numbered if not free.exists())
    with storage_errors(path):
        return path.rename(aside)
