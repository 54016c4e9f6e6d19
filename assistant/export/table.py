"""Transcripts as a table for spreadsheets."""

from __future__ import annotations

import csv
from io import StringIO
from typing import TYPE_CHECKING

from assistant.export.wording import clock, one_line, reasons, role_of

if TYPE_CHECKING:
    from typing import BinaryIO

    from assistant.model import Transcript, Turn

HEAD = ("番号", "開始（秒）", "終了（秒）", "開始", "終了", "話者", "役割", "発言", "確認")
FORMULA_STARTS = tuple("=+-@＝＋－＠")
"""What makes a spreadsheet compute a cell instead of showing it, in full width as well."""


class CsvExporter:
    """`ports.Exporter` of CSV: a row for each turn."""

    suffix = "csv"

    def export(self, transcript: Transcript, stream: BinaryIO) -> None:
        """UTF-8 with the BOM that Excel wants."""
        text = StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow(HEAD)
        writer.writerows(_row(transcript, turn) for turn in transcript.turns)
        stream.write(text.getvalue().encode("utf-8-sig"))


def _row(transcript: Transcript, turn: Turn) -> list[str]:
    speaker = transcript.speaker(turn.speaker)
    times = [f"{turn.start:.2f}", f"{turn.end:.2f}", clock(turn.start), clock(turn.end)]
    words = [speaker.name, role_of(speaker), turn.text, reasons(turn.flags)]
    return [harmless(turn.id), *times, *map(harmless, words)]


def harmless(text: str) -> str:
    """`text` as a cell that no spreadsheet takes for a formula.

    >>> harmless("=HYPERLINK(1)"), harmless("はい")
    ("'=HYPERLINK(1)", 'はい')
    """
    line = one_line(text)
    return f"'{line}" if line.lstrip().startswith(FORMULA_STARTS) else line
