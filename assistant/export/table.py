"""Transcripts as a table for spreadsheets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.export.wording import clock, reasons, role_of
from assistant.text.sheets import sheet

if TYPE_CHECKING:
    from typing import BinaryIO

    from assistant.model import Transcript, Turn

HEAD = ("番号", "開始（秒）", "終了（秒）", "開始", "終了", "話者", "役割", "発言", "確認")


class CsvExporter:
    """`ports.Exporter` of CSV: a row for each turn."""

    suffix = "csv"

    def export(self, transcript: Transcript, stream: BinaryIO) -> None:
        """UTF-8 with the BOM that Excel wants."""
        stream.write(sheet(HEAD, (_row(transcript, turn) for turn in transcript.turns)))


def _row(transcript: Transcript, turn: Turn) -> list[str]:
    speaker = transcript.speaker(turn.speaker)
    times = [f"{turn.start:.2f}", f"{turn.end:.2f}", clock(turn.start), clock(turn.end)]
    return [turn.id, *times, speaker.name, role_of(speaker), turn.text, reasons(turn.flags)]
