"""`kikigaki search` and `kikigaki synonyms`."""

from __future__ import annotations

import json
from pathlib import Path  # noqa: TC003 (typer reads it)
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.text import Text

from assistant.bootstrap import Application
from assistant.cli_options import CASE, JSON, KIND, ROLE, SINCE, SPEAKER, UNTIL
from assistant.cli_screen import results, screen
from assistant.errors import storage_errors

if TYPE_CHECKING:
    from assistant.search import Found, Hit

WIDTH = 120
"""Characters of a turn that are shown."""
SAYS = {
    "ja": {
        "found": "{total} 件（{records} 件の録音）",
        "nothing": "見つかりませんでした。",
        "tried": "「{word}」はこの形でも探しました: {others}",
        "group": "{words}{own}",
        "own": "  （この組織で追加）",
        "added": "加えました: {words}",
        "removed": "外しました: {words}",
        "meaning": "意味が近い",
    },
    "en": {
        "found": "{total} turns in {records} recordings",
        "nothing": "Nothing was found.",
        "tried": "“{word}” was looked for in these forms too: {others}",
        "group": "{words}{own}",
        "own": "  (added here)",
        "added": "Added: {words}",
        "removed": "Removed: {words}",
        "meaning": "near in meaning",
    },
}

synonyms_app = typer.Typer(
    help="探すときに同じとみなすことば (児相 = 児童相談所 など) を見て、変えます。",
    no_args_is_help=True,
    rich_markup_mode=None,
)
LINE = Annotated[str, typer.Argument(help="「児相 = 児童相談所」の形で。", show_default=False)]


def search(
    words: Annotated[
        list[str],
        typer.Argument(
            help='語(すべて含む)、"このとおりの句"、NOT 語、A OR B、A NEAR/20 B。',
            show_default=False,
        ),
    ],
    *,
    speaker: SPEAKER = "",
    role: ROLE = "",
    since: SINCE = "",
    until: UNTIL = "",
    kind: KIND = "",
    case: CASE = "",
    record: Annotated[str, typer.Option(help="この録音だけ(ID)。")] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="いくつまで示すか。")] = 20,
    csv: Annotated[
        Path | None, typer.Option(help="表計算で開ける CSV をこのファイルに書きます。")
    ] = None,
    as_json: JSON = False,
) -> None:
    """これまでの発言を、ことばと意味で探します。"""
    from assistant.services.archive_search import Page
    from assistant.services.search_filters import read_filters
    from assistant.services.search_table import hits_csv

    application = Application()
    filters = read_filters(
        {
            "speaker": speaker,
            "role": role,
            "from": since,
            "to": until,
            "kind": kind,
            "matter": case,
            "record": record,
        }
    )
    asked = " ".join(words)
    service = application.archive_search
    if csv is not None:
        found = service.export(application.actor, asked, filters, limit)
        with storage_errors(csv):
            csv.write_bytes(hits_csv(found.hits))
        return
    found = service.search(application.actor, asked, filters, Page(limit=limit))
    if as_json:
        hits = [hit_json(hit) for hit in found.hits]
        typer.echo(json.dumps({"total": found.total, "hits": hits}, ensure_ascii=False, indent=1))
    else:
        _print(found, SAYS[application.settings.screen_language])


def hit_json(hit: Hit) -> dict[str, object]:
    """A hit for machines."""
    return {
        "recording": hit.record,
        "title": hit.title,
        "turn": hit.turn,
        "start": hit.start,
        "end": hit.end,
        "speaker": hit.speaker,
        "role": hit.role,
        "text": hit.text,
        "score": round(hit.score, 4),
    }


@synonyms_app.command(name="list")
def list_synonyms() -> None:
    """組の一覧。この組織で加えたものが先です。"""
    application = Application()
    say = SAYS[application.settings.screen_language]
    for group in application.synonyms.groups(application.actor):
        own = say["own"] if group.own else ""
        results.print(say["group"].format(words=escape(" = ".join(group.words)), own=own))


@synonyms_app.command()
def add(line: LINE) -> None:
    """組を加えます。"""
    application = Application()
    group = application.synonyms.add(application.actor, line)
    _tell(application, "added", group.words)


@synonyms_app.command()
def remove(line: LINE) -> None:
    """組を外します。組のすべての語か、組が1つに決まる語を書きます。"""
    application = Application()
    group = application.synonyms.remove(application.actor, line)
    _tell(application, "removed", group.words)


def _tell(application: Application, what: str, words: tuple[str, ...]) -> None:
    say = SAYS[application.settings.screen_language]
    screen.print(say[what].format(words=escape(" = ".join(words))))


def _print(found: Found, say: dict[str, str]) -> None:
    from assistant.search import By
    from assistant.text.highlighting import snippet

    for hit in found.hits:
        part = snippet(hit.text, hit.spans, WIDTH)
        line = Text(part.text.replace("\n", " "))
        for start, end in part.spans:
            line.stylize("bold yellow", start, end)
        mark = f"  [{say['meaning']}]" if hit.by is By.MEANING else ""
        when = hit.occurred.astimezone().strftime("%Y-%m-%d  ") if hit.occurred else ""
        results.print(Text(f"{when}{hit.title}  {_clock(hit.start)}  {hit.speaker}{mark}", "bold"))
        results.print(Text("  ").append_text(line))
    if found.hits:
        screen.print(say["found"].format(total=found.total, records=found.records))
        return
    screen.print(say["nothing"])
    for one in found.tried:
        others = "、".join(one.others)
        screen.print(say["tried"].format(word=escape(one.word), others=escape(others)))


def _clock(seconds: float) -> str:
    whole = int(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"
