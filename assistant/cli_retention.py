"""`kikigaki retention …`: how long records are kept, what must stay, deleting what is due."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from assistant.bootstrap import Application
from assistant.cli_options import JSON
from assistant.cli_screen import results, screen
from assistant.errors import NotConfirmed
from assistant.retention import Counting, Part, Rule, Staying

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assistant.retention import Deletion, Due, Hold

SUBJECT = Annotated[
    str, typer.Argument(help="記録か案件のID、または案件の名前。", show_default=False)
]
ON = Annotated[
    datetime | None,
    typer.Option("--on", formats=["%Y-%m-%d"], help="この日に実行したとして。なければ今日。"),
]

WORDS = {
    "ja": {
        "class": "区分", "name": "名称", "years": "保存期間", "sound": "音声", "from": "起算",
        "ever": "永久", "n_years": "{n} 年", "n_days": "{n} 日", "with": "記録と同じ",
        Counting.RECORD: "翌年度4月1日", Counting.BIRTH: "生年月日",
        Part.WHOLE: "記録", Part.SOUND: "音声", "record": "記録", "title": "題名", "what": "対象",
        "day": "日付", "until": "満了日", "stays": "残す理由", "reason": "理由", "since": "開始",
        "by": "担当", "deleted": "削除日時", "subject": "対象", "hold": "ID",
        Staying.HELD: "保存の指定", Staying.BUSY: "処理中", Staying.UNHEARD: "文字起こし前",
        "none": "満了したものはありません。", "ask": "上の {n} 件を削除しますか。元に戻せません",
        "gone": "{n} 件を削除しました。", "on": "満了したものは毎日、自動で削除されます。",
        "off": "自動では削除されません（`kikigaki retention start` で始まります）。",
        "held": "保存を指定しました。ID: {id}", "released": "{n} 件の指定を解きました。",
        "done": "変えました。", "unfinished": "（続きは次回）",
    },
    "en": {
        "class": "class", "name": "name", "years": "kept", "sound": "sound", "from": "from",
        "ever": "for ever", "n_years": "{n} years", "n_days": "{n} days", "with": "as the record",
        Counting.RECORD: "next 1 April", Counting.BIRTH: "birth",
        Part.WHOLE: "record", Part.SOUND: "sound", "record": "record", "title": "title",
        "what": "what", "day": "day", "until": "over since", "stays": "stays", "reason": "reason",
        "since": "since", "by": "by", "deleted": "deleted", "subject": "subject", "hold": "ID",
        Staying.HELD: "on hold", Staying.BUSY: "at work", Staying.UNHEARD: "not transcribed",
        "none": "Nothing is due.", "ask": "Delete these {n}? It cannot be undone",
        "gone": "{n} deleted.", "on": "What is due is deleted by itself, every day.",
        "off": "Nothing is deleted by itself (`kikigaki retention start` begins with it).",
        "held": "On hold. ID: {id}", "released": "{n} released.",
        "done": "Changed.", "unfinished": " (to be completed)",
    },
}  # fmt: skip

retention_app = typer.Typer(
    help="保存期間の規則、保存の指定(削除の差し止め)、満了した記録の削除。",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@retention_app.command()
def rules(*, as_json: JSON = False) -> None:
    """区分ごとの保存期間を示します。"""
    application, say = _begin()
    found = application.retainer.rules(application.actor)
    daily = application.deleter.is_daily()
    if as_json:
        _print_json({"daily": daily, "rules": [asdict(one) for one in found]})
        return
    rows = [
        (
            one.record_class,
            one.name,
            say["ever"] if one.years is None else say["n_years"].format(n=one.years),
            "" if one.years is None else say[one.counting],
            say["with"] if one.sound_days is None else say["n_days"].format(n=one.sound_days),
        )
        for one in found
    ]
    _print_table([say[one] for one in ("class", "name", "years", "from", "sound")], rows)
    results.print(say["on" if daily else "off"])


@retention_app.command()
def rule(
    record_class: Annotated[str, typer.Argument(help="区分。なければ加わります。")],
    *,
    years: Annotated[str, typer.Option(help="年数、または ever (永久)。")],
    counting: Annotated[
        Counting, typer.Option("--from", help="record: 翌年度4月1日から。birth: 子の誕生日から。")
    ] = Counting.RECORD,
    sound_days: Annotated[
        str, typer.Option(help="音声の日数、または record (記録と同じ)。")
    ] = "record",
    name: Annotated[str, typer.Option(help="名称。")] = "",
) -> None:
    """区分の保存期間を変えます。"""
    application, say = _begin()
    kept = _number(years, "ever", "--years")
    days = _number(sound_days, "record", "--sound-days")
    made = Rule(record_class, name or record_class, kept, counting, days)
    application.retainer.set_rule(application.actor, made)
    screen.print(say["done"])


@retention_app.command("class")
def classify(
    subject: SUBJECT,
    record_class: Annotated[str, typer.Argument(help="区分。空にすると元の決め方。")],
) -> None:
    """記録、または案件の記録の区分を決めます。"""
    application, say = _begin()
    application.retainer.classify(application.actor, subject, record_class)
    screen.print(say["done"])


@retention_app.command()
def born(
    matter: SUBJECT,
    day: Annotated[
        datetime | None, typer.Argument(formats=["%Y-%m-%d"], help="なければ「不明」に戻します。")
    ] = None,
) -> None:
    """ケースの(いちばん年下の)子の生年月日を記します。"""
    application, say = _begin()
    application.retainer.set_birth(application.actor, matter, day.date() if day else None)
    screen.print(say["done"])


@retention_app.command()
def hold(
    subject: SUBJECT, *, reason: Annotated[str, typer.Option(help="理由。記録されます。")]
) -> None:
    """満了しても削除しないように指定します。"""
    application, say = _begin()
    made = application.retainer.hold(application.actor, subject, reason)
    results.print(say["held"].format(id=made.id))


@retention_app.command()
def release(
    name: Annotated[str, typer.Argument(help="指定のID、または記録か案件。", show_default=False)],
    *,
    reason: Annotated[str, typer.Option(help="理由。記録されます。")],
) -> None:
    """保存の指定を解きます。"""
    application, say = _begin()
    ended = application.retainer.release(application.actor, name, reason)
    results.print(say["released"].format(n=len(ended)))


@retention_app.command()
def holds(*, as_json: JSON = False) -> None:
    """保存の指定の一覧。"""
    application, say = _begin()
    found: list[Hold] = application.retainer.holds(application.actor)
    if as_json:
        _print_json([asdict(one) for one in found])
        return
    rows = [(one.id, one.subject, one.reason, f"{one.since:%Y-%m-%d}", one.by) for one in found]
    _print_table([say[one] for one in ("hold", "subject", "reason", "since", "by")], rows)


@retention_app.command()
def plan(*, on: ON = None, as_json: JSON = False) -> None:
    """満了したものと、その理由を示します。何も削除しません。"""
    application, say = _begin()
    due = application.deleter.plan(application.actor, _day(on))
    if as_json:
        _print_json([asdict(one) for one in due])
    else:
        _print_due(due, say)


@retention_app.command()
def run(
    *,
    yes: Annotated[bool, typer.Option("--yes", help="確認せずに削除します。")] = False,
    as_json: JSON = False,
) -> None:
    """満了したものを削除します。止まっても、もう一度実行すると続きます。"""
    application, say = _begin()
    today = _day(None)
    going = [one for one in application.deleter.plan(application.actor, today) if not one.stays]
    if going and not yes:
        _print_due(going, say)
        if not sys.stdin.isatty():
            raise NotConfirmed
        if not typer.confirm(say["ask"].format(n=len(going)), default=False):
            raise typer.Exit(1)
    done = application.deleter.run(application.actor, today)
    if as_json:
        told = {"gone": [asdict(one) for one in done.gone]}
        _print_json(told | {"staying": [asdict(one) for one in done.staying]})
    else:
        results.print(say["gone"].format(n=len(done.gone)))


@retention_app.command()
def deleted(
    *,
    limit: Annotated[int, typer.Option(min=1, help="新しいものから何件。")] = 1000,
    as_json: JSON = False,
) -> None:
    """削除の記録。"""
    application, say = _begin()
    found: list[Deletion] = application.deleter.deletions(application.actor, limit)
    if as_json:
        _print_json([asdict(one) for one in found])
        return
    rows = [
        (
            f"{one.at.astimezone():%Y-%m-%d %H:%M}{'' if one.finished else say['unfinished']}",
            one.record,
            one.title,
            say[one.part],
            one.record_class,
            str(one.until),
            one.by,
        )
        for one in found
    ]
    names = ("deleted", "record", "title", "what", "class", "until", "by")
    _print_table([say[one] for one in names], rows)


@retention_app.command()
def start() -> None:
    """満了したものが毎日、自動で削除されるようにします。先に plan で確かめてください。"""
    _switch(on=True)


@retention_app.command()
def stop() -> None:
    """自動の削除を止めます。"""
    _switch(on=False)


def _switch(*, on: bool) -> None:
    application, say = _begin()
    application.deleter.set_daily(application.actor, on=on)
    screen.print(say["on" if on else "off"])


def _begin() -> tuple[Application, dict[str, str]]:
    application = Application()
    return application, WORDS[application.settings.screen_language]


def _day(on: datetime | None) -> date:
    return (on or datetime.now().astimezone()).date()


def _number(text: str, none: str, option: str) -> int | None:
    if text == none:
        return None
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 1_000:
        raise typer.BadParameter(f"{option}: 1 から 999 の数、または {none}")
    return int(text)


def _print_due(due: Sequence[Due], say: dict[str, str]) -> None:
    if not due:
        results.print(say["none"])
        return
    rows = [
        (
            one.record,
            one.title,
            say[one.part],
            one.record_class,
            str(one.day),
            str(one.until),
            say[one.stays] if one.stays else "",
        )
        for one in due
    ]
    names = ("record", "title", "what", "class", "day", "until", "stays")
    _print_table([say[one] for one in names], rows)


def _print_table(names: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    table = Table(*names, box=None, header_style="dim", padding=(0, 2, 0, 0))
    for row in rows:
        table.add_row(*map(escape, row))
    results.print(table)


def _print_json(told: object) -> None:
    typer.echo(json.dumps(told, ensure_ascii=False, indent=1, default=str))
