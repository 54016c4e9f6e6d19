"""Which reader a file goes to, what it refuses, and the documents' titles and dates."""

from __future__ import annotations

import zipfile
from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.errors import (
    EmptyManual,
    InaccessibleManual,
    ManualError,
    ManualTooLarge,
    OldOfficeManual,
    ProtectedManual,
    UnreadableManual,
)
from assistant.knowledge.reading import FileReader
from assistant.manual import BlockKind, Document
from tests.manual_files import p, word

if TYPE_CHECKING:
    from pathlib import Path

JAPANESE = "第１章　総則\n\nこの手引きは、児童相談所の職員が通告を受けたときに用いる。①髙橋\n"


def read(path: Path, data: bytes | str) -> Document:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return FileReader().read(path)


def outline(document: Document) -> list[tuple[str, int, str]]:
    return [(one.kind.value, one.level, one.text) for one in document.blocks]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_text_is_read_in_the_encodings_of_offices(tmp_path: Path, encoding: str) -> None:
    document = read(tmp_path / "a.txt", JAPANESE.encode(encoding))
    assert outline(document) == [
        ("heading", 1, "第１章　総則"),
        ("paragraph", 0, "この手引きは、児童相談所の職員が通告を受けたときに用いる。①髙橋"),
    ]


@pytest.mark.parametrize("encoding", ["euc_jp", "euc_jis_2004", "iso2022_jp"])
def test_text_of_unix_machines_is_read_too(tmp_path: Path, encoding: str) -> None:
    text = JAPANESE.replace("①髙橋", "高橋")
    document = read(tmp_path / "a.txt", text.encode(encoding))
    assert document.blocks[1].text.endswith("用いる。高橋")


@given(st.text(alphabet="あいうえおカキクケコ児童相談所通告、。「」ー\n", min_size=12))
def test_cp932_and_euc_are_told_apart(text: str) -> None:
    from assistant.knowledge.reading.plain import decode

    assert decode(text.encode("cp932")) == text
    assert decode(text.encode("euc_jp")) == text


def test_content_goes_before_the_suffix(tmp_path: Path) -> None:
    made = word(tmp_path / "a.docx", p("通告を受けたとき"))
    assert FileReader().read(made.rename(tmp_path / "a.pdf")).blocks[0].text == "通告を受けたとき"
    page = read(tmp_path / "b.txt", "<!DOCTYPE html><html><body><h1>通告</h1></body></html>")
    assert outline(page) == [("heading", 1, "通告")]


@pytest.mark.parametrize(
    ("name", "data", "error"),
    [
        ("a.docx", b"", EmptyManual),
        ("a.txt", b"", EmptyManual),
        ("a.md", b" \n\n", EmptyManual),
        ("a.docx", "これはただの文章です。".encode(), UnreadableManual),
        ("a.docx", b"PK\x03\x04 broken", UnreadableManual),
        ("a.pdf", b"%PDF-1.7 broken", UnreadableManual),
        ("a.txt", bytes(range(256)) * 40, UnreadableManual),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), OldOfficeManual),
        ("a.doc", rb"{\rtf1\ansi abc}", OldOfficeManual),
        (
            "a.docx",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            ProtectedManual,
        ),
    ],
)
def test_what_cannot_be_read_says_why(
    tmp_path: Path, name: str, data: bytes, error: type[ManualError]
) -> None:
    with pytest.raises(error) as caught:
        read(tmp_path / name, data)
    assert name in caught.value.message("ja")
    assert name in caught.value.message("en")


def test_a_file_that_is_not_there_is_inaccessible(tmp_path: Path) -> None:
    with pytest.raises(InaccessibleManual):
        FileReader().read(tmp_path / "a.txt")


def test_a_text_over_the_bound_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("あ" * 1001, encoding="utf-8")
    with pytest.raises(ManualTooLarge):
        FileReader(longest=1000).read(tmp_path / "a.txt")
    assert FileReader(longest=1001).read(tmp_path / "a.txt").blocks


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    bomb = tmp_path / "a.docx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("word/document.xml", "w") as member:
            for _ in range(32):
                member.write(bytes(1 << 20))
    with pytest.raises(ManualTooLarge):
        FileReader().read(bomb)


def test_a_bomb_of_entities_is_refused(tmp_path: Path) -> None:
    made = word(tmp_path / "a.docx", p("通告"))
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "lol"}">' for n in range(12))
    xml = f'<?xml version="1.0"?><!DOCTYPE d [{entities}]><d>&e11;</d>'
    with zipfile.ZipFile(made) as archive:
        members = {one: archive.read(one) for one in archive.namelist()}
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in (members | {"word/document.xml": xml.encode()}).items():
            archive.writestr(name, data)
    with pytest.raises(UnreadableManual):
        FileReader().read(made)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=400), st.sampled_from(["%PDF-1.4\n", "PK\x03\x04", "", "<html>"]),
       st.sampled_from(["docx", "pdf", "xlsx", "md", "html", "txt"]))  # fmt: skip
def test_no_bytes_raise_anything_else(tmp_path: Path, data: bytes, start: str, suffix: str) -> None:
    with suppress(ManualError):
        assert read(tmp_path / f"a.{suffix}", start.encode() + data).blocks


def test_markdown_keeps_headings_lists_tables_and_the_words_under_ruby(tmp_path: Path) -> None:
    document = read(
        tmp_path / "a.md",
        "---\ntitle: 相談の手引き\ndate: 2026-04-01\n---\n"
        "# 第1章 通告\n\n<ruby>虐待<rt>ぎゃくたい</rt></ruby>の疑いを\n**記録**する。\n\n"
        "- 氏名\n- 住所\n\n1. 聞く\n2. 書く\n\n| 機関 | 電話 |\n|---|---|\n| 児相 | 189 |\n",
    )
    assert document.title == "相談の手引き"
    assert document.date == date(2026, 4, 1)
    assert outline(document)[1:] == [
        ("heading", 1, "第1章 通告"),
        ("paragraph", 0, "虐待の疑いを記録する。"),
        ("list_item", 0, "・氏名"),
        ("list_item", 0, "・住所"),
        ("list_item", 0, "1. 聞く"),
        ("list_item", 0, "2. 書く"),
        ("table", 0, "機関\t電話\n児相\t189"),
    ]


def test_a_page_is_read_as_a_browser_shows_it(tmp_path: Path) -> None:
    page = """<html><head><title>相談の手引き</title><meta charset="Shift_JIS">
    <style>p {color: red}</style></head><body><script>alert(1)</script>
    <h2>通告<br>受理</h2><p>職員は<ruby>虐待<rp>(</rp><rt>ぎゃくたい</rt><rp>)</rp></ruby>を
    疑う。<span style="display: none">秘密</span></p><p hidden>隠し</p>
    <ol start="3"><li>聞く<li>書く</ol><!-- 註 -->
    <table><tr><th>機関<th>電話<tr><td>児相<td>189</table>末尾①</body></html>"""
    document = read(tmp_path / "a.html", page.encode("cp932"))
    assert document.title == "相談の手引き"
    assert outline(document) == [
        ("heading", 1, "通告 受理"),
        ("paragraph", 0, "職員は虐待を疑う。"),
        ("list_item", 0, "3. 聞く"),
        ("list_item", 0, "4. 書く"),
        ("table", 0, "機関\t電話\n児相\t189"),
        ("paragraph", 0, "末尾①"),
    ]


def test_a_page_nested_without_end_is_read(tmp_path: Path) -> None:
    document = read(tmp_path / "a.html", "<html><body>" + "<div>" * 1500 + "通告")
    assert "".join(one.text for one in document.blocks) == "通告"


def test_each_row_of_a_sheet_says_what_its_cells_are(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "連絡先"
    for row in (
        ["関係機関", None, None],
        ["区分", "名称", "更新日"],
        ["相談", "東部", date(2026, 4, 1)],
        [None, "西部", None],
        ["秘密", "秘密", None],
    ):
        sheet.append(row)
    sheet.merge_cells("A3:A4")
    sheet.row_dimensions[5].hidden = True
    sheet["C1048576"].number_format = "0"  # a format, and nothing else, far below
    book.create_sheet("裏").append(["秘密"])
    book["裏"].sheet_state = "hidden"
    book.save(tmp_path / "連絡先.xlsx")
    document = FileReader().read(tmp_path / "連絡先.xlsx")
    assert outline(document) == [
        ("heading", 1, "連絡先"),
        ("paragraph", 0, "関係機関"),
        ("list_item", 0, "区分: 相談 / 名称: 東部 / 更新日: 2026年4月1日"),
        ("list_item", 0, "区分: 相談 / 名称: 西部"),
    ]


@pytest.mark.parametrize(
    ("text", "name", "day"),
    [
        ("相談の手引き\n\n令和８年４月１日改訂", "a", date(2026, 4, 1)),
        ("令和８年度版", "a", date(2026, 4, 1)),
        ("２０２６年４月", "a", date(2026, 4, 1)),
        ("令和八年四月一日施行", "a", date(2026, 4, 1)),
        ("平成31年4月1日制定\n\n令和元年10月1日改正", "a", date(2019, 10, 1)),
        ("平成12年に生まれた子どもの場合は、父の氏名を聞く。", "手引き_20250401", date(2025, 4, 1)),
        ("本文", "手引き（令和７年度版）", date(2025, 4, 1)),
        ("本文", "manual_R7.4.1", date(2025, 4, 1)),
        ("電話 2026-04-99 まで", "a", None),
        ("平成12年に生まれた子ども", "a", None),
    ],
)
def test_the_edition_is_dated_by_its_cover_or_its_name(
    tmp_path: Path, text: str, name: str, day: date | None
) -> None:
    assert read(tmp_path / f"{name}.txt", text).date == day


def test_the_title_is_the_documents_own_or_its_first_heading_or_its_name(tmp_path: Path) -> None:
    body = p("相談の手引き", '<w:pStyle w:val="Heading1"/>') + p("本文")
    made = word(tmp_path / "a.docx", body, properties="通告対応マニュアル")
    assert FileReader().read(made).title == "通告対応マニュアル"
    made = word(tmp_path / "b.docx", body, properties="Microsoft Word - 文書1")
    assert FileReader().read(made).title == "相談の手引き"
    assert read(tmp_path / "緊急対応.txt", "第1章 総則\n\n本文である。").title == "緊急対応"


def test_typed_headings_are_told_from_lists(tmp_path: Path) -> None:
    document = read(
        tmp_path / "a.txt",
        "第１章　総則\n\n（目的）\n\n第１条　この要綱は、必要な事項を定める。\n\n"
        "２　前項の規定は準用する。\n\n第２章　対応\n\n1 聞くこと\n\n次のことを聞く。\n\n"
        "(1) 氏名\n\n(2) 住所\n\n2 書くこと\n\n票に書く。\n\n"
        "1.5 倍にする。\n\n第１章の規定は、\n\n３人で行く",
    )
    assert outline(document) == [
        ("heading", 1, "第１章　総則"),
        ("heading", 2, "第１条（目的）"),
        ("paragraph", 0, "第１条　この要綱は、必要な事項を定める。"),
        ("list_item", 0, "２　前項の規定は準用する。"),
        ("heading", 1, "第２章　対応"),
        ("heading", 3, "1 聞くこと"),
        ("paragraph", 0, "次のことを聞く。"),
        ("list_item", 0, "(1) 氏名"),
        ("list_item", 0, "(2) 住所"),
        ("heading", 3, "2 書くこと"),
        ("paragraph", 0, "票に書く。"),
        ("list_item", 0, "1.5 倍にする。"),
        ("paragraph", 0, "第１章の規定は、"),
        ("paragraph", 0, "３人で行く"),
    ]


def test_entries_of_a_table_of_contents_are_no_headings(tmp_path: Path) -> None:
    document = read(
        tmp_path / "a.txt",
        "目　次\n\n第1章 総則\n\n第2章 対応\n\n第1章 総則\n\n本文。\n\n第2章 対応\n\n本文。",
    )
    assert [one.text for one in document.blocks if one.kind is BlockKind.HEADING] == [
        "第1章 総則",
        "第2章 対応",
    ]
