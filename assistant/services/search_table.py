"""What was found as a table for spreadsheets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.text.sheets import sheet

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assistant.search import Hit

COLUMNS = ("録音", "題名", "日時", "案件", "開始（秒）", "終了（秒）", "話者", "役割", "発言", "点")
MOST = 10_000
"""Rows of a table that people still look through."""


def hits_csv(hits: Iterable[Hit]) -> bytes:
    """CSV in UTF-8 with the byte order mark that Excel wants; no cell is a formula."""
    return sheet(COLUMNS, (_cells(hit) for hit in hits))


def _cells(hit: Hit) -> tuple[str, ...]:
    when = hit.occurred.astimezone().isoformat(" ", "minutes") if hit.occurred else ""
    times = (f"{hit.start:.2f}", f"{hit.end:.2f}")
    said = (hit.speaker, hit.role, hit.text)
    return (hit.record, hit.title, when, hit.matter_name, *times, *said, f"{hit.score:.3f}")
