"""What the head of minutes tells: title, date, body."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, time
from typing import TYPE_CHECKING

from assistant.drafts import Doubt
from assistant.importing.roles import plain
from assistant.knowledge.reading.dating import dates
from assistant.text.eras import WEEKDAYS
from assistant.text.numbers import arabic

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

_MINUTES = re.compile(r"(?:会議|議事|委員会|速記|要点|発言)(?:録|記録|要旨|概要)")
_LABELLED = re.compile(
    r"[\s\u3000\d.．(（)）①-⑳]*(?:会議名|会議の名称|名称|件名)[\s\u3000：:]+(.+)"
)
_WHEN = re.compile(r"[\s\d.．()①-⑳]*(?:開催)?(?:日時|日程|年月日|期日|開催日|招集年月日)")
_BODY = re.compile(
    r"[^\s\d第回年度令和平成昭和定例臨時()（）「」]+?"
    r"(?:委員会|審議会|協議会|審査会|懇談会|検討会|分科会|部会|市議会|区議会|町議会|村議会|議会)"
)
_WEEKDAY = re.compile(rf"[(]([{WEEKDAYS}])(?:曜日?)?[)]|([{WEEKDAYS}])曜日")
_TIME = re.compile(r"(午前|午後)(\d{1,2})時(?:(\d{1,2})分)?")
_OPENING = re.compile(r"開会|開議|開始|から|[~〜～]|より")
_TITLE_LINES = 15
_HEAD_LINES = 60
LONGEST_TITLE = 80


@dataclass(frozen=True, slots=True)
class Heading:
    """What was found; `doubts` say what was not, or does not fit."""

    title: str
    occurred: datetime | None
    body: str
    doubts: frozenset[Doubt]


def heading(head: Sequence[str], times: Iterable[str], property_: str, stem: str) -> Heading:
    """Of the lines before the first speech, and the lines between speeches that tell times.

    `property_` is the title that the file carries, `stem` the file's name.
    """
    written = [one for one in head[:_HEAD_LINES] if one.strip()]
    lines = [unicodedata.normalize("NFKC", one) for one in written]
    named = next((found[1].strip() for one in lines if (found := _LABELLED.match(one))), "")
    title = _title(written, named) or _own(property_)
    day, doubts = _day(lines, stem)
    body = _BODY.search(plain(named or title))
    if not title:
        doubts |= {Doubt.NO_TITLE}
    opening = None if day is None else _opening(lines, times)
    occurred = None if day is None else datetime.combine(day, opening or time())
    return Heading(title or stem, occurred, body[0] if body else "", frozenset(doubts))


def _title(lines: Sequence[str], named: str) -> str:
    """The line that calls itself minutes; with the body's name where it says nothing else."""
    for line in lines[:_TITLE_LINES]:
        squeezed = plain(line)
        if _MINUTES.search(squeezed) and len(squeezed) <= LONGEST_TITLE and "。" not in squeezed:
            alone = _MINUTES.fullmatch(squeezed)
            return f"{named}{squeezed}" if alone and named else "" if alone else _single(line)
    return named


def _single(line: str) -> str:
    """A title whose letters are set apart loses its gaps; others keep them, once each."""
    words = line.split()
    spaced_out = len(words) > 3 and sum(len(one) == 1 for one in words) > len(words) / 2
    return ("" if spaced_out else " ").join(words)


def _own(property_: str) -> str:
    title = " ".join(property_.split())
    return title if len(title) <= LONGEST_TITLE and _MINUTES.search(title) else ""


def _day(lines: Sequence[str], stem: str) -> tuple[date | None, set[Doubt]]:
    told = [one for place, one in enumerate(lines) if _tells_when(lines, place)]
    for line in (*told, *lines, unicodedata.normalize("NFKC", stem)):
        for day, written in dates(_digits(line)):
            if "日" in written or re.fullmatch(r".*\d[-./]\d+[-./]\d+|\d{8}", written):
                weekday = _WEEKDAY.search(_digits(line).partition(written)[2][:6])
                wrong = weekday and WEEKDAYS[day.weekday()] not in weekday.groups()
                return day, {Doubt.WEEKDAY} if wrong else set()
    return None, {Doubt.NO_DATE}


def _tells_when(lines: Sequence[str], place: int) -> bool:
    """The line has the label, or it stands in the line before and nothing else does."""
    if _WHEN.match(plain(lines[place])):
        return True
    return place > 0 and _WHEN.fullmatch(plain(lines[place - 1])) is not None


def _opening(lines: Sequence[str], times: Iterable[str]) -> time | None:
    """When it began: the first time that says so, else the first in the head."""
    normal = [_digits(unicodedata.normalize("NFKC", one)) for one in (*lines, *times)]
    found = [(match, one) for one in normal for match in _TIME.finditer(one)]
    opening = (one for one in found if _OPENING.match(one[1][one[0].end() :].strip()[:4]))
    first = next(opening, found[0] if found else None)
    if first is None:
        return None
    half, hour, minute = first[0].groups()
    hours = int(hour) % 12 + (12 if half == "午後" else 0)
    return time(hours, int(minute or 0)) if int(minute or 0) < 60 and int(hour) <= 12 else None


def _digits(line: str) -> str:
    """八年四月 counts as 8年4月, and 元年 stays."""
    numerals = r"[一二三四五六七八九十〇]+(?=[\s]*[年月日時分])"
    closed = re.sub(r"(?<=[\d年月日時])\s+(?=[\d年月日時分])|(?<=[和成前後])\s+(?=\d)", "", line)
    return re.sub(numerals, lambda match: arabic(match[0]), closed)
