"""Master keys: made once, found again, exchanged."""

from __future__ import annotations

import subprocess
import sys
from base64 import b64encode
from typing import TYPE_CHECKING

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import NoKeyringError

from assistant.errors import (
    BadMasterKey,
    FixedMasterKey,
    MissingMasterKey,
    NoKeyring,
    NotWritable,
)
from assistant.sealing.master import MasterKey, MasterKeys
from assistant.sealing.places import GivenKey, KeyFile, SystemKeyring

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.sealing.places import KeyPlace

OLD, NEW = (b64encode(bytes([n] * 32)).decode() for n in (1, 2))


def keys(place: KeyPlace, folder: Path, *, used: bool = False) -> MasterKeys:
    return MasterKeys(place, folder / "master.lock", lambda: used)


def test_the_first_key_is_made_once_and_told(tmp_path: Path) -> None:
    told: list[str] = []
    path = tmp_path / "state" / "master.key"
    master = MasterKeys(KeyFile(path), tmp_path / "state" / "lock", lambda: False, told.append)
    first = master.newest()
    assert master.newest() == first
    assert told == [str(path)]
    assert path.stat().st_mode & 0o777 == 0o600
    assert "写し" in path.read_text("utf-8")


def test_it_is_not_made_where_something_was_sealed(tmp_path: Path) -> None:
    master = keys(KeyFile(tmp_path / "master.key"), tmp_path, used=True)
    with pytest.raises(MissingMasterKey):
        master.newest()
    with pytest.raises(MissingMasterKey):
        master.add()
    assert not (tmp_path / "master.key").exists()


MAKES_ONE = """
import sys
from pathlib import Path
from assistant.sealing.master import MasterKeys
from assistant.sealing.places import KeyFile
folder = Path(sys.argv[1])
sys.stdin.readline()
print(MasterKeys(KeyFile(folder / "master.key"), folder / "lock", lambda: False).newest().id)
"""


def test_processes_that_start_together_agree_on_one(tmp_path: Path) -> None:
    started = [
        subprocess.Popen(
            [sys.executable, "-c", MAKES_ONE, str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for one in started:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    assert len({one.communicate()[0] for one in started}) == 1


@pytest.mark.parametrize("text", ["password", "c2hvcnQ=", f"{OLD} x", OLD[:-2], "鍵"])
def test_what_is_no_key_is_refused_and_left_alone(tmp_path: Path, text: str) -> None:
    path = tmp_path / "master.key"
    path.write_text(text)
    with pytest.raises(BadMasterKey):
        keys(KeyFile(path), tmp_path).newest()
    assert path.read_text() == text


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "master.key").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadMasterKey):
        keys(KeyFile(tmp_path / "master.key"), tmp_path).newest()


def test_a_copy_with_its_note_and_windows_lines_is_read(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    path.write_text(f"# note\r\n{OLD}\r\n")
    assert str(keys(KeyFile(path), tmp_path).newest()) == OLD


def test_a_key_of_the_environment_is_used_and_never_changed(tmp_path: Path) -> None:
    master = keys(GivenKey(f"{NEW},{OLD}"), tmp_path)
    assert [str(one) for one in master.all()] == [NEW, OLD]
    for change in (master.add, master.drop_old):
        with pytest.raises(FixedMasterKey):
            change()
    keys(GivenKey(OLD), tmp_path).drop_old()  # there is nothing to drop


def test_adding_and_dropping(tmp_path: Path) -> None:
    master = keys(KeyFile(tmp_path / "master.key"), tmp_path)
    first = master.newest()
    second = master.add()
    assert master.all() == (second, first)
    master.drop_old()
    assert master.all() == (second,)


def test_a_key_is_never_shown() -> None:
    key = MasterKey(bytes([1] * 32))
    assert OLD not in repr(key)
    assert len(key.id) == 12
    assert key.derived("one thing") != key.derived("another")


def test_a_place_that_may_not_be_written_gets_its_sentence(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")
    with pytest.raises(NotWritable):
        keys(KeyFile(tmp_path / "state" / "master.key"), tmp_path).newest()


class Locker(KeyringBackend):
    """A keyring in memory."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # the library's
        self.entries: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.entries[service, username]


class Locked(Locker):
    """A keyring that nobody opened."""

    def get_password(self, service: str, username: str) -> str | None:
        raise NoKeyringError

    def set_password(self, service: str, username: str, password: str) -> None:
        raise NoKeyringError


def test_the_systems_keyring_keeps_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    backend = Locker()
    monkeypatch.setattr(keyring.core, "_keyring_backend", backend)
    first = keys(SystemKeyring(), tmp_path).newest()
    assert list(backend.entries) == [("kikigaki", "master-key")]
    assert keys(SystemKeyring(), tmp_path, used=True).newest() == first


def test_a_locked_keyring_gets_its_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyring.core, "_keyring_backend", Locked())
    with pytest.raises(NoKeyring):
        keys(SystemKeyring(), tmp_path).newest()
    with pytest.raises(NoKeyring):
        SystemKeyring().write(OLD)
