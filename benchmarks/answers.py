"""How well manuals answer questions whose answers are known, and how soon a new manual answers.

    python -m benchmarks.answers            # recall of the sample manuals and of general knowledge
    python -m benchmarks.answers --adding   # a manual of 100 sections, from the file to the answer

Both use the program's own commands in a data folder of their own. `manual_questions.jsonl` and
`manual_questions_blind.jsonl` are asked of `manuals/sample/` in callers' words: of the blind ones,
everything was weighed on the lines with even numbers. `general_questions.jsonl` and
`general_spoken.jsonl` are asked of `general.md`, as one who reads it and as one who telephones.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from docx import Document

from benchmarks.measure import Measured, report, run

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
SAMPLE = HERE.parent / "manuals" / "sample"
BLIND = HERE / "manual_questions_blind.jsonl"
SECTIONS = 100
LENGTH = 400
"""Characters of a section at least: one passage of the usual length."""


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--adding", action="store_true")
    if parser.parse_args().adding:
        report("A manual of 100 sections, from the file to the answer", [_adding()])
    else:
        report("Questions whose answers are known", list(_answers()))


def _answers() -> Iterator[dict[str, object]]:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        lines = BLIND.read_text(encoding="utf-8").splitlines(keepends=True)
        for name, some in (("blind, odd lines", lines[0::2]), ("blind, even lines", lines[1::2])):
            (place / f"{name}.jsonl").write_text("".join(some), encoding="utf-8")
        asked = [HERE / "manual_questions.jsonl", *sorted(place.glob("blind*.jsonl"), reverse=True)]
        yield from _evaluate(place / "sample", sorted(SAMPLE.glob("*.*")), asked)
        general = [HERE / "general_questions.jsonl", HERE / "general_spoken.jsonl"]
        yield from _evaluate(place / "general", [HERE / "general.md"], general)


def _evaluate(
    data: Path, manuals: list[Path], questions: list[Path]
) -> Iterator[dict[str, object]]:
    _kikigaki(data, "add", *map(str, manuals))
    done = _kikigaki(data, "evaluate", *map(str, questions), "--json")
    for row in json.loads(done.output):
        yield {
            "questions": Path(row["file"]).stem,
            "number": row["questions"],
            "by": row["way"],
            **{f"recall@{depth}": _rounded(share) for depth, share in row["recall"].items()},
            "MRR@10": _rounded(row["mrr"]),
            "nDCG@10": _rounded(row["ndcg"]),
            "silent_precision": _rounded(row["silent_precision"]),
            "silent_recall": _rounded(row["silent_recall"]),
            "p50_ms": round(1000 * row["median"], 1),
            "p95_ms": round(1000 * row["p95"], 1),
        }


def _adding() -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        manual = Path(folder) / "manual.docx"
        characters = _write(manual)
        words = _kikigaki(Path(folder) / "words", "add", str(manual), "--words-only")
        found = _kikigaki(Path(folder) / "words", "search", "メンデレーエフの周期表", "--json")
        whole = _kikigaki(Path(folder) / "whole", "add", str(manual))
        listed = json.loads(_kikigaki(Path(folder) / "whole", "list", "--json").output)
    return {
        "sections": SECTIONS,
        "characters": characters,
        "passages": listed[0]["passages"],
        "embedded": listed[0]["embedded"],
        "found_by_words": bool(json.loads(found.output)["hits"]),
        "seconds_until_by_words": round(words.seconds, 1),
        "seconds_until_by_meaning": round(whole.seconds, 1),
        "peak_mib": round(whole.peak_mib),
    }


def _write(path: Path) -> int:
    """A manual in Word, of the texts of `general.md`; how many characters it has."""
    lines = (HERE / "general.md").read_text(encoding="utf-8").splitlines()
    paragraphs = iter([line for line in lines[4:] if line and not line.startswith("#")])
    document = Document()
    document.add_heading("業務の手引き", 0)
    total = 0
    for number in range(SECTIONS):
        if number % 10 == 0:
            document.add_heading(f"第{number // 10 + 1}章 業務の{number // 10 + 1}", 1)
        first = next(paragraphs)
        document.add_heading(f"{number % 10 + 1} {first[:12]}", 2)
        length = 0
        for text in chain([first], paragraphs):
            document.add_paragraph(text)
            length += len(text)
            if length >= LENGTH:
                break
        total += length
    document.save(str(path))
    return total


def _kikigaki(data: Path, *words: str) -> Measured:
    places = {"KIKIGAKI_DATA_DIR": str(data)}
    return run("-m", "assistant", "manuals", *words, environment=os.environ | places)


def _rounded(share: float | None) -> float | str:
    return "" if share is None else round(share, 3)


if __name__ == "__main__":
    main()
