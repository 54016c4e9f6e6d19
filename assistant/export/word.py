"""Transcripts as Word documents."""

from __future__ import annotations

from datetime import UTC
from itertools import groupby
from typing import TYPE_CHECKING

from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.shared import Mm

from assistant.export import word_layout as style
from assistant.export import wording
from assistant.export.backchannels import utterances
from assistant.export.wording import clock, length, marked_name, one_line, reasons
from assistant.model import Flag, Turn
from assistant.services.annotating import SETTING
from assistant.services.speaking import speaking
from assistant.text.eras import era_moment, number

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import BinaryIO

    from docx.document import Document
    from docx.oxml.table import CT_Row
    from docx.text.paragraph import Paragraph

    from assistant.export.backchannels import Utterance
    from assistant.model import ModelUse, Transcript, TurnPassage


class WordExporter:
    """`ports.Exporter` of Word."""

    suffix = "docx"

    def export(self, transcript: Transcript, stream: BinaryIO) -> None:
        """Office Open XML."""
        _Writer(transcript).document.save(stream)


class _Writer:
    """One document: `document` is complete when the writer is made."""

    def __init__(self, transcript: Transcript) -> None:
        self.document: Document = style.new_document()
        self._styles = {one.name: one for one in self.document.styles}
        self._transcript = transcript
        self._names = {one.id: marked_name(one) for one in transcript.speakers}
        self._appendices = 0
        self._note_properties()
        self._title()
        self._speakers()
        self._turns()
        self._passages()
        self._withheld()
        self._provenance()

    def _note_properties(self) -> None:
        properties = self.document.core_properties
        finished = self._transcript.provenance.finished.astimezone(UTC).replace(tzinfo=None)
        properties.title = self._title_text
        properties.author = properties.last_modified_by = "聞き書き"
        properties.comments = ""
        properties.language = "ja-JP"
        properties.created = properties.modified = finished

    @property
    def _title_text(self) -> str:
        return wording.TITLE.format(kind=wording.KINDS[self._transcript.kind])

    def _title(self) -> None:
        recording = self._transcript.recording
        self._paragraph(self._title_text, style.TITLE)
        items = {
            "録音ファイル": one_line(recording.name),
            "録音の長さ": length(recording.duration),
            "作成日時": era_moment(self._transcript.provenance.finished),
        }
        for place, (name, value) in enumerate(items.items(), 1):
            self._paragraph(f"{number(place)}　{name}\t{value}", style.ITEM)
        self._paragraph(wording.NOT_PROOFREAD, style.NOTE)
        if recording.truncated:
            self._paragraph(wording.TRUNCATED, style.NOTE)

    def _speakers(self) -> None:
        self._paragraph(f"話者（{number(len(self._transcript.speakers))}人）", style.HEADING)
        rows = [
            (
                one.speaker.name,
                wording.role_of(one.speaker),
                length(one.seconds),
                f"{one.share:.0%}",
                str(one.turns),
            )
            for one in speaking(self._transcript)
        ]
        head = ("話者", "役割", "話した時間", "割合", "発言の数")
        self._table(head, rows, (50, 40, 24, 16, 20), numbers=range(2, 5))

    def _turns(self) -> None:
        self._paragraph("発言", style.HEADING)
        self._legend()
        before = ""
        for one in utterances(self._transcript.turns):
            self._utterance(one, same_speaker=one.turn.speaker == before)
            before = one.turn.speaker

    def _legend(self) -> None:
        flags = frozenset[Flag]().union(*(turn.flags for turn in self._transcript.turns))
        if wording.is_doubtful(flags):
            why = reasons(flags - {Flag.BACKCHANNEL})
            text = f"{wording.DOUBTFUL}\t録音で確かめたい発言（{why}）"
            self._paragraph(text, style.LEGEND)
        if Flag.BACKCHANNEL in flags:
            self._paragraph("（）\tほかの人の相づち", style.LEGEND)

    def _utterance(self, one: Utterance, *, same_speaker: bool) -> None:
        turn = one.turn
        paragraph = self._paragraph("", style.SAME_SPEAKER if same_speaker else style.TURN)
        mark = wording.DOUBTFUL if wording.is_doubtful(turn.flags) else "　"
        self._run(paragraph, f"{mark}{clock(turn.start)}\t", style.TIME)
        if not same_speaker:
            self._run(paragraph, self._names[turn.speaker], style.SPEAKER)
            paragraph.add_run("　")
        if not turn.text:
            self._run(paragraph, wording.UNRECOGNIZED, style.INAUDIBLE)
        for piece in one.pieces():
            if isinstance(piece, Turn):
                self._run(paragraph, wording.aside(piece, self._names), style.BACKCHANNEL)
            elif Flag.BACKCHANNEL in turn.flags:
                self._run(paragraph, one_line(piece), style.BACKCHANNEL)
            else:
                paragraph.add_run(one_line(piece))

    def _appendix(self, title: str) -> None:
        self._appendices += 1
        heading = self._paragraph(f"付録{number(self._appendices)}　{title}", style.HEADING)
        if self._appendices == 1:
            heading.paragraph_format.page_break_before = True

    def _passages(self) -> None:
        """Section by section, beside what was being said; a passage is quoted once."""
        found = self._transcript.passages
        if not found and SETTING not in self._transcript.provenance.settings:
            return
        self._appendix("関連するマニュアル")
        self._paragraph(wording.PASSAGES if found else wording.NO_PASSAGES, style.NOTE)
        turns = {one.id: one for one in self._transcript.turns}
        quoted: set[tuple[str, str]] = set()
        for (turn, second), group in groupby(found, key=lambda one: (one.turn, one.second)):
            self._moment(turns[turn], second)
            for one in group:
                self._passage(one, again=(one.edition, one.text) in quoted)
                quoted.add((one.edition, one.text))

    def _moment(self, turn: Turn, second: float) -> None:
        paragraph = self._paragraph("", style.MOMENT)
        self._run(paragraph, f"　{clock(turn.start)}\t", style.TIME)
        self._run(paragraph, self._names[turn.speaker], style.SPEAKER)
        paragraph.add_run(f"　{wording.excerpt(turn, second)}")

    def _passage(self, one: TurnPassage, *, again: bool) -> None:
        headings = [one_line(heading) for heading in one.headings]
        self._paragraph(wording.PATH.join(headings) or one_line(one.manual), style.SECTION)
        source = self._paragraph(wording.source(one), style.SOURCE)
        if again:
            source.add_run("　〔本文は前掲〕")
            source.paragraph_format.keep_with_next = False
        else:
            self._paragraph(wording.quotation(one.text), style.QUOTATION)

    def _withheld(self) -> None:
        self._appendix("保留した認識結果")
        if not self._transcript.withheld:
            self._paragraph("ありません。", style.CELL)
            return
        text = "実際には話されていない可能性が高いと判断し、発言に含めなかったものです。"
        self._paragraph(text, style.CELL).paragraph_format.keep_with_next = True
        rows = [
            (clock(one.start), one.text, reasons(one.flags)) for one in self._transcript.withheld
        ]
        self._table(("時刻", "認識された文字", "理由"), rows, (20, 70, 60))

    def _provenance(self) -> None:
        made, recording = self._transcript.provenance, self._transcript.recording
        self._appendix("作成情報")
        if made.embedded_recognition:
            self._paragraph(wording.LARGER_WEIGHTS, style.NOTE)
        rows = [(wording.TASKS.get(use.task, use.task), _described(use)) for use in made.models]
        rows += [
            ("プログラム", _listed(made.versions, " ")),
            ("設定", _listed(made.settings, "=")),
            ("処理の開始", era_moment(made.started)),
            ("処理の終了", era_moment(made.finished)),
            (
                "録音の形式",
                f"{recording.codec}、{recording.sample_rate} Hz、{recording.channels} ch",
            ),
            ("録音の SHA-256", recording.sha256),
        ]
        self._table(("項目", "内容"), rows, (35, 115))

    def _table(
        self,
        head: Sequence[str],
        rows: Sequence[Sequence[str]],
        widths: Sequence[int],
        numbers: Sequence[int] = (),
    ) -> None:
        """A table with a heading row; `widths` of the columns are in millimetres.

        It is filled through its elements: python-docx counts all cells anew for each one.
        """
        table = self.document.add_table(1 + len(rows), len(head), self._styles[style.GRID])
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        table.autofit = False
        grid = table._tbl  # noqa: SLF001
        for column, width in zip(grid.tblGrid.gridCol_lst, widths, strict=True):
            column.w = Mm(width)
        columns = range(len(head))
        cells = [style.CELL_NUMBER if n in numbers else style.CELL for n in columns]
        first, *others = grid.tr_lst
        self._fill(first, head, widths, [style.CELL_HEAD for _ in columns])
        style.repeat_on_every_page(first)
        for row, texts in zip(others, rows, strict=True):
            self._fill(row, texts, widths, cells)

    def _fill(
        self, row: CT_Row, texts: Sequence[str], widths: Sequence[int], names: Sequence[str]
    ) -> None:
        for cell, text, width, name in zip(row.tc_lst, texts, widths, names, strict=True):
            cell.width = Mm(width)
            paragraph = cell.p_lst[0]
            paragraph.style = self._styles[name].style_id
            paragraph.add_r().text = one_line(text)

    def _paragraph(self, text: str, name: str) -> Paragraph:
        paragraph = self.document.add_paragraph()
        paragraph._p.style = self._styles[name].style_id  # noqa: SLF001 the name is looked up once
        if text:
            paragraph.add_run(text)
        return paragraph

    def _run(self, paragraph: Paragraph, text: str, name: str) -> None:
        run = paragraph.add_run(text)
        run._r.style = self._styles[name].style_id  # noqa: SLF001


def _described(use: ModelUse) -> str:
    checksum = f"、SHA-256 {use.sha256[:16]}…" if use.sha256 else ""
    return f"{use.name}（{use.source}、{use.licence}{checksum}）"


def _listed(values: dict[str, str], between: str) -> str:
    return "、".join(f"{name}{between}{value}" for name, value in values.items() if value)
