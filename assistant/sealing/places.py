"""Where the master key is kept: a file, an environment variable, the system's keyring."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from assistant.errors import FixedMasterKey, NoKeyring, storage_errors
from assistant.sealing.arrival import arriving

if TYPE_CHECKING:
    from pathlib import Path

SERVICE, ENTRY = "kikigaki", "master-key"
"""Under which the keyring knows it."""
NOTE = """\
# 聞き書きの鍵。これがないと、封をした録音と資料は誰にも読めません。
# 写しを、この機械とは別の安全な所 (金庫、別の媒体など) に保管してください。人に見せないでください。
# The master key of Kikigaki. Without it, nobody can read the sealed recordings and documents.
# Keep a copy away from this machine, in a safe place. Show it to nobody.
"""


class KeyPlace(Protocol):
    """Keeps the text of the master keys."""

    name: str
    """What people call the place."""

    def read(self) -> str | None:
        """The text; None when there is none."""

    def write(self, text: str) -> None:
        """Puts it in the place of what was there, whole or not at all."""


class KeyFile:
    """A file that its owner alone may read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.name = str(path)

    def read(self) -> str | None:
        """The text; None when there is no file.

        Raises:
            StorageError: it may not be read.
        """
        with storage_errors(self._path):
            try:
                return self._path.read_text("utf-8")
            except FileNotFoundError:
                return None
            except UnicodeDecodeError:
                return "?"  # no key, and no absence of one

    def write(self, text: str) -> None:
        """With a note that says what it is.

        Raises:
            StorageError: no room, or no right to write.
        """
        with arriving(self._path, mode=0o600) as file:
            file.write(f"{NOTE}{text}\n".encode())


class GivenKey:
    """The value of a setting, from the environment: whoever set it changes it."""

    name = "KIKIGAKI_MASTER_KEY"

    def __init__(self, text: str) -> None:
        self._text = text

    def read(self) -> str:
        """The value."""
        return self._text

    def write(self, text: str) -> None:
        """Cannot be done from here.

        Raises:
            FixedMasterKey: always.
        """
        raise FixedMasterKey


class SystemKeyring:
    """The keyring of the system's user: Windows, macOS, Secret Service, KWallet."""

    name = "keyring"

    def read(self) -> str | None:
        """The entry; None when there is none.

        Raises:
            NoKeyring: the system has none, or it is locked.
        """
        import keyring
        from keyring.errors import KeyringError

        try:
            return keyring.get_password(SERVICE, ENTRY)
        except KeyringError as error:
            raise NoKeyring from error

    def write(self, text: str) -> None:
        """Puts it in the place of the entry.

        Raises:
            NoKeyring: the system has none, or it is locked.
        """
        import keyring
        from keyring.errors import KeyringError

        try:
            keyring.set_password(SERVICE, ENTRY, text)
        except KeyringError as error:
            raise NoKeyring from error
