"""Documents of LibreOffice Writer, with text in every place that it keeps it."""

from __future__ import annotations

from dataclasses import dataclass

_SPACES = {
    "office": "office",
    "style": "style",
    "text": "text",
    "table": "table",
    "draw": "drawing",
    "fo": "xsl-fo-compatible",
    "svg": "svg-compatible",
}
_NAMESPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in _SPACES.items()
)


@dataclass(frozen=True, slots=True)
class Written:
    """A text in OpenDocument, and how its reading differs from the print, as in `word_cases`."""

    body: str
    unread: str = ""
    unprinted: str = ""

    @property
    def xml(self) -> str:
        """A flat OpenDocument file."""
        return (
            f'<?xml version="1.0" encoding="UTF-8"?><office:document {_NAMESPACES} '
            'xmlns:dc="http://purl.org/dc/elements/1.1/" office:version="1.2" '
            'office:mimetype="application/vnd.oasis.opendocument.text"><office:automatic-styles>'
            '<style:style style:name="Columns" style:family="section"><style:section-properties>'
            '<style:columns fo:column-count="2" fo:column-gap="1cm"/></style:section-properties>'
            '</style:style><style:style style:name="Hidden" style:family="text">'
            '<style:text-properties text:display="none"/></style:style><style:style '
            'style:name="Box" style:family="graphic"><style:graphic-properties '
            'style:wrap="none" style:vertical-pos="from-top" style:vertical-rel="paragraph" '
            'style:horizontal-pos="from-left" style:horizontal-rel="paragraph" '
            'fo:border="0.06pt solid #000000"/></style:style>'
            f"</office:automatic-styles><office:body><office:text>{self.body}"
            "</office:text></office:body></office:document>"
        )


def p(content: str) -> str:
    return f"<text:p>{content}</text:p>"


def frame(content: str, anchor: str = "paragraph") -> str:
    return (
        f'<draw:frame draw:style-name="Box" text:anchor-type="{anchor}" svg:x="1cm" svg:y="1cm" '
        f'svg:width="7cm"><draw:text-box fo:min-height="1cm">{content}</draw:text-box>'
        "</draw:frame>"
    )


def note(kind: str, text: str) -> str:
    return (
        f'<text:note text:note-class="{kind}"><text:note-citation>1</text:note-citation>'
        f"<text:note-body>{p(text)}</text:note-body></text:note>"
    )


def table(*rows: tuple[str, ...]) -> str:
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f"<table:table-cell>{one if one.startswith('<') else p(one)}</table:table-cell>"
            for one in row
        )
        + "</table:table-row>"
        for row in rows
    )
    columns = f'<table:table-column table:number-columns-repeated="{len(rows[0])}"/>'
    return f"<table:table>{columns}{cells}</table:table>"


def columns(*paragraphs: str) -> str:
    """A section in two columns."""
    inside = "".join(map(p, paragraphs))
    return f'<text:section text:style-name="Columns" text:name="s">{inside}</text:section>'


def _shape(tag: str, content: str, more: str = "", down: int = 1) -> str:
    return (
        f'<draw:{tag} text:anchor-type="paragraph" svg:x="1cm" svg:y="{down}cm" svg:width="6cm" '
        f'svg:height="2cm">{content}{more}</draw:{tag}>'
    )


_GEOMETRY = (
    '<draw:enhanced-geometry svg:viewBox="0 0 21600 21600" draw:type="rectangle" '
    'draw:enhanced-path="M 0 0 L 21600 0 21600 21600 0 21600 0 0 Z N"/>'
)

CASES = {
    "frames": Written(p("本文。" + frame(p("枠の文") + p("枠の二つ目")))),
    "frame in a frame": Written(
        p("本文。" + frame(p("外の枠" + frame(p("内の枠"), "as-char")), "as-char"))
    ),
    "table in a frame": Written(p("本文。" + frame(table(("甲", "乙"), ("丙", "丁"))))),
    "shapes": Written(
        p("本文。" + _shape("custom-shape", p("図形の文"), _GEOMETRY))
        + p("次。" + _shape("rect", p("四角の文")))
    ),
    "a group of shapes": Written(
        p(
            '本文。<draw:g text:anchor-type="paragraph">'
            + _shape("custom-shape", p("群れの一つ"), _GEOMETRY, 2)
            + _shape("custom-shape", p("群れの二つ"), _GEOMETRY, 5)
            + "</draw:g>"
        )
    ),
    "notes": Written(
        p(f"本文{note('footnote', '脚注の文。')}と{note('endnote', '文末の註。')}続き。"),
        unread="11ii",
    ),
    "ruby": Written(p("親の<text:ruby><text:ruby-base>虐待</text:ruby-base><text:ruby-text>"
                      "ぎゃくたい</text:ruby-text></text:ruby>を疑う。"), unread="ぎゃくたい"),
    "tables in tables": Written(
        table(("区分", "内容"), ("甲", p("外の文") + table(("内一", "内二"), ("内三", "内四"))
                             + p("後の文")))
    ),
    "columns": Written(columns("左の段の文", "右の段の文")),
    "hidden text": Written(p('見える<text:span text:style-name="Hidden">隠した</text:span>文。')),
    "a comment": Written(
        p(f"本文<office:annotation><dc:creator>係</dc:creator>{p('秘密の註釈')}</office:annotation>。")
    ),
    "a numbered outline": Written(
        '<text:h text:outline-level="1">第1章 総則</text:h>' + p("本文。")
        + '<text:h text:outline-level="2">目的</text:h>' + p("守る。")
    ),
    "a list": Written(f"<text:list><text:list-item>{p('一つ目')}<text:list><text:list-item>"
                      f"{p('中の一つ')}</text:list-item></text:list></text:list-item></text:list>",
                      unread="\uf095\uf095", unprinted="・・"),
    "a table of contents": Written(
        '<text:table-of-content text:name="t" text:protected="true">'
        '<text:table-of-content-source text:outline-level="3"/><text:index-body>'
        f"{p('総則<text:tab/>1')}</text:index-body></text:table-of-content>"
        '<text:h text:outline-level="1">総則</text:h>'
    ),
    "fields": Written(
        p('様式<text:sequence text:name="表" text:formula="ooow:表+1" style:num-format="1">1'
          '</text:sequence> <text:drop-down text:name="d"><text:label text:value="通告"/>'
          '<text:label text:value="相談" text:current-selected="true"/>相談</text:drop-down> '
          '<text:placeholder text:placeholder-type="text">氏名</text:placeholder>'),
        unprinted="氏名",
    ),
}  # fmt: skip
"""Names of cases that LibreOffice saves as Word files."""
