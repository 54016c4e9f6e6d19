"""`kikigaki import` as a site uses it, on both databases; killed with -9 it goes on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from assistant.people import Scope
from assistant.services.auditing import first_fault
from assistant.store.archive import SqlArchive
from tests.archives import CODEC
from tests.minutes import COMMITTEE

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.store.engine import Database


@pytest.fixture
def environment(place: Path | str, database: Database, tmp_path: Path) -> dict[str, str]:
    """Of a process that works on the database of this test."""
    places = {"KIKIGAKI_DATA_DIR": str(tmp_path)}
    if isinstance(place, str):
        places["KIKIGAKI_DATABASE_URL"] = place
    database.close()
    return os.environ | places


def kikigaki(environment: dict[str, str], *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "assistant", "import", *map(str, arguments)]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        env=environment,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def many(path: Path, records: int) -> Path:
    """Recordings of ten turns each."""
    turns = [{"speaker": f"委員{n % 3}", "text": f"{n}番目の発言です。"} for n in range(10)]
    with path.open("w", encoding="utf-8") as file:
        for n in range(records):
            line = {"title": f"第{n}回", "date": "2026-11-20", "turns": turns}
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
    return path


def test_minutes_are_shown_then_taken(
    environment: dict[str, str], database: Database, tmp_path: Path
) -> None:
    path = tmp_path / "会議録.txt"
    path.write_text(COMMITTEE, encoding="cp932", errors="replace")
    refused = kikigaki(environment, path)
    assert refused.returncode == 2
    assert "令和８年11月20日（金）午前10時00分" in refused.stdout
    assert "--yes" in refused.stderr
    shown = kikigaki(environment, path, "--dry-run", "--json")
    (told,) = json.loads(shown.stdout)
    assert told["records"][0]["speakers"][0] == {"name": "青木委員長", "role": "chair"}
    taken = kikigaki(environment, path, "--yes", "--json")
    assert taken.returncode == 0, taken.stderr
    (told,) = json.loads(taken.stdout)
    with SqlArchive(database, CODEC).reading() as unit:
        (record,) = unit.records.all(Scope(everything=True))
    assert told["taken"] == [record.id]


def test_an_import_that_was_killed_goes_on(
    environment: dict[str, str], database: Database, tmp_path: Path
) -> None:
    path = many(tmp_path / "many.jsonl", 800)
    store = SqlArchive(database, CODEC)
    command = [sys.executable, "-m", "assistant", "import", str(path), "--yes"]
    process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL)
    while process.poll() is None:
        time.sleep(0.05)
        with store.reading() as unit:
            if unit.audit.count():
                process.send_signal(signal.SIGKILL)
                break
    process.wait()
    with store.reading() as unit:
        before = unit.records.all(Scope(everything=True))
    assert 0 < len(before) < 800
    done = kikigaki(environment, path, "--yes", "--json")
    assert done.returncode == 0, done.stderr
    (told,) = json.loads(done.stdout)
    assert told["already"] == len(before)
    with store.reading() as unit:
        records = unit.records.all(Scope(everything=True))
        assert {one.title for one in records} == {f"第{n}回" for n in range(800)}
        assert len(records) == 800
        assert unit.audit.count() == 800
        assert first_fault(unit.audit.rows(), unit.audit.count()) is None
