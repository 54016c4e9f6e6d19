"""Writes the lock: every package with its version and hashes, for Python 3.11 to 3.13.

torch is left out together with what only its CUDA build wants: its wheel differs by machine, and
`make install` installs it first, alone. Needs `uv` (`pip install uv`).
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

REQUIREMENTS = Path(__file__).parent.parent / "requirements"
MACHINE_DEPENDENT = re.compile(r"^(torch|triton|nvidia-[a-z0-9-]+|cuda-[a-z0-9-]+)$")
HEADER = "# Made by `make lock`; `make install` installs it with --no-deps --require-hashes.\n"


def compile_lock(name: str, *sources: str) -> None:
    """Resolves `sources` and writes `requirements/NAME.txt`."""
    command = ["uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"]
    options = ["--generate-hashes", "--no-annotate", "--no-header", "--no-emit-index-url"]
    result = subprocess.run(
        [*command, *options, *sources], check=True, capture_output=True, text=True
    )
    (REQUIREMENTS / f"{name}.txt").write_text(HEADER + portable(result.stdout), encoding="utf-8")


def portable(lock: str) -> str:
    """The lock without the packages whose wheels differ by machine."""
    entries = re.split(r"^(?=\S)", lock, flags=re.MULTILINE)
    return "".join(entry for entry in entries if not _left_out(entry))


def _left_out(entry: str) -> bool:
    name = re.split(r"[=\s\[]", entry, maxsplit=1)[0]
    return MACHINE_DEPENDENT.match(name) is not None


if __name__ == "__main__":
    REQUIREMENTS.mkdir(exist_ok=True)
    compile_lock("runtime", "pyproject.toml", "--group", "build")
    compile_lock(
        "dev", "pyproject.toml", "--group", "build", "--group", "dev",
        "--constraints", "requirements/runtime.txt",
    )  # fmt: skip
    sys.stdout.write("requirements/runtime.txt and requirements/dev.txt are new.\n")
