"""A place for a file that is being taken in."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from secrets import token_hex
from typing import TYPE_CHECKING

from assistant.errors import storage_errors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ARRIVING = ".arriving-"
"""How the names of such places begin: what a dead process left can be told by it."""


@contextmanager
def arriving(folder: Path) -> Iterator[Path]:
    """A fresh folder inside `folder`; it is gone afterwards, unless it was given another name.

    Raises:
        StorageError: it cannot be made.
    """
    place = folder / f"{ARRIVING}{token_hex(4)}"
    try:
        with storage_errors(folder):
            place.mkdir(parents=True)
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)
