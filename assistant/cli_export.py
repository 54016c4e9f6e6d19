"""`kikigaki export`: the documents of many records in one ZIP file."""

from __future__ import annotations

import json
import shutil
from pathlib import Path  # noqa: TC003 (typer reads it)
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from assistant.bootstrap import Application
from assistant.cli_options import CASE, JSON, KIND, ROLE, SINCE, SPEAKER, UNTIL
from assistant.cli_screen import Watcher, results
from assistant.errors import FileThere
from assistant.sealing.arrival import arriving

if TYPE_CHECKING:
    from assistant.services.exporting import ExportEntry

SAYS = {
    "ja": "{path} に書きました: {made} 件{failed}",
    "en": "Written to {path}: {made} records{failed}",
}
SAYS_FAILED = {"ja": "、書き出せなかった記録 {failed} 件", "en": ", {failed} could not be exported"}


def export(
    place: Annotated[Path, typer.Argument(help="書き出す ZIP ファイル。", show_default=False)],
    records: Annotated[
        list[str] | None, typer.Argument(help="記録のID。なければ条件に合うすべて。")
    ] = None,
    *,
    form: Annotated[
        str, typer.Option("--format", "-f", help="docx, txt, json, csv, srt, vtt, rttm のどれか。")
    ] = "docx",
    words: Annotated[str, typer.Option(help="この言葉で見つかる記録 (`search` と同じ)。")] = "",
    speaker: SPEAKER = "",
    role: ROLE = "",
    since: SINCE = "",
    until: UNTIL = "",
    kind: KIND = "",
    case: CASE = "",
    as_json: JSON = False,
) -> None:
    """選んだ記録、または見つかったすべての記録の文書を、1つの ZIP に書き出します。"""
    from assistant.services.search_filters import read_filters

    if place.exists():
        raise FileThere(path=place)
    application = Application()
    given = {"speaker": speaker, "role": role, "from": since, "to": until}
    filters = read_filters(given | {"kind": kind, "matter": case})
    actor, desk = application.actor, application.exports
    chosen = records or application.archive_search.records(actor, words, filters)
    made = desk.ask(actor, chosen, form, queued=False)
    try:
        with Watcher(1) as watcher:
            application.export_work.make(made, watcher)
        entry = next(one for one in desk.mine(actor) if one.export.id == made)
        with desk.file(actor, made).open("rb") as source, arriving(place, 0o600) as target:
            shutil.copyfileobj(source, target)
    finally:
        desk.remove(actor, made)
    _print(place, entry, application.settings.screen_language, as_json=as_json)


def _print(place: Path, entry: ExportEntry, language: str, *, as_json: bool) -> None:
    if as_json:
        told = {"file": str(place), "records": entry.made, "failed": entry.failed}
        typer.echo(json.dumps(told, ensure_ascii=False, indent=1))
        return
    failed = SAYS_FAILED[language].format(failed=entry.failed) if entry.failed else ""
    said = SAYS[language].format(path=place, made=entry.made, failed=failed)
    results.print("[green]○[/] " + escape(said))
