"""Word, Excel and PDF files for tests, made by hand or printed by LibreOffice."""

from __future__ import annotations

import subprocess
import zipfile
from typing import TYPE_CHECKING

import docx
from docx.oxml import parse_xml

if TYPE_CHECKING:
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
    }.items()
)


def word(
    path: Path, body: str, footnotes: str = "", numbering: str = "", properties: str = ""
) -> Path:
    """A Word file whose body is this WordprocessingML; the styles are python-docx's."""
    document = docx.Document()
    start = document.element.body
    wrapped = parse_xml(f"<w:body {NAMESPACES}>{body}</w:body>")
    for place, child in enumerate(list(wrapped)):
        start.insert(place, child)
    document.core_properties.title = properties
    document.save(str(path))
    _with_parts(path, {"footnotes": footnotes} if footnotes else {})
    if numbering:
        _replace(path, "word/numbering.xml", f"<w:numbering {NAMESPACES}>{numbering}</w:numbering>")
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
    profile = path.parent / "profile"
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{profile}", "--headless", "--convert-to",
         filter_, "--outdir", str(path.parent), str(path)],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    return path.with_suffix("." + filter_.split(":")[0])


def _cell(cell: str) -> str:
    return cell if cell.startswith("<") else p(cell)


def _with_parts(path: Path, parts: dict[str, str]) -> None:
    for kind, body in parts.items():
        tag = kind
        relation = (
            f'<Relationship Id="rIdX{kind}" Type="http://schemas.openxmlformats.org/officeDocument'
            f'/2006/relationships/{kind}" Target="{kind}.xml"/></Relationships>'
        )
        content = (
            f'<Override PartName="/word/{kind}.xml" ContentType="application/vnd.openxmlformats-'
            f'officedocument.wordprocessingml.{kind}+xml"/></Types>'
        )
        _replace(path, f"word/{kind}.xml", f"<w:{tag} {NAMESPACES}>{body}</w:{tag}>")
        _edit(path, "word/_rels/document.xml.rels", "</Relationships>", relation)
        _edit(path, "[Content_Types].xml", "</Types>", content)


def _edit(path: Path, name: str, old: str, new: str) -> None:
    with zipfile.ZipFile(path) as archive:
        text = archive.read(name).decode()
    _replace(path, name, text.replace(old, new))


def _replace(path: Path, name: str, text: str) -> None:
    with zipfile.ZipFile(path) as archive:
        members = {one: archive.read(one) for one in archive.namelist()}
    members[name] = text.encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for one, data in members.items():
            archive.writestr(one, data)
