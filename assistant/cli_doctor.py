"""`kikigaki doctor`: what is installed, which weights are in use, what is missing, what to type."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import typer

from assistant.bootstrap import Application
from assistant.cli_options import JSON
from assistant.cli_screen import results
from assistant.errors import KikigakiError
from assistant.manual import EditionState
from assistant.search import Standing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

LEAST_FREE = 2 * 1024**3
"""Bytes that a day of recordings and their playable copies take."""


VECTORS = {
    Standing.FILE: "メモリーで比べます",
    Standing.MISSING: "メモリーで比べます (サーバーに pgvector がありません)",
    Standing.OLD: "メモリーで比べます (サーバーの pgvector {version} は古く、0.8 以上が要ります)",
    Standing.OFFERED: (
        "メモリーで比べます (サーバーに pgvector {version} があります。"
        "使うには: kikigaki db upgrade)"
    ),
    Standing.USED: "サーバーの pgvector {version} が比べます",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `remedy` is what to type when it is not `ok`."""

    subject: str
    ok: bool
    detail: str
    remedy: str = ""


def doctor(
    *,
    as_json: JSON = False,
) -> None:
    """入っているもの、使う重み、足りないものと、打つべきコマンドを示します。"""
    findings = list(examine(Application()))
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in findings], ensure_ascii=False, indent=1))
    else:
        for one in findings:
            mark = "[green]○[/]" if one.ok else "[red]×[/]"
            results.print(f"{mark} {one.subject}: {one.detail}")
            if not one.ok:
                results.print(f"   → {one.remedy}")
    raise typer.Exit(0 if all(one.ok for one in findings) else 3)


def examine(application: Application) -> Iterator[Finding]:
    """Everything that has to be right for the main job."""
    for name, version in application.tools.versions().items():
        yield Finding(name, bool(version), version or "入っていません", "make install")
    yield _attempt("認識の重み", lambda: application.tools.weights("auto").name)
    ways = application.tools.ways()
    yield Finding(
        "話者を分ける重み",
        bool(ways),
        ", ".join(sorted(ways)) or "ありません",
        "make install (または pyannote のフォルダーを kikigaki models add)",
    )
    yield manuals_finding(application)
    yield vectors_finding(application)
    yield key_finding(application)
    for folder in (application.settings.recordings_dir, application.settings.state_dir):
        yield _room(folder)


def manuals_finding(application: Application) -> Finding:
    """How many manuals are searched, and how many of their passages by meaning, with which weights.

    Waiting for vectors is no fault: the worker makes them.
    """
    try:
        editions = application.manuals.editions()
        current = [one for one in editions if one.state is EditionState.CURRENT]
        models = application.manuals.store.models()
    except KikigakiError as error:
        return Finding("マニュアル", False, error.message("ja"), "kikigaki db upgrade")
    if not current:
        return Finding("マニュアル", True, "まだありません (加えるには: kikigaki manuals add)")
    passages = sum(one.passages for one in current)
    counts = [f"{key.rpartition(' ')[0]} {number}" for key, number in models.items()]
    detail = f"{len(current)} 冊、{passages} か所 (意味でも探せる: {', '.join(counts) or 'まだ'})"
    return Finding("マニュアル", True, detail)


def vectors_finding(application: Application) -> Finding:
    """What compares the archive's vectors. Memory is no fault: it only takes more of it."""
    subject = "発言の意味の検索"
    try:
        now = application.server_vectors()
    except KikigakiError as error:
        return Finding(subject, False, error.message("ja"), "kikigaki db upgrade")
    detail = VECTORS[now.standing].format(version=now.version)
    if now.waiting:
        detail += f" (残り {now.waiting} 区間を移すまでは、メモリーで比べます)"
    return Finding(subject, True, detail)


def key_finding(application: Application) -> Finding:
    """Whether every master key is here that sealed files ask for."""
    subject, care = "鍵", application.key_care
    remedy = "保管してある鍵の写しを戻してください (docs/howto/encryption.md)"
    try:
        here, asked = set(care.ids()), application.key_shelf.counts()
    except KikigakiError as error:
        return Finding(subject, False, error.message("ja"), remedy)
    if not application.settings.seal and not asked:
        return Finding(subject, True, "使っていません (KIKIGAKI_SEAL=false)")
    if lost := asked.keys() - here:
        return Finding(subject, False, f"{', '.join(sorted(lost))} がありません", remedy)
    if not here:
        return Finding(subject, True, "まだありません (録音を初めて加えるときに作ります)")
    files = sum(asked.values())
    return Finding(subject, True, f"{care.place}: {files} ファイル (写しを別の所に保管)")


def _attempt(subject: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(subject, True, look())
    except KikigakiError as error:
        return Finding(subject, False, error.message("ja"), "make install")


def _room(folder: Path) -> Finding:
    existing = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    free = shutil.disk_usage(existing).free
    return Finding(
        str(folder),
        free >= LEAST_FREE,
        f"空き {free / 1024**3:.1f} GiB",
        "空きを作るか、KIKIGAKI_DATA_DIR で別の場所を指定してください",
    )
