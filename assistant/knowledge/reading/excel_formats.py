"""Values of a workbook as the sheet shows them.

Dates are written out whatever their format, since people ask for 4月1日 and not for 4/1; what the
format leaves out of them stays out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from math import isfinite
from unicodedata import normalize

from assistant.text.eras import WEEKDAYS, era_year

_EXACT = Context(prec=400)
_ERA = re.compile(r"(?<!\[)(?:g{1,3}|e{1,2})(?![a-z])", re.IGNORECASE)
_LITERAL = re.compile(r'"([^"]*)"|\\(.)|\[\$([^\]-]*)(?:-[^\]]*)?\]')
_UNSHOWN = re.compile(r"_.|\*.|\[[^\]]*\]")
_FIGURES = re.compile(r"[#0?.,]+")
_DIGITS = re.compile(r"[0()\- ]*0[()\- ]+0[0()\- ]*|00+")


def shown(found: object, format_: str) -> str:
    """A cell's value as text; empty for none.

    >>> shown(312345678, "00-0000-0000"), shown(12, '0"人"'), shown(0.125, "0.0%")
    ('03-1234-5678', '12人', '12.5%')
    """
    if found is None:
        return ""
    if isinstance(found, bool):
        return str(found).upper()
    if isinstance(found, (datetime, date)):
        return _day(found, format_)
    if isinstance(found, time):
        return f"{found:%H:%M}"
    if isinstance(found, timedelta):
        minutes = int(found.total_seconds()) // 60
        return f"{minutes // 60}:{minutes % 60:02}"
    if isinstance(found, (int, float)):
        return _number(found, format_)
    return str(found).replace("_x000D_", "").strip()


def _day(day: date, format_: str) -> str:
    code = _LITERAL.sub(" ", format_.split(";")[0]).lower()
    era = normalize("NFKC", era_year(date(day.year, day.month, day.day)))
    year = era if _ERA.search(code) else f"{day.year}年"
    dated = re.sub(r"\[.*?\]|h.*?m+|m+:?s|general", "", code)
    whole = not re.search(r"[yged]", dated)  # a time, or a format of the program's own
    text = "".join(
        part
        for part, letters in ((year, "[yge]"), (f"{day.month}月", "m"), (f"{day.day}日", "d"))
        if whole or re.search(letters, dated)
    )
    weekday = f"({WEEKDAYS[day.weekday()]})" if "aaa" in code or "ddd" in code else ""
    timed = isinstance(day, datetime) and (day.hour or day.minute)
    return f"{text}{weekday} {day:%H:%M}" if timed else f"{text}{weekday}"


@dataclass(frozen=True, slots=True)
class _Form:
    """A format of numbers: what stands before and after the figures, and how they are written."""

    before: str
    figures: str
    after: str


def _number(number: float, format_: str) -> str:
    sections = format_.split(";")
    negative = number < 0 and len(sections) > 1
    form = _form(sections[1 if negative else 0])
    if form is None or not isfinite(number):
        return _general(number)
    number = abs(number) if negative else number
    sign, number = ("-", -number) if number < 0 else ("", number)
    return f"{sign}{form.before}{_figures(number, form)}{form.after}"


def _form(section: str) -> _Form | None:
    """None for General, and for what is not understood: fractions, exponents, text."""
    hidden: list[str] = []

    def put_away(literal: re.Match[str]) -> str:
        hidden.append(next(one for one in (*literal.groups(), "") if one is not None))
        return "\x00"

    code = _UNSHOWN.sub("", _LITERAL.sub(put_away, section)).strip()
    digits = _DIGITS.fullmatch(code)
    found = digits or _FIGURES.search(code)
    if found is None or re.search(r"[a-zA-Z@/]", code):
        return None
    literals = iter(hidden)
    before, after = (
        re.sub("\x00", lambda _: next(literals), part)
        for part in (code[: found.start()], code[found.end() :])
    )
    return _Form(before, found[0], after)


def _figures(number: float, form: _Form) -> str:
    if _DIGITS.fullmatch(form.figures):
        return _by_digits(round(number), form.figures)
    exact = Decimal(repr(number)) * (100 if "%" in form.before + form.after else 1)
    whole, _, decimals = form.figures.partition(".")
    most, least = len(re.sub(r"[^#0?]", "", decimals)), decimals.count("0")
    rounded = exact.quantize(Decimal(1).scaleb(-most), ROUND_HALF_UP, _EXACT)
    text = f"{rounded:{',' if ',' in whole else ''}f}"
    for _ in range(most - least):
        text = text.removesuffix("0")
    return text.removesuffix(".")


def _by_digits(number: int, figures: str) -> str:
    """000-0000 with 1234567 as 123-4567."""
    places = figures.count("0")
    digits = str(number).zfill(places)
    left, rest = digits[: len(digits) - places], iter(digits[len(digits) - places :])
    return left + "".join(next(rest) if one == "0" else one for one in figures)


def _general(number: float) -> str:
    whole = isfinite(number) and number == number // 1 and abs(number) < 1e15
    return str(int(number)) if whole else f"{number:.12g}"
