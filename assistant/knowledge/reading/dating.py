"""The date of an edition, as covers and file names write it."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import TYPE_CHECKING

from assistant.text.eras import ERAS
from assistant.text.numbers import arabic

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_ERA_NAMES = {name: first.year for first, name in ERAS}
_LETTERS = {"R": "令和", "H": "平成", "S": "昭和"}
_JAPANESE = re.compile(
    r"(?:(令和|平成|昭和)\s*(元|\d{1,2})|((?:19|20)\d\d))\s*年(?:\s*度|\s*(\d{1,2})\s*月(?:\s*(\d{1,2})\s*日)?)?"
)
_SHORT = re.compile(
    r"(?<![A-Za-z\d.])(?:([RHS])(\d{1,2})|((?:19|20)\d\d))([-./])(\d{1,2})(?:\4(\d{1,2}))?(?![\d.])"
)
_COMPACT = re.compile(r"(?<!\d)((?:19|20)\d\d)(\d\d)(\d\d)(?!\d)")
_EDITION = re.compile(r"改[訂定正]|版|発行|作成|策定|制定|施行|更新|現在|適用")
_FURNITURE = re.compile(r"[\s()\[\]【】〔〕<>「」・:、]|第\d+[版刷]")
FIRST_APRIL = (4, 1)
"""The first day of a 年度."""


def edition_date(lines: Sequence[str], name: str) -> date | None:
    """The newest date of the lines that tell an edition; else the one in the file's name.

    A line tells it when it says 改訂, 版 and the like beside the date, or holds nothing else.

    >>> edition_date(["児童相談の手引き", "令和８年４月１日改訂"], "manual.pdf")
    datetime.date(2026, 4, 1)
    >>> edition_date(["平成12年に生まれた子どもの場合は、"], "手引き_20250401.docx")
    datetime.date(2025, 4, 1)
    """
    found = [day for line in lines for day in _told(_plain(line))]
    if found:
        return max(found)
    return max((day for day, _ in dates(_plain(name))), default=None)


def dates(text: str) -> Iterator[tuple[date, str]]:
    """Every date in a normalised text and how it is written; a missing day or month is the first.

    >>> list(dates("令和元年度版"))
    [(datetime.date(2019, 4, 1), '令和元年度')]
    """
    for match in _JAPANESE.finditer(text):
        era, of_era, western, month, day = match.groups()
        start = FIRST_APRIL if match[0].endswith("度") else (int(month or 1), int(day or 1))
        yield from _date(_year(era, of_era, western), *start, match[0])
    for match in _SHORT.finditer(text):
        letter, of_era, western, _, month, day = match.groups()
        year = _year(_LETTERS.get(letter or ""), of_era, western)
        yield from _date(year, int(month), int(day or 1), match[0])
    for match in _COMPACT.finditer(text):
        yield from _date(int(match[1]), int(match[2]), int(match[3]), match[0])


def _told(line: str) -> list[date]:
    found = list(dates(line))
    rest = line
    for _, written in found:
        rest = rest.replace(written, "")
    alone = not _FURNITURE.sub("", rest)
    return [day for day, _ in found] if alone or (len(line) <= 80 and _EDITION.search(rest)) else []


def _plain(text: str) -> str:
    """One form for digits and letters; 八年四月 counts as 8年4月."""
    normal = unicodedata.normalize("NFKC", text)
    return re.sub(r"[一二三四五六七八九十〇]+(?=[年月日])", lambda match: arabic(match[0]), normal)


def _year(era: str | None, of_era: str | None, western: str | None) -> int:
    if western or not era or not of_era:
        return int(western or 0)
    return _ERA_NAMES[era] - 1 + (1 if of_era == "元" else int(of_era))


def _date(year: int, month: int, day: int, written: str) -> Iterator[tuple[date, str]]:
    try:
        yield date(year, month, day), written
    except ValueError:
        return
