"""Minutes as lines of text -> who said what, and what the document notes in between."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assistant.drafts import DOCUMENT, DOCUMENT_NAME, Doubt, Draft, SpeakerRole
from assistant.errors import NoSpeakers
from assistant.importing.heading import heading
from assistant.importing.marks import CIRCLES, Marked, is_marked, marked, with_colon
from assistant.importing.roles import role_of
from assistant.knowledge.reading.plain import join, wrapped_at
from assistant.model import Kind, Speaker, Turn

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    Mark = Callable[[str], Marked | None]

_ACT = re.compile(
    r"[\s\u3000]*(?:〔[^〕]*〕|（[^）]*）|\([^)]*\)|［[^］]*］|「[^」]*」と呼ぶ者あり)[\s\u3000]*"
)
_TIMES = re.compile(
    r"[\s\u3000]*(?:（|\()?午[前後][\s\u3000]*[\d０-９一二三四五六七八九十]{1,3}時.{0,12}?"
    r"(?:開会|開議|再開|休憩|散会|閉会|延会|閉議|開始|終了).{0,30}",
    re.DOTALL,
)
_RULER = re.compile(
    r"[\s\u3000]*[-―─━＝=_＿*＊・…‥~〜]{5,}[\s\u3000]*(?:[◇◆]?[-―─━＝=_＿*・…‥~〜]{3,})?[\s\u3000]*"
)
_LEAST_COLONS = 3
"""So many lines with a colon make a conversation; fewer may be a list."""
_INDENT = (" ", "\u3000", "\t")


@dataclass(slots=True)
class _Speech:
    """What was collected of one speech, or of one note of the document (`speaker` is None)."""

    speaker: Marked | None
    lines: list[str] = field(default_factory=list)


class _Collector:
    """Takes line after line and keeps what belongs together."""

    def __init__(self, mark: Mark, wide: int) -> None:
        self.speeches: list[_Speech] = []
        self.times: list[str] = []
        self._mark = mark
        self._wide = wide
        self._speaking: Marked | None = None
        self._before = ""

    def take(self, line: str) -> None:
        """The next line of the document."""
        found = self._mark(line)
        if found is not None:
            self._speaking = found
            self.speeches.append(_Speech(found, [found.text] if found.text else []))
        elif _RULER.fullmatch(line):
            self._speaking = None
        elif line.strip():
            self._unmarked(line)
        self._before = line

    def _unmarked(self, line: str) -> None:
        if _TIMES.fullmatch(line):
            self.times.append(line)
            self._speaking = None
        elif is_marked(line):  # a heading under the same mark
            self._speaking = None
        speaker = None if _ACT.fullmatch(line) else self._speaking
        if not self.speeches or self.speeches[-1].speaker is not speaker:
            self.speeches.append(_Speech(speaker))
        self._go_on(self.speeches[-1].lines, line)

    def _go_on(self, lines: list[str], line: str) -> None:
        """A line that was wrapped by hand belongs to the one before; others are paragraphs."""
        full = self._wide and len(self._before.rstrip()) >= self._wide
        if lines and full and not line.startswith(_INDENT):
            lines[-1] = join(lines[-1], line.strip())
        else:
            lines.append(line.strip())


def read_minutes(lines: Sequence[str], property_: str, source: Path, digest: str) -> Draft:
    """The record that the lines of a document tell; `property_` is the title it carries.

    Raises:
        NoSpeakers: no line begins with a speaker's mark.
    """
    mark: Mark = marked
    if not any(map(marked, lines)):
        if sum(with_colon(one) is not None for one in lines) < _LEAST_COLONS:
            raise NoSpeakers(name=source.name)
        mark = with_colon
    collector = _Collector(mark, wrapped_at(list(lines)))
    for line in lines:
        collector.take(line)
    first = next(place for place, one in enumerate(lines) if mark(one) is not None)
    told = heading(lines[:first], collector.times, property_, source.stem)
    speakers, ids = _speakers(collector.speeches)
    roleless = any(not one.role for one in speakers if one.id != DOCUMENT)
    return Draft(
        source=source,
        digest=digest,
        title=told.title,
        kind=Kind.MEETING,
        speakers=speakers,
        turns=_turns(collector.speeches, ids),
        occurred=told.occurred,
        body=told.body,
        doubts=told.doubts | ({Doubt.ROLELESS} if roleless else set()),
    )


def _speakers(speeches: Sequence[_Speech]) -> tuple[tuple[Speaker, ...], dict[str, str]]:
    """Everybody in order of appearance, and their ids by what they are called."""
    roles = _roles([one.speaker for one in speeches if one.speaker is not None])
    ids = {who: f"S{number}" for number, who in enumerate(roles, 1)}
    people = [Speaker(ids[who], who, role or "") for who, role in roles.items()]
    notes = [Speaker(DOCUMENT, DOCUMENT_NAME)] if any(not one.speaker for one in speeches) else []
    return (*people, *notes), ids


def _roles(marks: Sequence[Marked]) -> dict[str, SpeakerRole | None]:
    """By title; where that says nothing, by the mark, if the document tells people apart by it."""
    used = {_alike(one.mark) for one in marks}
    scheme = {"○": SpeakerRole.CHAIR, "◆": SpeakerRole.MEMBER, "◎": SpeakerRole.OFFICIAL}
    roles: dict[str, SpeakerRole | None] = {}
    for one in marks:
        role = role_of(one.title)
        if role is None and len(used) > 1:
            role = scheme.get(_alike(one.mark))
        roles.setdefault(one.who, role)
    return roles


def _alike(mark: str) -> str:
    return "○" if mark and mark in CIRCLES else mark


def _turns(speeches: Sequence[_Speech], ids: dict[str, str]) -> tuple[Turn, ...]:
    said = [one for one in speeches if any(one.lines)]
    return tuple(
        Turn(
            id=f"t{number}",
            start=0.0,
            end=0.0,
            speaker=ids[one.speaker.who] if one.speaker else DOCUMENT,
            text="\n".join(one.lines),
        )
        for number, one in enumerate(said, 1)
    )
