from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

import pytest

from assistant.errors import DiskFull, NotWritable
from assistant.export.files import holds, keep_aside, write_atomically

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO


def test_the_file_holds_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "新しい" / "会議.json"
    write_atomically(path, lambda stream: stream.write(b"abc"))
    assert path.read_bytes() == b"abc"
    assert [one.name for one in path.parent.iterdir()] == ["会議.json"]


def test_others_may_read_it_as_the_umask_says(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        write_atomically(tmp_path / "a", lambda _: None)
    finally:
        os.umask(before)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize(
    ("code", "ours"),
    [(errno.ENOSPC, DiskFull), (errno.EDQUOT, DiskFull), (errno.EACCES, NotWritable)],
)
def test_a_refusing_disk_leaves_the_old_file(
    tmp_path: Path, code: int, ours: type[Exception]
) -> None:
    path = tmp_path / "会議.json"
    path.write_bytes(b"old")

    def fail(stream: BinaryIO) -> None:
        stream.write(b"half")
        raise OSError(code, "no")

    with pytest.raises(ours):
        write_atomically(path, fail)
    assert path.read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 1


def test_an_interruption_leaves_nothing_half_written(tmp_path: Path) -> None:
    def interrupted(stream: BinaryIO) -> None:
        stream.write(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_atomically(tmp_path / "会議.json", interrupted)
    assert list(tmp_path.iterdir()) == []


def test_a_file_where_the_folder_should_be_is_our_error(tmp_path: Path) -> None:
    (tmp_path / "out").write_bytes(b"")
    with pytest.raises(NotWritable):
        write_atomically(tmp_path / "out" / "a.json", lambda _: None)


def test_the_longest_name_that_a_file_can_have_is_written(tmp_path: Path) -> None:
    path = tmp_path / ("会" * 83 + ".json")
    write_atomically(path, lambda _: None)
    assert path.exists()


def test_holds_compares_the_content(tmp_path: Path) -> None:
    path = tmp_path / "a"
    assert not holds(path, b"")
    path.write_bytes(b"abc")
    assert holds(path, b"abc")
    assert not holds(path, b"abd")
    assert not holds(tmp_path, b"abc")


def test_kept_aside_files_never_replace_each_other(tmp_path: Path) -> None:
    path = tmp_path / "会議.docx"
    assert keep_aside(path) is None
    for content in ("1", "2", "3"):
        path.write_text(content)
        keep_aside(path)
    kept = {one.name: one.read_text() for one in tmp_path.iterdir()}
    assert kept == {"会議 (旧1).docx": "1", "会議 (旧2).docx": "2", "会議 (旧3).docx": "3"}
