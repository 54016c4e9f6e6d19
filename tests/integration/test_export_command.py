"""`kikigaki export` as a site uses it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest
from typer.testing import CliRunner

from assistant.cli import app
from assistant.errors import FileThere, NothingToExport, UnknownFormat, UnknownRecording
from tests.minutes import COMMITTEE

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result


@pytest.fixture
def records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Two minutes of committees, on the archive of this machine."""
    monkeypatch.setenv("KIKIGAKI_DATA_DIR", str(tmp_path / "data"))
    taken = []
    for name in ("文教委員会", "総務委員会"):
        path = tmp_path / f"{name}.txt"
        path.write_text(COMMITTEE.replace("文教委員会", name))
        (one,) = json.loads(run("import", str(path), "--yes", "--json").stdout)
        taken += one["taken"]
    return taken


def run(*arguments: str) -> Result:
    done = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done


def names(path: Path) -> list[str]:
    with ZipFile(path) as archive:
        assert archive.testzip() is None
        return sorted(archive.namelist())


def test_chosen_records_and_what_a_search_finds(tmp_path: Path, records: list[str]) -> None:
    place = tmp_path / "new" / "a.zip"
    told = json.loads(run("export", str(place), records[0], "--format", "txt", "--json").stdout)
    assert told == {"file": str(place), "records": 1, "failed": 0}
    assert names(place) == ["文教委員会.txt"]

    with pytest.raises(FileThere):
        run("export", str(place), records[0])
    place = tmp_path / "b.zip"
    found = ("--words", "委員会", "--kind", "meeting")
    assert "2 件" in run("export", str(place), *found, "-f", "json").output
    assert names(place) == ["文教委員会.json", "総務委員会.json"]
    left = tmp_path / "data" / "state" / "exports"
    assert [*left.rglob("*.zip")] == [], "nothing stays behind"

    rows = json.loads(run("audit", "list", "--action", "export", "--json").stdout)
    assert {row["object"] for row in rows} > set(records)


def test_what_cannot_be_exported(tmp_path: Path, records: list[str]) -> None:
    place = str(tmp_path / "a.zip")
    for error, arguments in (
        (UnknownFormat, (records[0], "--format", "pdf")),
        (UnknownRecording, ("20200101-000000-000000",)),
        (NothingToExport, ("--words", "どこにもない言葉")),
        (NothingToExport, ()),
    ):
        with pytest.raises(error):
            run("export", place, *arguments)
