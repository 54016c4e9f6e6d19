"""Anchors of the audit log in a file of this machine: `2026-11-26T05:00:00+00:00 1234:3f9a…`."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from assistant.errors import storage_errors
from assistant.services.auditing import Anchor

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

_LINE = re.compile(r"\S+ (\d{1,18}):([0-9a-f]{64})")


class FileAnchors:
    """`services.anchoring.AnchorBook` at `path`, a line for each."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def all(self) -> list[Anchor]:
        """The oldest first; what a sudden end left of a line does not count.

        Raises:
            StorageError: they cannot be read.
        """
        with storage_errors(self.path):
            if not self.path.exists():
                return []
            lines = self.path.read_text("ascii", "replace").splitlines()
        found = map(_LINE.fullmatch, lines)
        return [Anchor(int(one[1]), one[2]) for one in found if one]

    def add(self, anchor: Anchor, at: datetime) -> None:
        """Writes one down, onto the disk itself.

        Raises:
            StorageError: it cannot be written.
        """
        line = f"{at.isoformat(timespec='seconds')} {anchor}\n".encode("ascii")
        with storage_errors(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            broken_off = _is_broken_off(self.path)
            with self.path.open("ab") as file:
                file.write(b"\n" * broken_off + line)
                file.flush()
                os.fsync(file.fileno())

    def set_aside(self, at: datetime) -> None:
        """Under another name.

        Raises:
            StorageError: they cannot be set aside.
        """
        with storage_errors(self.path):
            if self.path.exists():
                self.path.rename(self.path.with_name(f"{self.path.name}.{at:%Y%m%d-%H%M%S}"))


def _is_broken_off(path: Path) -> bool:
    """Whether a sudden end left half a line."""
    return path.exists() and path.stat().st_size > 0 and not path.read_bytes().endswith(b"\n")
