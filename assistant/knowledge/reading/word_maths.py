"""Equations in one line, so that a half does not read as twelve."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.knowledge.reading.names import M

if TYPE_CHECKING:
    from collections.abc import Callable

    from lxml.etree import _Element as Element

    Inside = Callable[[Element | None], str]

_SUM = re.compile(r"[-+−±×÷=/<>]")


def fraction(element: Element, inside: Inside) -> str:
    """件数/人口, with brackets around what is a sum itself."""
    parts = (inside(element.find(f"{M}{tag}")) for tag in ("num", "den"))
    return "/".join(f"({one})" if _SUM.search(one) else one for one in parts)


def bracketed(element: Element, inside: Inside) -> str:
    """The brackets are not in the text but in the properties, round ones not even there."""
    first, between, last = (
        _said(element, f"{M}dPr/{M}{tag}", usual)
        for tag, usual in (("begChr", "("), ("sepChr", "|"), ("endChr", ")"))
    )
    return first + between.join(inside(one) for one in element.iterchildren(f"{M}e")) + last


def summed(element: Element, inside: Inside) -> str:
    """∑ and its like: the sign, its bounds, what follows."""
    return _said(element, f"{M}naryPr/{M}chr", "∫") + inside(element)


def root(element: Element, inside: Inside) -> str:
    """√, with its degree before it."""
    degree, under = (inside(element.find(f"{M}{tag}")) for tag in ("deg", "e"))
    return f"{degree}√{under}"


WRITERS = {
    f"{M}f": fraction,
    f"{M}d": bracketed,
    f"{M}nary": summed,
    f"{M}rad": root,
}
"""By the element; everything else of an equation is read as it stands."""


def _said(element: Element, place: str, usual: str) -> str:
    found = element.find(place)
    return usual if found is None else found.get(f"{M}val") or ""
