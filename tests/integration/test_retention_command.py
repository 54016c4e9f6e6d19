"""`kikigaki retention` as a site uses it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from assistant.cli import app
from tests.minutes import COMMITTEE

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KIKIGAKI_DATA_DIR", str(tmp_path / "data"))
    return tmp_path


def told(*arguments: str) -> Any:
    done = CliRunner().invoke(app, [*arguments, "--json"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def do(*arguments: str) -> str:
    done = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_from_a_rule_to_a_deletion(site: Path) -> None:
    path = site / "会議録.txt"
    path.write_text(COMMITTEE.replace("令和８年11月20日（金）", "平成12年11月20日（月）"))
    ((record,),) = [one["taken"] for one in told("import", str(path), "--yes")]
    assert told("retention", "plan") == []
    do("retention", "rule", "light", "--years", "5", "--name", "軽易な会議")
    do("retention", "class", record, "light")
    (due,) = told("retention", "plan")
    assert (due["record"], due["until"], due["stays"]) == (record, "2006-04-01", None)
    do("retention", "hold", record, "--reason", "開示請求")
    (due,) = told("retention", "plan")
    assert due["stays"] == "held"
    do("retention", "release", record, "--reason", "開示した")
    assert "文教委員会" in do("retention", "plan")
    do("retention", "run", "--yes")
    (gone,) = told("retention", "deleted")
    assert (gone["record"], gone["record_class"]) == (record, "light")
    assert "文教委員会" in do("retention", "deleted")
    assert "軽易な会議" in do("retention", "rules")
    assert "永久" in do("retention", "start") + do("retention", "rules")
