"""The sample manuals as our own readers read them: as many sections and words as were written."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from unicodedata import normalize

import pytest

from assistant.knowledge.passages import LONGEST, SHORTEST, split
from assistant.knowledge.reading import FileReader
from assistant.manual import BlockKind, Document, Passage

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "manuals" / "sample"
SOURCES = ROOT / "scripts" / "manuals" / "source"
OUTLINE = ROOT / "scripts" / "manuals" / "outline.md"
VERTICAL = "temporary-care.pdf"
SECTIONS, CHARACTERS = 60, 30_000
WITHIN = 0.9
"""Share of passages that have 300 to 600 characters; the others are covers and short sections."""


@dataclass(frozen=True, slots=True)
class Section:
    """A line of the outline."""

    manual: str
    chapter: str
    heading: str


def plain(text: str) -> str:
    return "".join(normalize("NFKC", text).split())


def outlined() -> list[Section]:
    found = []
    manual = chapter = ""
    for line in OUTLINE.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            manual, chapter = line[3:], ""
        elif line.startswith("### "):
            chapter = line[4:]
        elif line.startswith("- "):
            found.append(Section(manual, chapter, line[2:].split(" — ")[0]))
    return found


@pytest.fixture(scope="module")
def documents() -> dict[str, Document]:
    return {path.name: FileReader().read(path) for path in sorted(SAMPLE.iterdir())}


@pytest.fixture(scope="module")
def passages(documents: dict[str, Document]) -> dict[str, tuple[Passage, ...]]:
    return {name: split(document, name) for name, document in documents.items()}


def test_there_are_sections_and_characters_enough(documents: dict[str, Document]) -> None:
    sections = outlined()
    assert len(sections) >= SECTIONS
    written = "".join(one.text for each in documents.values() for one in each.blocks)
    assert len("".join(written.split())) >= CHARACTERS


def test_every_format_is_there(documents: dict[str, Document]) -> None:
    assert {one.manual for one in outlined()} == set(documents)
    assert {Path(name).suffix for name in documents} == {".docx", ".pdf", ".xlsx", ".md"}
    assert VERTICAL in documents
    assert all(document.date for document in documents.values())


@pytest.mark.parametrize("section", outlined(), ids=lambda one: one.heading)
def test_a_section_has_its_heading_its_body_and_its_page(
    section: Section, documents: dict[str, Document]
) -> None:
    blocks = documents[section.manual].blocks
    start, heading = next(
        (n, one)
        for n, one in enumerate(blocks)
        if one.kind is BlockKind.HEADING and plain(one.text) == plain(section.heading)
    )
    above = [one for one in blocks[:start] if one.level and one.level < heading.level]
    assert not section.chapter or plain(above[-1].text) == plain(section.chapter)
    body = ""
    for one in blocks[start + 1 :]:
        if one.kind is BlockKind.HEADING:
            break
        body += one.text
    assert len(body) >= SHORTEST
    assert (heading.page is not None) is section.manual.endswith(".pdf")


def test_a_passage_leads_to_every_section(passages: dict[str, tuple[Passage, ...]]) -> None:
    for section in outlined():
        found = [
            one
            for one in passages[section.manual]
            if one.headings and plain(one.headings[-1]) == plain(section.heading)
        ]
        assert found, section
        assert all(one.page for one in found) is section.manual.endswith(".pdf")


def test_nothing_of_the_sources_is_lost(documents: dict[str, Document]) -> None:
    for source in sorted(SOURCES.glob("*.md")):
        _, front, body = source.read_text(encoding="utf-8").split("---\n", 2)
        output = re.search(r"^output: (.*)$", front, re.MULTILINE)
        assert output
        read = Counter(plain("".join(one.text for one in documents[output[1]].blocks)))
        missing = Counter(plain(_shown(body))) - read
        assert not missing, (source.name, missing)


def _shown(source: str) -> str:
    """Without the marks of Markdown and the readings of ruby."""
    source = re.sub(r"\{([^|{}]*)\|[^}]*\}", r"\1", source)
    source = re.sub(r"^\|[-| :]+\|$|^(?:#+|-) ", "", source, flags=re.MULTILINE)
    return source.replace("|", "")


def test_passages_are_as_long_as_they_should_be(passages: dict[str, tuple[Passage, ...]]) -> None:
    every = [one for each in passages.values() for one in each]
    assert all(len(one.text) <= LONGEST for one in every)
    short = [one for one in every if len(one.text) < SHORTEST]
    assert len(short) <= (1 - WITHIN) * len(every)
    assert all(not one.headings or _is_rest(one, every) for one in short)


def _is_rest(short: Passage, every: list[Passage]) -> bool:
    """Whether its section could not be cut into passages of 300, since no paragraph is cut."""
    section = [
        one for one in every if (one.edition, one.headings) == (short.edition, short.headings)
    ]
    longest = max(len(line) for one in section for line in one.text.split("\n"))
    return sum(len(one.text) for one in section) < SHORTEST * len(section) + longest


def test_passages_cut_no_table_and_no_list_item_that_fits(
    documents: dict[str, Document], passages: dict[str, tuple[Passage, ...]]
) -> None:
    for name, document in documents.items():
        texts = [one.text for one in passages[name]]
        for block in document.blocks:
            whole = block.kind in {BlockKind.TABLE, BlockKind.LIST_ITEM}
            if whole and len(block.text) <= LONGEST:
                assert any(block.text in text for text in texts), block
