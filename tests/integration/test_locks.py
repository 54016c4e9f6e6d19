"""Processes that share the SQLite file: none of them may lose its locks on it."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from assistant.bootstrap import Application
from assistant.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

COUNT = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1])
print(database.execute("SELECT count(*) FROM job").fetchone()[0])
database.close()
"""


def seen_by_others(path: Path) -> int:
    """How many jobs another process sees, which then closes the file."""
    command = [sys.executable, "-c", COUNT, str(path)]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


@pytest.mark.parametrize("known", [False, True])
def test_what_one_process_writes_others_go_on_seeing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, known: bool
) -> None:
    monkeypatch.delenv("KIKIGAKI_DATABASE_URL", raising=False)
    settings = Settings(data_dir=tmp_path)
    path = settings.state_dir / "kikigaki.sqlite"
    if known:
        earlier = Application(settings)
        earlier.jobs.jobs()
        earlier.database.close()
    application = Application(settings)
    application.jobs.add("work", "a")
    application.master_keys.newest()  # looks whether anything was sealed before
    assert seen_by_others(path) == 1
    for number in range(2, 5):
        application.jobs.add("work", str(number))
        assert seen_by_others(path) == number
