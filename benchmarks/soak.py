"""The long proofs, one after another; what they show is written to docs/proofs.md.

    python -m benchmarks.soak [NAME …]

Given names, only those are run again, and the other sections stay as they were measured.
"""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import psutil

PROOFS = Path(__file__).parent.parent / "docs" / "proofs.md"
COMMANDS = {
    "accuracy": ["benchmarks.accuracy"],
    "pipeline": ["benchmarks.pipeline", "--minutes", "30"],
    "jobs": ["benchmarks.jobs"],
    "search": ["benchmarks.archive_search"],
    "search-postgresql": ["benchmarks.archive_search", "--postgresql"],
    "faults": ["benchmarks.faults", "--rounds", "20"],
    "kills": ["benchmarks.kills", "--sqlite", "200", "--postgresql", "50", "--seed", "7"],
    "exports": ["benchmarks.exports"],
    "diarization": ["benchmarks.diarization", "--hours", "3"],
    "manuals": ["benchmarks.manuals"],
    "embedding": ["benchmarks.manuals", "--embed", "64"],
    "answers": ["benchmarks.answers"],
    "adding": ["benchmarks.answers", "--adding"],
    "memory": ["benchmarks.memory", "--minutes", "10", "600"],
}
HEADER = """# Proofs

Made by `make soak`. Each section names its command, its machine and its day.
"""


def main() -> None:
    """Runs the proofs that are named, or all."""
    sections = read_sections()
    for name in sys.argv[1:] or COMMANDS:
        sys.stderr.write(f"== {name}\n")
        sections[name] = section(name)
        ordered = [sections[one] for one in COMMANDS if one in sections]
        PROOFS.write_text("\n".join([HEADER, *ordered]), encoding="utf-8")


def read_sections() -> dict[str, str]:
    """The sections of the page as it is, by name."""
    if not PROOFS.is_file():
        return {}
    parts = PROOFS.read_text(encoding="utf-8").split("<!-- proof: ")[1:]
    return {part.split(" -->", 1)[0]: f"<!-- proof: {part.rstrip()}\n" for part in parts}


def section(name: str) -> str:
    """Runs a proof and words what it printed.

    Raises:
        subprocess.CalledProcessError: the proof failed.
    """
    command = [sys.executable, "-m", *COMMANDS[name]]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    results = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    tables = "\n".join(f"## {one['title']}\n\n{table(one['rows'])}" for one in results)
    told = f"`python -m {' '.join(COMMANDS[name])}`, {machine()}"
    return f"<!-- proof: {name} -->\n{tables}\n{told}\n"


def machine() -> str:
    """What it was measured on, and when."""
    memory = psutil.virtual_memory().total / 1024**3
    day = datetime.now(UTC).date().isoformat()
    return (
        f"{psutil.cpu_count()} cores ({platform.machine()}), {memory:.0f} GiB, "
        f"Python {platform.python_version()}, {day}"
    )


def table(rows: list[dict[str, object]]) -> str:
    """A Markdown table; a row may lack some of the keys."""
    head = list(dict.fromkeys(key for row in rows for key in row))
    lines = [head, ["---"] * len(head), *[[str(row.get(key, "")) for key in head] for row in rows]]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    main()
