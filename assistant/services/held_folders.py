"""Holding a folder: whoever moves, removes or rewrites what is in it does so alone.

The lock is the system's, on the folder itself: it goes by the folder and not by its name, and ends
with the process. Where a network share knows no such locks, everybody is let in.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def held(folder: Path, *, wait: bool = True) -> Iterator[bool]:
    """Whether the folder is there and held while the block runs.

    Without `wait` it is not where somebody else holds it.
    """
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except FileNotFoundError:
        yield False
        return
    try:
        yield _lock(handle, wait=wait) and _is_at(handle, folder)
    finally:
        os.close(handle)


def _lock(handle: int, *, wait: bool) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def _is_at(handle: int, folder: Path) -> bool:
    """Whether it still has that name: it may have gone while we waited."""
    try:
        return os.path.samestat(os.fstat(handle), folder.stat())
    except FileNotFoundError:
        return False
