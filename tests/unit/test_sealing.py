"""Sealed files: what is read is what was written, and what was changed is not read."""

from __future__ import annotations

import errno
import io
import os
import tempfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import BrokenSeal
from assistant.sealing.chunks import (
    CHUNK,
    TAG,
    ChunkCipher,
    header_of,
    is_nearly_sealed,
    read_header,
    shape,
)
from assistant.sealing.reader import open_sealed
from assistant.sealing.writer import SealedWriter

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import BinaryIO

    from typing_extensions import Buffer

KEY = bytes(range(32))
ID = "20261120-101530-5f3a00/0123456789abcdef"
LENGTHS = [0, 1, 100, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 1, 3 * CHUNK + 12_345]


def cipher(key: bytes = KEY, file_id: str = ID) -> ChunkCipher:
    return ChunkCipher(key, file_id, "a.wav")


def sealed(*pieces: bytes, key: bytes = KEY, file_id: str = ID) -> bytes:
    file = io.BytesIO()
    writer = SealedWriter(file, cipher(key, file_id))
    for piece in pieces:
        writer.write(piece)
    writer.finish()
    return file.getvalue()


def opened(content: bytes, key: bytes = KEY, file_id: str = ID) -> io.BufferedReader:
    return open_sealed(io.BytesIO(content), cipher(key, file_id))


def noise(length: int) -> bytes:
    return os.urandom(length)


@pytest.mark.parametrize("length", LENGTHS)
def test_what_is_read_is_what_was_written(length: int) -> None:
    content = noise(length)
    on_disk = sealed(content)
    assert opened(on_disk).read() == content
    assert read_header(io.BytesIO(on_disk)) == ID
    assert shape(ID, len(on_disk), "a.wav")[1] == length


@given(st.lists(st.integers(0, 2 * CHUNK), max_size=6))
def test_the_pieces_of_writing_do_not_matter(sizes: list[int]) -> None:
    content = noise(sum(sizes))
    file = io.BytesIO(content)
    assert sealed(*map(file.read, sizes)) == sealed(content)


Move = tuple[str, int]
moves = st.lists(
    st.one_of(
        st.tuples(st.just("read"), st.integers(-1, 2 * CHUNK)),
        st.tuples(st.just("set"), st.integers(0, 4 * CHUNK)),
        st.tuples(st.just("on"), st.integers(-CHUNK, CHUNK)),
        st.tuples(st.just("end"), st.integers(-3 * CHUNK, 10)),
    ),
    max_size=12,
)


def play(file: BinaryIO, steps: Sequence[Move]) -> list[object]:
    """What a file answers to reads and seeks."""
    whence = {"set": os.SEEK_SET, "on": os.SEEK_CUR, "end": os.SEEK_END}
    answers: list[object] = []
    for name, number in steps:
        try:
            moved = name in whence
            answers.append(file.seek(number, whence[name]) if moved else file.read(number))
        except OSError as error:
            answers.append(error.errno)
        answers.append(file.tell())
    return answers


@given(st.sampled_from(LENGTHS), moves)
def test_any_reads_and_seeks_answer_like_the_plain_file(length: int, steps: list[Move]) -> None:
    content = noise(length)
    with tempfile.TemporaryFile() as plain:
        plain.write(content)
        plain.seek(0)
        assert play(opened(sealed(content)), steps) == play(plain, steps)


@given(st.sampled_from([0, 1, 5_000, CHUNK, 2 * CHUNK + 9]), st.data())
def test_any_flipped_bit_is_noticed(length: int, data: st.DataObject) -> None:
    on_disk = bytearray(sealed(noise(length)))
    place = data.draw(st.integers(0, 8 * len(on_disk) - 1))
    on_disk[place // 8] ^= 1 << place % 8
    if read_header(io.BytesIO(bytes(on_disk))) == ID:  # else nobody has a key of that id
        with pytest.raises(BrokenSeal):
            opened(bytes(on_disk)).read()


@given(st.sampled_from([1, 5_000, CHUNK, CHUNK + 1, 3 * CHUNK]), st.data())
def test_a_file_that_was_cut_off_is_not_opened_at_all(length: int, data: st.DataObject) -> None:
    on_disk = sealed(noise(length))
    left = data.draw(
        st.one_of(
            st.integers(len(header_of(ID)), len(on_disk) - 1),
            st.sampled_from(range(len(header_of(ID)), len(on_disk), CHUNK + TAG)),
        )
    )
    with pytest.raises(BrokenSeal):
        opened(on_disk[:left])


def test_what_was_added_at_the_end_is_noticed() -> None:
    on_disk = sealed(noise(CHUNK))
    with pytest.raises(BrokenSeal):
        opened(on_disk + noise(CHUNK + TAG))
    with pytest.raises(BrokenSeal):
        opened(on_disk + on_disk[len(header_of(ID)) :])


def chunks(on_disk: bytes) -> list[bytes]:
    start = len(header_of(ID))
    return [on_disk[at : at + CHUNK + TAG] for at in range(start, len(on_disk), CHUNK + TAG)]


def test_exchanged_and_repeated_chunks_are_noticed() -> None:
    one, two, three, last = chunks(sealed(noise(3 * CHUNK + 5)))
    for order in ([two, one, three, last], [one, one, three, last], [one, three, last]):
        with pytest.raises(BrokenSeal):
            opened(header_of(ID) + b"".join(order)).read()


def test_chunks_of_another_file_are_noticed() -> None:
    mine, theirs = chunks(sealed(noise(2 * CHUNK))), chunks(sealed(noise(2 * CHUNK), key=KEY[::-1]))
    with pytest.raises(BrokenSeal):
        opened(header_of(ID) + theirs[0] + mine[1]).read()
    same_key = chunks(sealed(noise(2 * CHUNK), file_id=ID.replace("5f3a", "5f3b")))
    with pytest.raises(BrokenSeal):
        opened(header_of(ID) + same_key[0] + mine[1]).read()


def test_another_key_opens_nothing() -> None:
    with pytest.raises(BrokenSeal):
        opened(sealed(b"speech"), key=KEY[::-1])


def test_playing_from_the_middle_opens_only_what_it_needs() -> None:
    content = noise(5 * CHUNK)
    on_disk = bytearray(sealed(content))
    for chunk in (0, 1, 3):  # would be noticed if they were opened
        on_disk[cipher().offset(chunk)] ^= 1
    file = opened(bytes(on_disk))
    file.seek(2 * CHUNK + 10)
    assert file.read(1_000) == content[2 * CHUNK + 10 : 2 * CHUNK + 1_010]


def test_a_container_comes_back_to_its_header() -> None:
    file = io.BytesIO()
    writer = SealedWriter(file, cipher())
    content = bytearray(noise(3 * CHUNK))
    writer.write(content)
    writer.seek(40)
    writer.write(b"duration")
    content[40:48] = b"duration"
    writer.seek(0, os.SEEK_END)
    writer.write(b"index")
    writer.finish()
    assert opened(file.getvalue()).read() == content + b"index"


@given(
    st.lists(
        st.tuples(st.integers(0, CHUNK - 1) | st.none(), st.integers(1, CHUNK + 70)), max_size=8
    )
)
def test_corrections_of_the_beginning_end_up_as_in_a_plain_file(
    writes: list[tuple[int | None, int]],
) -> None:
    file, plain = io.BytesIO(), io.BytesIO()
    writer = SealedWriter(file, cipher())
    for place, length in writes:
        size = plain.seek(0, os.SEEK_END)
        at = size if place is None or place >= size else place
        content = noise(length if at == size else min(length, CHUNK - at))
        for one in (writer, plain):
            one.seek(at)
            one.write(content)
            assert one.tell() == at + len(content)
    writer.finish()
    assert opened(file.getvalue()).read() == plain.getvalue()


def test_what_is_sealed_already_is_not_written_again() -> None:
    writer = SealedWriter(io.BytesIO(), cipher())
    writer.write(noise(3 * CHUNK))
    writer.seek(CHUNK + 10)
    with pytest.raises(io.UnsupportedOperation):
        writer.write(b"again")


class FullAfter(io.BytesIO):
    """A disk of so many bytes."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self.room = room

    def write(self, data: Buffer) -> int:
        if self.tell() + len(memoryview(data)) > self.room:
            raise OSError(errno.ENOSPC, "no space")
        return super().write(data)


@pytest.mark.parametrize("piece", [1000, CHUNK, 3 * CHUNK])
def test_every_write_to_a_full_disk_fails_and_room_makes_it_good(piece: int) -> None:
    file = FullAfter(4 * CHUNK)
    writer = SealedWriter(file, cipher())
    content, at = noise(12 * CHUNK), 0
    while at < 8 * CHUNK:
        before = writer.tell()
        try:
            writer.write(content[at : at + piece])
        except OSError:
            break
        at += piece
        assert writer.tell() == before + piece
    for _ in range(3):
        with pytest.raises(OSError, match="no space"):
            writer.write(noise(3 * CHUNK))

    file.room = 100 * CHUNK
    done = writer.tell()
    writer.write(b"the end")
    writer.finish()
    assert opened(file.getvalue()).read()[done:] == b"the end"


def test_nothing_written_can_be_read_before_the_end() -> None:
    file = io.BytesIO()
    content = b"speech " * CHUNK
    SealedWriter(file, cipher()).write(content)
    assert b"speech" not in file.getvalue()
    with pytest.raises(BrokenSeal):
        opened(file.getvalue()).read()


def test_the_writer_keeps_two_chunks_in_memory() -> None:
    file = io.BytesIO()
    SealedWriter(file, cipher()).write(noise(20 * CHUNK))
    assert len(file.getvalue()) >= 19 * CHUNK


@pytest.mark.parametrize("content", [b"", b"RIFF", b"RIFFSEAL\x01\x01a", b"K" * 300])
def test_other_files_are_not_taken_for_sealed_ones(content: bytes) -> None:
    assert read_header(io.BytesIO(content)) is None
    assert not is_nearly_sealed(io.BytesIO(content))


@pytest.mark.parametrize(
    "content",
    [
        b"KIKI",
        b"KIKISEAL",
        b"KIKISEAL\x02\x01a",
        b"KIKISEAL\x01\x00",
        b"KIKISEAL\x01\x01\xff",
        b"KIKISEAL\x01\x09short",
        b"LIKISEAL\x01\x01a",
    ],
)
def test_what_begins_nearly_like_a_sealed_file_is_told(content: bytes) -> None:
    assert read_header(io.BytesIO(content)) is None
    assert is_nearly_sealed(io.BytesIO(content))
