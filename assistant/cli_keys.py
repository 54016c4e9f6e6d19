"""`kikigaki keys …`: the master key that opens what is sealed."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from assistant.bootstrap import Application
from assistant.cli_screen import results, screen
from assistant.people import SINGLE_USER

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
    as_json: Annotated[
        bool, typer.Option("--json", help="結果を JSON で標準出力に書きます。")
    ] = False,
) -> None:
    """鍵の番号と、それで開くファイルの数を示します。"""
    application = Application()
    care = application.key_care
    states = care.show(SINGLE_USER)
    if as_json:
        found = {"place": care.place, "keys": [asdict(one) for one in states]}
        typer.echo(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        results.print(f"鍵の場所: {care.place}")
        for one in states:
            mark = "[green]○[/]" if one.here else "[red]×[/]"
            role = "" if one.newest else " (古い鍵)" if one.here else " (ここにありません)"
            results.print(f"{mark} {one.id}{role}: {one.files} ファイル")
        if not states:
            results.print("鍵はまだありません。録音を初めて加えるときに作られます。")
    raise typer.Exit(0 if all(one.here for one in states) else 3)


@keys_app.command()
def rotate() -> None:
    """新しい鍵に取り替えます。録音は書き直しません。途中で止まったら、もう一度実行すると続きます。"""
    application = Application()
    care = application.key_care
    with screen.status("鍵を取り替えています") as status:
        done = care.rotate(
            SINGLE_USER, lambda files: status.update(f"鍵を取り替えています: {files} ファイル")
        )
    results.print(f"[green]○[/] 新しい鍵 {done.newest} に取り替えました: {done.files} ファイル")
    if done.dropped:
        results.print(f"   {care.place} の写しを、別の安全な所に保管し直してください。")
        results.print("   これより前のバックアップを開くには、古い鍵の写しが要ります。")
    else:
        results.print(f"   {care.place} から古い鍵を外してください。")
