"""Word, Excel and PDF files for tests, made by hand or printed by LibreOffice."""

from __future__ import annotations

import subprocess
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

import docx
from docx.oxml import parse_xml

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

NAMESPACES = " ".join(
    f'xmlns:{prefix}="{address}"'
    for prefix, address in {
        "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
        "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
        "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
        "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
        "v": "urn:schemas-microsoft-com:vml",
        "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
        "wpg": "http://schemas.microsoft.com/office/word/2010/wordprocessingGroup",
        "wpc": "http://schemas.microsoft.com/office/word/2010/wordprocessingCanvas",
    }.items()
)


@dataclass(frozen=True, slots=True)
class Part:
    """A further part of a Word file: its relation's id and kind, its name below `word/`, its type.

    Without an id it takes the place of a part that python-docx writes.
    """

    id: str
    relation: str
    name: str
    type: str
    data: str


def word(
    path: Path,
    body: str,
    footnotes: str = "",
    numbering: str = "",
    properties: str = "",
    parts: Iterable[Part] = (),
) -> Path:
    """A Word file whose body is this WordprocessingML; the styles are python-docx's."""
    document = docx.Document()
    start = document.element.body
    wrapped = parse_xml(f"<w:body {NAMESPACES}>{body}</w:body>")
    for place, child in enumerate(list(wrapped)):
        start.insert(place, child)
    document.core_properties.title = properties
    document.save(str(path))
    if footnotes:
        parts = (*parts, _footnotes(footnotes))
    if numbering:
        numbering = f"<w:numbering {NAMESPACES}>{numbering}</w:numbering>"
        parts = (*parts, Part("", "", "numbering.xml", "", numbering))
    _add(path, tuple(parts))
    return path


def p(content: str, properties: str = "") -> str:
    """A paragraph of runs, or of text."""
    inside = content if content.startswith("<") else r(content)
    return f"<w:p><w:pPr>{properties}</w:pPr>{inside}</w:p>"


def r(text: str, properties: str = "") -> str:
    """A run."""
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def table(*rows: tuple[str, ...]) -> str:
    """Cells are the inside of `w:tc`, or text."""
    grid = "<w:gridCol/>" * max(map(len, rows))
    written = "".join(
        "<w:tr>" + "".join(f"<w:tc>{_cell(cell)}</w:tc>" for cell in row) + "</w:tr>"
        for row in rows
    )
    border = "".join(
        f'<w:{side} w:val="single" w:sz="4"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    style = f"<w:tblPr><w:tblBorders>{border}</w:tblBorders></w:tblPr>"
    return f"<w:tbl>{style}<w:tblGrid>{grid}</w:tblGrid>{written}</w:tbl>"


def to_pdf(path: Path, filter_: str = "pdf") -> Path:
    """What LibreOffice prints."""
    _convert([path], filter_, path.parent)
    return path.with_suffix("." + filter_.split(":")[0])


def convert_all(folder: Path, suffix: str, to: str) -> None:
    """Has LibreOffice save the files of a kind as another, beside them."""
    _convert(sorted(folder.glob(f"*.{suffix}")), to, folder)


def _convert(files: list[Path], filter_: str, folder: Path) -> None:
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{folder / 'profile'}", "--headless",
         "--convert-to", filter_, "--outdir", str(folder), *map(str, files)],
        check=True, capture_output=True, timeout=300,
    )  # fmt: skip


def _cell(cell: str) -> str:
    return cell if cell.startswith("<") else p(cell)


def _footnotes(body: str) -> Part:
    return Part(
        "rIdXfootnotes",
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes",
        "footnotes.xml",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml",
        f"<w:footnotes {NAMESPACES}>{body}</w:footnotes>",
    )


def _add(path: Path, parts: tuple[Part, ...]) -> None:
    relations = "".join(
        f'<Relationship Id="{one.id}" Type="{one.relation}" Target="{one.name}"/>'
        for one in parts
        if one.id
    )
    types = "".join(
        f'<Override PartName="/word/{one.name}" ContentType="{one.type}"/>'
        for one in parts
        if one.id
    )
    members = members_of(path)
    for name, end, more in (
        ("word/_rels/document.xml.rels", b"</Relationships>", relations),
        ("[Content_Types].xml", b"</Types>", types),
    ):
        members[name] = members[name].replace(end, more.encode() + end)
    pack(path, members | {f"word/{one.name}": one.data.encode() for one in parts})


def members_of(path: Path) -> dict[str, bytes]:
    """The parts of an Office file."""
    with zipfile.ZipFile(path) as archive:
        return {one: archive.read(one) for one in archive.namelist()}


def pack(path: Path, members: dict[str, bytes]) -> Path:
    """An Office file of these parts."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for one, data in members.items():
            archive.writestr(one, data)
    return path
