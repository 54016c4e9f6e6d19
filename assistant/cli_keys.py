"""`kikigaki keys …`: the master key that opens what is sealed."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer
from rich.markup import escape

from assistant.bootstrap import Application
from assistant.cli_options import JSON
from assistant.cli_screen import results, screen

if TYPE_CHECKING:
    from assistant.keys import KeyState

WORDS = {
    "ja": {
        "place": "鍵の場所: {place}", "files": "{files} ファイル",
        "newest": "", "old": " (古い鍵)", "lost": " (ここにありません)",
        "none": "鍵はまだありません。録音を初めて加えるときに作られます。",
        "busy": "鍵を取り替えています: {files} ファイル",
        "done": "新しい鍵 {newest} に取り替えました: {files} ファイル",
        "copy": "{place} の写しを、別の安全な所に保管し直してください。",
        "backups": "これより前のバックアップを開くには、古い鍵の写しが要ります。",
        "drop": "{place} から古い鍵を外してください。",
        "sealing": "封をしています: {done}/{total}",
        "sealed": "封のなかったファイル {files} 件に封をしました。",
    },
    "en": {
        "place": "Place of the key: {place}", "files": "{files} files",
        "newest": "", "old": " (old)", "lost": " (not here)",
        "none": "There is no key yet: the first recording makes it.",
        "busy": "Exchanging the key: {files} files",
        "done": "The new key is {newest}: {files} files",
        "copy": "Keep a new copy of {place} in a safe place.",
        "backups": "Backups from before need a copy of the old key.",
        "drop": "Take the old key out of {place}.",
        "sealing": "Sealing: {done}/{total}",
        "sealed": "{files} files were plain and are sealed now.",
    },
}  # fmt: skip

keys_app = typer.Typer(
    help="封をした録音と資料を開く鍵を見て、取り替えます。鍵そのものは表示しません。",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@keys_app.callback()
def about() -> None:
    """鍵"""


@keys_app.command()
def show(
    *,
    as_json: JSON = False,
) -> None:
    """鍵の番号と、それで開くファイルの数を示します。足りない鍵があれば終了コードは 3 です。"""
    application = Application()
    words, care = WORDS[application.settings.screen_language], application.key_care
    states = care.show(application.actor)
    if as_json:
        found = {"place": care.place, "keys": [asdict(one) for one in states]}
        typer.echo(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        results.print(escape(words["place"].format(place=care.place)))
        for one in states:
            mark = "[green]○[/]" if one.here else "[red]×[/]"
            files = words["files"].format(files=one.files)
            results.print(f"{mark} {one.id}{words[_standing(one)]}: {files}")
        if not states:
            results.print(words["none"])
    raise typer.Exit(0 if all(one.here for one in states) else 3)


@keys_app.command()
def rotate() -> None:
    """新しい鍵に取り替えます。録音は書き直しません。止まったら、もう一度実行すると続きます。"""
    application = Application()
    words, care = WORDS[application.settings.screen_language], application.key_care
    actor = application.actor
    with screen.status(words["busy"].format(files=0)) as status:
        done = care.rotate(actor, lambda files: status.update(words["busy"].format(files=files)))
    told = words["done"].format(newest=done.newest, files=done.files)
    results.print(f"[green]○[/] {told}")
    for hint in ("copy", "backups") if done.dropped else ("drop", "backups"):
        results.print(f"   {escape(words[hint].format(place=care.place))}")


@keys_app.command()
def seal() -> None:
    """封のないファイルに封をします。使いながら実行でき、止まったら、もう一度実行すると続きます。"""
    application = Application()
    words, files = WORDS[application.settings.screen_language], 0
    with screen.status("") as status:
        for one in application.plain_sealer.seal(application.actor):
            status.update(words["sealing"].format(done=one.done, total=one.total))
            files = one.files
    results.print("[green]○[/] " + words["sealed"].format(files=files))


def _standing(one: KeyState) -> str:
    if one.newest:
        return "newest"
    return "old" if one.here else "lost"
