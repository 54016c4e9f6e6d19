"""A full disk, a read-only folder, a database that is away: said clearly, and nothing is lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from assistant.people import Scope
from assistant.services.auditing import first_fault
from assistant.store.archive import SqlArchive
from assistant.store.engine import Database
from tests.archives import CODEC
from tests.integration.test_import_command import many

if TYPE_CHECKING:
    from pathlib import Path

    from tests.databases import Server

AWAY = 20.0
"""Seconds for which the database does not answer."""


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    """Where a small file system can be mounted, in a namespace that sees no other user."""
    place = tmp_path / "disk"
    place.mkdir()
    if in_namespace(place, "true").returncode:
        pytest.skip("this system lets nobody mount a file system of their own")
    return place


def in_namespace(place: Path, script: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs a script with a file system of 24 MiB at `place`; $KIKIGAKI is the command."""
    mount = f"mount -t tmpfs -o size=24m tmpfs '{place}' && {{ {script}\n}}"
    return subprocess.run(
        ["unshare", "--map-root-user", "--mount", "sh", "-c", mount],
        env=os.environ
        | environment
        | {"KIKIGAKI": f"{sys.executable} -m assistant", "KIKIGAKI_DATA_DIR": f"{place}/data"},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def test_a_full_disk_stops_an_import_which_goes_on_when_there_is_room(
    disk: Path, tmp_path: Path
) -> None:
    path = many(tmp_path / "many.jsonl", 600)
    done = in_namespace(
        disk,
        f"""
        mkdir {disk}/data; $KIKIGAKI audit verify >&2
        head -c 100M /dev/zero > {disk}/ballast
        truncate -s -1M {disk}/ballast
        $KIKIGAKI import {path} --yes --json; echo "full $?"
        $KIKIGAKI backup {disk}/backup; echo "backup $?"; ls -A {disk} >&2
        rm {disk}/ballast
        $KIKIGAKI import {path} --yes --json; echo "room $?"
        $KIKIGAKI audit verify; echo "verify $?"
        """,
    )
    assert "full 4" in done.stdout, done.stderr
    assert "backup 4" in done.stdout, done.stderr
    assert "ディスクがいっぱいです" in done.stderr.replace("\n", ""), done.stderr
    assert "room 0" in done.stdout, done.stderr
    assert "verify 0" in done.stdout, done.stderr
    (told,) = json.loads(done.stdout[done.stdout.index("[") : done.stdout.index("]\nroom") + 1])
    assert len(told["taken"]) + told["already"] == 600
    assert told["taken"]


def test_a_folder_that_cannot_be_written_is_said(disk: Path, tmp_path: Path) -> None:
    path = many(tmp_path / "many.jsonl", 3)
    done = in_namespace(
        disk,
        f"""
        mkdir {disk}/data; mount -o remount,ro {disk}
        $KIKIGAKI import {path} --yes; echo "new $?"
        mount -o remount,rw {disk}
        $KIKIGAKI import {path} --yes; echo "writable $?"
        mount -o remount,ro {disk}
        $KIKIGAKI import {path} --yes; echo "closed $?"
        $KIKIGAKI backup {disk}; echo "backup $?"
        mount -o remount,rw {disk}
        $KIKIGAKI audit verify; echo "verify $?"
        """,
    )
    told = [line for line in done.stdout.splitlines() if line[-2:-1] == " "]
    assert told == ["new 4", "writable 0", "closed 4", "backup 4", "verify 0"], done.stderr
    assert "Traceback" not in done.stderr
    assert "書き込め" in done.stderr


def test_an_import_waits_for_a_server_that_is_away(postgresql: Server, tmp_path: Path) -> None:
    address = postgresql.fresh()
    database = Database(address)
    database.upgrade()
    store = SqlArchive(database, CODEC)
    path = many(tmp_path / "many.jsonl", 800)
    environment = os.environ | {
        "KIKIGAKI_DATA_DIR": str(tmp_path),
        "KIKIGAKI_DATABASE_URL": address,
    }
    command = [sys.executable, "-m", "assistant", "import", str(path), "--yes", "--json"]
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL
    )
    while process.poll() is None:
        with store.reading() as unit:
            if unit.audit.count():
                break
        time.sleep(0.05)
    postgresql.stop()
    try:
        time.sleep(AWAY)
    finally:
        postgresql.start()
    output, _ = process.communicate()
    assert process.returncode == 0
    (told,) = json.loads(output)
    assert len(told["taken"]) + told["already"] == 800
    with store.reading() as unit:
        assert len(unit.records.all(Scope(everything=True))) == 800
        assert first_fault(unit.audit.rows(), unit.audit.count()) is None
    database.close()
