"""`kikigaki matters …`: cases, bodies and their members."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.markup import escape

from assistant.bootstrap import Application
from assistant.cli_options import JSON, LOGIN
from assistant.cli_screen import results, screen
from assistant.people import MatterKind

matters_app = typer.Typer(
    help="案件 (ケースと会議体) と、その担当を決めます。",
    no_args_is_help=True,
    rich_markup_mode=None,
)
KIND_NAMES = {MatterKind.CASE: "ケース", MatterKind.BODY: "会議体"}
Name = Annotated[str, typer.Argument(help="案件の名前か番号。")]


@matters_app.callback()
def about() -> None:
    """案件"""


@matters_app.command()
def add(
    name: Annotated[str, typer.Argument(help="案件の名前。")],
    *,
    kind: Annotated[
        MatterKind, typer.Option(help="ケース (case) か会議体 (body)。")
    ] = MatterKind.CASE,
) -> None:
    """案件を作ります。"""
    application = Application()
    matter = application.people.matters.add(application.actor, kind, name)
    screen.print(f"[green]○[/] {escape(matter.name)} を作りました。")
    typer.echo(matter.id)


@matters_app.command("list")
def list_(
    *,
    as_json: JSON = False,
) -> None:
    """案件の一覧です。"""
    application = Application()
    matters = application.people.matters.all(application.actor)
    if as_json:
        rows = [
            {"id": one.id, "kind": one.kind, "name": one.name, "closed": one.closed is not None}
            for one in matters
        ]
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    if not matters:
        screen.print("案件はまだありません。`kikigaki matters add` で作れます。")
    for one in matters:
        closed = "  [yellow]終了[/]" if one.closed else ""
        results.print(f"{KIND_NAMES[one.kind]}  {escape(one.name)}{closed}  [dim]{one.id}[/]")


@matters_app.command()
def rename(matter: Name, name: Annotated[str, typer.Argument(help="新しい名前。")]) -> None:
    """名前を変えます。"""
    application = Application()
    found = application.people.matters.find(application.actor, matter)
    application.people.matters.rename(application.actor, found.id, name)
    screen.print(f"[green]○[/] {escape(found.name)} → {escape(name)}")


@matters_app.command()
def close(matter: Name) -> None:
    """終了にします。担当は読みつづけられますが、新しい録音は加えられません。"""
    application = Application()
    found = application.people.matters.find(application.actor, matter)
    application.people.matters.close(application.actor, found.id)
    screen.print(f"[green]○[/] {escape(found.name)} を終了にしました。")


@matters_app.command()
def reopen(matter: Name) -> None:
    """終了した案件を、また続けます。"""
    application = Application()
    found = application.people.matters.find(application.actor, matter)
    application.people.matters.reopen(application.actor, found.id)
    screen.print(f"[green]○[/] {escape(found.name)} を再開しました。")


@matters_app.command()
def members(matter: Name) -> None:
    """担当の一覧です。"""
    application = Application()
    people, actor = application.people, application.actor
    found = people.matters.find(actor, matter)
    names = {one.id: one for one in people.accounts.all(actor)}
    for one in people.matters.memberships(actor):
        if one.matter.id == found.id:
            for person in (names[member] for member in one.members if member in names):
                results.print(f"{escape(person.login)}  {escape(person.name)}")


@matters_app.command()
def join(matter: Name, login: LOGIN) -> None:
    """担当に加えます。その案件の記録が見えるようになります。"""
    application = Application()
    people, actor = application.people, application.actor
    found, person = people.matters.find(actor, matter), people.accounts.find(actor, login)
    people.matters.join(actor, found.id, person.id)
    screen.print(f"[green]○[/] {escape(person.name)} を {escape(found.name)} の担当にしました。")


@matters_app.command()
def leave(matter: Name, login: LOGIN) -> None:
    """担当から外します。"""
    application = Application()
    people, actor = application.people, application.actor
    found, person = people.matters.find(actor, matter), people.accounts.find(actor, login)
    people.matters.leave(actor, found.id, person.id)
    screen.print(f"[green]○[/] {escape(person.name)} を {escape(found.name)} から外しました。")


@matters_app.command()
def move(
    record: Annotated[str, typer.Argument(help="記録の番号。")],
    matter: Annotated[str, typer.Argument(help="案件の名前か番号。空なら案件から出します。")] = "",
) -> None:
    """記録を案件に入れます。その案件の担当に見えるようになります。"""
    application = Application()
    actor = application.actor
    found = application.people.matters.find(actor, matter) if matter else None
    application.editing.move(actor, record, found.id if found else None)
    screen.print(f"[green]○[/] {escape(record)} → {escape(found.name) if found else 'なし'}")
