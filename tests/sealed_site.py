"""A vault of sealed files in a folder, with its keys in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.sealing.master import MasterKeys
from assistant.sealing.places import KeyFile
from assistant.sealing.vault import FileVault
from assistant.sealing.wrapping import FileKeys
from assistant.testing import FakeClock, MemoryKeyShelf

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.ports import KeyShelf, StoredFile

SPEECH = b"what somebody said " * 10_000


class Site:
    """A vault in `folder`; its master key and its files are there too."""

    def __init__(
        self, folder: Path, *, sealing: bool = True, shelf: KeyShelf | None = None
    ) -> None:
        self.folder = folder
        self.key_file = folder / "master.key"
        self.memory = MemoryKeyShelf()
        self.shelf = self.memory if shelf is None else shelf
        self.master = MasterKeys(
            KeyFile(self.key_file), folder / "master.lock", lambda: bool(self.shelf.counts())
        )
        self.keys = FileKeys(self.shelf, self.master, FakeClock())
        self.vault = FileVault(self.keys, sealing=sealing)

    def file(self, name: str = "call.wav", owner: str = "one") -> StoredFile:
        return self.vault.file(self.folder / owner / name, owner)

    def write(self, content: bytes = SPEECH, owner: str = "one") -> StoredFile:
        file = self.file(owner=owner)
        with file.create() as stream:
            stream.write(content)
        return file
