"""The parts of a Word or Excel file: an archive of XML that names what belongs to what."""

from __future__ import annotations

import posixpath
import zipfile
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lxml import etree

from assistant.errors import ManualTooLarge, ProtectedManual, UnreadableManual

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from lxml.etree import _Element as Element

    from assistant.ports import ReadableFile

XML_BYTES = 256 << 20
"""Bytes of unpacked XML in one file: some 5,000 pages, and about 1.5 GiB of memory."""
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
_RELATIONS = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_TITLE = "{http://purl.org/dc/elements/1.1/}title"


class Package:
    """An open file. Nothing is unpacked before its sizes were looked at."""

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self._archive = archive
        self._name = name
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
        """
        if part not in self:
            return None
        data = self.data(part)
        for strict, usual in _STRICT:
            data = data.replace(strict, usual)
        if b"<!DOCTYPE" in data[:4096]:  # forbidden by the format: nobody's document has one
            raise UnreadableManual(name=self._name)
        parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True)
        try:
            return etree.fromstring(data, parser)
        except etree.XMLSyntaxError as error:
            raise UnreadableManual(name=self._name) from error

    def data(self, part: str) -> bytes:
        """The bytes of a part.

        Raises:
            UnreadableManual: it is damaged.
        """
        try:
            return self._archive.read(self._names[part.lower()])
        except MemoryError:
            raise
        except Exception as error:  # zipfile, zlib, lzma and bz2 each have their own
            raise UnreadableManual(name=self._name) from error

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
