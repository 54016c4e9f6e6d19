"""The files of a folder of manuals, and which of them are completely written."""

from __future__ import annotations

import time
from dataclasses import dataclass
from fnmatch import fnmatch
from typing import TYPE_CHECKING

from assistant.errors import NothingFound

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

SETTLED = 2.0
"""Seconds in which neither size nor time of a file may change: it is being written otherwise."""

_NO_MANUALS = (
    ".*",
    "~$*",  # what Word and Excel lay beside an open document
    "*~",
    "*.tmp",
    "*.part",
    "*.crdownload",
    "readme*",
    "questions*.jsonl",
    "thumbs.db",
    "desktop.ini",
)
_NO_MANUALS_INSIDE = "source"
"""A folder of what manuals are made from."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A file as it was at one look: bytes, and nanoseconds since 1970."""

    path: Path
    size: int
    modified: int


def is_manual(name: str) -> bool:
    """Whether the file of that path in a folder may be a manual."""
    *folders, file = name.casefold().split("/")
    if _NO_MANUALS_INSIDE in folders or any(one.startswith(".") for one in folders):
        return False
    return not any(fnmatch(file, pattern) for pattern in _NO_MANUALS)


def look(folder: Path, wanted: Callable[[str], bool] = is_manual) -> dict[str, Sighting]:
    """The files in `folder` and below that are wanted, by their path in it with `/`.

    Nothing if the folder is not there.

    Files that vanish meanwhile, and links that lead nowhere, are not there.
    """
    seen: dict[str, Sighting] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not wanted(name):
            continue
        try:
            if path.is_file():
                stat = path.stat()
                seen[name] = Sighting(path, stat.st_size, stat.st_mtime_ns)
        except OSError:
            continue
    return seen


def settled(folder: Path, sightings: dict[str, Sighting]) -> dict[str, Sighting]:
    """Those of `sightings` that are the same after a while: completely written, as far as known."""
    if not sightings:
        return {}
    time.sleep(SETTLED)
    now = look(folder)
    return {name: seen for name, seen in sightings.items() if now.get(name) == seen}


def manual_files(paths: Sequence[Path]) -> list[Path]:
    """The files among `paths`, and the manuals in the folders among them, in order.

    Raises:
        NothingFound: a path does not exist, or a folder holds no manual.
    """
    found: list[Path] = []
    for path in paths:
        inside = [one.path for one in look(path).values()] if path.is_dir() else [path]
        if not inside or not inside[0].exists():
            raise NothingFound(path=path)
        found += inside
    return list(dict.fromkeys(found))
