"""Make the sample manuals from their sources: Word, PDF, Excel and Markdown.

    .venv/bin/python scripts/make_manuals.py            # remakes manuals/sample/
    .venv/bin/python scripts/make_manuals.py intake     # only scripts/manuals/source/intake.md

A source is Markdown with `title`, `date` and `output` in front. A line is a block: `# chapter`,
`## section`, `- item`, `1. item`, `| a table's row |`, or a paragraph; `{漢字|かんじ}` has ruby in
Word. PDFs are printed by LibreOffice, in the fonts of requirements/debian.txt. The same source
gives the same bytes with the same versions of the libraries and of LibreOffice; `manifest.json`
says what was made of what.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
import zipfile
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import docx
import openpyxl
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

ROOT = Path(__file__).parents[1]
SOURCES = ROOT / "scripts" / "manuals" / "source"
MADE = ROOT / "manuals" / "sample"
MANIFEST = ROOT / "scripts" / "manuals" / "manifest.json"
VERTICAL = {"temporary-care.pdf"}

_RUBY = re.compile(r"\{([^|{}]+)\|([^|{}]+)\}")
_CHAPTER = re.compile(r"第(\d+)章 (.+)")
_NUMBERED = re.compile(r"(\d+) (.+)")
_RULE = re.compile(r"[|\s:-]+")
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


@dataclass(frozen=True, slots=True)
class Fonts:
    """Names as the reading program knows them."""

    text: str
    heading: str


OFFICE = Fonts("游明朝", "游ゴシック")
DEBIAN = Fonts("Noto Serif CJK JP", "Noto Sans CJK JP")


@dataclass(frozen=True, slots=True)
class Line:
    """A block: `kind` is chapter, section, bullet, number, table or text."""

    kind: str
    text: str = ""
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """A manual as it was written."""

    path: Path
    title: str
    date: date
    output: str
    lines: tuple[Line, ...]


# Reading the sources


def read(path: Path) -> Source:
    """A source with its front matter."""
    _, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
    fields = dict(line.split(": ", 1) for line in front.splitlines())
    day = date.fromisoformat(fields["date"])
    return Source(path, fields["title"], day, fields["output"], tuple(_lines(body.splitlines())))


def sources() -> list[Source]:
    """All of them, by name."""
    return [read(path) for path in sorted(SOURCES.glob("*.md"))]


def without_ruby(text: str) -> str:
    """`{調製|ちょうせい}` as 調製."""
    return _RUBY.sub(r"\1", text)


def _lines(lines: Iterable[str]) -> Iterator[Line]:
    rows: list[tuple[str, ...]] = []
    for line in [*lines, ""]:
        if line.startswith("|"):
            if not _RULE.fullmatch(line):
                rows.append(tuple(cell.strip() for cell in line.strip("| ").split(" | ")))
            continue
        if rows:
            yield Line("table", rows=tuple(rows))
            rows = []
        if line:
            yield _line(line)


def _line(line: str) -> Line:
    for mark, kind in (("# ", "chapter"), ("## ", "section"), ("- ", "bullet")):
        if line.startswith(mark):
            return Line(kind, line.removeprefix(mark))
    return Line("number" if re.match(r"\d+\. ", line) else "text", line)


# Word


def word(source: Source, path: Path, fonts: Fonts, *, vertical: bool = False) -> None:
    """A Word document with heading styles, numbers that Word counts, tables and ruby."""
    document = docx.Document()
    _properties(document, source)
    _page(document, source, vertical=vertical)
    _styles(document, fonts)
    _cover(document, source, vertical=vertical)
    numbers = _Numbers(document)
    for line in source.lines:
        if line.kind == "table":
            _table(document, line.rows)
        elif line.kind in {"chapter", "section"}:
            _heading(document, numbers, line, vertical=vertical)
        else:
            _paragraph(document, line, vertical=vertical)
    document.save(str(path))
    _freeze(path, source.date)


def _cover(document: Any, source: Source, *, vertical: bool) -> None:
    title, _, edition = source.title.rpartition(" ")
    document.add_paragraph(title, style="Title")
    document.add_paragraph(
        edition.translate(_FULL_WIDTH) if vertical else edition, style="Subtitle"
    )


def _properties(document: Any, source: Source) -> None:
    core = document.core_properties
    core.title, core.author, core.language = source.title, "Kikigaki", "ja-JP"
    core.comments = "Fictitious"
    core.created = core.modified = datetime.combine(source.date, time())


def _page(document: Any, source: Source, *, vertical: bool) -> None:
    section = document.sections[0]
    sides = (Mm(297), Mm(210)) if vertical else (Mm(210), Mm(297))
    section.page_width, section.page_height = sides
    section.left_margin = section.right_margin = Mm(25)
    section.top_margin = section.bottom_margin = Mm(25)
    grid = section._sectPr.find(qn("w:docGrid"))  # noqa: SLF001
    if vertical:
        grid.addprevious(parse_xml(f'<w:textDirection {nsdecls("w")} w:val="tbRl"/>'))
    section.header.paragraphs[0].text = source.title
    section.header.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    footer.add_run("－ ")
    field = parse_xml(
        f'<w:fldSimple {nsdecls("w")} w:instr="PAGE"><w:r><w:t>1</w:t></w:r></w:fldSimple>'
    )
    footer._p.append(field)  # noqa: SLF001
    footer.add_run(" －")


def _styles(document: Any, fonts: Fonts) -> None:
    sizes = {
        "Title": 20,
        "Subtitle": 11,
        "Heading 1": 16,
        "Heading 2": 13,
        "Header": 9,
        "Footer": 9,
        "Normal": 10.5,
    }
    for name, size in sizes.items():
        style = document.styles[name]
        _font(style, fonts.text if name == "Normal" else fonts.heading)
        style.font.size = Pt(size)
        style.font.italic = False
    normal = document.styles["Normal"].paragraph_format
    normal.space_after = Pt(4)
    normal.widow_control = False  # in vertical text LibreOffice prints such lines over others
    border = document.styles["Title"].element.pPr.find(qn("w:pBdr"))
    border.getparent().remove(border)


def _font(style: Any, name: str) -> None:
    """Also for Japanese letters, which `font.name` leaves to Word; no theme, no colour."""
    properties = style.element.get_or_add_rPr()
    for tag in ("w:rFonts", "w:color"):
        for old in properties.findall(qn(tag)):
            properties.remove(old)
    fonts = parse_xml(f"<w:rFonts {nsdecls('w')}/>")
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{script}"), name)
    properties.insert(0, fonts)


class _Numbers:
    """第1章 and its sections, counted by Word; each chapter says with which number it begins."""

    ABSTRACT = 90

    def __init__(self, document: Any) -> None:
        self._root = document.part.numbering_part.element
        self._last = 90
        level = (
            '<w:lvl w:ilvl="{}"><w:start w:val="1"/><w:numFmt w:val="decimal"/>'
            '<w:suff w:val="space"/><w:lvlText w:val="{}"/></w:lvl>'
        )
        levels = level.format(0, "第%1章") + level.format(1, "%2")
        self._root.insert(
            0,
            parse_xml(
                f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{self.ABSTRACT}">'
                f'<w:multiLevelType w:val="multilevel"/>{levels}</w:abstractNum>'
            ),
        )

    def chapter(self, number: int) -> None:
        """Begin one."""
        self._last += 1
        start = '<w:lvlOverride w:ilvl="{}"><w:startOverride w:val="{}"/></w:lvlOverride>'
        self._root.append(
            parse_xml(
                f'<w:num {nsdecls("w")} w:numId="{self._last}">'
                f'<w:abstractNumId w:val="{self.ABSTRACT}"/>'
                f"{start.format(0, number)}{start.format(1, 1)}</w:num>"
            )
        )

    def put(self, paragraph: Any, level: int) -> None:
        """Number a heading of the chapter that was begun last."""
        properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()  # noqa: SLF001
        properties.get_or_add_ilvl().val = level
        properties.get_or_add_numId().val = self._last


def _heading(document: Any, numbers: _Numbers, line: Line, *, vertical: bool) -> None:
    level = 1 if line.kind == "chapter" else 2
    if vertical:  # LibreOffice would lay the digits that it counts on their side
        document.add_heading(line.text.translate(_FULL_WIDTH), level)
        return
    match = (_CHAPTER if level == 1 else _NUMBERED).fullmatch(line.text)
    if level == 1:
        numbers.chapter(int(match[1]) if match else 1)
    heading = document.add_heading(match[2] if match else line.text, level)
    if match:
        numbers.put(heading, level - 1)


def _paragraph(document: Any, line: Line, *, vertical: bool) -> None:
    paragraph = document.add_paragraph(style="List Bullet" if line.kind == "bullet" else None)
    if line.kind == "number":
        paragraph.paragraph_format.left_indent = Pt(21)
        paragraph.paragraph_format.first_line_indent = Pt(-15.75)
    text = line.text.translate(_FULL_WIDTH) if vertical else line.text
    _write(paragraph, text)


def _write(paragraph: Any, text: str) -> None:
    done = 0
    for match in _RUBY.finditer(text):
        paragraph.add_run(text[done : match.start()])
        paragraph._p.append(_ruby(match[1], match[2]))  # noqa: SLF001
        done = match.end()
    paragraph.add_run(text[done:])


def _ruby(base: str, reading: str) -> Any:
    return parse_xml(
        f'<w:r {nsdecls("w")}><w:ruby><w:rubyPr><w:rubyAlign w:val="distributeSpace"/>'
        '<w:hps w:val="10"/><w:hpsRaise w:val="18"/><w:hpsBaseText w:val="21"/>'
        '<w:lid w:val="ja-JP"/></w:rubyPr>'
        f'<w:rt><w:r><w:rPr><w:sz w:val="10"/></w:rPr><w:t>{reading}</w:t></w:r></w:rt>'
        f"<w:rubyBase><w:r><w:t>{base}</w:t></w:r></w:rubyBase></w:ruby></w:r>"
    )


def _table(document: Any, rows: Sequence[Sequence[str]]) -> None:
    table = document.add_table(len(rows), len(rows[0]), style="Table Grid")
    table.autofit = False
    widths = _widths(rows)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width  # LibreOffice takes the column's, Word the cells'
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text, width in zip(row.cells, texts, widths, strict=True):
            cell.width = width
            _write(cell.paragraphs[0], text)
    head = table.rows[0]
    head._tr.get_or_add_trPr().append(parse_xml(f"<w:tblHeader {nsdecls('w')}/>"))  # noqa: SLF001
    for cell in head.cells:
        cell.paragraphs[0].runs[0].bold = True
    document.add_paragraph()


def _widths(rows: Sequence[Sequence[str]], whole: int = 160) -> list[Any]:
    """Of columns, by what is longest in them; `whole` in millimetres."""
    lengths = [min(30, max(6, *map(len, column))) for column in zip(*rows, strict=True)]
    return [Mm(whole * length / sum(lengths)) for length in lengths]


# PDF, Excel, Markdown


def pdf(source: Source, path: Path) -> None:
    """What LibreOffice prints of the Word document; dated as the edition is."""
    with tempfile.TemporaryDirectory() as scratch:
        draft = Path(scratch, path.name).with_suffix(".docx")
        word(source, draft, DEBIAN, vertical=path.name in VERTICAL)
        command = [
            "soffice", f"-env:UserInstallation=file://{scratch}/profile", "--headless",
            "--convert-to", "pdf", "--outdir", scratch, str(draft),
        ]  # fmt: skip
        subprocess.run(
            command, env={**os.environ, "TZ": "UTC"}, check=True, capture_output=True, timeout=180
        )
        path.write_bytes(_undated(draft.with_suffix(".pdf").read_bytes(), source.date))


def _undated(data: bytes, day: date) -> bytes:
    """A PDF that was printed in UTC, with the edition's day as that of printing and no identity.

    Every replacement is as long as what it replaces: a PDF counts its bytes.
    """
    data = re.sub(rb"(?<=/CreationDate\(D:)\d{14}", day.strftime("%Y%m%d000000").encode(), data)
    for mark in (rb"/ID \[ <[0-9A-F]{32}>\s<[0-9A-F]{32}>", rb"(?<=/DocChecksum /)[0-9A-F]{32}"):
        data = re.sub(mark, lambda match: re.sub(rb"[0-9A-F](?=[0-9A-F>]|$)", b"0", match[0]), data)
    return data


def excel(source: Source, path: Path) -> None:
    """A sheet a chapter: the title, an empty row, the table."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    book.properties.title, book.properties.creator = source.title, "Kikigaki"
    book.properties.created = datetime.combine(source.date, time())
    sheet: Any = None
    for line in source.lines:
        if line.kind == "chapter":
            sheet = book.create_sheet(line.text)
            sheet["A1"] = source.title
            sheet["A1"].font = Font(name=OFFICE.heading, size=14, bold=True)
        elif line.kind == "table":
            _sheet(sheet, line.rows)
        elif sheet is not None:
            sheet["A2"] = line.text
    book.save(path)
    _freeze(path, source.date)


def _sheet(sheet: Any, rows: Sequence[Sequence[str]], first: int = 4) -> None:
    side = Side(style="thin")
    for number, row in enumerate(rows, first):
        for column, text in enumerate(row, 1):
            cell = sheet.cell(number, column, text)
            cell.font = Font(name=OFFICE.heading, size=10, bold=number == first)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.border = Border(side, side, side, side)
            if number == first:
                cell.fill = PatternFill("solid", fgColor="DDE6F0")
    for column, cells in enumerate(zip(*rows, strict=True)):
        sheet.column_dimensions["ABCDEFG"[column]].width = min(44, 2.1 * max(map(len, cells)) + 2)
    sheet.freeze_panes = sheet.cell(first + 1, 1)
    sheet.print_title_rows = f"{first}:{first}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _freeze(path: Path, day: date) -> None:
    """The same bytes on every run: the parts of an Office file are dated as the edition is."""
    with zipfile.ZipFile(path) as package:
        parts = [(name, package.read(name)) for name in package.namelist()]
    stamp = day.strftime("%Y-%m-%dT00:00:00Z").encode()
    modified = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts:
            info = zipfile.ZipInfo(name, (day.year, day.month, day.day, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            core = name == "docProps/core.xml"
            package.writestr(info, modified.sub(rb"\g<1>" + stamp, data) if core else data)


def make(source: Source, folder: Path) -> Path:
    """The file of a source, in `folder`."""
    path = folder / source.output
    if path.suffix == ".docx":
        word(source, path, OFFICE)
    elif path.suffix == ".pdf":
        pdf(source, path)
    elif path.suffix == ".xlsx":
        excel(source, path)
    else:
        shutil.copyfile(source.path, path)
    return path


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main() -> None:
    """Make all manuals, or those whose source is named."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="a source without .md")
    names = set(parser.parse_args().names)
    MADE.mkdir(parents=True, exist_ok=True)
    manifest = json.loads(MANIFEST.read_text()) if MANIFEST.exists() else {}
    for source in sources():
        if not names or source.path.stem in names:
            path = make(source, MADE)
            manifest[path.name] = {"source": digest(source.path), "made": digest(path)}
            print(f"{path.relative_to(ROOT)}: {path.stat().st_size:,} bytes")
    MANIFEST.write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
