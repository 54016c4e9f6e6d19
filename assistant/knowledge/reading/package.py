"""The parts of a Word or Excel file: an archive of XML that names what belongs to what."""

from __future__ import annotations

import posixpath
import re
import zipfile
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING

from lxml import etree

from assistant.errors import ManualTooLarge, ProtectedManual, UnreadableManual
from assistant.knowledge.reading.memory import fits

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from lxml.etree import _Element as Element

    from assistant.ports import ReadableFile

XML_BYTES = 256 << 20
"""Bytes of unpacked XML in one file, and of any part that is read."""
RATIO = 250
"""How many times smaller an honest part of some size is packed at most."""
SMALL = 8 << 20
"""Bytes under which a part may be packed as tightly as it likes."""
MEMBERS = 50_000
_ENCRYPTED = 0x1
_STRICT = (
    (b"http://purl.oclc.org/ooxml/officeDocument", b"http://schemas.openxmlformats.org/officeDocument/2006"),
    (b"http://purl.oclc.org/ooxml/wordprocessingml", b"http://schemas.openxmlformats.org/wordprocessingml/2006"),
    (b"http://purl.oclc.org/ooxml/spreadsheetml", b"http://schemas.openxmlformats.org/spreadsheetml/2006"),
    (b"http://purl.oclc.org/ooxml/drawingml", b"http://schemas.openxmlformats.org/drawingml/2006"),
)  # fmt: skip
"""The namespaces of the strict variant, and those of the usual one."""
_TYPED = tuple("<!DOCTYPE".encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be"))
_EDITORS = re.compile(rb' w:rsid[A-Za-z]{0,12}="[0-9A-Fa-f]{0,8}"')
"""Which sitting of an author a run is from: half of the attributes of a document."""
_RELATIONS = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_TITLE = "{http://purl.org/dc/elements/1.1/}title"


class Package:
    """An open file. Nothing is unpacked before its sizes were looked at."""

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self._archive = archive
        self.name = name
        self._names = {info.filename.lower(): info.filename for info in archive.infolist()}

    def __contains__(self, part: str) -> bool:
        return part.lower() in self._names

    def names(self, folder: str) -> list[str]:
        """The parts in a folder and below, sorted."""
        return sorted(name for name in self._names.values() if name.startswith(folder))

    def xml(self, part: str) -> Element | None:
        """The root of a part; None if there is no such part.

        Entities are not put in, and nothing is fetched.

        Raises:
            UnreadableManual: it is damaged.
            ManualTooLarge: its tree would fill the memory.
        """
        if part not in self:
            return None
        data = _EDITORS.sub(b"", self._plain(part))
        if not fits(data):
            raise ManualTooLarge(name=self.name)
        parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True)
        try:
            return etree.fromstring(data, parser)
        except etree.XMLSyntaxError as error:
            raise UnreadableManual(name=self.name) from error

    def elements(self, part: str, *tags: str) -> Iterator[Element]:
        """Those of a part, each complete and cleared once the next is asked for, without its tree.

        Raises:
            UnreadableManual: it is damaged.
        """
        if part not in self:
            return
        try:
            for _, element in self._events(part, "end", *tags):
                yield element
                element.clear()
                parent = element.getparent()
                while parent is not None and element.getprevious() is not None:
                    del parent[0]
        except etree.XMLSyntaxError as error:
            raise UnreadableManual(name=self.name) from error

    def tag(self, part: str) -> str:
        """Of the root of a part, without reading further; empty if there is no such part.

        Raises:
            UnreadableManual: it is damaged.
        """
        if part not in self:
            return ""
        try:
            for _, element in self._events(part, "start"):
                return str(element.tag)
        except etree.XMLSyntaxError as error:
            raise UnreadableManual(name=self.name) from error
        return ""

    def _events(self, part: str, event: str, *tags: str) -> Iterator[tuple[str, Element]]:
        """Elements as they begin or end, while the part is read."""
        yield from etree.iterparse(
            BytesIO(self._plain(part)),
            events=(event,),
            tag=tags or None,
            resolve_entities=False,
            no_network=True,
        )

    def _plain(self, part: str) -> bytes:
        """In the namespaces of the usual variant."""
        data = self.data(part)
        for strict, usual in _STRICT:
            data = data.replace(strict, usual)
        if any(mark in data for mark in _TYPED):  # forbidden: nobody's document has one
            raise UnreadableManual(name=self.name)
        return data

    def data(self, part: str) -> bytes:
        """The bytes of a part.

        Raises:
            UnreadableManual: it is damaged.
            ManualTooLarge: there are too many.
        """
        name = self._names[part.lower()]
        if self._archive.getinfo(name).file_size > XML_BYTES:
            raise ManualTooLarge(name=self.name)
        try:
            return self._archive.read(name)
        except MemoryError:
            raise
        except Exception as error:  # zipfile, zlib, lzma and bz2 each have their own
            raise UnreadableManual(name=self.name) from error

    def relations(self, part: str) -> dict[str, tuple[str, str]]:
        """What a part refers to inside the file: by id, the last word of its type, and its name."""
        folder, name = posixpath.split(part)
        root = self.xml(posixpath.join(folder, "_rels", f"{name}.rels"))
        found: dict[str, tuple[str, str]] = {}
        for one in root.iter(_RELATIONS) if root is not None else ():
            if one.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, one.get("Target", "")))
                kind = one.get("Type", "").rpartition("/")[2]
                found[one.get("Id", "")] = (kind, target.lstrip("/"))
        return found

    def main(self) -> str:
        """The part that everything hangs on; an empty text if there is none."""
        parts = (target for kind, target in self.relations("").values() if kind == "officeDocument")
        return next(parts, "")

    def title(self) -> str:
        """As the document's properties have it."""
        root = self.xml("docProps/core.xml")
        found = root.findtext(f".//{_TITLE}") if root is not None else None
        return found or ""


@contextmanager
def open_package(file: ReadableFile, name: str) -> Iterator[Package]:
    """Opens a file after a look at the sizes that its parts will have.

    Raises:
        UnreadableManual: it is no archive, or a damaged one.
        ProtectedManual: its parts are encrypted.
        ManualTooLarge: it would unpack to more than it should.
    """
    with file.open("rb") as stream, _archive(stream, name) as archive:
        _check(archive.infolist(), name)
        yield Package(archive, name)


def _archive(stream: BinaryIO, name: str) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError) as error:
        raise UnreadableManual(name=name) from error
    except Exception as error:
        if isinstance(error, OSError) and error.errno:
            raise
        raise UnreadableManual(name=name) from error


def _check(members: list[zipfile.ZipInfo], name: str) -> None:
    xml = [one for one in members if one.filename.lower().endswith((".xml", ".rels", ".vml"))]
    if len(members) > MEMBERS or sum(one.file_size for one in xml) > XML_BYTES:
        raise ManualTooLarge(name=name)
    for one in members:
        if one.flag_bits & _ENCRYPTED:
            raise ProtectedManual(name=name)
        if one.file_size > max(SMALL, RATIO * one.compress_size):
            raise ManualTooLarge(name=name)
