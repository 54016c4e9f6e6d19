"""`kikigaki import`: transcripts and minutes that were made elsewhere."""

from __future__ import annotations

import json
import sys
from collections import Counter
from datetime import datetime, time
from pathlib import Path  # noqa: TC003 (typer reads it)
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from assistant.bootstrap import Application
from assistant.cli_options import JSON
from assistant.cli_screen import complain, results, screen
from assistant.drafts import Doubt, Refused
from assistant.errors import NotConfirmed, Stopped
from assistant.model import Kind  # noqa: TC001 (typer reads it)
from assistant.services.mending import Corrections
from assistant.text.eras import era_date, era_moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from assistant.drafts import Draft
    from assistant.services.importing import Importer, Tally

SHOWN = 5
"""Records of a file that are shown one by one; of more, only their number."""
WORDS = {
    "ja": {
        "title": "題名", "date": "日時", "kind": "種別", "matter": "案件", "speakers": "発言者",
        "meeting": "会議", "call": "通話", "unknown": "不明", "more": "ほか {n} 件の記録",
        "turns": "発言 {n}", "ask": "この内容で取り込みますか", "none": "（なし）",
        "taken": "{n} 件を取り込みました（発言 {turns}）", "already": "{n} 件は取り込み済みです",
        "left": "取り込みませんでした", "reading": "{name}: {n} 件（発言 {turns}）",
        "body": "{name}（同じ名前の案件があれば、そこに入れます）",
        "chair": "議長・委員長", "member": "委員", "official": "説明員", "witness": "参考人",
        "caller": "相談者", "worker": "担当者",
        Doubt.NO_DATE: "日付が見つかりません（--date で指定できます）",
        Doubt.WEEKDAY: "曜日が日付と合いません",
        Doubt.NO_TITLE: "題名が見つからず、ファイル名を使います（--title で指定できます）",
        Doubt.ROLELESS: "役割の分からない発言者がいます",
    },
    "en": {
        "title": "title", "date": "date", "kind": "kind", "matter": "matter",
        "speakers": "speakers", "meeting": "meeting", "call": "call", "unknown": "unknown",
        "more": "and {n} more records", "turns": "{n} turns", "ask": "Take it like this",
        "none": "(none)", "taken": "{n} taken ({turns} turns)", "already": "{n} were taken before",
        "left": "Not taken", "reading": "{name}: {n} records ({turns} turns)",
        "body": "{name} (where a matter of that name is there)",
        "chair": "chair", "member": "member", "official": "official", "witness": "witness",
        "caller": "caller", "worker": "worker",
        Doubt.NO_DATE: "no date was found (give it with --date)",
        Doubt.WEEKDAY: "the weekday does not fit the date",
        Doubt.NO_TITLE: "no title was found: the file's name is used (give one with --title)",
        Doubt.ROLELESS: "there is a speaker whose role is not known",
    },
}  # fmt: skip


def import_(
    paths: Annotated[list[Path], typer.Argument(help="ファイル、またはフォルダー。")],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="確認せずに取り込みます。")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="読み取った内容を表示するだけで、取り込みません。")
    ] = False,
    title: Annotated[str, typer.Option(help="題名。なければ文書から。")] = "",
    date: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"], help="日時。なければ文書から。"),
    ] = None,
    kind: Annotated[Kind | None, typer.Option(help="会議 (meeting) か通話 (call)。")] = None,
    matter: Annotated[str, typer.Option(help="属する会議体やケースの名前。")] = "",
    as_json: JSON = False,
) -> None:
    """過去の文字起こしや会議録 (json、jsonl、docx、txt) を、重複なく取り込みます。"""
    application = Application()
    dialogue = _Dialogue(application, Corrections(title, date, kind, matter or None))
    files = application.importer.find(paths)
    if len(files) > 1 and (title or date):
        raise typer.BadParameter("--title, --date: ファイルを1つだけ指定してください。")
    told = []
    for path in files:
        if dry_run:
            told.append(dialogue.show(path, quiet=as_json))
        elif yes or dialogue.confirmed(path):
            told.append(dialogue.take(path, quiet=as_json))
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False, indent=1))
    raise typer.Exit(dialogue.exit_code)


class _Dialogue:
    """What is said to the person at the command line, and asked."""

    def __init__(self, application: Application, corrections: Corrections) -> None:
        self._importer: Importer = application.importer
        self._actor = application.actor
        self._corrections = corrections
        self._words = WORDS[application.settings.screen_language]
        self.exit_code = 0

    def show(self, path: Path, *, quiet: bool) -> dict[str, object]:
        """What a file tells; the same for machines."""
        shown: list[dict[str, object]] = []
        refused: list[dict[str, object]] = []
        more, turns = 0, 0
        for one in self._look(path):
            if isinstance(one, Refused):
                refused.append(self._refuse(one))
                continue
            turns += len(one.turns)
            if len(shown) < SHOWN:
                shown.append(_machine(one))
                if not quiet:
                    self._print(one)
            else:
                more += 1
        if more and not quiet:
            results.print(self._words["more"].format(n=more))
        return {
            "file": str(path),
            "records": shown,
            "more": more,
            "turns": turns,
            "refused": refused,
        }

    def confirmed(self, path: Path) -> bool:
        """Shows what a file tells, and asks.

        Raises:
            NotConfirmed: nobody is there to be asked.
        """
        if not self.show(path, quiet=False)["records"]:
            return False
        if not sys.stdin.isatty():
            raise NotConfirmed
        if typer.confirm(self._words["ask"], default=True):
            return True
        screen.print(self._words["left"])
        return False

    def take(self, path: Path, *, quiet: bool) -> dict[str, object]:
        """Takes a file, and says what became of it."""
        status = self._words["reading"]
        with screen.status(escape(path.name)) as waiting:

            def told(tally: Tally) -> None:
                number = len(tally.taken) + tally.already
                said = status.format(name=path.name, n=number, turns=tally.turns)
                waiting.update(escape(said))

            try:
                tally = self._importer.take(self._actor, path, self._corrections, told)
            except KeyboardInterrupt as error:
                raise Stopped from error
        refused = [self._refuse(one) for one in tally.refused]
        if not quiet:
            self._print_tally(tally)
        return {
            "file": str(path),
            "taken": tally.taken,
            "already": tally.already,
            "turns": tally.turns,
            "refused": refused,
        }

    def _look(self, path: Path) -> Iterator[Draft | Refused]:
        return self._importer.look(self._actor, path, self._corrections)

    def _refuse(self, refused: Refused) -> dict[str, object]:
        complain(refused.error)
        self.exit_code = refused.error.exit_code
        return {"line": refused.line, "error": str(refused.error)}

    def _print(self, draft: Draft) -> None:
        words = self._words
        table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
        where = draft.matter or (draft.body and words["body"].format(name=draft.body))
        rows = [("title", draft.title), ("kind", words[draft.kind.value])]
        when = _when(draft.occurred) or words["unknown"]
        for label, text in [*rows, ("date", when), ("matter", where or words["none"])]:
            table.add_row(f"[dim]{words[label]}[/]", escape(text))
        for place, line in enumerate(_speaker_lines(draft, words)):
            table.add_row(f"[dim]{words['speakers']}[/]" if place == 0 else "", escape(line))
        results.print(f"[bold]{escape(draft.source.name)}[/]")
        results.print(table)
        for doubt in sorted(draft.doubts):
            results.print(f"  [yellow]![/] {words[doubt]}")

    def _print_tally(self, tally: Tally) -> None:
        if tally.taken:
            said = self._words["taken"].format(n=len(tally.taken), turns=tally.turns)
            results.print(f"[green]○[/] {escape(tally.path.name)}: {said}")
        if tally.already:
            said = self._words["already"].format(n=tally.already)
            results.print(f"[green]○[/] {escape(tally.path.name)}: {said}")


def _when(moment: datetime | None) -> str:
    """Midnight stands for a day of which no time is known."""
    if moment is None:
        return ""
    return era_moment(moment) if moment.time() != time() else era_date(moment.date())


def _speaker_lines(draft: Draft, words: dict[str, str]) -> Iterable[str]:
    """Everybody with their role and the number of their turns."""
    turns = Counter(one.speaker for one in draft.turns)
    for one in draft.speakers:
        role = words.get(one.role, one.role)
        yield f"{one.name}  {role}  {words['turns'].format(n=turns[one.id])}"


def _machine(draft: Draft) -> dict[str, object]:
    return {
        "title": draft.title,
        "date": draft.occurred.isoformat() if draft.occurred else None,
        "kind": draft.kind.value,
        "matter": draft.matter or draft.body,
        "line": draft.line,
        "turns": len(draft.turns),
        "speakers": [{"name": one.name, "role": one.role} for one in draft.speakers],
        "doubts": sorted(draft.doubts),
    }
