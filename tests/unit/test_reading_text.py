"""Plain text, Markdown and web pages, in the ways that offices write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assistant.knowledge.reading import FileReader
from assistant.manual import BlockKind, Document

if TYPE_CHECKING:
    from pathlib import Path


def read(path: Path, data: bytes | str) -> Document:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return FileReader().read(path)


def outline(document: Document) -> list[tuple[str, str]]:
    return [(one.kind.value, one.text) for one in document.blocks]


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "cp932", "euc_jp", "utf-16", "utf-16-le", "utf-16-be", "iso2022_jp"],
)
def test_lines_may_end_in_any_way(tmp_path: Path, encoding: str) -> None:
    text = "第１章　総則\r\n\r\n通告を受けた職員は記録する。\n次の行\r終わり\f次の頁\n"
    assert outline(read(tmp_path / "a.txt", text.encode(encoding))) == [
        ("heading", "第１章　総則"),
        ("paragraph", "通告を受けた職員は記録する。"),
        ("paragraph", "次の行"),
        ("paragraph", "終わり"),
        ("paragraph", "次の頁"),
    ]


def test_half_width_katakana_of_old_mail_are_read(tmp_path: Path) -> None:
    assert read(tmp_path / "a.txt", b"\x1b$B$3$l\x1b(I6E\x1b(B abc").blocks[0].text == "これｶﾅ abc"


def test_everything_that_markdown_shows_is_read(tmp_path: Path) -> None:
    document = read(
        tmp_path / "a.md",
        "# 通告\n\n本文[^1]と~~消し~~[文字](http://a.example/)![図](a.png) `code`&amp;\\*\n\n"
        "- 一\n  - 二\n    1. 三\n\n  続き\n- [x] 済み\n\n> 引用\n\n[^1]: 脚注の[文](b)。\n\n"
        "| 甲 | 乙 |\n|----|----|\n| 丙<br>丁 | 戊 |\n\n"
        "<table><tr><td>表</td><td>中</td></tr></table>\n\n"
        "<details><summary>要約</summary>\n\n隠れた本文\n\n</details>\n\n<!-- 秘密 -->\n\n"
        "```\nコード\n```\n\n見出し\n---\n",
    )
    assert outline(document) == [
        ("heading", "通告"),
        ("paragraph", "本文と消し文字図 code&*"),
        ("list_item", "・一"),
        ("list_item", "・二"),
        ("list_item", "1. 三"),
        ("list_item", "続き"),
        ("list_item", "・[x] 済み"),
        ("paragraph", "引用"),
        ("note", "脚注の文。"),
        ("table", "甲\t乙\n丙 丁\t戊"),
        ("table", "表\t中"),
        ("paragraph", "要約"),
        ("paragraph", "隠れた本文"),
        ("paragraph", "コード"),
        ("heading", "見出し"),
    ]


def test_everything_that_a_page_shows_is_read_and_nothing_else(tmp_path: Path) -> None:
    document = read(
        tmp_path / "a.html",
        "<!DOCTYPE html><html><body><h1>題目</h1><p>&amp;&hellip;&#x9AD9;<wbr>橋</p>"
        '<p style="visibility:hidden">隠</p><dl><dt>用語<dd>定義</dl><ul><li>一<ul><li>二</ul></ul>'
        "<details><summary>要約</summary>中</details><textarea>欄</textarea>"
        '<input value="値"><input type="hidden" value="隠"><input type="checkbox" value="隠">'
        "<button>釦</button><template>隠</template><svg><text>隠</text></svg></body></html>",
    )
    assert outline(document) == [
        ("heading", "題目"),
        ("paragraph", "&…髙橋"),
        ("paragraph", "用語"),
        ("paragraph", "定義"),
        ("list_item", "・一"),
        ("list_item", "・二"),
        ("paragraph", "要約"),
        ("paragraph", "中"),
        ("paragraph", "欄"),
        ("paragraph", "値釦"),
    ]


def test_cells_that_reach_over_others_leave_them_empty(tmp_path: Path) -> None:
    document = read(
        tmp_path / "a.html",
        "<table><caption>表の題</caption><tr><th colspan=2>二つ<th>三<tr><td rowspan=2>縦<td>a<td>b"
        "<tr><td>c<td>d<tr><td>e<td>f<td>g</table>",
    )
    assert document.blocks[0].text == "表の題"
    assert document.blocks[1].kind is BlockKind.TABLE
    assert document.blocks[1].text.split("\n") == ["二つ\t\t三", "縦\ta\tb", "\tc\td", "e\tf\tg"]


@pytest.mark.parametrize(
    ("named", "encoding"),
    [("euc-jp", "euc_jp"), ("Shift_JIS", "cp932"), ("utf-16", "utf-16"), ("bogus", "cp932"),
     ("utf-8", "cp932"), ("iso-2022-jp", "iso2022_jp")],
)  # fmt: skip
def test_a_page_is_read_in_the_encoding_that_it_names_or_has(
    tmp_path: Path, named: str, encoding: str
) -> None:
    page = f'<html><head><meta charset="{named}"></head><body><p>通告を受ける</p></body></html>'
    assert outline(read(tmp_path / "a.html", page.encode(encoding))) == [
        ("paragraph", "通告を受ける")
    ]
