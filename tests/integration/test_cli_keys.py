"""`kikigaki keys`, as it is typed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from assistant.bootstrap import Application
from assistant.cli import app
from assistant.errors import MissingMasterKey

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KIKIGAKI_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("KIKIGAKI_SCREEN_LANGUAGE", "ja")
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["keys", *arguments])


def seal(data: Path, owner: str) -> str:
    """A sealed file; the path of the master key."""
    application = Application()
    with application.vault.file(data / "recordings" / owner / "a", owner).create() as file:
        file.write(b"what somebody said")
    application.database.close()
    return str(data / "state" / "master.key")


def test_before_the_first_recording_there_is_no_key(data: Path) -> None:
    shown = run("show")
    assert shown.exit_code == 0
    assert "まだありません" in shown.stdout
    assert not (data / "state" / "master.key").exists()


def test_keys_are_counted_and_never_shown(data: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = seal(data, "one")
    assert path in capfd.readouterr().err, "whoever runs it is told to keep a copy"
    seal(data, "two")
    found = json.loads(run("show", "--json").stdout)
    assert found["place"] == path
    assert [(one["files"], one["here"], one["newest"]) for one in found["keys"]] == [
        (2, True, True)
    ]
    secret = (data / "state" / "master.key").read_text().split()[-1]
    assert secret not in run("show").stdout + json.dumps(found)


def test_rotation_says_what_to_do_next(data: Path) -> None:
    seal(data, "one")
    before = json.loads(run("show", "--json").stdout)["keys"][0]["id"]
    done = run("rotate")
    assert done.exit_code == 0
    assert "1 ファイル" in done.stdout
    assert "写し" in done.stdout
    (after,) = json.loads(run("show", "--json").stdout)["keys"]
    assert after["id"] != before
    assert (after["files"], after["newest"]) == (1, True)


def test_a_lost_key_is_told_and_found_again(data: Path) -> None:
    seal(data, "one")
    path = data / "state" / "master.key"
    kept = path.read_bytes()
    path.unlink()
    shown = run("show")
    assert shown.exit_code == 3
    assert "ここにありません" in shown.stdout
    assert isinstance(run("rotate").exception, MissingMasterKey)
    path.write_bytes(kept)
    assert run("show").exit_code == 0
