"""`kikigaki db …`: the database's tables."""

from __future__ import annotations

import typer

from assistant.bootstrap import Application
from assistant.cli_screen import screen

db_app = typer.Typer(
    help="データベースの表を、この版の聞き書きに合わせます。",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@db_app.callback()
def about() -> None:
    """データベース"""


@db_app.command()
def upgrade() -> None:
    """表をこの版に合わせます。データはそのまま残ります。何度実行しても同じです。"""
    application = Application()
    before, after = application.upgrade_tables()
    english = application.settings.screen_language == "en"
    if before == after:
        screen.print("Up to date." if english else "すでに合っています。")
    else:
        came = before or ("empty" if english else "空")
        screen.print(f"{came} → {after}  {application.database.name}")


@db_app.command()
def encrypt() -> None:
    """SQLite のファイルを暗号化します。聞き書きを止めてから実行します。データは残ります。"""
    application = Application()
    done = application.key_care.encrypt_database(application.actor)
    english = application.settings.screen_language == "en"
    if not done:
        screen.print("Encrypted already." if english else "すでに暗号化されています。")
        return
    place = application.master_keys.place.name
    screen.print(
        f"Encrypted. Only the key at {place} opens it."
        if english
        else f"暗号化しました。{place} の鍵でだけ開きます。"
    )
