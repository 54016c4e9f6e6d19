from __future__ import annotations

import csv
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from assistant.bootstrap import Application
from assistant.cli import app
from assistant.cli_doctor import manuals_finding
from assistant.cli_manuals import take_in
from assistant.cli_manuals_view import Words, print_passages
from assistant.errors import NothingFound, UnknownManual
from assistant.manual import Hit, Reason, ReasonKind, Verdict
from assistant.model import TurnPassage
from assistant.people import SINGLE_USER
from assistant.services import watching
from assistant.settings import Settings
from assistant.store.migrations import HEAD
from assistant.testing import FakeManualTools
from tests.transcripts import transcript

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from typer.testing import Result

TEXT = "# 虐待対応\n## 通告の受理\n通告を受けたら記録する。\n## 調査\n48時間以内に会う。\n"


class EverySection:
    """Finds every passage that holds a character of the question, in reading order."""

    def __init__(self, application: Application) -> None:
        self._store = application.manuals.store

    def search(self, query: str, limit: int = 5, manual: str | None = None) -> Sequence[Hit]:
        editions = {one.id: one for one in self._store.editions()}
        reasons = (Reason(ReasonKind.WORDS, (query[:1],)), Reason(ReasonKind.MEANING))
        hits = [
            Hit(passage, editions[passage.edition], 0.5, reasons)
            for passage, terms in self._store.indexed()
            if set(query) & set(terms) and manual in (None, editions[passage.edition].manual)
        ]
        return hits[:limit]


@pytest.fixture(autouse=True)
def fakes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIKIGAKI_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "150")
    monkeypatch.setattr(watching, "SETTLED", 0.0)
    monkeypatch.setattr(Application, "manual_tools", FakeManualTools())
    monkeypatch.setattr(Application, "manual_search", property(EverySection))


@pytest.fixture
def handbook(tmp_path: Path) -> Path:
    path = tmp_path / "手引き.md"
    path.write_text(TEXT, encoding="utf-8")
    return path


def run(*arguments: object, answer: str | None = None) -> Result:
    return CliRunner().invoke(app, [str(one) for one in arguments], input=answer)


def manuals(*arguments: object, answer: str | None = None) -> Result:
    return run("manuals", *arguments, answer=answer)


def listed(*options: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(manuals("list", "--json", *options).stdout)
    return found


def test_a_manual_is_added_listed_and_found(handbook: Path) -> None:
    added = manuals("add", handbook)
    assert added.exit_code == 0
    assert "手引き.md: 加えました (2 か所)" in added.stdout
    (edition,) = listed()
    assert (edition["passages"], edition["embedded"], edition["state"]) == (2, 2, "current")
    assert "手引き" in manuals("list").stdout
    shown = manuals("search", "48時間").stdout
    assert "虐待対応 > 調査" in shown
    assert "48時間以内に会う。" in shown


def test_words_only_leaves_the_meaning_to_the_worker(handbook: Path) -> None:
    manuals("add", handbook, "--words-only")
    assert listed()[0]["embedded"] == 0
    assert "調査" in manuals("search", "48時間").stdout


def test_a_bad_file_is_named_and_the_rest_goes_on(handbook: Path, tmp_path: Path) -> None:
    bad = tmp_path / "だめ.md"
    bad.write_bytes(b"\xff\xfe")
    result = manuals("add", bad, handbook, "--json")
    assert result.exit_code == 2
    one, other = json.loads(result.stdout)
    assert (one["outcome"], other["outcome"]) == ("failed", "added")
    assert one["error"]
    assert other["edition"]["file"] == "手引き.md"


def test_a_new_edition_and_what_changed(handbook: Path, tmp_path: Path) -> None:
    manuals("add", handbook)
    newer = tmp_path / "手引き_R8.md"
    newer.write_text(TEXT.replace("48", "24") + "## 面接\n聞く。\n", encoding="utf-8")
    result = manuals("add", newer, "--manual", "手引き.md", "--date", "2026-04-01")
    assert "前の版" in result.stdout

    shown = manuals("changes", "手引き.md").stdout
    assert "変更 虐待対応 > 調査" in shown
    assert "- 48時間以内に会う。" in shown
    assert "+ 24時間以内に会う。" in shown
    assert "追加 虐待対応 > 面接" in shown
    kinds = [one["kind"] for one in json.loads(manuals("changes", "手引き.md", "--json").stdout)]
    assert kinds == ["changed", "added"]
    assert [one["state"] for one in listed("--all")] == ["current", "superseded"]


def test_retire_and_restore(handbook: Path) -> None:
    manuals("add", handbook)
    assert manuals("retire", "手引き").exit_code == 0
    assert listed() == []
    (edition,) = listed("--all")
    assert "合う箇所は見つかりません" in manuals("search", "48時間").stderr
    manuals("restore", str(edition["id"])[:8])
    assert len(listed()) == 1
    assert isinstance(manuals("retire", "ない").exception, UnknownManual)


def test_one_answer_a_line_for_one_question_a_line(handbook: Path, tmp_path: Path) -> None:
    manuals("add", handbook)
    questions = tmp_path / "questions.txt"
    questions.write_text("﻿通告\n\n全く無関係xyz?\n48時間\n", encoding="utf-8")
    result = manuals("search", "--from", questions, "--json", "--limit", "1")
    assert result.exit_code == 0
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert [one["query"] for one in answers] == ["通告", "", "全く無関係xyz?", "48時間"]
    assert [len(one["hits"]) for one in answers] == [1, 0, 0, 1]
    hit = answers[3]["hits"][0]
    assert hit["manual"] == "手引き"
    assert hit["headings"] == ["虐待対応", "調査"]
    assert hit["text"] == "48時間以内に会う。"
    assert hit["page"] is None
    assert hit["reasons"][0] == {"kind": "words", "words": ["4"]}
    assert manuals("search", "--from", "-", "--json", answer="通告\n").stdout.count("\n") == 1


def test_one_manual_can_be_searched_alone(handbook: Path, tmp_path: Path) -> None:
    other = tmp_path / "連絡先.md"
    other.write_text("通告の電話は189。", encoding="utf-8")
    manuals("add", handbook, other)
    found = json.loads(manuals("search", "通告", "--manual", "連絡先", "--json").stdout)
    assert [one["file"] for one in found["hits"]] == ["連絡先.md"]


def test_a_question_or_a_file_of_questions(handbook: Path) -> None:
    assert manuals("search").exit_code == 2
    assert manuals("search", "通告", "--from", handbook).exit_code == 2
    assert isinstance(manuals("search", "--from", "nowhere.txt").exception, NothingFound)


def test_an_empty_library_says_what_to_do() -> None:
    assert "manuals add" in manuals("search", "通告").stderr
    assert "manuals add" in manuals("list").stderr
    assert listed() == []


def test_the_watched_folder_is_taken_in(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "manuals" / "sample"
    folder.mkdir(parents=True)
    (folder / "手引き.md").write_text(TEXT, encoding="utf-8")
    (folder / "README.md").write_text("読まない。", encoding="utf-8")
    assert "加えました" in manuals("sync").stdout
    assert "新しいものはありません" in manuals("sync").stderr
    (folder / "手引き.md").unlink()
    said = manuals("sync").stdout
    assert "retire" in said
    assert len(listed()) == 1


def test_a_watched_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert isinstance(manuals("sync", tmp_path / "nowhere").exception, NothingFound)


def test_the_report_counts_what_people_said(handbook: Path, tmp_path: Path) -> None:
    assert "まだ" in manuals("report").stderr
    manuals("add", handbook)
    application = Application()
    hits = application.manual_search.search("通告")
    (first, *_) = application.feedback.shown(SINGLE_USER, hits, "call-1", "通告")
    application.feedback.judge(SINGLE_USER, first, Verdict.WRONG)

    assert "通告の受理" in manuals("report").stdout
    assert json.loads(manuals("report", "--json").stdout)[0]["wrong"] == 1
    manuals("report", "--csv", tmp_path / "report.csv")
    data = (tmp_path / "report.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(data.decode("utf-8-sig").splitlines()))
    assert rows[1] == ["手引き", "虐待対応 > 通告の受理", "1", "0", "0", "1"]


def test_the_sections_beside_a_talk_are_printed_with_time_and_reasons(
    capsys: pytest.CaptureFixture[str],
) -> None:
    reasons = (Reason(ReasonKind.WORDS, ("四", "あざ")), Reason(ReasonKind.EXPANSION, ("つ",)))
    found = TurnPassage(
        "t1", 83.9, "手引き", "ab", None, ("第1章", "けが"), 3, "文。", 0.5, reasons
    )
    made = replace(transcript("A 0-6 あざ。"), passages=(found,))

    print_passages(made, Words(Settings()))
    assert capsys.readouterr().out.split("\n")[1:4] == [
        "話に合うマニュアルの節",
        "0:01:23 第1章 > けが (3 ページ) 手引き",
        "        語 あざ",
    ]
    print_passages(transcript("A 0-6 あざ。"), Words(Settings()))
    assert capsys.readouterr().out == ""


def test_a_library_without_manuals_gets_the_sample(handbook: Path) -> None:
    application = Application()
    take_in(application, handbook)
    take_in(application, handbook.with_name("gone.md"))

    assert [one.file for one in application.manuals.editions()] == ["手引き.md"]


def test_reindex_says_how_many(handbook: Path) -> None:
    manuals("add", handbook)
    assert "1 版" in manuals("reindex").stderr


def test_db_upgrade_can_be_run_twice() -> None:
    assert f"→ {HEAD}" in run("db", "upgrade").stderr
    assert "すでに合っています" in run("db", "upgrade").stderr


def test_the_doctor_counts_manuals_and_what_is_embedded(handbook: Path) -> None:
    manuals("add", handbook)
    finding = manuals_finding(Application())
    assert finding.detail == "1 冊、2 か所 (意味でも探せる: fake-encoder 2)"


def test_in_english(handbook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIKIGAKI_SCREEN_LANGUAGE", "en")
    assert "added (2 passages)" in manuals("add", handbook).stdout
    assert "searched" in manuals("list").stdout
