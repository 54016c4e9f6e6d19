"""`kikigaki audit …`: reading and verifying the audit log."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import asdict
from datetime import date, datetime, timedelta
from pathlib import Path  # noqa: TC003 (typer reads it)
from typing import Annotated

import typer
from rich.markup import escape

from assistant.bootstrap import Application
from assistant.cli_options import JSON, UNTIL
from assistant.cli_screen import results, screen
from assistant.errors import storage_errors
from assistant.services.auditing import Anchor, AuditQuery

audit_app = typer.Typer(
    help="監査の記録を読み、書きかえられていないかを確かめます。",
    no_args_is_help=True,
    rich_markup_mode=None,
)
BROKEN = 5
"""The exit code where a row is not as it was written."""
WHY = {
    "changed": "{seq} 行目が書きかえられています。",
    "missing": "{seq} 行目がありません。消されたか、並べかえられています。",
    "extra": "{seq} 行目は、あとから書き足されたものです。",
    "anchor": "{seq} 行目が、控えておいた印と違います。",
}
User = Annotated[str, typer.Option("--user", help="この人の行だけ: 氏名か番号 (id)。")]
Act = Annotated[str, typer.Option("--action", help="この操作の行だけ: view, export など。")]
Object = Annotated[str, typer.Option("--object", help="この番号の記録や案件への操作だけ。")]
Since = Annotated[str, typer.Option("--from", help="この日から: 2026-04-01。")]


@audit_app.callback()
def about() -> None:
    """監査"""


@audit_app.command()
def verify(
    *,
    anchor: Annotated[
        str, typer.Option(help="前に控えた印 (番号:ハッシュ)。その行が同じかも確かめます。")
    ] = "",
    as_json: JSON = False,
) -> None:
    """すべての行が書かれたときのままかを確かめます。ままでなければ 0 以外で終わります。"""
    application = Application()
    found = application.audit_log.verify(application.actor, _anchor(anchor))
    if as_json:
        fault = asdict(found.fault) if found.fault else None
        report = {"intact": fault is None, "rows": found.rows, "head": str(found.head)}
        typer.echo(json.dumps(report | {"fault": fault}))
    elif found.fault is None:
        screen.print(f"[green]○[/] {found.rows} 行とも、書かれたときのままです。")
        screen.print("次の印を別の場所に控えておくと、あとで `--anchor` で確かめられます:")
        typer.echo(str(found.head))
    else:
        screen.print(f"[red]×[/] {WHY[found.fault.why].format(seq=found.fault.seq)}")
        typer.echo(f"{found.fault.seq} {found.fault.why}")
    if found.fault is not None:
        raise typer.Exit(BROKEN)


@audit_app.command("list")
def list_(
    *,
    user: User = "",
    action: Act = "",
    object_: Object = "",
    since: Since = "",
    until: UNTIL = "",
    limit: Annotated[int, typer.Option(min=1, help="何行まで。")] = 50,
    as_json: JSON = False,
) -> None:
    """新しい順に並べます。読んだことも記録されます。"""
    application = Application()
    query = _query(user, action, object_, since, until)
    rows = application.audit_log.rows(application.actor, query, limit)
    if as_json:
        told = [asdict(row) | {"at": row.at.isoformat()} for row in rows]
        typer.echo(json.dumps(told, ensure_ascii=False, indent=1))
        return
    for row in rows:
        when = row.at.astimezone().strftime("%Y-%m-%d %H:%M:%S")
        details = json.dumps(row.details, ensure_ascii=False) if row.details else ""
        who = f"{escape(row.name) or '―'} ({row.way})"
        results.print(
            f"[dim]{row.seq} {when}[/] {who} [bold]{row.action}[/] "
            f"{escape(row.object)} {escape(details)}"
        )


@audit_app.command()
def csv(
    file: Annotated[
        Path | None, typer.Argument(help="書き込むファイル。なければ標準出力。")
    ] = None,
    *,
    user: User = "",
    action: Act = "",
    object_: Object = "",
    since: Since = "",
    until: UNTIL = "",
) -> None:
    """表計算で開ける CSV (UTF-8、BOM 付き) に書き出します。"""
    application = Application()
    query = _query(user, action, object_, since, until)
    content = application.audit_log.csv(application.actor, query)
    if file is None:
        sys.stdout.buffer.write(content)
        return
    with storage_errors(file):
        file.write_bytes(content)
    screen.print(f"[green]○[/] {escape(str(file))}")


def _query(user: str, action: str, object_: str, since: str, until: str) -> AuditQuery:
    after = _day(until, "--to")
    return AuditQuery(
        user=user,
        action=action,
        object=object_,
        since=_day(since, "--from"),
        until=after + timedelta(days=1) if after else None,
    )


def _day(text: str, option: str) -> datetime | None:
    """The beginning of a day, here."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(
            f"2026-04-01 のように書いてください: {text}", param_hint=option
        ) from error
    return datetime(day.year, day.month, day.day).astimezone()


def _anchor(text: str) -> Anchor | None:
    if not text:
        return None
    found = re.fullmatch(r"(\d+):([0-9a-f]{64})", text.strip())
    if found is None:
        raise typer.BadParameter("番号:ハッシュ の形で書いてください。", param_hint="--anchor")
    return Anchor(int(found[1]), found[2])
