"""The numbers that Word prints before the paragraphs of its lists."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assistant.knowledge.reading.names import W
from assistant.text.numbers import to_kanji

if TYPE_CHECKING:
    from collections.abc import Callable

    from lxml.etree import _Element as Element

LEVELS = 9
BULLET = "・"
_GOJUON = (
    "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン"
)
_IROHA = (
    "イロハニホヘトチリヌルヲワカヨタレソツネナラムウ"
    "ヰノオクヤマケフコエテアサキユメミシヱヒモセスン"
)
_HALF = str.maketrans(_GOJUON, "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜｦﾝ")
_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_ROMAN = ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"),
          (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))  # fmt: skip


@dataclass(slots=True)
class _Level:
    """How one level of a list is written; `restart` is the level after which it begins again."""

    format: str = "decimal"
    text: str = ""
    start: int = 1
    suffix: str = "tab"
    restart: int | None = None
    legal: bool = False
    style: str = ""


@dataclass(slots=True)
class _List:
    """A list's levels, and where its counting stands; lists of one kind count on together."""

    levels: dict[int, _Level]
    counts: list[int | None] = field(default_factory=lambda: [None] * LEVELS)


class Numbering:
    """Counts through a document: `label` must be asked for every numbered paragraph, in order."""

    def __init__(self, root: Element | None) -> None:
        self._abstract: dict[str, _List] = {}
        self._lists: dict[str, _List] = {}
        self._starts: dict[str, dict[int, int]] = {}
        self._styled: dict[str, tuple[str, int]] = {}
        if root is not None:
            self._read(root)

    def label(self, number: str, level: int) -> str:
        """What stands before the paragraph, with the space after it; empty if nothing does."""
        found = self._lists.get(number)
        if found is None or level not in found.levels or level >= LEVELS:
            return ""
        self._count(found, number, level)
        one = found.levels[level]
        if one.format == "none" and "%" not in one.text:
            return one.text
        if one.format == "bullet":
            return BULLET if one.text.strip() else ""
        label = re.sub(
            r"%([1-9])", lambda part: self._figure(found, one, int(part[1]) - 1), one.text
        )
        return label + ("" if one.suffix == "nothing" or not label else " ")

    def of_style(self, style: str) -> tuple[str, int] | None:
        """The list and the level that a paragraph style is bound to by the list's side."""
        return self._styled.get(style)

    def _count(self, found: _List, number: str, level: int) -> None:
        starts = self._starts.pop(number, {})
        for which, start in starts.items():
            if which < LEVELS:
                found.counts[which] = start - 1
        here = found.counts[level]
        found.counts[level] = found.levels[level].start if here is None else here + 1
        for above in range(level):
            if found.counts[above] is None and above in found.levels:
                found.counts[above] = found.levels[above].start
        for below in range(level + 1, LEVELS):
            restart = found.levels[below].restart if below in found.levels else None
            if restart is None or level < restart:
                found.counts[below] = None

    def _figure(self, found: _List, asking: _Level, level: int) -> str:
        one = found.levels.get(level)
        if one is None or one.format in {"bullet", "none"}:
            return ""
        count = found.counts[level]
        return figure(
            one.start if count is None else count, "decimal" if asking.legal else one.format
        )

    def _read(self, root: Element) -> None:
        links: dict[str, str] = {}
        styles: dict[str, str] = {}
        for one in root.iterchildren(f"{W}abstractNum"):
            key = one.get(f"{W}abstractNumId", "")
            levels = dict(_level(level) for level in one.iterchildren(f"{W}lvl"))
            self._abstract[key] = _List(levels)
            if link := _value(one, "numStyleLink"):
                links[key] = link
            if link := _value(one, "styleLink"):
                styles[link] = key
        for key, style in links.items():
            if style in styles:
                self._abstract[key] = self._abstract[styles[style]]
        for one in root.iterchildren(f"{W}num"):
            self._bind(one)

    def _bind(self, num: Element) -> None:
        number = num.get(f"{W}numId", "")
        base = self._abstract.get(_value(num, "abstractNumId") or "")
        if base is None:
            return
        overrides = dict(_override(one) for one in num.iterchildren(f"{W}lvlOverride"))
        changed = {level: own for level, (_, own) in overrides.items() if own}
        self._lists[number] = _List(base.levels | changed) if changed else base
        starts = {level: start for level, (start, _) in overrides.items() if start is not None}
        if starts:
            self._starts[number] = starts
        for level, one in self._lists[number].levels.items():
            if one.style:
                self._styled.setdefault(one.style, (number, level))


def figure(count: int, format_: str) -> str:
    """A number as `w:numFmt` names its writing.

    >>> figure(3, "aiueoFullWidth"), figure(12, "japaneseCounting")
    ('ウ', '十二')
    """
    write = _FORMATS.get(format_)
    return write(count) if write and count > 0 else str(count)


def _circled(count: int) -> str:
    for first, last, start in ((1, 20, 0x2460), (21, 35, 0x3251), (36, 50, 0x32B1)):
        if first <= count <= last:
            return chr(start + count - first)
    return str(count)


def _roman(count: int) -> str:
    text = ""
    for value, letters in _ROMAN:
        text += letters * (count // value)
        count %= value
    return text


def _letters(count: int) -> str:
    """A … Z, then AA, BB …, as Word goes on."""
    return chr(ord("A") + (count - 1) % 26) * ((count - 1) // 26 + 1)


def _of(letters: str) -> Callable[[int], str]:
    return lambda count: letters[(count - 1) % len(letters)]


def _digitwise(count: int) -> str:
    return str(count).translate(str.maketrans("0123456789", "〇一二三四五六七八九"))


_FORMATS: dict[str, Callable[[int], str]] = {
    "decimalZero": lambda count: f"{count:02}",
    "decimalFullWidth": lambda count: str(count).translate(_WIDE),
    "decimalFullWidth2": lambda count: str(count).translate(_WIDE),
    "decimalEnclosedCircle": _circled,
    "decimalEnclosedCircleChinese": _circled,
    "decimalEnclosedParen": lambda count: f"({count})",
    "decimalEnclosedFullstop": lambda count: f"{count}.",
    "numberInDash": lambda count: f"- {count} -",
    "upperRoman": _roman,
    "lowerRoman": lambda count: _roman(count).lower(),
    "upperLetter": _letters,
    "lowerLetter": lambda count: _letters(count).lower(),
    "aiueoFullWidth": _of(_GOJUON),
    "aiueo": lambda count: _of(_GOJUON)(count).translate(_HALF),
    "irohaFullWidth": _of(_IROHA),
    "iroha": lambda count: _of(_IROHA)(count).translate(_HALF),
    "japaneseCounting": to_kanji,
    "chineseCounting": to_kanji,
    "chineseCountingThousand": to_kanji,
    "ideographDigital": _digitwise,
    "japaneseDigitalTenThousand": _digitwise,
    "ideographTraditional": _of(_STEMS),
    "ideographZodiac": _of(_BRANCHES),
    "ideographEnclosedCircle": lambda count: chr(0x327F + count) if count <= 10 else str(count),
}  # fmt: skip


def _value(parent: Element, tag: str) -> str | None:
    one = parent.find(f"{W}{tag}")
    return None if one is None else one.get(f"{W}val")


def _int(text: str | None, default: int) -> int:
    try:
        return min(max(int(text or ""), 0), 0x7FFF)
    except ValueError:
        return default


def _level(one: Element) -> tuple[int, _Level]:
    restart = _value(one, "lvlRestart")
    legal = one.find(f"{W}isLgl")
    level = _Level(
        format=_value(one, "numFmt") or "decimal",
        text=_value(one, "lvlText") or "",
        start=_int(_value(one, "start"), 0),
        suffix=_value(one, "suff") or "tab",
        restart=None if restart is None else _int(restart, 0),
        legal=legal is not None and legal.get(f"{W}val") not in {"0", "false"},
        style=_value(one, "pStyle") or "",
    )
    return _int(one.get(f"{W}ilvl"), 0), level


def _override(one: Element) -> tuple[int, tuple[int | None, _Level | None]]:
    own = one.find(f"{W}lvl")
    start = _value(one, "startOverride")
    level = _int(one.get(f"{W}ilvl"), 0)
    return level, (
        None if start is None else _int(start, 1),
        None if own is None else _level(own)[1],
    )
