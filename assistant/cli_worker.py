"""`kikigaki worker`: another machine, or another process, that does what waits."""

from __future__ import annotations

import typer

from assistant.bootstrap import Application
from assistant.cli_screen import screen
from assistant.logs import configure_logs


def worker() -> None:
    """処理係として働きます。PostgreSQL を使う所では、別の機械で動かすとその分だけ速く片付きます。

    止めるには Ctrl-C。途中の仕事は、ほかの処理係が続きから引き取ります。
    """
    from assistant.work import place_of_work, serve

    application = Application()
    database = application.database
    english = application.settings.screen_language == "en"
    with place_of_work(database, wait=False):
        configure_logs()
        if not database.shared:
            screen.print(
                "This database is a file: only this machine can work on it."
                if english
                else "データベースがファイルなので、この機械だけの処理係です。"
                "ほかの機械を加えるには PostgreSQL が要ります。"
            )
        works = f"Working on {database.name}. Stop with Ctrl-C."
        screen.print(works if english else f"{database.name} の仕事をします。止めるには Ctrl-C。")
        serve(application, application.worker())
    raise typer.Exit
