"""What a paragraph's or a run's style says: heading level, list, hidden."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.knowledge.reading.names import W

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeVar

    from lxml.etree import _Element as Element

    Found = TypeVar("Found")

BODY = 9
"""The outline level of a paragraph that is no heading; 0 is the highest heading."""
_HEADING = re.compile(r"(?:heading|見出し)\s*([1-9１-９])", re.IGNORECASE)
_CONTENTS = re.compile(r"(?:toc|目次)\s*\d", re.IGNORECASE)
_TITLE = re.compile(r"title|表題", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Style:
    name: str
    base: str
    properties: Element


class Styles:
    """The styles of a document, each with what it takes from those it is based on."""

    def __init__(self, root: Element | None) -> None:
        self._styles: dict[str, _Style] = {}
        self.default = ""
        for one in root.iterchildren(f"{W}style") if root is not None else ():
            self._styles[key := one.get(f"{W}styleId", "")] = _Style(
                value(one, "name") or "", value(one, "basedOn") or "", one
            )
            if one.get(f"{W}type") == "paragraph" and one.get(f"{W}default") in {"1", "true"}:
                self.default = key

    def level(self, paragraph: Element) -> int:
        """The outline level, `BODY` for text."""
        own = value(_properties(paragraph), "outlineLvl")
        level = own or self._first(self._of(paragraph), _outline_level)
        return int(level) if level and level.isdigit() else BODY

    def list_of(self, paragraph: Element) -> tuple[str, int, str]:
        """The list's number (empty for none), the level in it, and the style that says so."""
        own = _properties(paragraph).find(f"{W}numPr")
        style = self._of(paragraph)
        for key, properties in self._chain(style):
            if own is not None and value(own, "numId") is not None:
                break
            found = properties.find(f"{W}pPr/{W}numPr")
            if found is not None and value(found, "numId") is not None:
                return value(found, "numId") or "", _level(value(found, "ilvl")), key
        if own is None:
            return "", 0, ""
        return value(own, "numId") or "", _level(value(own, "ilvl")), ""

    def is_contents(self, paragraph: Element) -> bool:
        """Whether it is an entry of a table of contents."""
        return self._named(paragraph, _CONTENTS)

    def is_title(self, paragraph: Element) -> bool:
        """Whether it is the document's title."""
        return self._named(paragraph, _TITLE)

    def hides(self, run: Element, paragraph: Element | None) -> bool:
        """Whether what stands in the run is not printed."""
        own = run.find(f"{W}rPr")
        if own is not None:
            if (said := is_on(own, "vanish")) is not None:
                return said
            style = value(own, "rStyle")
            if style and (said := self._first(style, _vanishes)) is not None:
                return said
        return paragraph is not None and bool(self._first(self._of(paragraph), _vanishes))

    def _of(self, paragraph: Element) -> str:
        return value(_properties(paragraph), "pStyle") or self.default

    def _named(self, paragraph: Element, pattern: re.Pattern[str]) -> bool:
        style = self._styles.get(self._of(paragraph))
        return style is not None and bool(pattern.fullmatch(style.name))

    def _chain(self, key: str) -> Iterator[tuple[str, Element]]:
        seen: set[str] = set()
        while key in self._styles and key not in seen:
            seen.add(key)
            yield key, self._styles[key].properties
            key = self._styles[key].base

    def _first(self, key: str, ask: Callable[[Element], Found | None]) -> Found | None:
        answers = (ask(properties) for _, properties in self._chain(key))
        return next((one for one in answers if one is not None), None)


def value(parent: Element | None, tag: str) -> str | None:
    """The `w:val` of a child; None if there is no such child."""
    one = None if parent is None else parent.find(f"{W}{tag}")
    return None if one is None else one.get(f"{W}val")


def is_on(properties: Element, tag: str) -> bool | None:
    """A switch: on by being there, off by `w:val`, None where it is not there."""
    one = properties.find(f"{W}{tag}")
    return None if one is None else one.get(f"{W}val") not in {"0", "false", "off"}


def _properties(paragraph: Element) -> Element:
    found = paragraph.find(f"{W}pPr")
    return paragraph if found is None else found


def _outline_level(style: Element) -> str | None:
    """Word's own headings have a level even where the file does not say so."""
    said = value(style.find(f"{W}pPr"), "outlineLvl")
    named = _HEADING.fullmatch(value(style, "name") or "")
    return said or (str(int(named[1]) - 1) if named else None)


def _vanishes(style: Element) -> bool | None:
    properties = style.find(f"{W}rPr")
    return None if properties is None else is_on(properties, "vanish")


def _level(text: str | None) -> int:
    return int(text) if text and text.isdigit() else 0
