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
