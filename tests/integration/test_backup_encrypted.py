"""Backups of sites whose SQLite file is encrypted: out of one, into one, and as it is typed."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from assistant.bootstrap import Application
from assistant.cli import app
from assistant.errors import FilesInUse
from assistant.people import SINGLE_USER
from assistant.services.transcribing import Options
from assistant.settings import Settings
from assistant.store import cipher

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(not cipher.is_installed(), reason="needs kikigaki[sqlcipher]")

SOUND = b"what somebody said " * 20_000


def site(folder: Path, *, encrypted: bool) -> Application:
    return Application(Settings(data_dir=folder, encrypt_database=encrypted))


def filled(folder: Path, *, encrypted: bool) -> str:
    """A site with a recording; its id."""
    application = site(folder, encrypted=encrypted)
    with application.library.adding(SINGLE_USER, "a.wav", Options()) as (recording, file):
        file.write(SOUND)
    application.database.close()
    assert cipher.is_plain(folder / "state" / "kikigaki.sqlite") != encrypted
    return recording


def run(monkeypatch: pytest.MonkeyPatch, folder: Path, *arguments: str, encrypted: bool) -> str:
    monkeypatch.setenv("KIKIGAKI_DATA_DIR", str(folder))
    monkeypatch.setenv("KIKIGAKI_ENCRYPT_DATABASE", str(encrypted).lower())
    done = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize("passphrase", [True, False])
@pytest.mark.parametrize(("before", "after"), [(True, True), (True, False), (False, True)])
def test_a_site_comes_back_into_a_database_of_either_kind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, before: bool, after: bool, passphrase: bool
) -> None:
    old, new, backup = tmp_path / "old", tmp_path / "new", tmp_path / "one.backup"
    recording = filled(old, encrypted=before)
    secret: list[str] = []
    if passphrase:
        (tmp_path / "secret").write_text("合言葉\n")
        secret = ["--passphrase-file", str(tmp_path / "secret")]
    run(monkeypatch, old, "backup", str(backup), *secret, encrypted=before)
    assert SOUND[:40] not in backup.read_bytes()
    (new / "state").mkdir(parents=True)
    shutil.copy(old / "state" / "master.key", new / "state" / "master.key")
    run(monkeypatch, new, "restore", str(backup), *secret, encrypted=after)

    assert cipher.is_plain(new / "state" / "kikigaki.sqlite") != after
    application = site(new, encrypted=after)
    (entry,) = application.library.entries(SINGLE_USER)
    assert entry.id == recording
    with application.library.sound(SINGLE_USER, recording).open("rb") as file:
        assert file.read() == SOUND
    assert application.audit_log.verify(SINGLE_USER).fault is None
    application.database.close()


def test_nothing_is_sealed_while_a_backup_is_made(tmp_path: Path) -> None:
    filled(tmp_path, encrypted=False)
    application = site(tmp_path, encrypted=False)
    with application.database.alone("files") as ours:
        assert ours
        with pytest.raises(FilesInUse):
            next(application.plain_sealer.seal(SINGLE_USER))
        with pytest.raises(FilesInUse):
            application.backups.make(SINGLE_USER, tmp_path / "one.backup", "合言葉")
    assert not (tmp_path / "one.backup").exists()
    application.database.close()
