"""A process that makes an export until it is killed: `python -m tests.export_process EXPORT`.

It says how many documents are made, and waits before each further one until it is told to go on.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from assistant.bootstrap import Application

if TYPE_CHECKING:
    from assistant.model import Progress


def step(progress: Progress) -> None:
    """Tells where it is, and waits."""
    print(round(progress.done), flush=True)
    sys.stdin.readline()


if __name__ == "__main__":
    Application().export_work.make(sys.argv[1], step)
