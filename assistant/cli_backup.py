"""`kikigaki backup` and `kikigaki restore`."""

from __future__ import annotations

import json
import sys
from pathlib import Path  # noqa: TC003 (typer reads it)
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from assistant.bootstrap import Application
from assistant.cli_options import JSON, PASSPHRASE_FILE
from assistant.cli_screen import results, screen
from assistant.errors import NothingFound, PassphraseNeeded

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.status import Status

    from assistant.services.backups import Contents

WORDS = {
    "ja": {
        "so_far": "{rows} 行、{files} ファイル ({mib} MiB)", "done": "{path} に書きました: {told}",
        "checked": "{path} は読めます: {told}", "restored": "戻しました: {told}",
        "ask": "合言葉", "again": "もう一度", "backing": "バックアップしています: ",
        "restoring": "戻しています: ",
    },
    "en": {
        "so_far": "{rows} rows, {files} files ({mib} MiB)", "done": "Written to {path}: {told}",
        "checked": "{path} can be read: {told}", "restored": "Restored: {told}",
        "ask": "Passphrase", "again": "Again", "backing": "Backing up: ",
        "restoring": "Restoring: ",
    },
}  # fmt: skip


def backup(
    place: Annotated[Path, typer.Argument(help="書き出すファイル、またはフォルダー。")],
    *,
    passphrase: Annotated[
        bool, typer.Option("--passphrase", help="鍵ではなく、合言葉で封をします (尋ねます)。")
    ] = False,
    passphrase_file: PASSPHRASE_FILE = None,
    as_json: JSON = False,
) -> None:
    """使いながら、すべてを1つの暗号化されたファイルに写します。"""
    application = Application()
    say = WORDS[application.settings.screen_language]
    secret = None
    if passphrase or passphrase_file:
        secret = _passphrase(passphrase_file, say, twice=True)
    with screen.status("") as status:
        told = _telling(status, say["backing"], say)
        path, contents = application.backups.make(application.actor, place, secret, told)
    _print(say["done"], path, contents, say, as_json=as_json)


def restore(
    file: Annotated[Path, typer.Argument(help="バックアップのファイル。")],
    *,
    check: Annotated[
        bool, typer.Option("--check", help="読めるかを確かめるだけで、何も書きません。")
    ] = False,
    passphrase_file: PASSPHRASE_FILE = None,
    as_json: JSON = False,
) -> None:
    """バックアップを空の場所に戻します。使われている場所には戻しません。"""
    application = Application()
    say = WORDS[application.settings.screen_language]
    restorer = application.restorer(lambda: _passphrase(passphrase_file, say, twice=False))
    with screen.status("") as status:
        told = _telling(status, say["restoring"], say)
        act = restorer.check if check else restorer.restore
        contents = act(application.operator, file, told)
    _print(say["checked" if check else "restored"], file, contents, say, as_json=as_json)


def _passphrase(file: Path | None, say: dict[str, str], *, twice: bool) -> str:
    """From the file, or from the person at the terminal.

    Raises:
        NothingFound: there is no such file.
        PassphraseNeeded: the file is empty, or nobody can be asked.
    """
    if file is not None:
        if not file.is_file():
            raise NothingFound(path=file)
        found = file.read_text(encoding="utf-8").partition("\n")[0].strip("\r")
    elif sys.stdin.isatty():
        again = say["again"] if twice else False
        found = typer.prompt(say["ask"], hide_input=True, confirmation_prompt=again, err=True)
    else:
        raise PassphraseNeeded
    if not found:
        raise PassphraseNeeded
    return found


def _telling(status: Status, title: str, say: dict[str, str]) -> Callable[[Contents], None]:
    def told(contents: Contents) -> None:
        status.update(title + _told(contents, say))

    return told


def _told(contents: Contents, say: dict[str, str]) -> str:
    rows, mib = sum(contents.rows.values()), contents.bytes >> 20
    return say["so_far"].format(rows=rows, files=contents.files, mib=mib)


def _print(
    sentence: str, path: Path, contents: Contents, say: dict[str, str], *, as_json: bool
) -> None:
    if as_json:
        told = {
            "file": str(path),
            "rows": dict(contents.rows),
            "files": contents.files,
            "bytes": contents.bytes,
        }
        typer.echo(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        results.print(
            "[green]○[/] " + escape(sentence.format(path=path, told=_told(contents, say)))
        )
