"""No visible text of a Word file is lost: every place that text can stand in, against the print."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING
from unicodedata import normalize

import pypdfium2
import pytest

from assistant.knowledge.reading import FileReader
from tests.manual_files import convert_all, word
from tests.word_cases import CASES
from tests.writer_cases import CASES as WRITTEN

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.manual import Document


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All cases as files, printed by one run of LibreOffice."""
    made = tmp_path_factory.mktemp("wild")
    for name, case in CASES.items():
        word(made / f"{name}.docx", case.body, parts=case.parts)
    convert_all(made, "docx", "pdf")
    return made


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Documents of LibreOffice, printed and saved as Word files."""
    made = tmp_path_factory.mktemp("saved")
    for name, case in WRITTEN.items():
        (made / f"{name}.fodt").write_text(case.xml, encoding="utf-8")
    convert_all(made, "fodt", "pdf")
    convert_all(made, "fodt", "docx")
    return made


@pytest.mark.parametrize("name", CASES)
def test_what_word_shows_is_read(tmp_path: Path, name: str) -> None:
    case = CASES[name]
    document = FileReader().read(word(tmp_path / "a.docx", case.body, parts=case.parts))
    blocks = [one.text for one in document.blocks]
    for words in case.says:
        assert any(words in one for one in blocks), blocks
    for words in case.hidden:
        assert not any(words in one for one in blocks), blocks


@pytest.mark.office
@pytest.mark.parametrize("name", CASES)
def test_what_is_printed_is_read_and_nothing_else(folder: Path, name: str) -> None:
    compare(folder / name, CASES[name].unread, CASES[name].unprinted)


@pytest.mark.office
@pytest.mark.parametrize("name", WRITTEN)
def test_what_libreoffice_prints_is_read_of_what_it_saves(saved: Path, name: str) -> None:
    compare(saved / name, WRITTEN[name].unread, WRITTEN[name].unprinted)


def compare(path: Path, unread: str, unprinted: str) -> None:
    read = characters(written(FileReader().read(path.with_suffix(".docx"))))
    printed = characters(print_of(path.with_suffix(".pdf")))
    assert printed - read <= characters(unread), "".join((printed - read).elements())
    assert read - printed <= characters(unprinted), "".join((read - printed).elements())


def written(document: Document) -> str:
    return "".join(one.text for one in document.blocks)


def print_of(path: Path) -> str:
    pages = pypdfium2.PdfDocument(path)
    return "".join(page.get_textpage().get_text_range() for page in pages)


def characters(text: str) -> Counter[str]:
    """How often each stands there, whatever its width and case, without space."""
    plain = normalize("NFKC", text).casefold().translate({0x2010: "-", 0xFFFE: None, 0x2022: "・"})
    return Counter("".join(plain.split()))
