"""How much memory the tree of a document would take, before it is built."""

from __future__ import annotations

TREE_BYTES = 800 << 20
"""Of the tree of one part: with what is made of it, a document takes about 1 GiB at most."""
_ELEMENT, _ATTRIBUTE, _TEXT = 136, 240, 136
"""Bytes that lxml's library takes for each."""


def fits(markup: bytes) -> bool:
    """Whether a tree of so many elements, attributes and characters may be built.

    >>> fits(b"<a b='c'>text</a>"), fits(b"<a/>" * 8_000_000)
    (True, False)
    """
    elements = markup.count(b"<") - markup.count(b"</")
    attributes = markup.count(b"='") + markup.count(b'="')
    size = 2 * len(markup) + elements * (_ELEMENT + _TEXT) + attributes * _ATTRIBUTE
    return size <= TREE_BYTES
