"""Samples of how people speak, and what a question is near to."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assistant.errors import BadExpansions
from assistant.knowledge.centred import ANYTHING
from assistant.knowledge.e5_weights import EMBEDDED_E5
from assistant.knowledge.parts import PART, parts
from assistant.knowledge.sayings import GIVEN, SayingsBank, write
from assistant.manual import Passage
from assistant.services.manuals import vectors_key
from assistant.testing import FakeEmbedder, FakeTokenizer
from assistant.text.sayings import Subject, read_sayings

SUBJECTS = (
    Subject(("飢えてる", "腹ぺこだって"), "食事の不足"),
    Subject(("見に行きたい",), "傍聴の受付"),
)
TEXTS = 3 + 2 + len(ANYTHING)


@pytest.fixture
def bank(tmp_path: Path) -> SayingsBank:
    return SayingsBank(SUBJECTS, FakeTokenizer(), tmp_path)


def prepared(bank: SayingsBank, embedder: FakeEmbedder) -> SayingsBank:
    while bank.prepare("k", embedder, 10):
        pass
    return bank


def near(bank: SayingsBank, question: str) -> list[str]:
    meaning = FakeEmbedder().queries([question])[0]
    found = bank.near("k", FakeTokenizer().terms(question), meaning)
    return [topic.written for topic, _ in found.topics if found.nearest]


def test_a_question_is_near_to_what_is_said_alike(bank: SayingsBank) -> None:
    prepared(bank, FakeEmbedder())
    assert near(bank, "飢えてる")[0] == "食事の不足"
    assert near(bank, "議会を見に行きたい")[0] == "傍聴の受付"
    assert near(bank, "XYZ") == []


def test_a_topic_brings_what_manuals_write(bank: SayingsBank) -> None:
    prepared(bank, FakeEmbedder())
    found = bank.near("k", list("飢えてる"), FakeEmbedder().queries(["飢えてる"])[0])
    (topic, weight), *_ = found.topics
    assert topic.terms == tuple("食事の不足")
    assert topic.meaning @ FakeEmbedder().queries(["食事の不足"])[0] == pytest.approx(1, abs=1e-3)
    assert 0 < weight <= 1
    assert 0 < found.nearest <= 1


def test_nothing_is_near_before_all_is_prepared(bank: SayingsBank) -> None:
    assert bank.prepare("k", FakeEmbedder(), 4) == 4
    assert near(bank, "飢えてる") == []
    assert bank.anything("k").size == 0


def test_what_was_prepared_is_kept_for_these_weights(bank: SayingsBank, tmp_path: Path) -> None:
    embedder = FakeEmbedder()
    assert bank.prepare("k", embedder, 4) == 4
    again = SayingsBank(SUBJECTS, FakeTokenizer(), tmp_path)
    assert again.prepare("k", embedder, 1000) == TEXTS - 4
    assert again.prepare("k", embedder, 1000) == 0
    assert again.prepare("other", embedder, 1000) == TEXTS
    assert again.anything("k").shape == (len(ANYTHING), 64)


def test_a_new_line_is_prepared_alone(bank: SayingsBank, tmp_path: Path) -> None:
    prepared(bank, FakeEmbedder())
    more = (*SUBJECTS, Subject(("やめたい",), "辞職"))
    assert SayingsBank(more, FakeTokenizer(), tmp_path).prepare("k", FakeEmbedder(), 1000) == 2


def test_a_file_that_was_cut_off_is_made_anew(bank: SayingsBank, tmp_path: Path) -> None:
    prepared(bank, FakeEmbedder())
    (file,) = tmp_path.glob(".sayings-*.npz")
    file.write_bytes(file.read_bytes()[:200])
    assert SayingsBank(SUBJECTS, FakeTokenizer(), tmp_path).prepare("k", FakeEmbedder(), 9) == 9


def test_what_came_with_the_program_is_not_made_again(bank: SayingsBank, tmp_path: Path) -> None:
    embedder = FakeEmbedder()
    own = Subject(("畑を借りたい",), "市民農園")
    given = tmp_path / "given.npz"
    write(given, "k", dict(zip(bank.texts(), embedder.queries(bank.texts()), strict=True)))
    more = SayingsBank((*SUBJECTS, own), FakeTokenizer(), tmp_path / "site", given)
    assert more.prepare("k", embedder, 1000) == 2
    assert near(more, "飢えてる")[0] == "食事の不足"
    assert near(more, "畑を借りたい")[0] == "市民農園"
    assert more.prepare("other", embedder, 1000) == TEXTS + 2


def test_all_of_our_samples_are_given_with_their_vectors() -> None:
    """If not: python scripts/make_sayings.py"""
    bank = SayingsBank(read_sayings(), FakeTokenizer(), Path("nowhere"), GIVEN)
    assert bank.known(vectors_key(EMBEDDED_E5)).keys() == set(bank.texts())


def test_ours_can_be_read_and_a_site_adds_its_own(tmp_path: Path) -> None:
    ours = read_sayings()
    assert len(ours) > 100
    assert all(len(one.sayings) >= 3 and one.written for one in ours)
    own = tmp_path / "sayings.txt"
    own.write_text("# 当市\n市の相談室に行きたい / 室はどこ → 市民相談室の案内\n", "utf-8")
    assert read_sayings(own) == (
        *ours,
        Subject(("市の相談室に行きたい", "室はどこ"), "市民相談室の案内"),
    )


@pytest.mark.parametrize("line", ["矢印がない", "→ 右だけ", "左だけ →", "甲//乙 → 丙"])
def test_a_line_that_is_not_understood_is_named(tmp_path: Path, line: str) -> None:
    own = tmp_path / "sayings.txt"
    own.write_text(f"\n{line}\n", "utf-8")
    with pytest.raises(BadExpansions) as raised:
        read_sayings(own)
    assert "2" in raised.value.message("ja")


def test_a_passage_is_embedded_in_parts_under_its_heading() -> None:
    text = "".join(f"{n}番目の文は、三十文字ほどになるように書いてあります。" for n in range(8))
    rest = parts(Passage("e", 0, ("第1章 基本", "3 一時保護"), text))
    assert len(rest) > 1
    assert all(one.startswith("一時保護\n") for one in rest)
    assert "".join(one.removeprefix("一時保護\n") for one in rest) == text
    assert all(len(one.removeprefix("一時保護\n")) <= PART for one in rest)


def test_a_short_passage_is_embedded_once() -> None:
    assert parts(Passage("e", 0, (), "短い文。")) == ["短い文。"]
    assert parts(Passage("e", 0, ("第1章", "2 面会"), "短い。")) == ["第1章\n2 面会\n短い。"]
    assert np.isfinite(FakeEmbedder().passages(parts(Passage("e", 0, (), "。")))).all()
