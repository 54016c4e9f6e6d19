"""Options and arguments that several commands have, each said once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

JSON = Annotated[bool, typer.Option("--json", help="結果を JSON で標準出力に書きます。")]
OUT = Annotated[Path, typer.Option(help="書き出し先のフォルダー。")]
PASSPHRASE_FILE = Annotated[Path | None, typer.Option(help="合言葉の入ったファイル (1行目)。")]
LOGIN = Annotated[str, typer.Argument(help="ログイン名。")]

SPEAKER = Annotated[str, typer.Option(help="話者の名前(一部でよい)。")]
ROLE = Annotated[
    str,
    typer.Option(help="役割の名前か、chair, member, official, witness, caller, worker のどれか。"),
]
SINCE = Annotated[
    str, typer.Option("--from", help="この日から: 令和8年11月、R8.11.1、2026-11-01 など。")
]
UNTIL = Annotated[str, typer.Option("--to", help="この日まで。")]
KIND = Annotated[str, typer.Option(help="会議 (meeting) か通話 (call)。")]
CASE = Annotated[str, typer.Option("--case", "--body", help="案件か会議体の名前(一部でよい)かID。")]
