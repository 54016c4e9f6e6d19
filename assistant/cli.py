"""The command line: thin. Results go to standard output, everything else to standard error."""

from __future__ import annotations

import json
import sys
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from assistant import __version__
from assistant.bootstrap import Application
from assistant.cli_audit import audit_app
from assistant.cli_backup import backup, restore
from assistant.cli_db import db_app
from assistant.cli_doctor import doctor
from assistant.cli_export import export
from assistant.cli_import import import_
from assistant.cli_keys import keys_app
from assistant.cli_manuals import manuals_app, take_in
from assistant.cli_manuals_view import Words, print_passages
from assistant.cli_matters import matters_app
from assistant.cli_models import models_app
from assistant.cli_options import JSON, OUT
from assistant.cli_people import people_app
from assistant.cli_retention import retention_app
from assistant.cli_screen import Watcher, complain, print_delivery, print_turns, screen
from assistant.cli_search import search, synonyms_app
from assistant.cli_worker import worker
from assistant.errors import BadSpeakerCount, KikigakiError, NothingFound, UnknownFormat
from assistant.model import Kind, SpeakerCount
from assistant.services.delivering import Delivery, State, find_recordings
from assistant.services.transcribing import Options
from assistant.settings import SpeakersBy  # noqa: TC001 (typer reads it)

FORMATS = ("json", "docx", "srt", "vtt", "txt", "csv", "rttm")

app = typer.Typer(
    help="通話と会議の録音を話者別の文字にし、Word などに書き出します。外部とは通信しません。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(models_app, name="models")
app.add_typer(manuals_app, name="manuals")
app.add_typer(people_app, name="people")
app.add_typer(matters_app, name="matters")
app.add_typer(audit_app, name="audit")
app.add_typer(db_app, name="db")
app.add_typer(retention_app, name="retention")
app.add_typer(keys_app, name="keys")
app.add_typer(synonyms_app, name="synonyms")
app.command()(doctor)
app.command("import")(import_)
app.command()(search)
app.command()(export)
app.command()(worker)
app.command()(backup)
app.command()(restore)


def main() -> None:
    """Runs the command line; our own errors become a sentence and an exit code."""
    try:
        app()
    except KikigakiError as error:
        complain(error)
        sys.exit(error.exit_code)


@app.callback(invoke_without_command=True)
def about(
    *, version: Annotated[bool, typer.Option("--version", help="版を表示します。")] = False
) -> None:
    """聞き書き"""
    if version:
        typer.echo(f"kikigaki {__version__}")
        raise typer.Exit


@app.command()
def transcribe(
    files: Annotated[
        list[Path], typer.Argument(help="録音ファイル、または録音の入ったフォルダー。")
    ],
    *,
    out: OUT = Path("out"),
    format_: Annotated[
        str, typer.Option("--format", help=f"書き出す形式。コンマ区切り: {', '.join(FORMATS)}")
    ] = "json,docx",
    kind: Annotated[
        Kind | None, typer.Option(help="会議 (meeting) か通話 (call)。なければ音から判断します。")
    ] = None,
    speakers: Annotated[
        str, typer.Option(help="話者の人数: 4、2-6 など。なければ推定します。")
    ] = "",
    speakers_by: Annotated[
        SpeakersBy | None,
        typer.Option(help="話者の分け方。なければ音と重みから選びます。"),
    ] = None,
    model: Annotated[
        str, typer.Option(help="認識の重み: 名前かフォルダー (`kikigaki models list`)。")
    ] = "auto",
    manuals: Annotated[
        bool, typer.Option("--manuals", help="話に合うマニュアルの節を JSON と Word に加えます。")
    ] = False,
    archive: Annotated[
        bool, typer.Option("--archive/--no-archive", help="録音と文字起こしを記録庫に加えます。")
    ] = True,
    as_json: JSON = False,
) -> None:
    """録音を文字にし、話者を分け、文書に書き出します。"""
    formats = _formats(format_)
    application = Application()
    options = Options(kind, _count(speakers), speakers_by or application.settings.speakers, model)
    paths = find_recordings(files)
    annotate = None
    if manuals:
        take_in(application)
        annotate = application.annotator.annotate
    take = partial(application.library.take, application.actor) if archive else None
    deliveries: list[Delivery] = []
    with Watcher(len(paths)) as watcher:
        for delivery in application.deliverer.deliver(
            paths, out, formats, options, watcher, annotate, take
        ):
            deliveries.append(delivery)
            watcher.finished(delivery)
            if not as_json:
                print_delivery(delivery)
    if as_json:
        typer.echo(json.dumps([_machine(one) for one in deliveries], ensure_ascii=False, indent=1))
    raise typer.Exit(max((one.error.exit_code for one in deliveries if one.error), default=0))


@app.command()
def demo(
    out: OUT = Path("out"),
) -> None:
    """付属の見本 (会議と電話) を文字にして、電話には合うマニュアルの節を添えて表示します。"""
    samples = Path(__file__).parent.parent / "recordings" / "sample"
    paths = [samples / "meeting.wav", samples / "call.wav"]
    for path in paths:
        if not path.is_file():
            raise NothingFound(path=path)
    application = Application()
    take_in(application, Path(__file__).parent.parent / "manuals" / "sample")
    with Watcher(len(paths)) as watcher:
        for path in paths:
            # A council meeting needs no operating manual beside it.
            annotate = application.annotator.annotate if path.stem == "call" else None
            for delivery in application.deliverer.deliver(
                [path], out, FORMATS, Options(), watcher, annotate
            ):
                watcher.finished(delivery)
                if delivery.error is not None:
                    raise delivery.error
                print_turns(delivery)
                print_passages(delivery.transcript, Words(application.settings))
    screen.print(f"\n文書は [bold]{out.resolve()}[/] にあります (Word、JSON、字幕など)。")
    screen.print("画面を開くには: [bold]make run[/]")


def _formats(text: str) -> list[str]:
    names = [name.strip().lower() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in FORMATS:
            raise UnknownFormat(name=name, known=", ".join(FORMATS))
    return list(dict.fromkeys(names))


def _count(text: str) -> SpeakerCount:
    if not text:
        return SpeakerCount()
    try:
        return SpeakerCount.parse(text)
    except ValueError as error:
        raise BadSpeakerCount(text=text) from error


def _machine(delivery: Delivery) -> dict[str, object]:
    """A delivery for machines; `error` is null unless the state is `failed`."""
    return {
        "file": str(delivery.source),
        "state": delivery.state.value,
        "outputs": {name: str(path) for name, path in delivery.outputs.items()},
        "error": str(delivery.error) if delivery.state is State.FAILED else None,
    }
