"""Read the sources of the sample manuals: Markdown with a front matter, one block a line.

A source begins with `title`, `edition` (the day it holds from) and `output` (the file that it goes
into); sources of one output follow each other by name. `{難|かた}い` sets かた over 難.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).parent / "manuals"
RUBY = re.compile(r"\{([^|{}]+)\|([^|{}]+)\}")
Kind = Literal["heading", "bullet", "number", "quote", "row", "text"]
_MARKS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("heading", re.compile(r"(?P<mark>#+) ")),
    ("bullet", re.compile(r"- ")),
    ("number", re.compile(r"\d+\. ")),
    ("quote", re.compile(r"> ")),
    ("row", re.compile(r"(?=\|)")),
)


@dataclass(frozen=True, slots=True)
class Line:
    """A block of a source. `level` is that of a heading, 0 elsewhere."""

    kind: Kind
    text: str
    level: int = 0

    @property
    def cells(self) -> list[str]:
        """Those of a row of a table."""
        return [cell.strip() for cell in self.text.strip("|").split("|")]


@dataclass(frozen=True, slots=True)
class Manual:
    """All sources of one output, put together."""

    title: str
    edition: date
    output: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """What stands under one path of headings, without markup and ruby."""

    output: str
    headings: tuple[str, ...]
    text: str


def paths() -> list[Path]:
    """The sources in the order they are put together."""
    return sorted(path for path in FOLDER.glob("*.md") if path.stem != "outline")


def manuals() -> list[Manual]:
    """Every manual, by the name of its output."""
    sources = sorted((_source(path) for path in paths()), key=attrgetter("output"))
    return [_joined(list(group)) for _, group in groupby(sources, attrgetter("output"))]


def sections(manual: Manual) -> list[Section]:
    """The sections that hold text, in order."""
    trail: list[str] = []
    texts: dict[tuple[str, ...], list[str]] = {}
    for line in manual.lines:
        if line.kind == "heading":
            trail = [*trail[: line.level - 1], plain(line.text)]
        else:
            texts.setdefault(tuple(trail), []).append(_said(line))
    return [Section(manual.output, path, "\n".join(said)) for path, said in texts.items()]


def plain(text: str) -> str:
    """The text without what is set over its characters."""
    return RUBY.sub(r"\1", text)


def _said(line: Line) -> str:
    return plain("　".join(line.cells) if line.kind == "row" else line.text)


def _source(path: Path) -> Manual:
    _, front, body = path.read_text("utf-8").split("---\n", 2)
    fields = dict(line.split(": ", 1) for line in front.splitlines())
    day = date.fromisoformat(fields["edition"])
    return Manual(fields["title"], day, fields["output"], tuple(_lines(body)))


def _joined(sources: list[Manual]) -> Manual:
    """One manual; a chapter that goes on in the next source keeps its first heading."""
    lines: list[Line] = []
    chapter = ""
    for line in (line for source in sources for line in source.lines):
        if line.level == 1 and line.text == chapter:
            continue
        chapter = line.text if line.level == 1 else chapter
        lines.append(line)
    first = sources[0]
    return Manual(first.title, first.edition, first.output, tuple(lines))


def _lines(body: str) -> Iterator[Line]:
    for raw in filter(None, body.splitlines()):
        if not re.fullmatch(r"[|\-]+", raw):
            yield _line(raw)


def _line(raw: str) -> Line:
    for kind, mark in _MARKS:
        if found := mark.match(raw):
            level = len(found["mark"]) if kind == "heading" else 0
            return Line(kind, raw[found.end() :], level)
    return Line("text", raw)
