"""Word files with text in every place that Word keeps it, and what is printed of each."""

from __future__ import annotations

from dataclasses import dataclass

from tests.manual_files import Part, p, r, table
from tests.word_drawings import CHART, DIAGRAM, DIAGRAM_PARTS, SCALE, chart, points
from tests.word_parts import (
    COMMENTS,
    LIST,
    MATHS,
    OFFICE,
    cell,
    change,
    chosen,
    coded,
    control,
    drawn,
    gone,
    in_line,
    noted,
    notes,
    numbered,
    rows,
    ruby,
    shape,
    symbol,
    ticked,
    vml,
)


@dataclass(frozen=True, slots=True)
class Case:
    """A body, its further parts, and how the reading differs from LibreOffice's print on purpose.

    `unread` is printed and left out: ruby, marks of notes, a chart's scale, deleted text that
    LibreOffice strikes through. `unprinted` is what Word shows and LibreOffice does not.
    `hidden` must not be read.
    """

    body: str
    parts: tuple[Part, ...] = ()
    unread: str = ""
    unprinted: str = ""
    hidden: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    """Words that must stand together in one block."""


INNERMOST = p("内四") + table(("奥一", "奥二")) + p("")
HTML = Part("rIdHtml", f"{OFFICE}/aFChunk", "chunk.html", "text/html",
            "<html><body><p>差し込んだ頁の文</p></body></html>")  # fmt: skip
PLAIN = Part("rIdText", f"{OFFICE}/aFChunk", "chunk.txt", "text/plain", "差し込んだ素の文")

CASES = {
    "text box": Case(p(r("本文。") + shape(p("囲みの文") + p("二つ目の段落"))), hidden=("代わり",)),
    "group of shapes": Case(p(r("本文。") + shape(p("群れの文"), "group"))),
    "canvas": Case(p(r("本文。") + shape(p("画板の文"), "canvas"))),
    "old text box": Case(p(r("本文。") + f"<w:r>{vml(p('古い囲みの文'))}</w:r>")),
    "table in a text box": Case(
        p(r("本文。") + shape(table(("機関", "電話"), ("児相", "189")) + p("")))
    ),
    "text box in a table": Case(
        table(("区分", "内容"), ("甲", p(r("中の文") + shape(p("表の中の囲み")))))
    ),
    "locked drawing": Case(
        p(r("本文。") + in_line(
            "http://schemas.openxmlformats.org/drawingml/2006/lockedCanvas",
            '<lc:lockedCanvas xmlns:lc="http://schemas.openxmlformats.org/drawingml/2006/'
            f'lockedCanvas"><a:sp><a:txSp><a:txBody><a:bodyPr/>{drawn("描いた文")}</a:txBody>'
            "</a:txSp></a:sp></lc:lockedCanvas>",
        )),
    ),
    "word art": Case(
        p(r("本文。") + '<w:r><w:pict><v:shape style="width:200pt;height:40pt">'
          '<v:textpath string="飾りの文"/></v:shape></w:pict></w:r>'),
        unprinted="飾りの文",
    ),
    "diagram": Case(p("流れは次のとおり。") + p(DIAGRAM), DIAGRAM_PARTS),
    "chart": Case(
        p("図のとおり。") + p(CHART),
        chart(f"<c:strRef><c:f>A2</c:f><c:strCache>{points('令和七年', '令和八年')}</c:strCache>"
              "</c:strRef>"),
        unread=SCALE,
    ),
    "chart by years": Case(
        p("図のとおり。") + p(CHART),
        chart("<c:numRef><c:f>A2</c:f><c:numCache><c:formatCode>General</c:formatCode>"
              f"{points('2025', '2026')}</c:numCache></c:numRef>"),
        unread=SCALE,
    ),
    "chart of two levels": Case(
        p("図のとおり。") + p(CHART),
        chart("<c:multiLvlStrRef><c:f>A2</c:f><c:multiLvlStrCache><c:ptCount val='2'/><c:lvl>"
              "<c:pt idx='0'><c:v>上半期</c:v></c:pt><c:pt idx='1'><c:v>下半期</c:v></c:pt></c:lvl>"
              "<c:lvl><c:pt idx='0'><c:v>令和八年</c:v></c:pt></c:lvl></c:multiLvlStrCache>"
              "</c:multiLvlStrRef>"),
        unread=SCALE,
    ),
    "footnotes": Case(
        p(r("本文") + noted("footnote", 2) + r("の続き。") + noted("footnote", 3)),
        (notes("footnote", r("一つ目の脚注。"), r("二つ目の脚注。")),),
        unread="1122",
    ),
    "endnotes": Case(
        p(r("本文") + noted("endnote", 2)), (notes("endnote", r("文末の註。")),), unread="iiii"
    ),
    "footnote in a table": Case(
        table(("区分", "内容"), ("甲", p(r("表の文") + noted("footnote", 2)))),
        (notes("footnote", r("表の脚注。")),),
        unread="11",
    ),
    "table in a footnote": Case(
        p(r("本文") + noted("footnote", 2)),
        (notes("footnote", r("脚注。") + "</w:p>" + table(("甲", "乙"), ("丙", "丁")) + "<w:p>"),),
        unread="11",
    ),
    "comments": Case(
        p('<w:commentRangeStart w:id="0"/>' + r("本文") + '<w:commentRangeEnd w:id="0"/><w:r>'
          '<w:commentReference w:id="0"/></w:r>'),
        (COMMENTS,),
        hidden=("註釈",),
    ),
    "changed text": Case(
        p(r("残る") + change("ins", r("加えた")) + gone("消した") + change("moveFrom", r("移した"))
          + r("文。")) + p(change("moveTo", r("移した")) + r("先。")),
        unread="消した移した",
        hidden=("消した",),
    ),
    "changed paragraphs": Case(
        p(r("前の段落と"), f'<w:rPr>{change("del", "")}</w:rPr>') + p("後の段落は一つ。")
        + p(gone("無くなった段落"), f'<w:rPr>{change("del", "")}</w:rPr>') + p("終わり。"),
        unread="無くなった段落",
        says=("前の段落と後の段落は一つ。",),
    ),
    "changed lists": Case(
        p("総則", numbered())
        + p(change("moveFrom", r("移した章")),
            numbered() + f'<w:rPr>{change("moveFrom", "")}</w:rPr>')
        + p("雑則", numbered()),
        (LIST,),
        unread="第[]章移した章[]3",
        says=("第1章 総則", "第2章 雑則"),
    ),
    "changed tables": Case(
        rows(cell(p("甲")) + cell(p("乙")),
             f'<w:trPr>{change("del", "")}</w:trPr>' + cell(p(gone("丙"))) + cell(p(gone("丁"))),
             cell(p("戊")) + cell(p("己"))),
        unread="丙丁",
        hidden=("丙",),
    ),
    "ruby": Case(p(r("親の") + ruby("虐待", "ぎゃくたい") + r("を疑う。")), unread="ぎゃくたい",
                 says=("親の虐待を疑う。",)),
    "ruby in a table": Case(
        table(("語", "意味"), ("甲", p(ruby("措置", "そち") + r("の語")))), unread="そち"
    ),
    "ruby by a field": Case(
        p(r("親の")
          + coded(r'EQ \* jc2 \* "Font:ＭＳ 明朝" \* hps10 \o\ad(\s\up 9(ぎゃくたい),虐待)')
          + r("を疑う。")),
        unread="ぎゃくたい",
        says=("親の虐待を疑う。",),
    ),
    "circled by a field": Case(p(r("区分") + coded(r"eq \o\ac(○,秘)") + r("とする。")),
                               says=("区分秘とする。",), unprinted="秘"),
    "tables in tables": Case(
        table(("区分", "内容"), ("甲", p("外の文") + table(("内一", "内二"), ("内三", INNERMOST))
                                 + p("後の文")))
    ),
    "merged cells": Case(
        table(("甲", f'<w:tcPr><w:vMerge w:val="restart"/></w:tcPr>{p("縦の結合")}'),
              ("乙", f'<w:tcPr><w:vMerge/></w:tcPr>{p("")}'),
              (f'<w:tcPr><w:gridSpan w:val="2"/></w:tcPr>{p("横の結合")}',))
    ),
    "text in a cell that another covers": Case(
        table(("甲", f'<w:tcPr><w:vMerge w:val="restart"/></w:tcPr>{p("上の文")}'),
              ("乙", f'<w:tcPr><w:vMerge/></w:tcPr>{p("覆われた文")}'))
    ),
    "the end of a paragraph deleted before a table": Case(
        p("前の文", f'<w:rPr>{change("del", "")}</w:rPr>') + table(("甲", "乙"))
        + p("終わりの文", f'<w:rPr>{change("del", "")}</w:rPr>')
    ),
    "vertical cells": Case(
        rows(cell(p("縦書きの枠"), '<w:textDirection w:val="tbRlV"/>') + cell(p("横書きの枠")))
    ),
    "content controls": Case(
        control(p("段落の制御")) + p(r("行の") + control(r("中の制御")) + r("。"))
        + rows(control(cell(p("枠の制御"))) + cell(control(p("枠の中の制御"))))
        + rows("").replace(
            "<w:tr></w:tr>", control(f"<w:tr>{cell(p('行ごと'))}{cell(p('制御'))}</w:tr>")
        )
    ),
    "a control to be filled": Case(
        p(control(r("氏名を入力"), "<w:showingPlcHdr/>") + r("。")), says=("氏名を入力。",)
    ),
    "other wrappings": Case(
        p(f'<w:smartTag w:uri="u" w:element="e">{r("賢い札の文")}</w:smartTag>'
          f'<w:customXml w:uri="u" w:element="e">{r("包んだ文")}</w:customXml>'
          f'<w:bdo w:val="ltr">{r("向きの文")}</w:bdo>'
          f'<w:dir w:val="ltr">{r("向きの別の文")}</w:dir>')
        + f'<w:customXml w:uri="u" w:element="e">{p("包んだ段落")}</w:customXml>'
        + p(f'<w:hyperlink w:anchor="x">{r("つながりの文")}</w:hyperlink>'),
    ),
    "fields": Case(
        p(coded('HYPERLINK "http://a.example/"', r("結果の文")))
        + p(f'<w:fldSimple w:instr=" ADDIN a ">{r("簡単な結果")}</w:fldSimple>')
        + p(r("表") + coded(r"SEQ 表 \* ARABIC", r("1")) + r(" 件数"))
        + p(coded("IF " + "</w:instrText></w:r>" + coded("MERGEFIELD 名", r("内の結果"))
                  + "<w:r><w:instrText>", r("外の結果"))),
        hidden=("example", "SEQ", "内の結果"),
        unprinted="外の結果",
    ),
    "a field without an end": Case(
        p('<w:r><w:fldChar w:fldCharType="begin"/></w:r>' + r("壊れた欄の後。")) + p("次の段落。"),
        unprinted="壊れた欄の後。次の段落。",
    ),
    "fields shown by their code": Case(
        p(coded("MACROBUTTON NoMacro [ここに氏名]") + r("様。")),
        says=("[ここに氏名]様。",),
    ),
    "form fields": Case(
        p(r("区分 ") + coded("FORMDROPDOWN", None, chosen("通告", "相談", result=1)))
        + p(coded("FORMCHECKBOX", None, ticked(1)) + r("済み")
            + coded("FORMCHECKBOX", None, ticked(0)) + r("未了")),
        says=("区分 相談", "☒済み☐未了"),
        hidden=("通告",),
        unprinted="☒☐",
    ),
    "symbols": Case(
        p(symbol("Wingdings", "F0FE") + r("済み")) + p(symbol("Symbol", "F0B7") + r("項目"))
        + p(symbol("Wingdings", "F06E") + r("区切り")) + p(symbol("ＭＳ 明朝", "2460") + r("丸")),
        says=("☑済み", "・項目", "■区切り", "①丸"),
        unread="\uf0fe\uf0b7\uf06e",
        unprinted="☑・■",
    ),
    "private symbols typed": Case(
        p(r("\uf0fc", '<w:rFonts w:ascii="Wingdings" w:hAnsi="Wingdings"/>') + r("確認した")),
        says=("✓確認した",),
        unread="\uf0fc",
        unprinted="✓",
    ),
    "breaks and hyphens": Case(
        p(r("前") + "<w:r><w:tab/></w:r>" + r("中") + "<w:r><w:br/></w:r>" + r("後")
          + "<w:r><w:noBreakHyphen/></w:r>" + r("終") + "<w:r><w:softHyphen/></w:r>" + r("了")),
        says=("後-終了",),
    ),
    "hidden text": Case(
        p(r("隠した文", "<w:vanish/>") + r("見える文。")) + p(r("全部隠す", "<w:vanish/>"),
                                                    "<w:rPr><w:vanish/></w:rPr>")
        + p(r("画面だけで隠す", "<w:webHidden/>")),
        hidden=("隠した文", "全部隠す"),
        says=("画面だけで隠す",),
        unprinted="画面だけで隠す",
    ),
    "numbered headings": Case(
        p("総則", '<w:pStyle w:val="Heading1"/>' + numbered())
        + p("目的", '<w:pStyle w:val="Heading2"/>' + numbered(1)) + p("本文。"),
        (LIST,),
        says=("第1章 総則", "1.1 目的"),
    ),
    "a drop cap": Case(
        p(r("児"), '<w:framePr w:dropCap="drop" w:lines="2" w:wrap="around" w:vAnchor="text" '
          'w:hAnchor="text"/>') + p("童を守る。"),
        says=("児童を守る。",),
    ),
    "frames": Case(
        p("枠に入れた段落", '<w:framePr w:w="3000" w:hSpace="142" w:wrap="around" w:vAnchor="text" '
          'w:hAnchor="page" w:x="7000" w:y="1"/>') + p("外の段落。")
    ),
    "capitals and two in one line": Case(
        p(r("abc", "<w:caps/>") + r("割註", '<w:eastAsianLayout w:id="1" w:combine="1"/>')
          + r("12", '<w:eastAsianLayout w:id="2" w:vert="1"/>') + r("月"))
    ),
    "equations": Case(p(r("式は") + MATHS + r("。")), says=("率=件数/人口(甲+乙)。",),
                      unprinted="率=件数/人口(甲+乙)"),
    "html put in": Case(p("前。") + '<w:altChunk r:id="rIdHtml"/>' + p("後。"), (HTML,),
                        unprinted="差し込んだ頁の文"),
    "text put in": Case(p("前。") + '<w:altChunk r:id="rIdText"/>' + p("後。"), (PLAIN,),
                        unprinted="差し込んだ素の文"),
}  # fmt: skip
