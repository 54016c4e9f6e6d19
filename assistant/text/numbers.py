"""Numbers in Japanese text: kanji numerals, digits, and the two mixed."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

_DIGITS = {kanji: value for value, kanji in enumerate("〇一二三四五六七八九")} | {"零": 0}
_SMALL = {"十": 10, "百": 100, "千": 1_000}
_BIG = {"万": 10**4, "億": 10**8, "兆": 10**12}

_RUN = re.compile(r"[〇零一二三四五六七八九十百千万億兆\d.]+")
_TOKEN = re.compile(r"\d+(?:\.\d+)?|[〇零一二三四五六七八九]+|[十百千万億兆.]")
# 千葉, 百合, 百貨店: a lone 百 or 千 counts only before something that is counted.
_COUNTED = re.compile(
    r"[円人件年日回名個歳台度枚冊本票点字組室戸倍社校分秒万億兆ヶカかケ箇%℃kmgtKMGT]"
)


def arabic(text: str) -> str:
    """`text` with its numbers in plain arabic digits, without thousands separators.

    Meant for comparing two texts, both of which go through it; so it is simple: single kanji
    digits are always replaced, in 一つ and 三田 as well, which changes no length. Fullwidth forms
    are unified (NFKC).

    >>> arabic("三千五百十二件、四億六千七百万円、零点五、二〇二六年、十時半")
    '3512件、467000000円、0.5、2026年、10時30分'
    >>> arabic("４億６，７００万円、320千円、一つ、千葉、万が一")
    '467000000円、320000円、1つ、千葉、万が1'
    """
    plain = unicodedata.normalize("NFKC", text)
    plain = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", plain)
    plain = _RUN.sub(lambda run: _run_to_digits(run[0], plain[run.end() : run.end() + 1]), plain)
    plain = re.sub(r"(?<=\d)点(?=\d)", ".", plain)
    return re.sub(r"(?<=\d)時半", "時30分", plain)


def to_kanji(number: int) -> str:
    """`number`, 0 or more and below 10 to the power of 16, in kanji as it is read.

    >>> to_kanji(3512), to_kanji(467_000_000), to_kanji(0)
    ('三千五百十二', '四億六千七百万', '零')
    """
    if number == 0:
        return "零"
    text = ""
    for unit, size in [*reversed(_BIG.items()), ("", 1)]:
        section, number = divmod(number, size)
        if section:
            # One thousand before a big unit is said with its one: 一千万.
            head = "一" if unit and 1_000 <= section < 2_000 else ""
            text += head + _section_to_kanji(section) + unit
    return text


def _section_to_kanji(section: int) -> str:
    text = ""
    for unit, size in reversed(_SMALL.items()):
        digit, section = divmod(section, size)
        if digit:
            text += ("" if digit == 1 else "〇一二三四五六七八九"[digit]) + unit
    return text + ("〇一二三四五六七八九"[section] if section else "")


@dataclass(slots=True)
class _Number:
    """A number while its tokens come in; `digits` is None between a unit and the next digits."""

    done: Decimal = Decimal(0)
    section: Decimal = Decimal(0)
    digits: Decimal | None = None
    plain: str = ""
    small: int = 10**4
    big: int = 10**16
    tokens: int = 0

    def take_digits(self, token: str) -> bool:
        """Digits come once before each unit."""
        plain = "".join(str(_DIGITS.get(character, character)) for character in token)
        if self.digits is not None or (self.tokens and Decimal(plain) >= self.small):
            return False
        self.plain, self.digits = plain, Decimal(plain)
        self.tokens += 1
        return True

    def take_unit(self, token: str) -> bool:
        """Units come in falling order, with digits before a big one."""
        return self._take_small(_SMALL[token]) if token in _SMALL else self._take_big(_BIG[token])

    def _take_small(self, size: int) -> bool:
        factor = Decimal(1) if self.digits is None else self.digits
        if size >= self.small or (factor >= 10 and size < 1_000) or factor == 0:
            return False
        self.section += factor * size
        self.digits, self.small = None, size
        self.tokens += 1
        return True

    def _take_big(self, size: int) -> bool:
        section = self.section + (self.digits or 0)
        if size >= self.big or section == 0:
            return False
        self.done += section * size
        self.section, self.digits, self.small, self.big = Decimal(0), None, 10**4, size
        self.tokens += 1
        return True

    def written(self) -> str:
        """In digits; as they stood when there were only digits (0312 keeps its zero)."""
        if self.tokens == 1 and self.digits is not None:
            return self.plain
        return f"{(self.done + self.section + (self.digits or 0)).normalize():f}"


def _run_to_digits(run: str, following: str) -> str:
    if run in _SMALL and run != "十" and not _COUNTED.match(following):
        return run
    if set(run) == {"〇"}:
        return run
    written, number = "", _Number()
    for token in _TOKEN.findall(run):
        if _take(number, token):
            continue
        written += number.written() if number.tokens else ""
        number = _Number()
        if not _take(number, token):
            written, number = written + token, _Number()
    return written + (number.written() if number.tokens else "")


def _take(number: _Number, piece: str) -> bool:
    if piece in _SMALL or piece in _BIG:
        return number.take_unit(piece)
    return piece != "." and number.take_digits(piece)
