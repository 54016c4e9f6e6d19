"""Word files that are damaged, or made to do harm: a sentence, and nothing else."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest

from assistant.errors import EmptyManual, ManualError, ManualTooLarge, UnreadableManual
from assistant.knowledge.reading import FileReader
from tests.manual_files import members_of, p, pack, word

if TYPE_CHECKING:
    from pathlib import Path

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
DOCUMENT, RELATIONS = "word/document.xml", "word/_rels/document.xml.rels"
ENTITIES = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "lol"}">' for n in range(12))
BOMB = (
    f'<?xml version="1.0"?><!--{"x" * 6000}--><!DOCTYPE d [{ENTITIES}]><w:document {W}><w:body>'
    "<w:p><w:r><w:t>&e11;</w:t></w:r></w:p></w:body></w:document>"
)
FILE = BOMB.replace(ENTITIES, '<!ENTITY e11 SYSTEM "file:///etc/passwd">')


def document(body: str) -> bytes:
    return f"<w:document {W}><w:body>{body}</w:body></w:document>".encode()


@pytest.fixture
def members(tmp_path: Path) -> dict[str, bytes]:
    return members_of(word(tmp_path / "whole.docx", p("通告")))


def texts(tmp_path: Path, members: dict[str, bytes]) -> list[str]:
    made = pack(tmp_path / "a.docx", members)
    return [one.text for one in FileReader().read(made).blocks]


@pytest.mark.parametrize("part", ["word/styles.xml", RELATIONS, "[Content_Types].xml"])
def test_a_file_without_a_part_is_read_where_it_can_be(
    tmp_path: Path, members: dict[str, bytes], part: str
) -> None:
    del members[part]
    assert texts(tmp_path, members) == ["通告"]


@pytest.mark.parametrize("part", [DOCUMENT, "_rels/.rels"])
def test_a_file_without_its_document_is_refused(
    tmp_path: Path, members: dict[str, bytes], part: str
) -> None:
    del members[part]
    with pytest.raises(UnreadableManual, match=r"a\.docx"):
        texts(tmp_path, members)


def test_an_archive_of_something_else_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.docx", "w") as archive:
        archive.writestr("photo.jpg", b"x" * 100)
    with pytest.raises(UnreadableManual):
        FileReader().read(tmp_path / "a.docx")


@pytest.mark.parametrize("xml", [BOMB, FILE], ids=["bomb", "file"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("part", [DOCUMENT, "word/styles.xml", "docProps/core.xml"])
def test_entities_are_refused_wherever_they_stand(
    tmp_path: Path, members: dict[str, bytes], part: str, encoding: str, xml: str
) -> None:
    declared = xml.replace('"1.0"', f'"1.0" encoding="{encoding}"', 1)
    with pytest.raises(UnreadableManual):
        texts(tmp_path, members | {part: declared.encode(encoding)})


def test_a_part_outside_of_the_file_is_not_looked_for(
    tmp_path: Path, members: dict[str, bytes]
) -> None:
    for outside in (b"../../../../../etc/passwd", b"file:///etc/passwd", b"/etc/passwd"):
        away = members[RELATIONS].replace(b'Target="styles.xml"', b'Target="%s"' % outside)
        assert away != members[RELATIONS]
        assert texts(tmp_path, members | {RELATIONS: away}) == ["通告"]


def test_no_member_is_unpacked_to_a_path(tmp_path: Path, members: dict[str, bytes]) -> None:
    assert texts(tmp_path, members | {"../../escaped.xml": b"<a/>"}) == ["通告"]
    assert not list(tmp_path.parent.parent.rglob("escaped.xml"))


@pytest.mark.parametrize(
    "opening",
    ["<w:sdt><w:sdtContent>", "<w:tbl><w:tr><w:tc>", "<w:p><w:r><w:txbxContent>"],
)
def test_a_document_nested_without_end_is_refused(
    tmp_path: Path, members: dict[str, bytes], opening: str
) -> None:
    tags = opening.strip("<>").split("><")
    closing = "".join(f"</{tag}>" for tag in reversed(tags))
    with pytest.raises(ManualError):
        texts(tmp_path, members | {DOCUMENT: document(opening * 5000 + p("x") + closing * 5000)})


def test_a_tree_that_would_fill_the_memory_is_not_built(
    tmp_path: Path, members: dict[str, bytes]
) -> None:
    with zipfile.ZipFile(tmp_path / "a.docx", "w") as archive:
        for name, data in (members | {DOCUMENT: document("<w:p a='1'/>" * 2_500_000)}).items():
            archive.writestr(name, data)
    with pytest.raises(ManualTooLarge):
        FileReader().read(tmp_path / "a.docx")


def test_a_document_without_words_says_so(tmp_path: Path, members: dict[str, bytes]) -> None:
    with pytest.raises(EmptyManual):
        texts(tmp_path, members | {DOCUMENT: document("<w:p/>")})
