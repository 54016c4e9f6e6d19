"""The sections of an edition, and what changed from one edition to the next."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import TYPE_CHECKING

from assistant.manual import JOINED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from assistant.manual import Edition, Passage

ALIKE = 0.6
"""Above this share of common sentences, a section under a new heading is the old one renamed."""
_SENTENCE = re.compile(r"[^。\n]*(?:。[」』)]?|\n|$)")


@dataclass(frozen=True, slots=True)
class Section:
    """A section, whole: the passages under one path of headings, and its neighbours.

    `before` and `after` are the first passages of the neighbouring sections.
    """

    edition: Edition
    headings: tuple[str, ...]
    passages: tuple[Passage, ...]
    before: Passage | None = None
    after: Passage | None = None


class ChangeKind(StrEnum):
    """What became of a section."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence of a comparison; `mark` is `+` for new, `-` for gone, and a space for kept."""

    mark: str
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one section. `before` are its old headings where they differ."""

    kind: ChangeKind
    headings: tuple[str, ...]
    lines: tuple[Line, ...]
    before: tuple[str, ...] = ()


def section_of(edition: Edition, passages: Sequence[Passage], position: int) -> Section:
    """The section that the passage at `position` stands in. `passages` are the edition's."""
    here = passages[position]
    first, last = position, position
    while first > 0 and passages[first - 1].headings == here.headings:
        first -= 1
    while last + 1 < len(passages) and passages[last + 1].headings == here.headings:
        last += 1
    before = passages[_start(passages, first - 1)] if first > 0 else None
    after = passages[last + 1] if last + 1 < len(passages) else None
    return Section(edition, here.headings, tuple(passages[first : last + 1]), before, after)


def _start(passages: Sequence[Passage], position: int) -> int:
    while position > 0 and passages[position - 1].headings == passages[position].headings:
        position -= 1
    return position


def changes(old: Iterable[Passage], new: Iterable[Passage]) -> list[Change]:
    """Sections added, removed and changed, in the order of the new edition; removed ones last."""
    before, after = _texts(old), _texts(new)
    gone = {path: text for path, text in before.items() if path not in after}
    found: list[Change] = []
    for path, text in after.items():
        origin = path if path in before else _renamed(text, gone)
        if origin is None:
            found.append(Change(ChangeKind.ADDED, path, _marked("+", text)))
            continue
        gone.pop(origin, None)
        lines = tuple(compare(before[origin], text))
        if origin != path or any(line.mark != " " for line in lines):
            found.append(Change(ChangeKind.CHANGED, path, lines, origin if origin != path else ()))
    removed = [Change(ChangeKind.REMOVED, path, _marked("-", text)) for path, text in gone.items()]
    return found + removed


def compare(old: str, new: str) -> Iterator[Line]:
    """The sentences of both texts, in order, those that are gone before those that are new."""
    a, b = _sentences(old), _sentences(new)
    for kind, a0, a1, b0, b1 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if kind == "equal":
            yield from (Line(" ", text) for text in a[a0:a1])
        else:
            yield from (Line("-", text) for text in a[a0:a1])
            yield from (Line("+", text) for text in b[b0:b1])


def _texts(passages: Iterable[Passage]) -> dict[tuple[str, ...], str]:
    """Each section's text; sections of the same headings count as one."""
    texts: dict[tuple[str, ...], str] = {}
    for passage in passages:
        for headings, text in _apart(passage):
            texts[headings] = f"{texts[headings]}\n{text}" if headings in texts else text
    return texts


def _apart(passage: Passage) -> Iterator[tuple[tuple[str, ...], str]]:
    """The small sections of a passage, each by itself: which of them are joined may change."""
    *path, last = passage.headings or ("",)
    names, lines = last.split(JOINED), passage.text.split("\n")
    places = _places(names, lines)
    if len(names) == 1 or len(places) < len(names):
        yield passage.headings, passage.text
        return
    for name, first, end in zip(names, places, [*places[1:], len(lines)], strict=True):
        yield (*path, name), "\n".join(lines[first + 1 : end]) or name


def _places(names: Sequence[str], lines: Sequence[str]) -> list[int]:
    """The lines that the names are, each after the one before; fewer where one is no line."""
    numbered = iter(enumerate(lines))
    found = (next((at for at, line in numbered if line == name), None) for name in names)
    return [at for at in found if at is not None]


def _renamed(text: str, gone: dict[tuple[str, ...], str]) -> tuple[str, ...] | None:
    """The headings of the old section that shares most sentences, if it shares enough."""
    best, found = ALIKE, None
    for path, other in gone.items():
        share = _shared(set(_sentences(text)), set(_sentences(other)))
        if share > best:
            best, found = share, path
    return found


def _shared(one: set[str], other: set[str]) -> float:
    """Dice's coefficient: 1 for the same sentences, 0 for none in common."""
    return 2 * len(one & other) / max(1, len(one) + len(other))


def _marked(mark: str, text: str) -> tuple[Line, ...]:
    return tuple(Line(mark, sentence) for sentence in _sentences(text))


def _sentences(text: str) -> list[str]:
    return [one.strip() for one in _SENTENCE.findall(text) if one.strip()]
