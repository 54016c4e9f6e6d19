"""Pieces of WordprocessingML as Word writes them: text boxes, notes, changes, fields, symbols."""

from __future__ import annotations

from tests.manual_files import NAMESPACES, Part, p, r, table

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPE = "application/vnd.openxmlformats-officedocument."


def shape(content: str, kind: str = "wps") -> str:
    """A text box as Word writes it, twice: for new readers and for old ones."""
    shapes = {"wps": _wps(content), "group": _group(content), "canvas": _canvas(content)}
    new = _anchor(*shapes[kind])
    return (
        f'<w:r><mc:AlternateContent><mc:Choice Requires="{shapes[kind][0]}">{new}</mc:Choice>'
        f"<mc:Fallback>{vml(content)}</mc:Fallback></mc:AlternateContent></w:r>"
    )


def vml(content: str) -> str:
    return (
        '<w:pict><v:shape style="position:absolute;width:200pt;height:60pt"><v:textbox>'
        f"<w:txbxContent>{content}</w:txbxContent></v:textbox></v:shape></w:pict>"
    )


def _anchor(prefix: str, inside: str) -> str:
    uri = NAMESPACES.split(f'xmlns:{prefix}="')[1].split('"')[0]
    return (
        '<w:drawing><wp:anchor distT="0" distB="0" distL="0" distR="0" simplePos="0" '
        'relativeHeight="2" behindDoc="0" locked="0" layoutInCell="1" allowOverlap="1">'
        '<wp:simplePos x="0" y="0"/><wp:positionH relativeFrom="column"><wp:posOffset>0'
        '</wp:posOffset></wp:positionH><wp:positionV relativeFrom="paragraph"><wp:posOffset>300000'
        '</wp:posOffset></wp:positionV><wp:extent cx="4000000" cy="1200000"/>'
        '<wp:wrapTopAndBottom/><wp:docPr id="1" name="b" descr="代わりの言葉"/>'
        f'<wp:cNvGraphicFramePr/><a:graphic><a:graphicData uri="{uri}">{inside}</a:graphicData>'
        "</a:graphic></wp:anchor></w:drawing>"
    )


def _wps(content: str, left: int = 0) -> tuple[str, str]:
    return "wps", (
        f'<wps:wsp><wps:cNvPr id="{left + 7}" name="s"/><wps:cNvSpPr txBox="1"/><wps:spPr><a:xfrm>'
        f'<a:off x="{left}" y="0"/><a:ext cx="2000000" cy="1200000"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></wps:spPr><wps:txbx><w:txbxContent>'
        f"{content}</w:txbxContent></wps:txbx><wps:bodyPr/></wps:wsp>"
    )


def _group(content: str) -> tuple[str, str]:
    inside = _wps(content)[1] + _wps(p("群れのもう一つ"), 2000000)[1]
    return "wpg", (
        '<wpg:wgp><wpg:cNvGrpSpPr/><wpg:grpSpPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="4000000" '
        'cy="1200000"/><a:chOff x="0" y="0"/><a:chExt cx="4000000" cy="1200000"/></a:xfrm>'
        f"</wpg:grpSpPr>{inside}</wpg:wgp>"
    )


def _canvas(content: str) -> tuple[str, str]:
    return "wpc", f"<wpc:wpc><wpc:bg/><wpc:whole/>{_wps(content)[1]}</wpc:wpc>"


def in_line(uri: str, inside: str) -> str:
    return (
        '<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent '
        'cx="4000000" cy="2400000"/><wp:docPr id="3" name="d"/><wp:cNvGraphicFramePr/><a:graphic>'
        f'<a:graphicData uri="{uri}">{inside}</a:graphicData></a:graphic></wp:inline></w:drawing>'
        "</w:r>"
    )


def drawn(text: str) -> str:
    return f'<a:p><a:r><a:rPr lang="ja-JP" sz="1000"/><a:t>{text}</a:t></a:r></a:p>'


# Notes and comments


def notes(kind: str, *texts: str) -> Part:
    """Footnotes or endnotes with the ids 2, 3…; Word puts its rules above them first."""
    rules = "".join(
        f'<w:{kind} w:type="{type_}" w:id="{id_}">{p("<w:r><w:separator/></w:r>")}</w:{kind}>'
        for id_, type_ in enumerate(("separator", "continuationSeparator"))
    )
    written = "".join(
        f'<w:{kind} w:id="{n}">{p(f"<w:r><w:{kind}Ref/></w:r>" + text)}</w:{kind}>'
        for n, text in enumerate(texts, 2)
    )
    return Part(f"rId{kind}", f"{OFFICE}/{kind}s", f"{kind}s.xml",
                f"{TYPE}wordprocessingml.{kind}s+xml",
                f"<w:{kind}s {NAMESPACES}>{rules}{written}</w:{kind}s>")  # fmt: skip


def noted(kind: str, id_: int) -> str:
    return f'<w:r><w:{kind}Reference w:id="{id_}"/></w:r>'


COMMENTS = Part(
    "rIdComments", f"{OFFICE}/comments", "comments.xml", f"{TYPE}wordprocessingml.comments+xml",
    f'<w:comments {NAMESPACES}><w:comment w:id="0" w:author="x">{p("註釈の秘密")}</w:comment>'
    "</w:comments>",
)  # fmt: skip

# Changes, fields, symbols


def change(tag: str, content: str) -> str:
    return f'<w:{tag} w:id="91" w:author="係" w:date="2026-04-01T00:00:00Z">{content}</w:{tag}>'


def gone(text: str) -> str:
    return change("del", f"<w:r><w:delText>{text}</w:delText></w:r>")


def coded(code: str, result: str | None = None, data: str = "") -> str:
    """A field of runs; without a result some show what stands in their code."""
    shown = "" if result is None else f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{result}'
    return (
        f'<w:r><w:fldChar w:fldCharType="begin">{data}</w:fldChar></w:r><w:r><w:instrText '
        f'xml:space="preserve"> {code} </w:instrText></w:r>{shown}<w:r><w:fldChar '
        'w:fldCharType="end"/></w:r>'
    )


def symbol(font: str, code: str) -> str:
    return f'<w:r><w:sym w:font="{font}" w:char="{code}"/></w:r>'


def ruby(base: str, reading: str) -> str:
    return (
        '<w:r><w:ruby><w:rubyPr><w:rubyAlign w:val="distributeSpace"/><w:hps w:val="10"/>'
        '<w:hpsRaise w:val="18"/><w:hpsBaseText w:val="21"/><w:lid w:val="ja-JP"/></w:rubyPr>'
        f"<w:rt>{r(reading)}</w:rt><w:rubyBase>{r(base)}</w:rubyBase></w:ruby></w:r>"
    )


def control(content: str, properties: str = "") -> str:
    return f"<w:sdt><w:sdtPr>{properties}</w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>"


def chosen(*entries: str, result: int) -> str:
    listed = "".join(f'<w:listEntry w:val="{one}"/>' for one in entries)
    return (
        '<w:ffData><w:name w:val="a"/><w:enabled/><w:ddList>'
        f'<w:result w:val="{result}"/>{listed}</w:ddList></w:ffData>'
    )


def ticked(on: int) -> str:
    return (
        '<w:ffData><w:name w:val="b"/><w:enabled/><w:checkBox><w:sizeAuto/>'
        f'<w:default w:val="{on}"/></w:checkBox></w:ffData>'
    )


def cell(content: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{content}</w:tc>"


def rows(*written: str) -> str:
    """A table of rows that are written out."""
    return table(("枠",)).split("<w:tblGrid>")[0] + (
        "<w:tblGrid><w:gridCol/><w:gridCol/></w:tblGrid>"
        + "".join(f"<w:tr>{row}</w:tr>" for row in written)
        + "</w:tbl>"
    )


def _math(inside: str) -> str:
    return f"<m:oMath>{inside}</m:oMath>"


def _m(text: str) -> str:
    return f"<m:r><m:t>{text}</m:t></m:r>"


MATHS = (
    _math(_m("率=")
          + f"<m:f><m:num>{_m('件数')}</m:num><m:den>{_m('人口')}</m:den></m:f>"
          + f"<m:d><m:dPr/><m:e>{_m('甲+乙')}</m:e></m:d>")
)  # fmt: skip

LIST = Part(
    "", "", "numbering.xml", "",
    f'<w:numbering {NAMESPACES}><w:abstractNum w:abstractNumId="7">'
    '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="第%1章"/>'
    '</w:lvl><w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText '
    'w:val="%1.%2"/></w:lvl></w:abstractNum><w:num w:numId="7"><w:abstractNumId w:val="7"/>'
    "</w:num></w:numbering>",
)  # fmt: skip


def numbered(level: int = 0) -> str:
    return f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="7"/></w:numPr>'
