"""Dates as Japanese documents write them: 和暦, weekday, 午前 and 午後."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

ERAS = (
    (date(2019, 5, 1), "令和"),
    (date(1989, 1, 8), "平成"),
    (date(1926, 12, 25), "昭和"),
    (date(1912, 7, 30), "大正"),
    (date(1868, 1, 25), "明治"),
)
"""The first day of each era, latest first."""

WEEKDAYS = "月火水木金土日"

_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


def number(value: int) -> str:
    """As official documents set it: a single digit in full width, more digits in half width.

    >>> number(8), number(11)
    ('８', '11')
    """
    return str(value).translate(_FULL_WIDTH) if 0 <= value < 10 else str(value)


def era_year(day: date) -> str:
    """The year in its era; the western year before 1868.

    >>> era_year(date(2026, 11, 23)), era_year(date(2019, 5, 1)), era_year(date(2019, 4, 30))
    ('令和８年', '令和元年', '平成31年')
    """
    for first, era in ERAS:
        if day >= first:
            year = day.year - first.year + 1
            return f"{era}{'元' if year == 1 else number(year)}年"
    return f"{day.year}年"


def era_date(day: date) -> str:
    """With its weekday.

    >>> era_date(date(2026, 11, 3))
    '令和８年11月３日（火）'
    """
    return f"{era_year(day)}{number(day.month)}月{number(day.day)}日（{WEEKDAYS[day.weekday()]}）"


def era_moment(moment: datetime) -> str:
    """Date and time of day, in the time zone that `moment` has.

    >>> from datetime import datetime
    >>> era_moment(datetime(2026, 11, 23, 13, 5))
    '令和８年11月23日（月）午後１時05分'
    """
    half = "午前" if moment.hour < 12 else "午後"
    return f"{era_date(moment.date())}{half}{number(moment.hour % 12)}時{moment.minute:02}分"
