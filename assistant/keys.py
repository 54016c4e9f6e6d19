"""The nouns of sealing: the keys of files, and the keys that wrap them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class FileKey:
    """The key of one sealed file, wrapped under the master key `master` (its id).

    `file` begins with the name of what the file belongs to: `OWNER/…`.
    """

    file: str
    master: str
    wrapped: bytes = field(repr=False)
    made: datetime


@dataclass(frozen=True, slots=True)
class KeyState:
    """A master key: how many files it opens, and whether it is here. The newest seals new files."""

    id: str
    files: int
    here: bool
    newest: bool


def steps_owner(work: str) -> str:
    """What the key of a work's kept steps belongs to."""
    return f"steps/{work}"


def export_owner(export: str) -> str:
    """What the keys of an export's files belong to."""
    return f"exports/{export}"
