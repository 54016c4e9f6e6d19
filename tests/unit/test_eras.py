from __future__ import annotations

from datetime import date, datetime

import pytest

from assistant.text.eras import era_date, era_moment, era_year

YEARS = {
    date(2026, 11, 23): "令和８年",
    date(2029, 1, 1): "令和11年",
    date(2019, 5, 1): "令和元年",
    date(2019, 4, 30): "平成31年",
    date(1989, 1, 8): "平成元年",
    date(1989, 1, 7): "昭和64年",
    date(1926, 12, 25): "昭和元年",
    date(1912, 7, 30): "大正元年",
    date(1868, 1, 25): "明治元年",
    date(1867, 1, 1): "1867年",
}


@pytest.mark.parametrize(("day", "year"), YEARS.items())
def test_years_begin_with_their_emperor(day: date, year: str) -> None:
    assert era_year(day) == year


def test_dates_name_their_weekday() -> None:
    assert era_date(date(2026, 11, 20)) == "令和８年11月20日（金）"
    assert era_date(date(2026, 1, 4)) == "令和８年１月４日（日）"


@pytest.mark.parametrize(
    ("hour", "minute", "text"),
    [
        (10, 0, "午前10時00分"),
        (0, 5, "午前０時05分"),
        (12, 30, "午後０時30分"),
        (23, 59, "午後11時59分"),
    ],
)
def test_hours_are_counted_in_halves_of_the_day(hour: int, minute: int, text: str) -> None:
    assert era_moment(datetime(2026, 11, 23, hour, minute)).endswith(text)  # noqa: DTZ001
