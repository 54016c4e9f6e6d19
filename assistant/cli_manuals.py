"""`kikigaki manuals …`: bring manuals, see what is there, search it, keep it in order."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime  # noqa: TC003 (typer reads it)
from pathlib import Path  # noqa: TC003 (typer reads it)
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from assistant.bootstrap import Application
from assistant.cli_manuals_view import (
    Words,
    addition_json,
    addition_lines,
    edition_json,
    edition_table,
    evaluation_table,
    hit_json,
    print_change,
    print_hits,
    print_json,
    print_table,
    report_table,
)
from assistant.cli_options import JSON
from assistant.cli_screen import complain, results, screen
from assistant.errors import NothingFound, Stopped, storage_errors
from assistant.manual import EditionState
from assistant.people import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from assistant.model import Progress as Step
    from assistant.ports import ProgressHook, Reading
    from assistant.services.evaluating import Search
    from assistant.services.manuals import Addition

NAME = Annotated[str, typer.Argument(help="一覧のID、ファイル名、または題名。", show_default=False)]
WORDS_ONLY = Annotated[
    bool,
    typer.Option(
        "--words-only", help="語で探せるようにして終わります。意味の準備は後で行われます。"
    ),
]

WAYS: tuple[Reading, ...] = ("lexical", "expanded", "dense", "fused", "reranked")

manuals_app = typer.Typer(
    help="マニュアルを加え、一覧にし、探し、外します。",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@manuals_app.command()
def add(
    paths: Annotated[list[Path], typer.Argument(help="ファイル、またはフォルダー。")],
    *,
    title: Annotated[str | None, typer.Option(help="題名。なければ文書から。")] = None,
    manual: Annotated[
        str | None, typer.Option(help="どのマニュアルの版か (名前)。なければファイル名。")
    ] = None,
    edition_date: Annotated[
        datetime | None,
        typer.Option("--date", formats=["%Y-%m-%d"], help="版の日付。なければ文書から。"),
    ] = None,
    words_only: WORDS_ONLY = False,
    as_json: JSON = False,
) -> None:
    """マニュアルを加えます。同じ名前のファイルは新しい版として前の版に代わります。"""
    if len(paths) > 1 and (title or manual or edition_date):
        raise typer.BadParameter("--title, --manual, --date: ファイルを1つだけ指定してください。")
    application = Application()
    when = edition_date.date() if edition_date else None
    additions = application.manual_desk.add(application.actor, paths, title, when, manual)
    _take(application, additions, words_only=words_only, as_json=as_json)


@manuals_app.command()
def sync(
    folder: Annotated[
        Path | None, typer.Argument(help="フォルダー。なければ設定の manuals_dir。")
    ] = None,
    *,
    words_only: WORDS_ONLY = False,
    as_json: JSON = False,
) -> None:
    """フォルダーの新しいファイルと変わったファイルを取り込みます。"""
    application = Application()
    folder = folder or application.settings.library_dir
    if not folder.is_dir():
        raise NothingFound(path=folder)
    taken = list(
        _take_lines(
            application, application.manual_desk.sync(application.actor, folder), as_json=as_json
        )
    )
    if not taken:
        screen.print(Words(application.settings)("synced", folder))
    _finish(application, taken, words_only=words_only, as_json=as_json)


@manuals_app.command(name="list")
def list_manuals(
    *,
    every: Annotated[bool, typer.Option("--all", help="旧版と外した版も。")] = False,
    as_json: JSON = False,
) -> None:
    """マニュアルの一覧。"""
    application = Application()
    say = Words(application.settings)
    editions = application.manuals.editions()
    shown = [one for one in editions if every or one.state is EditionState.CURRENT]
    if as_json:
        print_json([edition_json(one) for one in (editions if every else shown)])
        return
    if not editions:
        screen.print(say("none"))
        return
    print_table(edition_table(shown, say))
    if len(shown) < len(editions):
        screen.print(say("hidden", len(editions) - len(shown)))


@manuals_app.command()
def retire(name: NAME) -> None:
    """検索から外します。版は残り、restore で戻せます。"""
    application = Application()
    edition = application.manual_desk.retire(application.actor, name)
    screen.print(Words(application.settings)("is retired", edition.title))


@manuals_app.command()
def restore(name: NAME) -> None:
    """外した版や前の版を検索に戻します。"""
    application = Application()
    edition = application.manual_desk.restore(application.actor, name)
    screen.print(Words(application.settings)("is restored", edition.title))


@manuals_app.command()
def changes(
    name: NAME,
    *,
    old: Annotated[str | None, typer.Option(help="比べる版のID。なければ一つ前の版。")] = None,
    as_json: JSON = False,
) -> None:
    """前の版から変わった節を示します。"""
    application = Application()
    say, library = Words(application.settings), application.manuals
    new = library.find(name)
    before = library.find(old) if old else library.predecessor(new)
    if before is None:
        screen.print(say("first", new.title))
    found = library.changes(before, new) if before else []
    if as_json:
        print_json([asdict(one) for one in found])
        return
    if before and not found:
        screen.print(say("same"))
    for change in found:
        print_change(change, say)


@manuals_app.command()
def report(
    *,
    csv: Annotated[
        Path | None, typer.Option(help="表計算で開ける CSV をこのファイルに書きます。")
    ] = None,
    as_json: JSON = False,
) -> None:
    """どの節が何回表示され、役に立ったか、違っていたか。"""
    from assistant.services.feedback import report_csv

    application = Application()
    lines = application.feedback.report()
    if csv is not None:
        with storage_errors(csv):
            csv.write_bytes(report_csv(lines))
    elif as_json:
        print_json([asdict(one) for one in lines])
    elif lines:
        print_table(report_table(lines, Words(application.settings)))
    else:
        screen.print(Words(application.settings)("nothing shown"))


@manuals_app.command()
def search(
    question: Annotated[
        str | None, typer.Argument(help="話し言葉のままの質問。", show_default=False)
    ] = None,
    *,
    limit: Annotated[int, typer.Option(min=1, max=100, help="いくつまで示すか。")] = 5,
    manual: Annotated[str | None, typer.Option(help="このマニュアルだけから探します。")] = None,
    questions: Annotated[
        Path | None,
        typer.Option(
            "--from", help="1行に1つの質問のファイル (- は標準入力)。--json とともに使います。"
        ),
    ] = None,
    as_json: JSON = False,
) -> None:
    """質問に合う節を示します。"""
    if (question is None) == (questions is None):
        raise typer.BadParameter("質問か --from のどちらかを指定してください。")
    application = Application()
    if not application.manuals.editions():
        screen.print(Words(application.settings)("none"))
    key = application.manuals.find(manual).manual if manual else None
    if questions is not None:
        for one in _lines(questions):
            typer.echo(json.dumps(_answer(application, one, limit, key), ensure_ascii=False))
    elif question is not None and as_json:
        print_json(_answer(application, question, limit, key))
    elif question is not None:
        hits = application.manual_questions.search(application.actor, question, limit, key)
        print_hits(hits, Words(application.settings))


@manuals_app.command()
def evaluate(
    files: Annotated[
        list[Path],
        typer.Argument(help="質問と答えの節の JSON Lines ファイル。", show_default=False),
    ],
    *,
    as_json: JSON = False,
) -> None:
    """答えの分かっている質問で、どれだけ見つかるかを測ります。"""
    from functools import partial

    from assistant.services.evaluating import DEPTH, read_questions
    from assistant.services.evaluating import evaluate as measure

    application = Application()
    search = application.manual_search
    ways = WAYS if application.manual_tools.reranker() else WAYS[:-1]
    searches: dict[str, Search] = {
        way: partial(search.search, limit=DEPTH, ways=way) for way in ways
    }
    asked = [(path, read_questions(path)) for path in files]
    measured = [(path, measure(questions, searches)) for path, questions in asked]
    if as_json:
        several = len(files) > 1
        lines = [(path, asdict(one)) for path, of_file in measured for one in of_file]
        print_json([{"file": str(path)} | one if several else one for path, one in lines])
        return
    for path, of_file in measured:
        if len(files) > 1:
            results.print(str(path))
        print_table(evaluation_table(of_file, Words(application.settings)))


@manuals_app.command()
def reindex(*, words_only: WORDS_ONLY = False) -> None:
    """すべての版の索引を作り直します。辞書や重みを替えたあとに使います。"""
    application = Application()
    say = Words(application.settings)
    with _bar(say("reindexing")) as progress:
        number = application.manual_desk.reindex(application.actor, progress)
    screen.print(say("reindexed", number))
    if not words_only:
        _embed(application)


def _take(
    application: Application, additions: Iterable[Addition], *, words_only: bool, as_json: bool
) -> None:
    taken = list(_take_lines(application, additions, as_json=as_json))
    _finish(application, taken, words_only=words_only, as_json=as_json)


def _take_lines(
    application: Application, additions: Iterable[Addition], *, as_json: bool
) -> Iterator[Addition]:
    """Says what became of each file as soon as it is known."""
    say = Words(application.settings)
    console = screen if as_json else results
    for one in additions:
        if one.error is not None:
            complain(one.error)
        else:
            for line in addition_lines(one, say):
                console.print(line)
        yield one


def _finish(
    application: Application, taken: list[Addition], *, words_only: bool, as_json: bool
) -> None:
    if as_json:
        print_json([addition_json(one) for one in taken])
    if not words_only:
        _embed(application)
    raise typer.Exit(max((one.error.exit_code for one in taken if one.error), default=0))


def take_in(application: Application, sample: Path | None = None) -> None:
    """Brings the library up to date before it is used: the watched folder, then what is missing.

    A library without any manual gets those of `sample`. All of it is told on standard error.
    """
    folder = application.settings.library_dir
    desk = application.manual_desk
    # The worker would take in the folder without anybody's asking, too.
    taken = list(desk.sync(SYSTEM, folder)) if folder.is_dir() else []
    missing = sample is not None and not application.manuals.editions()
    if sample is not None and missing and desk.may_change(application.actor):
        taken += desk.add(application.actor, [sample])
    for one in taken:
        if one.error is not None:
            complain(one.error)
    _embed(application)


def _embed(application: Application) -> None:
    with _bar(Words(application.settings)("embedding")) as progress:
        application.manuals.embed_missing(progress)


@contextmanager
def _bar(title: str) -> Iterator[ProgressHook]:
    """A bar on standard error; Ctrl-C stops the work and loses nothing."""
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(compact=True),
        console=screen,
        transient=True,
    )
    task = bar.add_task(title, total=None)

    def show(step: Step) -> None:
        bar.update(task, completed=step.done, total=step.total)

    with bar:
        try:
            yield show
        except KeyboardInterrupt as error:
            raise Stopped from error


def _answer(application: Application, question: str, limit: int, manual: str | None) -> object:
    ask = application.manual_questions.search
    hits = ask(application.actor, question, limit, manual) if question.strip() else []
    return {"query": question, "hits": [hit_json(hit) for hit in hits]}


def _lines(path: Path) -> Iterator[str]:
    """The questions of a file, one a line.

    Raises:
        NothingFound: there is no such file.
    """
    if str(path) == "-":
        yield from (line.rstrip("\n") for line in sys.stdin)
        return
    if not path.is_file():
        raise NothingFound(path=path)
    yield from path.read_text(encoding="utf-8-sig").splitlines()
