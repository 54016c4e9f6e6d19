from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner, Result

from assistant.cli import app
from assistant.model import Kind
from tests.archive_searches import Searches
from tests.archives import archive_in

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KIKIGAKI_DATA_DIR", str(tmp_path))
    searches = Searches(archive_in(tmp_path))
    searches.matter("総務委員会")
    searches.add("r1", "児童相談所への届け", "虐待の疑い", matter="id-総務委員会")
    searches.add("r2", "税と虐待の話", kind=Kind.CALL, speakers="CB")
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def found(*arguments: str) -> dict[str, object]:
    done = run("search", *arguments, "--json")
    assert done.exit_code == 0, done.output
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


def test_the_answer_for_machines(folder: Path) -> None:
    answer = found("届")
    assert answer == {
        "total": 1,
        "hits": [
            {
                "recording": "r1",
                "title": "題 r1",
                "turn": "t0",
                "start": 0.0,
                "end": 1.0,
                "speaker": "髙橋委員長",
                "role": "委員長",
                "text": "児童相談所への届け",
                "score": 1.0,
            }
        ],
    }


@pytest.mark.parametrize(
    ("arguments", "total"),
    [
        (("虐待",), 2),
        (("虐待", "--limit", "1"), 2),
        (("虐待", "税"), 1),
        (("虐待", "NOT", "税"), 1),
        (("虐待", "--speaker", "田中"), 1),
        (("虐待", "--role", "caller"), 1),
        (("虐待", "--kind", "会議"), 1),
        (("虐待", "--case", "総務"), 1),
        (("虐待", "--body", "総務"), 1),
        (("虐待", "--from", "令和9年"), 0),
        (("虐待", "--from", "R8.11", "--to", "R8.11"), 2),
        (("どこにもない",), 0),
    ],
)
def test_words_and_options(folder: Path, arguments: tuple[str, ...], total: int) -> None:
    answer = found(*arguments)
    assert answer["total"] == total


def test_people_read_lines_with_the_words(folder: Path) -> None:
    done = run("search", "虐待")
    assert "虐待の疑い" in done.stdout
    assert "2 件" in done.stderr
    tried = run("search", "要対協")
    assert "要保護児童対策地域協議会" in tried.stderr.replace("\n", "")


def test_a_table_is_written(folder: Path) -> None:
    path = folder / "hits.csv"
    assert run("search", "税", "--csv", str(path)).exit_code == 0
    assert "税と虐待の話" in path.read_text(encoding="utf-8-sig")


def test_synonyms_are_listed_added_and_removed(folder: Path) -> None:
    assert "児相 = 児童相談所" in run("synonyms", "list").stdout
    assert run("synonyms", "add", "箱庭 = 税").exit_code == 0
    assert found("箱庭")["total"] == 1
    assert run("synonyms", "remove", "箱庭 = 税").exit_code == 0
    assert found("箱庭")["total"] == 0
