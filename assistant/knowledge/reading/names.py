"""The namespaces of Office's XML, and the words in its drawings."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element as Element

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
CX = "{http://schemas.microsoft.com/office/drawing/2014/chartex}"
M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
V = "{urn:schemas-microsoft-com:vml}"
DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"


_CACHES = (f"{C}strCache", f"{C}multiLvlStrCache", f"{C}cat", f"{CX}strDim")
_TEXTS = (f"{A}t", f"{C}v", f"{CX}pt")


def drawn_words(root: Element) -> Iterator[str]:
    """The words of a drawing: its paragraphs, and the names on a chart's axes."""
    for one in root.iter(f"{A}p", *_CACHES):
        if _is_inside_another(one):
            continue
        words = [text for found in one.iter(*_TEXTS) if (text := found.text)]
        if words:
            yield ("" if one.tag == f"{A}p" else " ").join(words)


def _is_inside_another(one: Element) -> bool:
    """The names of categories are in a cache inside them, unless they are numbers."""
    return one.tag != f"{A}p" and next(one.iterancestors(*_CACHES), None) is not None
