from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assistant.errors import NotWritable
from assistant.export.shelf import FolderShelf
from tests.transcripts import transcript

if TYPE_CHECKING:
    from pathlib import Path


def test_what_was_written_is_found(tmp_path: Path) -> None:
    made = transcript()
    paths = FolderShelf().write(made, tmp_path / "out", "会議", ["json", "txt"])
    assert paths == {form: tmp_path / "out" / f"会議.{form}" for form in ("json", "txt")}
    assert all(path.is_file() for path in paths.values())
    assert FolderShelf().find(tmp_path / "out", "会議") == made


@pytest.mark.parametrize("content", [None, b"", b"{}", b"\xff\xfe"])
def test_a_file_that_is_no_transcript_is_none(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "会議.json").write_bytes(content)
    assert FolderShelf().find(tmp_path, "会議") is None


def test_what_a_person_changed_is_kept_aside(tmp_path: Path) -> None:
    shelf = FolderShelf()
    shelf.write(transcript(), tmp_path, "会議", ["txt"])
    (tmp_path / "会議.txt").write_text("校正済み", encoding="utf-8")
    shelf.write(transcript(), tmp_path, "会議", ["txt"])
    assert (tmp_path / "会議 (旧1).txt").read_text(encoding="utf-8") == "校正済み"
    assert "了解です" in (tmp_path / "会議.txt").read_text(encoding="utf-8")


def test_the_same_again_leaves_one_file(tmp_path: Path) -> None:
    for _ in range(2):
        FolderShelf().write(transcript(), tmp_path, "会議", ["json", "srt"])
    assert sorted(one.name for one in tmp_path.iterdir()) == ["会議.json", "会議.srt"]


def test_completing_touches_nothing_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "会議.docx").write_bytes(b"proofread")
    paths = FolderShelf().complete(transcript(), tmp_path, "会議", ["docx", "csv"])
    assert paths["docx"].read_bytes() == b"proofread"
    assert paths["csv"].is_file()
    assert len(list(tmp_path.iterdir())) == 2


def test_a_file_in_the_way_is_our_error(tmp_path: Path) -> None:
    (tmp_path / "out").write_bytes(b"")
    with pytest.raises(NotWritable):
        FolderShelf().write(transcript(), tmp_path / "out", "会議", ["json"])
