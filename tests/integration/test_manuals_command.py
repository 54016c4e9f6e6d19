"""`kikigaki manuals` as a site uses it: real readers, real index, real weights."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.weights

BEDTIME = "就寝時刻は22時とし、夜間は1時間ごとに巡視する。"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The data folder of this test."""
    return tmp_path / "data"


def kikigaki(data: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"KIKIGAKI_DATA_DIR": str(data), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "assistant", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def handbook(path: Path, sections: int) -> Path:
    """A manual of so many sections of some hundred characters each; one is about bedtime."""
    topics = ("面接", "記録", "会議", "送迎", "食事", "入浴", "外出", "医療", "学習", "金銭")
    rule = "担当者は{topic}について{n}日以内に所長へ報告し、様式第{n}号に記入して保管する。"
    parts = ["# 一時保護所の手引き"]
    for n in range(sections):
        text = rule.format(topic=topics[n % 10], n=n + 1) * 8
        parts += [f"## 第{n + 1}節 {topics[n % 10]}", BEDTIME * 6 if n == 7 else text]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n\n".join(parts), encoding="utf-8")
    return path


def test_a_manual_of_100_sections_can_be_searched_by_words_within_30_seconds(data: Path) -> None:
    path = handbook(data.parent / "手引き.md", 100)
    started = time.monotonic()
    added = kikigaki(data, "manuals", "add", path, "--words-only")
    assert added.returncode == 0, added.stderr
    assert time.monotonic() - started < 30

    found = kikigaki(data, "manuals", "search", "就寝時刻と巡視", "--json")
    assert BEDTIME in json.loads(found.stdout)["hits"][0]["text"]


def test_a_question_is_answered_by_meaning_once_the_manual_is_embedded(data: Path) -> None:
    handbook(data / "manuals" / "手引き.md", 12)
    synced = kikigaki(data, "manuals", "sync")
    assert synced.returncode == 0, synced.stderr
    (edition,) = json.loads(kikigaki(data, "manuals", "list", "--json").stdout)
    assert edition["embedded"] == edition["passages"] >= 12

    questions = data.parent / "questions.txt"
    questions.write_text("夜は何時に寝かせればいいの\n様式に記入して保管\n", encoding="utf-8")
    found = kikigaki(data, "manuals", "search", "--from", questions, "--json", "--limit", 3)
    assert found.returncode == 0, found.stderr
    asleep, form = [json.loads(line) for line in found.stdout.splitlines()]
    assert BEDTIME in asleep["hits"][0]["text"]
    assert {"manual", "headings", "page", "text", "score", "reasons"} <= asleep["hits"][0].keys()
    assert len(form["hits"]) == 3
