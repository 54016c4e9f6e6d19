"""Files that appear whole or not at all, also when the power fails."""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from secrets import token_hex
from typing import TYPE_CHECKING

from assistant.errors import storage_errors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import BinaryIO

_PART = re.compile(r"\.(.+)\.[0-9a-f]{8}\.part")


@contextmanager
def arriving(
    target: Path, mode: int = 0o666, ready: Callable[[], None] = lambda: None
) -> Iterator[BinaryIO]:
    """A file beside `target` that takes its place when the block ends well, and is gone when not.

    `mode` are its rights, less the umask. `ready` is called when everything is on the disk, before
    the file takes its place.

    Raises:
        StorageError: no room, or no right to write.
    """
    part = target.with_name(f".{target.name}.{token_hex(4)}.part")
    with storage_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            with os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            ready()
            part.replace(target)
            _sync(target.parent)
        finally:
            part.unlink(missing_ok=True)


def parts_of(target: Path) -> list[Path]:
    """The files that were to take the place of `target` and have not, by now."""
    return [one for one in target.parent.glob(".*.part") if arrived_as(one) == target]


def arrived_as(part: Path) -> Path | None:
    """The place that such a file was to take."""
    found = _PART.fullmatch(part.name)
    return part.with_name(found[1]) if found else None


def _sync(folder: Path) -> None:
    """Makes a change of the folder itself last."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
