"""Sealing what lay plain: everything is sealed at the end, and nothing is lost on the way."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from assistant.archive import Action
from assistant.bootstrap import Application
from assistant.cli import app
from assistant.errors import Forbidden, SealingOff, StorageError
from assistant.people import SINGLE_USER, Actor, Role
from assistant.sealing.chunks import MAGIC
from assistant.services.transcribing import Options
from assistant.settings import Settings

if TYPE_CHECKING:
    from assistant.ports import StoredFile

SOUND = b"what somebody said " * 20_000
DYING = """
import os, sys
from pathlib import Path
from assistant.bootstrap import Application

application, left, replace = Application(), int(sys.argv[1]), Path.replace
application.vault.ready()

def die(path, target):
    global left
    left -= 1
    if left < 0:
        os._exit(9)
    return replace(path, target)

Path.replace = die
for _ in application.plain_sealer.seal(application.actor):
    pass
"""


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site that sealed nothing: two recordings with what is played, and a manual."""
    monkeypatch.setenv("KIKIGAKI_DATA_DIR", str(tmp_path))
    application = Application(Settings(data_dir=tmp_path, seal=False))
    for name in ("a.wav", "b.wav"):
        with application.library.adding(SINGLE_USER, name, Options()) as (recording, file):
            file.write(SOUND)
        for one in (application.library.files.copy, application.library.files.peaks):
            with one(recording).create() as stream:
                stream.write(SOUND)
    manual = tmp_path / "手引き.md"
    manual.write_text("# 通告\n\n通告の受理は四十八時間以内に安全を確かめる。\n")
    list(application.manual_desk.add(SINGLE_USER, [manual]))
    application.database.close()
    return tmp_path


def stored(application: Application) -> list[StoredFile]:
    files = application.library.files
    return [
        *(
            one(entry.id)
            for entry in application.library.entries(SINGLE_USER)
            for one in (files.sound, files.copy, files.peaks)
        ),
        *(application.manuals.original(one) for one in application.manuals.editions()),
    ]


def sealed(application: Application) -> list[bool]:
    return [one.path.read_bytes().startswith(MAGIC) for one in stored(application)]


def content(application: Application) -> list[bytes]:
    found = []
    for one in stored(application):
        with one.open("rb") as file:
            found.append(file.read())
    return found


def test_everything_is_sealed_and_says_the_same(data: Path) -> None:
    application = Application()
    before = content(application)
    assert sealed(application) == [False] * 7

    done = CliRunner().invoke(app, ["keys", "seal"], catch_exceptions=False)
    assert "7 件" in done.output
    assert sealed(application) == [True] * 7
    assert content(application) == before
    again = CliRunner().invoke(app, ["keys", "seal"], catch_exceptions=False)
    assert "0 件" in again.output
    with application.archive.reading() as unit:
        rows = [row.details for row in unit.audit.rows() if row.action == Action.KEYS]
    assert rows[:2] == [{"sealing": "begun", "files": "0"}, {"sealing": "done", "files": "7"}]


def test_killed_at_every_file_it_loses_nothing(data: Path) -> None:
    before = content(Application())
    environment = os.environ | {"KIKIGAKI_DATA_DIR": str(data)}
    for kill in range(30):
        command = [sys.executable, "-c", DYING, str(kill % 2)]
        ended = subprocess.run(
            command, env=environment, cwd=Path(__file__).parents[2], check=False
        ).returncode
        application = Application()
        assert content(application) == before
        application.database.close()
        if ended == 0:
            break
        assert ended == 9
    assert kill > 3
    assert sealed(Application()) == [True] * 7
    assert content(Application()) == before


def test_who_may_and_when(data: Path) -> None:
    application = Application(Settings(data_dir=data, seal=False))
    with pytest.raises(SealingOff):
        next(application.plain_sealer.seal(SINGLE_USER))
    clerk = Actor("w1", "青木", frozenset({Role.CLERK}))
    with pytest.raises(Forbidden):
        next(application.plain_sealer.seal(clerk))


def test_a_full_disk_leaves_the_plain_file(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    application = Application()
    application.vault.ready()
    before = content(application)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("assistant.sealing.vault.shutil.copyfileobj", full)
        with pytest.raises(StorageError):
            list(application.plain_sealer.seal(SINGLE_USER))
    assert content(application) == before
    assert sealed(application) == [False] * 7
