"""`kikigaki db …`: the database's tables."""

from __future__ import annotations

import typer

from assistant.bootstrap import Application
from assistant.cli_screen import screen
from assistant.search import Standing
from assistant.settings import Settings

SAID = {
    "ja": {
        "working": "発言の意味を pgvector に移しています。残り {left} 区間",
        "indexing": "pgvector の索引を作っています。100 万発言で十数分かかります。",
        Standing.USED: "発言の意味は、サーバーの pgvector {version} が比べます。",
        Standing.OLD: (
            "サーバーの pgvector {version} は古いため使いません (0.8 以上が要ります)。"
            "発言の意味は、各プロセスのメモリーで比べます。"
        ),
        Standing.OFFERED: (
            "サーバーに pgvector {version} がありますが、加える権限がありません。管理者がこの"
            "データベースで CREATE EXTENSION vector; を実行したあと、もう一度 kikigaki db upgrade "
            "を実行してください。それまでは、各プロセスのメモリーで比べます。"
        ),
    },
    "en": {
        "working": "Copying what turns mean for pgvector: {left} windows left",
        "indexing": "Making pgvector's index: a quarter of an hour for a million turns.",
        Standing.USED: "The server's pgvector {version} compares what turns mean.",
        Standing.OLD: (
            "The server's pgvector {version} is not used: 0.8 or newer is needed."
            " Each process compares what turns mean in its memory."
        ),
        Standing.OFFERED: (
            "The server has pgvector {version}, but we may not add it. Let an administrator run"
            " CREATE EXTENSION vector; in this database, and then run kikigaki db upgrade again."
            " Until then each process compares what turns mean in its memory."
        ),
    },
}
"""What is said of the server's vectors; of a file and of a server without pgvector, nothing."""

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
    _settle(application, SAID["en" if english else "ja"])


def _settle(application: Application, said: dict[str, str]) -> None:
    """Lets a server that has pgvector compare the archive's vectors, and says how it stands."""
    now = application.server_vectors()
    if now.standing is Standing.USED:
        left = now.waiting

        def told(moved: int) -> None:
            nonlocal left
            left = max(0, left - moved)
            status.update(said["working"].format(left=left) if left else said["indexing"])

        with screen.status(said["working"].format(left=left)) as status:
            application.settle_vectors(told)
    if now.standing in said:
        screen.print(said[now.standing].format(version=now.version))


@db_app.command()
def encrypt() -> None:
    """SQLite のファイルを暗号化します。聞き書きを止めてから実行します。データは残ります。"""
    application = Application(Settings(encrypt_database=False))  # it cannot be opened otherwise
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
