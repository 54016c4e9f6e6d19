from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING, Any

import docx
import pytest
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.export.word import WordExporter
from assistant.manual import Reason, ReasonKind
from assistant.model import Flag, Kind, Speaker, TurnPassage
from tests.transcripts import segment, transcript

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

    from assistant.model import Transcript

MEETING = """
A 0-6 ただいまから委員会を開会いたします。
| B 6-20 件数は増でございます。内訳は、資料のとおりです。
| A 7-7.5 はい。 #backchannel
| B 23-30 なお、日数は32.5日でございます。 #low_probability
| C 31-33  #unrecognized
| A 3670-3676 御異議なしと認めます。
"""


def opened(made: Transcript) -> Document:
    stream = BytesIO()
    WordExporter().export(made, stream)
    stream.seek(0)
    return docx.Document(stream)


def paragraphs(document: Document, *styles: str) -> list[Paragraph]:
    return [one for one in document.paragraphs if one.style.name in styles]


def said(document: Document) -> list[str]:
    return [one.text for one in paragraphs(document, "発言", "発言（続き）")]


def value(element: Any, name: str) -> str:
    return str(element.get(qn(f"w:{name}")))


@pytest.fixture(scope="module")
def meeting() -> Document:
    imagined = segment("ご視聴ありがとうございました。", 40, 42, Flag.STOCK_PHRASE)
    return opened(transcript(MEETING, withheld=(imagined,), embedded=True))


def test_the_page_is_a4_with_the_grid_of_japanese_offices(meeting: Document) -> None:
    (section,) = meeting.sections
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    margins = (section.top_margin, section.right_margin, section.bottom_margin, section.left_margin)
    assert [round(margin.mm) for margin in margins] == [35, 30, 30, 30]
    grid = section._sectPr.find(qn("w:docGrid"))
    assert value(grid, "type") == "linesAndChars"
    assert (value(grid, "linePitch"), value(grid, "charSpace")) == ("365", "532")


def test_every_font_is_set_for_japanese_too(meeting: Document) -> None:
    fonts = list(meeting.styles.element.iter(qn("w:rFonts")))
    assert len(fonts) > 10
    for one in fonts:
        assert value(one, "eastAsia") in {"ＭＳ 明朝", "ＭＳ ゴシック"}
        assert not [name for name in one.attrib if "Theme" in name]
    defaults = meeting.styles.element.find(qn("w:docDefaults"))
    assert value(next(defaults.iter(qn("w:rFonts"))), "eastAsia") == "ＭＳ 明朝"
    assert value(next(defaults.iter(qn("w:lang"))), "eastAsia") == "ja-JP"
    assert meeting.styles["Normal"].font.size.pt == 10.5
    assert value(meeting.styles["Heading 1"].element.rPr.rFonts, "eastAsia") == "ＭＳ ゴシック"


def test_the_page_number_is_a_field_between_dashes(meeting: Document) -> None:
    (foot,) = meeting.sections[0].footer.paragraphs
    assert "".join(one.text or "" for one in foot._p.iter(qn("w:t"))) == "－ 1 －"
    assert [value(one, "instr") for one in foot._p.iter(qn("w:fldSimple"))] == ["PAGE"]
    assert value(foot._p.pPr.find(qn("w:jc")), "val") == "center"


def test_every_table_repeats_its_heading_row(meeting: Document) -> None:
    assert len(meeting.tables) == 3
    for table in meeting.tables:
        first, *rest = table._tbl.tr_lst
        assert first.trPr.find(qn("w:tblHeader")) is not None
        assert not any(row.trPr is not None and len(row.trPr) for row in rest)


def test_nothing_is_spaced_by_empty_paragraphs(meeting: Document) -> None:
    assert all(one.text.strip() for one in meeting.paragraphs)


def test_the_title_block_says_what_it_is(meeting: Document) -> None:
    assert meeting.paragraphs[0].text == "文字起こし（会議）"
    items = [one.text for one in paragraphs(meeting, "表題の項目")]
    assert items == [
        "１　録音ファイル\t会議.wav",
        "２　録音の長さ\t１時間01分16秒",
        "３　作成日時\t令和８年11月23日（月）午前10時00分",
    ]
    assert "校正をまだ受けていません" in paragraphs(meeting, "注記")[0].text
    assert opened(transcript(kind=Kind.CALL)).paragraphs[0].text == "文字起こし（通話）"


def test_the_speakers_are_counted(meeting: Document) -> None:
    rows = [[cell.text for cell in row.cells] for row in meeting.tables[0].rows]
    assert rows == [
        ["話者", "役割", "話した時間", "割合", "発言の数"],
        ["話者A", "", "13秒", "35%", "2"],
        ["話者B", "", "21秒", "59%", "2"],
        ["話者C", "", "２秒", "6%", "1"],
    ]


def test_turns_carry_time_mark_and_speaker(meeting: Document) -> None:
    assert said(meeting) == [
        "　0:00:00\t○話者A　ただいまから委員会を開会いたします。",
        "　0:00:06\t○話者B　件数は増でございます。（話者A：はい。）内訳は、資料のとおりです。",
        "※0:00:23\tなお、日数は32.5日でございます。",
        "※0:00:31\t○話者C　〔聞き取れず〕",
        "　1:01:10\t○話者A　御異議なしと認めます。",
    ]


def test_a_clerk_can_restyle_each_part_in_one_place(meeting: Document) -> None:
    runs = [run for one in paragraphs(meeting, "発言", "発言（続き）") for run in one.runs]
    by_style = {run.style.name for run in runs}
    assert by_style == {"Default Paragraph Font", "時刻", "話者", "相づち", "聞き取れず"}
    assert not any(run._r.rPr is not None and len(run._r.rPr) > 1 for run in runs)
    assert [run.text for run in runs if run.style.name == "相づち"] == ["（話者A：はい。）"]


def test_only_what_occurs_is_explained(meeting: Document) -> None:
    legend = [one.text for one in paragraphs(meeting, "凡例")]
    assert legend == [
        "※\t録音で確かめたい発言（認識に自信がない、聞き取れず）",
        "（）\tほかの人の相づち",
    ]
    assert not paragraphs(opened(transcript()), "凡例")


def test_the_appendix_keeps_what_was_withheld_and_how_it_was_made(meeting: Document) -> None:
    withheld, made = (
        [[cell.text for cell in row.cells] for row in table.rows] for table in meeting.tables[1:]
    )
    assert withheld[1] == [
        "0:00:40",
        "ご視聴ありがとうございました。",
        "無音のところに現れやすい決まり文句",
    ]
    assert made[1][0] == "音声認識"
    assert "whisper-base" in made[1][1]
    assert ["プログラム", "kikigaki 0.1.0、faster-whisper 1.2.1"] in made
    text = "\n".join(one.text for one in meeting.paragraphs)
    assert "kikigaki models add フォルダー" in text
    assert "models add" not in "\n".join(one.text for one in opened(transcript()).paragraphs)


def quoting(turn: str, second: float, text: str = "通告を受けたときは\n窓口\t電話") -> TurnPassage:
    return TurnPassage(
        turn=turn,
        second=second,
        manual="手引き",
        edition="1f3a5b7c9d1e2f30",
        edition_date=date(2026, 4, 1),
        headings=("第３章　受理", "第１節　通告"),
        page=12,
        text=text,
        score=0.7,
        reasons=(Reason(ReasonKind.WORDS, ("通告", "窓口")), Reason(ReasonKind.MEANING)),
    )


def test_passages_stand_in_an_appendix_beside_what_was_being_said() -> None:
    found = quoting("t2", 15), quoting("t2", 15, "別の文。"), quoting("t4", 26)
    document = opened(replace(transcript(MEETING), passages=found))
    moments = [one.text for one in paragraphs(document, "関連する発言")]
    assert moments[0].startswith("　0:00:06\t○話者B　「件数は増でございます。")
    assert moments[1].startswith("　0:00:23\t○話者B")
    assert len(moments) == 2
    assert {one.text for one in paragraphs(document, "節")} == {"第３章　受理 ＞ 第１節　通告"}
    first, _, again = (one.text for one in paragraphs(document, "出典"))
    source = "手引き（令和８年４月１日版、12ページ、版の番号 1f3a5b7c）　合った語：通告、窓口"
    assert (first, again) == (source, source + "　〔本文は前掲〕")
    quoted = [one.text for one in paragraphs(document, "引用")]
    assert quoted == ["通告を受けたときは\n窓口 ｜ 電話", "別の文。"]


def appendices(made: Transcript) -> list[str]:
    headings = paragraphs(opened(made), "Heading 1")
    return [one.text for one in headings if one.text.startswith("付録")]


def test_appendices_are_numbered_as_they_come() -> None:
    made = transcript(MEETING)
    assert appendices(made) == ["付録１　保留した認識結果", "付録２　作成情報"]
    assert appendices(replace(made, passages=(quoting("t1", 5),))) == [
        "付録１　関連するマニュアル",
        "付録２　保留した認識結果",
        "付録３　作成情報",
    ]


def test_a_search_that_found_nothing_is_told() -> None:
    made = transcript(MEETING)
    asked = replace(made.provenance, settings=made.provenance.settings | {"manuals": "0f"})
    document = opened(replace(made, provenance=asked))
    assert "ありませんでした" in "\n".join(one.text for one in paragraphs(document, "注記"))


def test_the_worker_of_a_call_has_a_mark_of_its_own() -> None:
    people = (Speaker("A", "相談者", "caller"), Speaker("B", "職員", "worker"))
    document = opened(transcript(kind=Kind.CALL, speakers=people))
    assert [text.split("\t")[1][:3] for text in said(document)] == ["○相談", "◎職員"]
    assert [row.cells[1].text for row in document.tables[0].rows[1:]] == ["相談者", "職員"]


def test_the_document_says_who_made_it_when() -> None:
    properties = opened(transcript()).core_properties
    assert (properties.title, properties.author) == ("文字起こし（会議）", "聞き書き")
    assert properties.created.isoformat() == "2026-11-23T01:00:00+00:00"


def test_a_truncated_recording_is_said_to_be_so() -> None:
    made = transcript()
    cut = replace(made.recording, truncated=True)
    notes = paragraphs(opened(replace(made, recording=cut)), "注記")
    assert "途中で切れていた" in notes[1].text


@settings(max_examples=15)
@given(st.lists(st.text(max_size=30), min_size=1, max_size=4))
def test_any_text_of_any_turn_is_in_the_document(texts: list[str]) -> None:
    made = transcript(" | ".join(f"A {n}-{n + 1} はい" for n in range(len(texts))))
    turns = tuple(replace(one, text=text) for one, text in zip(made.turns, texts, strict=True))
    shown = said(opened(replace(made, turns=turns)))
    for text, paragraph in zip(texts, shown, strict=True):
        visible = re.sub(r"[\x00-\x20\x7f-\xa0\u2028\u2029\ud800-\udfff\ufffe\uffff]", "", text)
        assert visible in re.sub(r"[\x20\xa0]", "", paragraph)
