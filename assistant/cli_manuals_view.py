"""How `kikigaki manuals` shows things: lines and tables for people, JSON for machines."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from assistant.cli_screen import clock, results, screen
from assistant.manual import EditionState
from assistant.services.manuals import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from assistant.manual import Edition, Hit, Reason, SectionReport
    from assistant.model import Transcript
    from assistant.services.editions import Change
    from assistant.services.evaluating import Measured
    from assistant.services.manuals import Addition
    from assistant.settings import Settings

_TEXTS = {
    "added": ("○ {}: 加えました ({} か所)", "○ {}: added ({} passages)"),
    "replaced": ("   前の版 ({}) は残し、検索から外しました", "   supersedes {}, which is kept"),
    "not newest": (
        "   今の版より古い日付なので、検索には使いません",
        "   older than the current edition: kept, not searched",
    ),
    "already": ("○ {}: もうあります ({})", "○ {}: already there ({})"),
    "gone": (
        (
            "! {}: フォルダーからなくなりました。検索には残っています。"
            "外すには: kikigaki manuals retire {}"
        ),
        "! {}: gone from the folder, still searched. To retire it: kikigaki manuals retire {}",
    ),
    "embedding": ("意味でも探せるようにしています", "Preparing the search by meaning"),
    "reindexing": ("索引を作り直しています", "Making the index anew"),
    "reindexed": ("{} 版の索引を作り直しました。", "Indexed {} editions anew."),
    "synced": ("{} に新しいものはありません。", "Nothing new in {}."),
    "current": ("検索中", "searched"),
    "superseded": ("旧版", "superseded"),
    "retired": ("外した", "retired"),
    "none": (
        "マニュアルがまだありません。加えるには: kikigaki manuals add ファイル",
        "No manuals yet. To bring one: kikigaki manuals add FILE",
    ),
    "hidden": (
        "ほかに旧版など {} 件 (--all で表示)",
        "{} older or retired ones (--all shows them)",
    ),
    "title": ("題名", "Title"),
    "state": ("状態", "State"),
    "date": ("版の日付", "Edition"),
    "passages": ("か所", "Passages"),
    "embedded": ("意味", "By meaning"),
    "file": ("ファイル", "File"),
    "id": ("ID", "ID"),
    "is retired": ("「{}」を検索から外しました。", "“{}” is not searched any more."),
    "is restored": ("「{}」を検索に戻しました。", "“{}” is searched again."),
    "first": ("「{}」より前の版はありません。", "There is no edition before “{}”."),
    "same": ("変わった節はありません。", "No section has changed."),
    "added section": ("追加", "added"),
    "removed section": ("削除", "removed"),
    "changed section": ("変更", "changed"),
    "nothing shown": ("まだ何も表示されていません。", "Nothing was shown yet."),
    "section": ("節", "Section"),
    "shown": ("表示", "Shown"),
    "opened": ("開いた", "Opened"),
    "helped": ("役に立った", "Helped"),
    "wrong": ("違っていた", "Wrong"),
    "way": ("探し方", "Way"),
    "lexical": ("ことば", "words"),
    "expanded": ("言いかえも", "rewordings too"),
    "dense": ("意味", "meaning"),
    "fused": ("すべて", "all"),
    "reranked": ("読み直し", "reread"),
    "recall": ("再現率@{}", "recall@{}"),
    "silent precision": ("「なし」の適合率", "precision of “nothing fits”"),
    "silent recall": ("「なし」の再現率", "recall of “nothing fits”"),
    "median": ("中央値", "median"),
    "beside": ("話に合うマニュアルの節", "Sections of the manuals that fit"),
    "no heading": ("(見出しなし)", "(no heading)"),
    "no hit": ("合う箇所は見つかりませんでした。", "Nothing fits."),
    "page": ("{} ページ", "page {}"),
    "words": ("語", "words"),
    "expansion": ("言い換え", "expansion"),
    "meaning": ("意味が近い", "near in meaning"),
}


class Words:
    """The texts in the language of the screen."""

    def __init__(self, settings: Settings) -> None:
        self._english = settings.screen_language == "en"

    def __call__(self, key: str, *details: object) -> str:
        return _TEXTS[key][self._english].format(*(escape(str(one)) for one in details))


def addition_lines(one: Addition, say: Words) -> Iterator[str]:
    """What became of a file, in words."""
    if one.edition is None:
        return
    if one.outcome is Outcome.GONE:
        yield say("gone", one.path.name, one.edition.id[:8])
    elif one.outcome is Outcome.ALREADY:
        yield say("already", one.path.name, say(one.edition.state.value))
    else:
        yield say("added", one.path.name, one.edition.passages)
        if one.replaced is not None:
            yield say("replaced", one.replaced.date or one.replaced.added.date())
        if one.edition.state is EditionState.SUPERSEDED:
            yield say("not newest")


def edition_table(editions: Sequence[Edition], say: Words) -> Table:
    """A line for each edition."""
    table = Table(box=None, padding=(0, 2, 0, 0))
    for key in ("title", "state", "date", "passages", "embedded", "file", "id"):
        table.add_column(say(key), overflow="fold")
    for one in editions:
        table.add_row(
            escape(one.title),
            say(one.state.value),
            str(one.date or ""),
            str(one.passages),
            f"{one.embedded / one.passages:.0%}" if one.passages else "",
            escape(one.file),
            one.id[:8],
        )
    return table


def report_table(lines: Sequence[SectionReport], say: Words) -> Table:
    """A line for each section."""
    table = Table(box=None, padding=(0, 2, 0, 0))
    for key in ("title", "section", "shown", "opened", "helped", "wrong"):
        table.add_column(say(key), overflow="fold")
    for line in lines:
        numbers = (line.shown, line.opened, line.helped, line.wrong)
        table.add_row(escape(line.title), escape(" > ".join(line.headings)), *map(str, numbers))
    return table


def evaluation_table(lines: Sequence[Measured], say: Words) -> Table:
    """A line for each way of searching; times in milliseconds."""
    table = Table(box=None, padding=(0, 2, 0, 0))
    recalls = [say("recall", depth) for depth in lines[0].recall] if lines else []
    silent = [say("silent precision"), say("silent recall")]
    for head in (say("way"), *recalls, "MRR@10", "nDCG@10", *silent, say("median"), "p95"):
        table.add_column(head, overflow="fold")
    for line in lines:
        shares = (*line.recall.values(), line.mrr, line.ndcg)
        shares += (line.silent_precision, line.silent_recall)
        figures = ["-" if share is None else f"{share:.3f}" for share in shares]
        times = (f"{1000 * seconds:.0f} ms" for seconds in (line.median, line.p95))
        table.add_row(say(line.way), *figures, *times)
    return table


def print_change(change: Change, say: Words) -> None:
    """A changed section, sentence by sentence."""
    heading = escape(" > ".join(change.headings))
    if change.before:
        heading = f"{escape(' > '.join(change.before))} → {heading}"
    results.print(f"[bold]{say(f'{change.kind.value} section')}[/] {heading}")
    colours = {"+": "green", "-": "red", " ": "dim"}
    for line in change.lines:
        results.print(f"  [{colours[line.mark]}]{line.mark} {escape(line.text)}[/]")


def print_hits(hits: Sequence[Hit], say: Words) -> None:
    """Passages with their place and why they were found."""
    if not hits:
        screen.print(say("no hit"))
    for hit in hits:
        place = [hit.edition.title, *hit.passage.headings]
        page = f" ({say('page', hit.passage.page)})" if hit.passage.page else ""
        results.print(f"[bold]{escape(' > '.join(place))}[/]{page} [dim]{hit.score:.2f}[/]")
        reasons = ", ".join(
            " ".join((say(one.kind.value), *map(escape, one.words))) for one in hit.reasons
        )
        results.print(f"[dim]{reasons}[/]")
        results.print(f"{escape(hit.passage.text)}\n")


def print_passages(transcript: Transcript | None, say: Words) -> None:
    """The sections that fit a talk, each at the time that brought it, and why."""
    if transcript is None or not transcript.passages:
        return
    results.print(f"\n[bold]{say('beside')}[/]")
    for one in transcript.passages:
        page = f" ({say('page', one.page)})" if one.page else ""
        path = escape(" > ".join(one.headings) or say("no heading"))
        results.print(f"[dim]{clock(one.second)}[/] {path}{page} [dim]{escape(one.manual)}[/]")
        results.print(f"        [dim]{'、'.join(_why(one.reasons, say))}[/]")


def _why(reasons: Iterable[Reason], say: Words) -> Iterator[str]:
    """A sign alone tells nobody anything."""
    for one in reasons:
        words = [escape(word) for word in one.words if len(word) > 1]
        if words or not one.words:
            yield " ".join((say(one.kind.value), *words))


def hit_json(hit: Hit) -> dict[str, object]:
    """A hit for machines."""
    return {
        "manual": hit.edition.title,
        "headings": list(hit.passage.headings),
        "page": hit.passage.page,
        "text": hit.passage.text,
        "score": round(hit.score, 4),
        "reasons": [{"kind": one.kind.value, "words": list(one.words)} for one in hit.reasons],
        "file": hit.edition.file,
        "passage": hit.passage.id,
    }


def addition_json(one: Addition) -> dict[str, object]:
    """What became of a file, for machines."""
    return {
        "file": str(one.path),
        "outcome": one.outcome.value,
        "edition": edition_json(one.edition) if one.edition else None,
        "replaced": one.replaced.id if one.replaced else None,
        "error": str(one.error) if one.error else None,
    }


def edition_json(one: Edition) -> dict[str, object]:
    """An edition for machines."""
    day = one.date.isoformat() if one.date else None
    return asdict(one) | {"added": one.added.isoformat(), "date": day}


def print_table(table: Table) -> None:
    """Wraps long cells."""
    # The shared console never wraps, since its lines are cut and pasted; a table has to.
    Console(highlight=False).print(table)


def print_json(value: object) -> None:
    """To standard output."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=1))
