"""The empty Word document: page, grid, fonts and styles of a Japanese office.

Everything that a clerk might want to look otherwise is a style, to be changed in one place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import docx
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor, Twips

if TYPE_CHECKING:
    from docx.document import Document
    from docx.oxml.xmlchemy import BaseOxmlElement
    from docx.section import Section
    from docx.styles.style import BaseStyle, CharacterStyle, ParagraphStyle
    from docx.text.paragraph import Paragraph

MINCHO = "ＭＳ 明朝"
GOTHIC = "ＭＳ ゴシック"
BODY_SIZE = Pt(10.5)
SMALL = Pt(8)
GREY = RGBColor(0x59, 0x59, 0x59)
"""Dark enough for a copying machine."""

LINE_PITCH = 365
CHAR_SPACE = 532
"""With this much added to 10.5 pt, 40 characters fill a line; in 4096ths of a point."""
CHARACTER = Twips(round((10.5 + CHAR_SPACE / 4096) * 20))
"""One square of the grid."""
TIME_COLUMN = Mm(15)
"""How far times reach into the left margin."""

TITLE, HEADING, GRID = "Title", "Heading 1", "Table Grid"
ITEM, NOTE, LEGEND = "表題の項目", "注記", "凡例"
TURN, SAME_SPEAKER = "発言", "発言（続き）"
MOMENT, SECTION, SOURCE, QUOTATION = "関連する発言", "節", "出典", "引用"
CELL, CELL_HEAD, CELL_NUMBER = "表の文字", "表の見出し", "表の数字"
TIME, SPEAKER, BACKCHANNEL, INAUDIBLE = "時刻", "話者", "相づち", "聞き取れず"

_KEPT = {"Normal", "Default Paragraph Font", "Normal Table", "No List", "Header", "Footer"} | {
    TITLE,
    HEADING,
    GRID,
}


def new_document() -> Document:
    """Without any content but the page number at the foot."""
    document = docx.Document()
    _drop_leftovers(document)
    _set_language(document)
    _set_page(document.sections[0])
    _make_styles(document)
    _number_pages(document.sections[0].footer.paragraphs[0])
    return document


def _drop_leftovers(document: Document) -> None:
    """The template's American styles and its thumbnail: nobody should have to look past them."""
    for style in list(document.styles):
        if style.name not in _KEPT:
            style.delete()
    for link in list(document.styles.element.iter(qn("w:link"))):
        link.getparent().remove(link)
    for part in (document.part.package, document.part):
        for key, relation in list(part.rels.items()):
            if relation.reltype.endswith(("/thumbnail", "/stylesWithEffects", "/customXml")):
                del part.rels[key]


def _set_language(document: Document) -> None:
    defaults = document.styles.element.find(qn("w:docDefaults"))
    run = defaults.find(qn("w:rPrDefault")).find(qn("w:rPr"))
    _set_fonts(run, MINCHO)
    language = run.find(qn("w:lang"))
    language.set(qn("w:val"), "en-US")
    language.set(qn("w:eastAsia"), "ja-JP")
    defaults.remove(defaults.find(qn("w:pPrDefault")))
    settings = document.settings.element
    for mode in settings.iter(qn("w:compatSetting")):
        if mode.get(qn("w:name")) == "compatibilityMode":
            mode.set(qn("w:val"), "15")  # else Word opens it as a document of an older version


def _set_page(section: Section) -> None:
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = Mm(35)
    section.bottom_margin = section.left_margin = section.right_margin = Mm(30)
    section.header_distance = section.footer_distance = Mm(15)
    grid = section._sectPr.find(qn("w:docGrid"))  # noqa: SLF001 python-docx has no other way
    _set(grid, type="linesAndChars", linePitch=LINE_PITCH, charSpace=CHAR_SPACE)


def _make_styles(document: Document) -> None:
    normal = document.styles["Normal"]
    _dress(normal, MINCHO, BODY_SIZE)
    normal.paragraph_format.widow_control = False  # 36 lines a page, always
    # The grid's pitch as a line height: on the grid itself a slightly larger font takes two lines,
    # and LibreOffice spreads digits over whole squares.
    normal.paragraph_format.line_spacing_rule = WD_LINE_SPACING.AT_LEAST
    normal.paragraph_format.line_spacing = Twips(LINE_PITCH)
    normal.element.get_or_add_pPr().insert_element_before(
        _element("w:snapToGrid", val=0), "w:spacing", "w:ind", "w:jc"
    )
    title = _restyled(document, TITLE, GOTHIC, Pt(14))
    title.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.paragraph_format.space_after = Pt(18)
    heading = _restyled(document, HEADING, GOTHIC, Pt(11))
    heading.paragraph_format.space_before = Pt(18)
    heading.paragraph_format.space_after = Pt(4)
    heading.paragraph_format.keep_with_next = True
    _paragraph(document, ITEM, hanging=CHARACTER * 9)
    note = _paragraph(document, NOTE)
    note.paragraph_format.space_before = note.paragraph_format.space_after = Pt(9)
    note.paragraph_format.left_indent = note.paragraph_format.right_indent = CHARACTER
    _frame(note)
    legend = _paragraph(document, LEGEND, size=Pt(9), hanging=Pt(9) * 3)
    legend.paragraph_format.keep_with_next = True
    legend.paragraph_format.space_after = Pt(3)
    _make_turn_styles(document)
    _make_passage_styles(document)
    _make_table_styles(document)


def _make_turn_styles(document: Document) -> None:
    """Times stand in the margin; what was said fills the 40 characters of the grid."""
    for name, start in ((TURN, 0), (SAME_SPEAKER, CHARACTER)):
        layout = _paragraph(document, name).paragraph_format
        layout.left_indent = CHARACTER
        layout.first_line_indent = -(CHARACTER + TIME_COLUMN)
        layout.tab_stops.add_tab_stop(start)
    _character(document, TIME, GOTHIC, SMALL, GREY)
    _character(document, SPEAKER, GOTHIC)
    _character(document, BACKCHANNEL, MINCHO, SMALL, GREY)
    _character(document, INAUDIBLE, MINCHO, color=GREY)


def _make_passage_styles(document: Document) -> None:
    """What is quoted stands back behind what was said: smaller, indented, beside a line."""
    moment = _paragraph(document, MOMENT, size=Pt(9)).paragraph_format
    moment.left_indent = CHARACTER
    moment.first_line_indent = -(CHARACTER + TIME_COLUMN)
    moment.tab_stops.add_tab_stop(0)
    moment.space_before = Pt(10)
    moment.line_spacing = Pt(14)
    section = _paragraph(document, SECTION, font=GOTHIC, size=Pt(9.5))
    section.paragraph_format.space_before = Pt(4)
    source = _paragraph(document, SOURCE, size=SMALL)
    source.font.color.rgb = GREY
    quotation = _paragraph(document, QUOTATION, size=SMALL)
    for one in (section, source, quotation):
        one.paragraph_format.left_indent = CHARACTER * 2
        one.paragraph_format.line_spacing = Pt(13)
    for above in (moment, section.paragraph_format, source.paragraph_format):
        above.keep_with_next = True
    quotation.paragraph_format.space_before = Pt(2)
    _frame(quotation, "left")


def _make_table_styles(document: Document) -> None:
    text = _paragraph(document, CELL, size=Pt(9))
    head = _paragraph(document, CELL_HEAD, font=GOTHIC, size=Pt(9))
    head.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    head.paragraph_format.keep_with_next = True
    number = _paragraph(document, CELL_NUMBER, size=Pt(9))
    number.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for cell in (text, head, number):
        cell.paragraph_format.line_spacing = Pt(14)


def _paragraph(
    document: Document, name: str, font: str = MINCHO, size: Pt = BODY_SIZE, hanging: int = 0
) -> ParagraphStyle:
    style: ParagraphStyle = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = document.styles["Normal"]
    style.style_id = _short_id(document)
    style.quick_style = True
    _dress(style, font, size)
    if hanging:
        style.paragraph_format.left_indent = hanging
        style.paragraph_format.first_line_indent = -hanging
    return style


def _character(
    document: Document, name: str, font: str, size: Pt | None = None, color: RGBColor | None = None
) -> CharacterStyle:
    style: CharacterStyle = document.styles.add_style(name, WD_STYLE_TYPE.CHARACTER)
    style.style_id = _short_id(document)
    style.quick_style = True
    _dress(style, font, size)
    style.font.color.rgb = color
    return style


def _short_id(document: Document) -> str:
    """An id in ASCII, as Word itself gives to styles with Japanese names."""
    return f"a{len(document.styles)}"


def _restyled(document: Document, name: str, font: str, size: Pt) -> ParagraphStyle:
    """A built-in style, which Word shows in the reader's language, without its American looks."""
    style: ParagraphStyle = document.styles[name]
    for looks in (style.element.rPr, style.element.pPr):
        if looks is not None:
            style.element.remove(looks)
    _dress(style, font, size)
    if name == HEADING:  # the outline, for Word's navigation pane
        style.element.get_or_add_pPr().append(_element("w:outlineLvl", val=0))
    return style


def _dress(style: BaseStyle, font: str, size: Pt | None) -> None:
    _set_fonts(style.element.get_or_add_rPr(), font)
    style.font.size = size


def _set_fonts(run: BaseOxmlElement, font: str) -> None:
    """`Font.name` of python-docx leaves out eastAsia, without which Word chooses a font itself."""
    fonts = run.get_or_add_rFonts()
    fonts.attrib.clear()
    _set(fonts, ascii=font, eastAsia=font, hAnsi=font, cs=font)


def _frame(style: ParagraphStyle, *sides: str) -> None:
    """Lines at these sides, all four by default."""
    borders = _element("w:pBdr")
    for side in sides or ("top", "left", "bottom", "right"):
        borders.append(_element(f"w:{side}", val="single", sz=4, space=4, color="auto"))
    layout = style.element.get_or_add_pPr()
    layout.insert_element_before(borders, "w:spacing", "w:ind", "w:jc")


def _number_pages(paragraph: Paragraph) -> None:
    """－ 1 －, by a field that Word keeps up to date."""
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.add_run("－ ")
    field = _element("w:fldSimple", instr="PAGE")
    run = paragraph.add_run("1")
    field.append(run._r)  # noqa: SLF001 python-docx has no fields
    paragraph._p.append(field)  # noqa: SLF001
    paragraph.add_run(" －")


def repeat_on_every_page(row: BaseOxmlElement) -> None:
    """Makes a `w:tr` a heading that stays whole and comes back on every page."""
    layout = row.get_or_add_trPr()
    layout.append(_element("w:cantSplit"))
    layout.append(_element("w:tblHeader"))


def _element(name: str, **attributes: str | int) -> BaseOxmlElement:
    element = OxmlElement(name)
    _set(element, **attributes)
    return element


def _set(element: BaseOxmlElement, **attributes: str | int) -> None:
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), str(value))
