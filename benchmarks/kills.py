"""Kills processes that work on an archive with -9 at random moments, and looks at what they left.

    python -m benchmarks.kills [--sqlite 200] [--postgresql 50] [--seed 1]

Each process brings transcripts in, adds sound, corrects, indexes, removes, and deletes what is due.
After each kill the archive must hold every record whole and none that nobody brought, an audit log
whose chain is intact and tells the same, no file and no key without its record, and an index of
exactly the turns there are.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measure import report
from tests import databases
from tests.killing import rounds


def main() -> None:
    """Runs the rounds on each database, and prints what they showed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sqlite", type=int, default=200)
    parser.add_argument("--postgresql", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    rows = []
    if arguments.sqlite:
        rows.append(run("SQLite", "", arguments.sqlite, arguments.seed))
    programs = databases.programs()
    if arguments.postgresql and programs is not None:
        with databases.server(programs) as server:
            rows.append(run("PostgreSQL", server.fresh(), arguments.postgresql, arguments.seed))
    report("Archive killed with -9 while it was worked on", rows)


def run(name: str, database: str, number: int, seed: int) -> dict[str, object]:
    """So many kills on that database.

    Raises:
        AssertionError: one of them left a fault.
    """
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        told = rounds(Path(folder) / "data", database, number, seed, sys.stderr.write)
    acts = told.acts
    return {
        "database": name,
        "kills": told.kills,
        "faults": 0,
        "imported": acts.get("import", 0),
        "added": acts.get("add", 0),
        "transcribed": acts.get("transcribe", 0),
        "corrected": acts.get("edit", 0),
        "removed": acts.get("remove", 0),
        "deleted when due": told.deleted,
        "rows of the audit log": told.audited,
        "minutes": round((time.monotonic() - started) / 60, 1),
    }


if __name__ == "__main__":
    main()
