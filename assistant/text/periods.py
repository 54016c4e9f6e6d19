"""Periods as people write them: 2026-11, 2026/11/1, 令和8年11月, R8.11.1."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from datetime import date

from assistant.text.eras import ERAS

_LETTERS = dict(zip("RHSTM", (era for _, era in ERAS), strict=True))
_FIRST = {era: first for first, era in ERAS}
_PERIOD = re.compile(
    r"(?:(?P<era>[RHSTM]|令和|平成|昭和|大正|明治)\s*(?P<count>\d{1,2}|元)|(?P<year>\d{4}))"
    r"(?:\s*(?:年度?|[-./])\s*(?:(?P<month>\d{1,2})(?:\s*(?:月|[-./])\s*(?:(?P<day>\d{1,2})日?)?)?)?)?",
    re.IGNORECASE,
)


def read_period(text: str) -> tuple[date, date] | None:
    """First and last day of a year, a month or a day; None where it is none.

    >>> read_period("令和８年11月")
    (datetime.date(2026, 11, 1), datetime.date(2026, 11, 30))
    >>> read_period("R8.11.1")
    (datetime.date(2026, 11, 1), datetime.date(2026, 11, 1))
    >>> read_period("令和8年度")
    (datetime.date(2026, 4, 1), datetime.date(2027, 3, 31))
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    match = _PERIOD.fullmatch(plain)
    if match is None:
        return None
    try:
        return _period(match, fiscal="年度" in plain)
    except ValueError:  # the 13th month, the 31st of April
        return None


def _period(match: re.Match[str], *, fiscal: bool) -> tuple[date, date] | None:
    year, month, day = _year(match), match["month"], match["day"]
    if fiscal:
        return (date(year, 4, 1), date(year + 1, 3, 31)) if month is None else None
    if month is None:
        return date(year, 1, 1), date(year, 12, 31)
    if day is None:
        first = date(year, int(month), 1)
        return first, first.replace(day=monthrange(year, first.month)[1])
    only = date(year, int(month), int(day))
    return only, only


def _year(match: re.Match[str]) -> int:
    if match["year"]:
        return int(match["year"])
    era = _LETTERS.get(match["era"].upper(), match["era"])
    count = 1 if match["count"] == "元" else int(match["count"])
    return _FIRST[era].year + count - 1
