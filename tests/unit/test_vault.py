"""Files in the vault, with keys on a shelf."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import (
    BrokenSeal,
    DiskFull,
    LostFileKey,
    MissingMasterKey,
    NotWritable,
    WrongMasterKey,
)
from assistant.sealing.vault import FileVault, holds_sealed
from tests.sealed_site import SPEECH, Site

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.ports import StoredFile


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def read(file: StoredFile) -> bytes:
    with file.open("rb") as stream:
        return stream.read()


def break_off(file: StoredFile) -> None:
    with file.create() as stream:
        stream.write(SPEECH)
        raise ZeroDivisionError


def test_a_file_is_read_as_it_was_written_and_lies_there_sealed(site: Site) -> None:
    file = site.write()
    assert read(file) == SPEECH
    assert file.size() == len(SPEECH)
    assert file.name == "call.wav"
    assert b"somebody" not in file.path.read_bytes()
    assert [path.name for path in file.path.parent.iterdir()] == ["call.wav"]


def test_the_same_content_never_looks_the_same(site: Site) -> None:
    one, two = site.write(owner="one"), site.write(owner="two")
    assert one.path.read_bytes()[-100:] != two.path.read_bytes()[-100:]


def test_nothing_is_left_of_a_file_that_did_not_arrive(site: Site) -> None:
    with pytest.raises(ZeroDivisionError):
        break_off(site.file())
    assert list(site.file().path.parent.iterdir()) == []
    assert site.memory.kept == {}


def test_what_was_there_stays_until_the_new_one_is_whole(site: Site) -> None:
    file = site.write(b"before")
    with pytest.raises(ZeroDivisionError):
        break_off(file)
    assert read(file) == b"before"
    site.write(b"after")
    assert read(file) == b"after"
    assert len(site.memory.kept) == 1


def test_a_shredded_file_is_unreadable_for_ever(site: Site) -> None:
    file, other = site.write(), site.write(owner="one-more")
    copy = file.path.read_bytes()
    site.vault.shred("one")
    with pytest.raises(LostFileKey):
        read(file)
    assert read(other) == SPEECH
    site.write()  # a new file of the same owner has another key
    file.path.write_bytes(copy)
    with pytest.raises(LostFileKey):
        read(file)


def test_files_that_were_exchanged_are_not_read(site: Site) -> None:
    one, two = site.write(b"of one", owner="one"), site.write(b"of two", owner="two")
    two.path.write_bytes(one.path.read_bytes())
    with pytest.raises(BrokenSeal):
        read(two)


def test_a_key_moved_to_another_file_opens_nothing(site: Site) -> None:
    one, two = site.write(owner="one"), site.write(owner="two")
    first, second = site.memory.kept
    wrapped = site.memory.kept[first].wrapped
    object.__setattr__(site.memory.kept[second], "wrapped", wrapped)
    with pytest.raises(BrokenSeal):
        read(two)
    assert read(one) == SPEECH


def test_without_its_master_key_nothing_is_read_and_no_new_key_is_made(site: Site) -> None:
    file = site.write()
    key = site.key_file.read_bytes()
    site.key_file.unlink()
    with pytest.raises(MissingMasterKey):
        read(file)
    with pytest.raises(MissingMasterKey):
        site.write(owner="two")
    assert not site.key_file.exists()
    site.key_file.write_bytes(key)
    assert read(file) == SPEECH


def test_with_another_master_key_the_sentence_names_both(site: Site, tmp_path: Path) -> None:
    file = site.write()
    other = Site(tmp_path / "other")
    other.write()
    wanted = site.master.newest().id
    site.key_file.write_bytes(other.key_file.read_bytes())
    with pytest.raises(WrongMasterKey, match=wanted) as caught:
        read(file)
    assert other.master.newest().id in caught.value.message("ja")


def test_switched_off_new_files_are_plain_and_sealed_ones_are_still_read(tmp_path: Path) -> None:
    sealed = Site(tmp_path)
    before = sealed.write(owner="before")
    off = FileVault(sealed.keys, sealing=False)
    with off.file(tmp_path / "after", "after").create() as stream:
        stream.write(SPEECH)
    assert (tmp_path / "after").read_bytes() == SPEECH
    for vault in (off, sealed.vault):
        assert read(vault.file(before.path, "before")) == SPEECH
        assert read(vault.file(tmp_path / "after", "after")) == SPEECH
        assert vault.file(tmp_path / "after", "after").size() == len(SPEECH)


def test_switched_off_no_key_is_made(tmp_path: Path) -> None:
    off = Site(tmp_path, sealing=False)
    off.vault.ready()
    off.write()
    assert not off.key_file.exists()


def test_a_vault_is_ready_when_it_has_a_key(site: Site) -> None:
    site.vault.ready()
    assert site.key_file.stat().st_mode & 0o777 == 0o600


def test_sealed_files_are_found(site: Site) -> None:
    (site.folder / "plain").write_text("plain")
    assert not holds_sealed(site.folder)
    site.write()
    assert holds_sealed(site.folder)
    assert not holds_sealed(site.folder / "nowhere")


def test_a_folder_that_may_not_be_written_gets_its_sentence(site: Site) -> None:
    site.vault.ready()
    (site.folder / "one").write_text("a file in the place of the folder")
    with pytest.raises(NotWritable):
        site.write()


def test_a_full_disk_keeps_what_was_there(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    file = site.write(b"before")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskFull):
        site.write(b"after")
    monkeypatch.undo()
    assert read(file) == b"before"
    assert [path.name for path in file.path.parent.iterdir()] == ["call.wav"]


@given(st.data())
def test_any_flipped_byte_on_the_disk_is_noticed(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    site = Site(tmp_path_factory.mktemp("site"))
    file = site.write(b"what somebody said")
    content = bytearray(file.path.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    file.path.write_bytes(content)
    with pytest.raises((BrokenSeal, LostFileKey)):
        read(file)


@given(st.binary(max_size=200))
def test_nothing_else_in_its_place_is_read(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    site = Site(tmp_path_factory.mktemp("site"))
    file = site.write()
    file.path.write_bytes(content)
    with pytest.raises((BrokenSeal, LostFileKey)):
        read(file)


def test_a_sealed_file_that_is_written_plain_later_is_read(site: Site) -> None:
    file = site.write(b"sealed")
    plain = FileVault(site.keys, sealing=False).file(file.path, "one")
    with plain.create() as stream:
        stream.write(b"plain")
    assert read(file) == read(plain) == b"plain"
    assert site.memory.kept == {}


def plain(site: Site, content: bytes = SPEECH) -> StoredFile:
    """A file that was written before sealing was switched on, as it is found now."""
    with FileVault(site.keys, sealing=False).file(site.file().path, "one").create() as file:
        file.write(content)
    return site.file()


def test_a_plain_file_is_sealed_in_its_place_once(site: Site) -> None:
    file = plain(site)
    with file.open("rb") as before:
        assert file.seal()
        assert before.read() == SPEECH, "who reads it goes on"
    assert not file.seal()
    assert read(file) == SPEECH
    assert SPEECH[:20] not in file.path.read_bytes()
    assert [one.name for one in file.path.parent.iterdir()] == ["call.wav"]


def test_what_was_whole_but_not_in_its_place_is_read_and_completed(site: Site) -> None:
    file = plain(site)
    other = Site(site.folder, shelf=site.memory)
    with other.vault.file(site.folder / "elsewhere", "one").create() as sealed:
        sealed.write(SPEECH)
    part = file.path.with_name(".call.wav.0123abcd.part")
    (site.folder / "elsewhere").rename(part)  # its key is on the shelf, and the power failed
    assert read(file) == SPEECH
    assert part.exists()
    assert file.seal()
    assert not part.exists()
    assert read(file) == SPEECH
    assert holds_sealed(file.path.parent)


def test_after_a_sudden_end_what_is_whole_takes_its_place_and_the_rest_goes(site: Site) -> None:
    file = plain(site)
    half = file.path.with_name(".call.wav.00000000.part")
    half.write_bytes(b"half")
    site.vault.settle(half)
    assert not half.exists()

    other = site.write(b"whole", owner="two")
    part = site.folder / "two" / ".new.wav.0123abcd.part"
    other.path.rename(part)
    site.vault.settle(part)
    assert read(site.vault.file(site.folder / "two" / "new.wav", "two")) == b"whole"


def test_a_plain_file_in_the_place_of_a_sealed_one_is_not_sealed(site: Site) -> None:
    file = site.write()
    file.path.write_bytes(b"put there by somebody")
    with pytest.raises(BrokenSeal):
        file.seal()
    assert file.path.read_bytes() == b"put there by somebody"
