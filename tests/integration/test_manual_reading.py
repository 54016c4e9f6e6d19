"""Word and PDF documents as offices make them, against what LibreOffice prints of them."""

from __future__ import annotations

import random
import zipfile
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import docx
import openpyxl
import pypdfium2
import pytest
from docx.oxml import parse_xml
from docx.shared import Pt

from assistant.errors import ManualError, ManualWithoutText, ProtectedManual
from assistant.knowledge.passages import split
from assistant.knowledge.reading import FileReader
from assistant.manual import Block, BlockKind
from tests import writer_cases as writer
from tests.manual_files import NAMESPACES, p, r, table, to_pdf, word
from tests.sealed_site import Site

if TYPE_CHECKING:
    from assistant.manual import Document

RUBY = (
    '<w:r><w:ruby><w:rubyPr><w:rubyAlign w:val="distributeSpace"/><w:hps w:val="10"/>'
    '<w:hpsRaise w:val="18"/><w:hpsBaseText w:val="21"/><w:lid w:val="ja-JP"/></w:rubyPr><w:rt>'
    '<w:r><w:rPr><w:sz w:val="10"/></w:rPr><w:t>ぎゃくたい</w:t></w:r></w:rt><w:rubyBase>'
    "<w:r><w:t>虐待</w:t></w:r></w:rubyBase></w:ruby></w:r>"
)
NUMBERING = (
    '<w:abstractNum w:abstractNumId="7"><w:multiLevelType w:val="multilevel"/>'
    + "".join(
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
        for level, (form, text) in enumerate(
            [("decimal", "第%1章"), ("decimal", "%1.%2"), ("aiueoFullWidth", "（%3）"),
             ("decimalEnclosedCircle", "%4"), ("upperLetter", "%5、")]
        )
    )
    + '</w:abstractNum><w:num w:numId="7"><w:abstractNumId w:val="7"/></w:num>'
    '<w:num w:numId="8"><w:abstractNumId w:val="7"/><w:lvlOverride w:ilvl="0">'
    '<w:startOverride w:val="5"/></w:lvlOverride></w:num>'
)  # fmt: skip
FOOTNOTES = f'<w:footnote w:id="2">{p("脚注の言葉である。")}</w:footnote>'
FIELD = (
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>QUOTE "命令"</w:instrText>'
    '</w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>{}'
    '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
)
BOX = (
    '<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:anchor distT="0" distB="0" '
    'distL="0" distR="0" simplePos="0" relativeHeight="2" behindDoc="0" locked="0" '
    'layoutInCell="1" allowOverlap="1"><wp:simplePos x="0" y="0"/><wp:positionH '
    'relativeFrom="column"><wp:posOffset>3000000</wp:posOffset></wp:positionH><wp:positionV '
    'relativeFrom="paragraph"><wp:posOffset>0</wp:posOffset></wp:positionV><wp:extent '
    'cx="2000000" cy="600000"/><wp:wrapSquare wrapText="bothSides"/><wp:docPr id="1" name="b"/>'
    '<wp:cNvGraphicFramePr/><a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/'
    'word/2010/wordprocessingShape"><wps:wsp><wps:cNvSpPr txBox="1"/><wps:spPr><a:xfrm><a:off '
    'x="0" y="0"/><a:ext cx="2000000" cy="600000"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/>'
    "</a:prstGeom></wps:spPr><wps:txbx><w:txbxContent>{0}</w:txbxContent></wps:txbx><wps:bodyPr/>"
    "</wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing></mc:Choice><mc:Fallback>"
    '<w:pict><v:shape style="width:100pt;height:40pt"><v:textbox><w:txbxContent>{0}'
    "</w:txbxContent></v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
)


def numbered(level: int, number: int = 7) -> str:
    return f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'


def heading(level: int) -> str:
    return f'<w:pStyle w:val="Heading{level}"/>'


BODY = "".join(
    [
        p("児童相談の手引き", '<w:pStyle w:val="Title"/>'),
        p("総則", heading(1) + numbered(0)),
        p(r("職員は、") + RUBY + r("の疑いを記録する。")),
        p("目的", heading(2) + numbered(1)),
        p(r("児童の福祉を守る。") + BOX.format(p("囲みの中の言葉")) + r("続きの文。")),
        p("一つ目", numbered(2)),
        p("二つ目", numbered(2)),
        p("丸", numbered(3)),
        p("英字", numbered(4)),
        p("対応", heading(1) + numbered(0)),
        p("定義", heading(2) + numbered(1)),
        p("改めて", numbered(0, 8)),
        p(r("挿入前") + f'<w:ins w:id="1" w:author="a">{r("挿入された")}</w:ins>' + r("語。")
          + '<w:r><w:footnoteReference w:id="2"/></w:r>'),
        p(r("秘密", "<w:vanish/>") + r("見える文。")),
        table(
            ("区分", "内容", f'<w:tcPr><w:vMerge w:val="restart"/></w:tcPr>{p("縦結合")}'),
            ("甲", p("外の表") + table(("内一", "内二"), ("内三", "内四")) + p(""),
             f'<w:tcPr><w:vMerge/></w:tcPr>{p("")}'),
            (f'<w:tcPr><w:gridSpan w:val="2"/></w:tcPr>{p("横結合")}', "終わり"),
        ),
        p(f"<w:sdt><w:sdtPr/><w:sdtContent>{r('内容制御の文')}</w:sdtContent></w:sdt>"),
        p(FIELD.format(r("結果の文"))),
        p(r("前") + "<w:r><w:tab/></w:r>" + r("後") + "<w:r><w:br/></w:r>" + r("次の行")),
        p('<w:hyperlink w:anchor="x">' + r("つながりの言葉") + "</w:hyperlink>"),
        table((p("枠の中の段落。") + p("枠の中の別の段落。"),)),
        p("(1) 手順"),
        p("手順の本文がここにある。"),
    ]
)  # fmt: skip


def text(document: Document) -> str:
    return "".join("".join(one.text.split()) for one in document.blocks)


def printed(path: Path) -> str:
    pages = pypdfium2.PdfDocument(path)
    return "".join("".join(page.get_textpage().get_text_range().split()) for page in pages)


def test_every_kind_of_text_of_a_word_file_is_read_once(tmp_path: Path) -> None:
    made = word(tmp_path / "a.docx", BODY, FOOTNOTES, NUMBERING)
    document = FileReader().read(made)
    assert [(one.kind.value, one.level, one.text) for one in document.blocks] == [
        ("paragraph", 0, "児童相談の手引き"),
        ("heading", 1, "第1章 総則"),
        ("paragraph", 0, "職員は、虐待の疑いを記録する。"),
        ("heading", 2, "1.1 目的"),
        ("paragraph", 0, "児童の福祉を守る。続きの文。"),
        ("note", 0, "囲みの中の言葉"),
        ("list_item", 0, "（ア） 一つ目"),
        ("list_item", 0, "（イ） 二つ目"),
        ("list_item", 0, "① 丸"),
        ("list_item", 0, "A、 英字"),
        ("heading", 1, "第2章 対応"),
        ("heading", 2, "2.1 定義"),
        ("heading", 3, "第5章 改めて"),
        ("paragraph", 0, "挿入前挿入された語。"),
        ("note", 0, "脚注の言葉である。"),
        ("paragraph", 0, "見える文。"),
        ("table", 0, "区分\t内容\t縦結合\n甲\t外の表 内一 内二 内三 内四\n横結合\t\t終わり"),
        ("paragraph", 0, "内容制御の文"),
        ("paragraph", 0, "結果の文"),
        ("paragraph", 0, "前 後\n次の行"),
        ("paragraph", 0, "つながりの言葉"),
        ("paragraph", 0, "枠の中の段落。"),
        ("paragraph", 0, "枠の中の別の段落。"),
        ("heading", 4, "(1) 手順"),
        ("paragraph", 0, "手順の本文がここにある。"),
    ]
    assert document.title == "児童相談の手引き"


def test_deleted_text_is_left_out(tmp_path: Path) -> None:
    gone = '<w:del w:id="2" w:author="a"><w:r><w:delText>消えた</w:delText></w:r></w:del>'
    moved = f'<w:moveFrom w:id="3" w:author="a">{r("移った")}</w:moveFrom>'
    made = word(tmp_path / "a.docx", p(r("残る") + gone + moved + r("文")))
    assert text(FileReader().read(made)) == "残る文"


@pytest.mark.office
def test_no_visible_text_of_a_word_file_is_lost(tmp_path: Path) -> None:
    made = word(tmp_path / "a.docx", BODY.replace("QUOTE", "ADDIN"), FOOTNOTES, NUMBERING)
    seen = text(FileReader().read(made))
    for line in _lines(to_pdf(made)):
        assert line.strip("1") in seen or line == "ぎゃくたい", line  # 1 marks the footnote


@pytest.mark.office
def test_a_file_saved_by_libreoffice_says_the_same(tmp_path: Path) -> None:
    made = word(tmp_path / "a.docx", BODY.replace("QUOTE", "ADDIN"), FOOTNOTES, NUMBERING)
    before = FileReader().read(made)
    (tmp_path / "again").mkdir()
    again = made.rename(tmp_path / "again" / "b.docx")
    odt = to_pdf(again, "odt")
    again.unlink()
    after = FileReader().read(to_pdf(odt, "docx"))
    for block in before.blocks:
        for piece in block.text.split():
            assert piece in text(after), piece


def _lines(path: Path) -> list[str]:
    pages = pypdfium2.PdfDocument(path)
    lines = [
        "".join(line.split())
        for page in pages
        for line in page.get_textpage().get_text_range().splitlines()
    ]
    return [line for line in lines if line]


def manual(path: Path, vertical: bool = False) -> Path:
    """Chapters, wrapped paragraphs, ruby, a table, a header and page numbers, on several pages."""
    made = docx.Document()
    section = made.sections[0]
    section.header.paragraphs[0].text = "柱：児童相談の手引き"
    section.footer.paragraphs[0]._p.append(parse_xml(
        f'<w:fldSimple {NAMESPACES} w:instr="PAGE"><w:r><w:t>1</w:t></w:r></w:fldSimple>'
    ))  # fmt: skip
    if vertical:
        section._sectPr.append(parse_xml(f'<w:textDirection {NAMESPACES} w:val="tbRl"/>'))
    made.add_paragraph("令和８年度版")
    for chapter in "一二三":
        made.add_paragraph().add_run(f"第{chapter}章　通告への対応").font.size = Pt(16)
        for part in "一二三":
            made.add_paragraph(f"第{part}節　確認すること")
            for _ in range(3):
                made.add_paragraph("　" + SENTENCE.format(chapter, part) * 5)
            ruby = made.add_paragraph("まず")
            ruby._p.append(parse_xml(RUBY.replace("<w:r>", f"<w:r {NAMESPACES}>", 1)))
            ruby.add_run("の疑いを記録する。")
        if not vertical:
            grid = made.add_table(2, 2, "Table Grid")
            for cell, words in zip(grid._cells, ("機関", "電話", "児相", "一八九"), strict=True):
                cell.text = words
    made.save(str(path))
    return to_pdf(path)


SENTENCE = "第{}章第{}節の通告を受けた職員は、子どもの氏名、年齢、住所及び現在の居場所を確かめる。"


@pytest.mark.office
@pytest.mark.parametrize("vertical", [False, True])
def test_a_pdf_is_read_as_it_was_written(tmp_path: Path, vertical: bool) -> None:
    document = FileReader().read(manual(tmp_path / "手引き.docx", vertical))
    kinds = [one.kind for one in document.blocks]
    headings = ["".join(one.text.split()) for one in document.blocks if one.level]
    assert headings == [
        line
        for chapter in "一二三"
        for line in (f"第{chapter}章通告への対応", *(f"第{n}節確認すること" for n in "一二三"))
    ]
    paragraphs = [one.text.strip() for one in document.blocks if one.kind is BlockKind.PARAGRAPH]
    assert paragraphs.count("まず虐待の疑いを記録する。") == 9
    for chapter in "一二三":
        for part in "一二三":
            assert paragraphs.count(SENTENCE.format(chapter, part) * 5) == 3
    assert kinds.count(BlockKind.TABLE) == (0 if vertical else 3)
    assert "柱：" not in text(document)
    assert not any(one.text.strip().isdigit() for one in document.blocks)
    assert [one.page or 0 for one in document.blocks] == sorted(
        one.page or 0 for one in document.blocks
    )
    assert document.date is not None
    assert document.date.year == 2026


@pytest.mark.office
def test_a_table_of_a_pdf_is_read_once_and_by_rows(tmp_path: Path) -> None:
    body = p("連絡先は次のとおり。") + table(
        ("機関", "電話"), ("児童相談所", "189"), ("警察署", "110")
    )
    document = FileReader().read(to_pdf(word(tmp_path / "a.docx", body + p("以上。"))))
    assert [(one.kind, one.text) for one in document.blocks] == [
        (BlockKind.PARAGRAPH, "連絡先は次のとおり。"),
        (BlockKind.TABLE, "機関\t電話\n児童相談所\t189\n警察署\t110"),
        (BlockKind.PARAGRAPH, "以上。"),
    ]


def test_a_pdf_without_text_says_so(tmp_path: Path) -> None:
    made = pypdfium2.PdfDocument.new()
    for _ in range(3):
        made.new_page(595, 842)
    made.save(tmp_path / "a.pdf")
    with pytest.raises(ManualWithoutText) as caught:
        FileReader().read(tmp_path / "a.pdf")
    assert "OCR" in caught.value.message("ja")


@pytest.mark.office
def test_a_pdf_under_a_password_says_so(tmp_path: Path) -> None:
    made = word(tmp_path / "a.docx", p("秘密の文"))
    options = (
        'pdf:writer_pdf_Export:{"EncryptFile":{"type":"boolean","value":"true"},'
        '"DocumentOpenPassword":{"type":"string","value":"x"}}'
    )
    with pytest.raises(ProtectedManual):
        FileReader().read(to_pdf(made, options))


@pytest.mark.office
def test_a_pdf_that_only_may_not_be_changed_is_read(tmp_path: Path) -> None:
    made = word(tmp_path / "a.docx", p("誰でも読める文"))
    options = (
        'pdf:writer_pdf_Export:{"RestrictPermissions":{"type":"boolean","value":"true"},'
        '"PermissionPassword":{"type":"string","value":"x"},'
        '"EnableCopyingOfContent":{"type":"boolean","value":"false"}}'
    )
    printed = to_pdf(made, options)
    assert b"/Encrypt" in printed.read_bytes()
    assert text(FileReader().read(printed)) == "誰でも読める文"


@pytest.mark.office
def test_columns_and_a_table_without_rules_are_read_as_libreoffice_prints_them(
    tmp_path: Path,
) -> None:
    paragraphs = [f"{n}番目。{SENTENCE.format(n, n) * 4}" for n in range(1, 9)]
    rows = [
        ("機関", "電話", "つなぐ場面"),
        ("児童相談所", "189", "虐待の疑いを知ったときや、居場所がわからないときに、まずつなぐ。"),
        ("みどり野市こども家庭支援総合窓口", "0000-00-0000", "子育ての困りごと。"),
        ("警察署", "110", "命の危険があるとき。"),
    ]
    body = (
        writer.p("連絡先は次のとおり。")
        + writer.table(*rows)
        + writer.p("以上のとおりである。")
        + writer.columns(*paragraphs)
        + writer.p("段組みの後の文。")
    )
    made = tmp_path / "a.fodt"
    made.write_text(writer.Written(body).xml, encoding="utf-8")
    document = FileReader().read(to_pdf(made))
    assert [one.text for one in document.blocks] == [
        "連絡先は次のとおり。",
        "\n".join(map("\t".join, rows)),
        "以上のとおりである。",
        *paragraphs,
        "段組みの後の文。",
    ]


@pytest.mark.office
def test_the_passages_of_a_pdf_lead_back_to_their_sections(tmp_path: Path) -> None:
    document = FileReader().read(manual(tmp_path / "手引き.docx"))
    passages = split(document, "e")
    assert {len(one.headings) for one in passages} == {0, 2}
    assert all(one.page for one in passages)


def test_damaged_files_raise_nothing_unforeseen(tmp_path: Path) -> None:
    """Bytes changed in a Word file's and a workbook's parts, before they are packed again."""
    book = openpyxl.Workbook()
    book.active.append(["名称", "電話"])  # type: ignore[union-attr]
    book.active.append(["児相", 189])  # type: ignore[union-attr]
    book.save(tmp_path / "b.xlsx")
    word(tmp_path / "a.docx", BODY, FOOTNOTES, NUMBERING)
    chance = random.Random(5)
    reader = FileReader()
    for made in (tmp_path / "a.docx", tmp_path / "b.xlsx"):
        data = made.read_bytes()
        for _ in range(60):
            made.write_bytes(_damaged(data, chance))
            with suppress(ManualError):
                assert all(isinstance(one, Block) for one in reader.read(made).blocks)


def _damaged(data: bytes, chance: random.Random) -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as archive, zipfile.ZipFile(packed, "w") as damaged:
        names = archive.namelist()
        hit = chance.choice(names)
        for name in names:
            content = bytearray(archive.read(name))
            for _ in range(chance.choice([1, 5, 40]) if name == hit else 0):
                content[chance.randrange(len(content))] = chance.choice(b'09-"<>&x\x00\xff')
            damaged.writestr(name, bytes(content))
    return packed.getvalue()


SAMPLES = Path(__file__).parents[2] / "manuals" / "sample"


@pytest.mark.parametrize(
    "name", ["contacts.xlsx", "council-handbook.docx", "intake.md", "temporary-care.pdf"]
)
def test_a_sealed_document_is_read_like_the_plain_one(tmp_path: Path, name: str) -> None:
    sealed = Site(tmp_path).file(name)
    with sealed.create() as file:
        file.write((SAMPLES / name).read_bytes())
    assert FileReader().read(sealed) == FileReader().read(SAMPLES / name)
