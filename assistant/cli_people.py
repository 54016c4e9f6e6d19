"""`kikigaki people …`: accounts and roles."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.markup import escape

from assistant.bootstrap import Application
from assistant.cli_options import JSON, LOGIN
from assistant.cli_screen import results, screen
from assistant.errors import UnknownRole
from assistant.people import Role

people_app = typer.Typer(
    help="利用者を登録し、役割を決めます。",
    no_args_is_help=True,
    rich_markup_mode=None,
)
ROLE_NAMES = {
    Role.CASEWORKER: "相談員",
    Role.CLERK: "書記",
    Role.SUPERVISOR: "係長・SV",
    Role.MANAGER: "課長",
    Role.AUDITOR: "監査",
    Role.ADMINISTRATOR: "システム管理",
}
KNOWN = ", ".join(Role)
Roles = Annotated[list[str], typer.Argument(help=f"役割: {KNOWN}")]


@people_app.callback()
def about() -> None:
    """利用者"""


@people_app.command()
def add(
    login: LOGIN,
    *,
    name: Annotated[str, typer.Option(help="画面と記録に出る氏名。なければログイン名。")] = "",
    role: Annotated[
        list[str] | None, typer.Option(help=f"役割 (くり返し可): {KNOWN}", show_default=False)
    ] = None,
    os_user: Annotated[
        str,
        typer.Option(
            help="この人がコマンドを打つときの、機械の利用者名。"
            "最初の利用者では、いまの機械の利用者になります。"
        ),
    ] = "",
    password: Annotated[
        bool,
        typer.Option(help="最初のパスワードを作ります。庁内の認証で入る人には要りません。"),
    ] = True,
) -> None:
    """利用者を登録します。最初のパスワードは一度だけ表示し、最初のサインインで変えてもらいます。"""
    application = Application()
    people, actor = application.people, application.actor
    if not os_user and people.reception.has_no_accounts():
        from assistant.identity.machine import os_user as present_user

        os_user = present_user()
    person, first = people.accounts.add(
        actor,
        login,
        name,
        _roles(role or []),
        os_user=os_user or None,
        with_password=password,
    )
    screen.print(f"[green]○[/] {escape(person.name)} ({escape(person.login)}) を登録しました。")
    if person.os_user:
        screen.print(f"コマンドは、機械の利用者 {escape(person.os_user)} として打てます。")
    _show_password(first)


@people_app.command("list")
def list_(
    *,
    as_json: JSON = False,
) -> None:
    """利用者の一覧です。"""
    application = Application()
    people = application.people.accounts.all(application.actor)
    if as_json:
        rows = [
            {
                "id": one.id,
                "login": one.login,
                "name": one.name,
                "roles": sorted(one.roles),
                "active": one.active,
                "os_user": one.os_user,
            }
            for one in people
        ]
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    if not people:
        screen.print("利用者はまだいません (単独利用)。`kikigaki people add` で登録できます。")
    for one in people:
        roles = "・".join(ROLE_NAMES[role] for role in Role if role in one.roles) or "役割なし"
        state = "" if one.active else "  [yellow]停止中[/]"
        results.print(f"{escape(one.login)}  {escape(one.name)}  {roles}{state}")


@people_app.command()
def roles(login: LOGIN, roles: Roles) -> None:
    """役割を付け替えます。書いたものだけになります。"""
    application = Application()
    person = application.people.accounts.find(application.actor, login)
    application.people.accounts.set_roles(application.actor, person.id, _roles(roles))
    screen.print(f"[green]○[/] {escape(person.name)}: {', '.join(sorted(set(roles)))}")


@people_app.command()
def deactivate(login: LOGIN) -> None:
    """利用を停止します。記録に名前が残るため、消しはしません。"""
    _set_active(login, active=False)
    screen.print("[green]○[/] 停止しました。開いている画面もすぐに使えなくなります。")


@people_app.command()
def activate(login: LOGIN) -> None:
    """停止した利用者を、また使えるようにします。"""
    _set_active(login, active=True)
    screen.print("[green]○[/] 使えるようになりました。")


@people_app.command()
def reset_password(login: LOGIN) -> None:
    """新しい最初のパスワードを一度だけ表示します。待ち時間も消えます。"""
    application = Application()
    person = application.people.accounts.find(application.actor, login)
    _show_password(application.people.accounts.reset_password(application.actor, person.id))


@people_app.command()
def os_user(
    login: LOGIN,
    name: Annotated[str, typer.Argument(help="機械の利用者名。空なら外します。")] = "",
) -> None:
    """この人がコマンドを打つときの、機械の利用者名を決めます。"""
    application = Application()
    person = application.people.accounts.find(application.actor, login)
    application.people.accounts.set_os_user(application.actor, person.id, name or None)
    screen.print(f"[green]○[/] {escape(person.name)}: {escape(name) or 'なし'}")


def _set_active(login: str, *, active: bool) -> None:
    application = Application()
    person = application.people.accounts.find(application.actor, login)
    application.people.accounts.set_active(application.actor, person.id, active=active)


def _show_password(password: str) -> None:
    """On standard output, so that it can be handed on; everything else is said beside it."""
    if password:
        screen.print("最初のパスワード (表示は一度だけ。最初のサインインで変えてもらいます):")
        typer.echo(password)


def _roles(names: list[str]) -> frozenset[Role]:
    for name in names:
        if name not in set(Role):
            raise UnknownRole(name=name, known=KNOWN)
    return frozenset(map(Role, names))
