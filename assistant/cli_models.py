"""`kikigaki models …`: the weights that are here, and bringing, checking and removing them."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Self

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from assistant.bootstrap import Application
from assistant.cli_options import JSON
from assistant.cli_screen import screen

if TYPE_CHECKING:
    from assistant.model import Progress as Step
    from assistant.services.checking import Score
    from assistant.speech.inventory import Entry
    from assistant.speech.manifest import ByteProgress, Manifest
    from assistant.speech.short_windows import WindowRow

SAMPLES = Path(__file__).parent.parent / "recordings" / "sample"
"""The recordings with known text that lie in the checkout."""


models_app = typer.Typer(
    help="重み (モデル) を一覧にし、加え、確かめ、外します。",
    no_args_is_help=True,
    rich_markup_mode=None,
)

_TEXTS = {
    "name": ("名前", "Name"),
    "size": ("大きさ", "Size"),
    "state": ("状態", "State"),
    "purpose": ("何のために", "What for"),
    "whisper": ("文字起こし", "recognition"),
    "pyannote": ("話者分け", "speakers"),
    "encoder": ("検索", "search"),
    "reranker": ("並べ直し", "reranking"),
    "taken": ("使用中", "in use"),
    "ready": ("あり", "here"),
    "absent": ("なし", "not here"),
    "unusable": ("使えません", "unusable"),
    "missing": ("足りないか壊れているもの: {}", "Missing or damaged: {}"),
    "folder": ("フォルダー: {}", "Folder: {}"),
    "how": (
        "加えるには: kikigaki models add フォルダー (外につながる機械では models fetch 名前)",
        "To bring one: kikigaki models add FOLDER (with a connection also models fetch NAME)",
    ),
    "added": ("「{}」を加えました ({} MB)。", "Added “{}” ({} MB)."),
    "removed": ("「{}」を外しました。", "Removed “{}”."),
    "really": ("「{}」({}) を消しますか?", "Delete “{}” ({})?"),
    "fetching": ("「{}」を取りに行きます。", "Fetching “{}”."),
    "copying": ("写しています", "Copying"),
    "hashing": ("チェックサムを確かめています", "Comparing checksums"),
    "shortening": ("通話中の速さを測っています", "Measuring short windows"),
    "window": ("窓の長さ", "Window"),
    "per utterance": ("1発言の秒数", "s per utterance"),
    "loops": ("繰り返し", "Loops"),
    "hearing": ("{} を聞いています", "Listening to {}"),
    "whole": ("「{}」のチェックサムは合っています。", "The checksums of “{}” match."),
    "loads": ("「{}」を読み込めました。", "“{}” loads."),
    "no samples": (
        (
            "正解の付いた録音が {} にないので、聞き取りは試していません。"
            "NAME.wav と NAME.truth.json のあるフォルダーを --samples で指定できます。"
        ),
        (
            "There are no recordings with known text in {}, so listening was not tried. "
            "--samples takes a folder with NAME.wav and NAME.truth.json."
        ),
    ),
    "recording": ("録音", "Recording"),
    "cer": ("文字誤り率", "CER"),
    "filler_free": ("フィラー除く", "without fillers"),
    "raw": ("記号も含む", "with punctuation"),
    "reading": ("読みの誤り率", "CER of readings"),
    "rtf": ("処理時間/録音時間", "Real-time factor"),
    "all": ("全体", "all"),
}


@models_app.command(name="list")
def list_models(*, as_json: JSON = False) -> None:
    """ここにある重みと、すすめる重みの一覧。"""
    from assistant.speech.inventory import inventory

    application = Application()
    entries = inventory(application.store)
    if as_json:
        _print_json([_machine(entry) for entry in entries])
        return
    say = _Words(application)
    table = Table(box=None, padding=(0, 2, 1, 0))
    for key in ("name", "state", "size"):
        table.add_column(say(key), no_wrap=True)
    table.add_column(say("purpose"), overflow="fold")
    for entry in entries:
        table.add_row(*_row(entry, say))
    _print_table(table)
    screen.print(say("folder", str(application.store.folder)))
    screen.print(say("how"))


@models_app.command()
def add(
    folder: Annotated[Path, typer.Argument(help="持ち込んだ重みのフォルダー。")],
    *,
    name: Annotated[str | None, typer.Option(help="付ける名前。なければフォルダーの名前。")] = None,
    as_json: JSON = False,
) -> None:
    """持ち込んだフォルダーを、チェックサムを確かめながら写して加えます。"""
    application = Application()
    say = _Words(application)
    with _Bytes(say("copying")) as bar:
        manifest = application.store.add(folder, name, bar.report)
    _report_added(manifest, say, as_json=as_json)


@models_app.command()
def fetch(
    name: Annotated[str, typer.Argument(help="一覧の名前、または 所有者/リポジトリ。")],
    *,
    as_json: JSON = False,
) -> None:
    """配布元から取って加えます。外とつながるのはこの命令だけです。"""
    application = Application()
    say = _Words(application)
    screen.print(say("fetching", name))
    _report_added(application.store.fetch(name), say, as_json=as_json)


@models_app.command()
def remove(
    name: Annotated[str, typer.Argument(help="一覧の名前。")],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="確認せずに消します。")] = False,
) -> None:
    """重みを消します。"""
    application = Application()
    say = _Words(application)
    folder = application.store.folder_of(name)
    if not yes:
        typer.confirm(say("really", name, str(folder)), abort=True, err=True)
    application.store.remove(name)
    screen.print(say("removed", name))


@models_app.command()
def check(
    name: Annotated[str, typer.Argument(help="一覧の名前。なければ自動で選ばれるもの。")] = "auto",
    *,
    samples: Annotated[
        Path,
        typer.Option(help="NAME.wav と NAME.truth.json のあるフォルダー。", show_default=False),
    ] = SAMPLES,
    as_json: JSON = False,
) -> None:
    """チェックサムを確かめ、読み込み、見本を聞かせて誤り率と速さを示します。"""
    from assistant.services.checking import samples_in
    from assistant.speech.layout import Layout

    application = Application()
    say = _Words(application)
    if name == "auto":
        name = application.settings.model
    if name == "auto":
        name = application.store.resolve().use.name
    with _Bytes(say("hashing")) as bar:
        manifest = application.store.verify(name, bar.report)
    screen.print(say("whole", manifest.name))
    scores: list[Score] = []
    if manifest.kind is Layout.WHISPER:
        application.tools.recognizer(name)
        screen.print(say("loads", manifest.name))
        scores = _scores(application, name, samples, say)
    windows: list[WindowRow] = []
    if scores:
        with screen.status(say("shortening")):
            windows = application.window_table(name, samples_in(samples))
    if as_json:
        _print_json(_checked(manifest, scores, windows))
    elif scores:
        _print_table(_score_table(scores, say))
        _print_table(_window_table(windows, say))


class _Words:
    """The texts in the language of the screen."""

    def __init__(self, application: Application) -> None:
        self.language = application.settings.screen_language

    def __call__(self, key: str, *details: str) -> str:
        return _TEXTS[key][self.language == "en"].format(*map(escape, details))


class _Bytes:
    """A bar for bytes, on standard error."""

    def __init__(self, title: str) -> None:
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TimeRemainingColumn(compact=True),
            console=screen,
            transient=True,
        )
        self._task = self._bar.add_task(title, total=None)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._bar.stop()

    @property
    def report(self) -> ByteProgress:
        """Takes the bytes done and in all."""
        return lambda done, total: self._bar.update(self._task, completed=done, total=total)


def _row(entry: Entry, say: _Words) -> list[str]:
    purpose = entry.advice.purpose(say.language) if entry.advice else entry.source
    about = [say(entry.kind.value) if entry.kind else "", escape(entry.licence)]
    if entry.missing:
        purpose = say("missing", entry.missing)
    return [
        escape(entry.name),
        _state(entry, say),
        f"{entry.size / 1e6:,.0f} MB" if entry.size else "",
        f"{escape(purpose)}\n[dim]{' / '.join(filter(None, about))}[/]",
    ]


def _state(entry: Entry, say: _Words) -> str:
    if entry.missing:
        return f"[red]{say('unusable')}[/]"
    if entry.taken:
        return f"[bold green]{say('taken')}[/]"
    return f"[green]{say('ready')}[/]" if entry.ready else f"[dim]{say('absent')}[/]"


def _machine(entry: Entry) -> dict[str, object]:
    return asdict(entry) | {"recommended": entry.advice is not None}


def _report_added(manifest: Manifest, say: _Words, *, as_json: bool) -> None:
    if as_json:
        _print_json(asdict(manifest))
    screen.print(say("added", manifest.name, f"{manifest.size / 1e6:,.0f}"))


def _scores(application: Application, name: str, folder: Path, say: _Words) -> list[Score]:
    from assistant.errors import NothingFound
    from assistant.services.checking import samples_in

    try:
        paths = samples_in(folder)
    except NothingFound:
        screen.print(say("no samples", str(folder)))
        return []
    scores = []
    for path in paths:
        with screen.status(say("hearing", path.name)) as status:

            def show(step: Step, path: Path = path) -> None:
                status.update(f"{say('hearing', path.name)} {step.share:.0%}")

            scores.append(application.model_check.score(path, name, show))
    return scores


def _score_table(scores: list[Score], say: _Words) -> Table:
    from assistant.services.checking import pooled
    from assistant.text.compare import Level

    table = Table(box=None, padding=(0, 2, 0, 0))
    for key in ("recording", "cer", "filler_free", "raw", "reading", "rtf"):
        table.add_column(say(key), overflow="fold")
    for score in [*scores, *([pooled(scores)] if len(scores) > 1 else [])]:
        levels = (Level.NORMALIZED, Level.FILLER_FREE, Level.RAW, Level.READING)
        rates = [f"{score.errors[level].rate:.3f}" for level in levels]
        table.add_row(escape(score.name) or say("all"), *rates, f"{score.real_time_factor:.2f}")
    return table


def _window_table(rows: list[WindowRow], say: _Words) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for key in ("window", "per utterance", "cer", "loops"):
        table.add_column(say(key), overflow="fold")
    for row in rows:
        figures = f"{row.seconds:.2f}", f"{row.error_rate:.3f}", str(row.loops)
        table.add_row(row.length.name, *figures)
    return table


def _checked(
    manifest: Manifest, scores: list[Score], windows: list[WindowRow]
) -> dict[str, object]:
    return {
        "name": manifest.name,
        "kind": manifest.kind.value,
        "sha256": manifest.sha256,
        "files": len(manifest.files),
        "samples": [
            {
                "name": score.name,
                "seconds": round(score.duration, 2),
                "real_time_factor": round(score.real_time_factor, 4),
                "cer": {level.value: round(one.rate, 4) for level, one in score.errors.items()},
            }
            for score in scores
        ],
        "windows": [
            {
                "length": row.length.name,
                "seconds": round(row.seconds, 3),
                "cer": round(row.error_rate, 4),
                "loops": row.loops,
            }
            for row in windows
        ],
    }


def _print_table(table: Table) -> None:
    # The shared console never wraps, since its lines are cut and pasted; a table has to.
    Console(highlight=False).print(table)


def _print_json(value: object) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=1))
