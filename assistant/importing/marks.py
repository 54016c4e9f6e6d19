"""The marks that minutes put before a speech: who speaks, and as what."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.importing.roles import NUMBER, is_heading, plain, role_of, without_honorific

CIRCLES = "○〇◯"
"""U+25CB, U+3007 and U+25EF: three characters that look alike."""
_MARKS = f"{CIRCLES}◎◆●◇△□■"
_SURE = f"{CIRCLES}◎◆"
_MARKED = re.compile(rf"[\s\u3000]*([{_MARKS}])[\s\u3000]*(?=\S)(.*)", re.DOTALL)
_BRACKETED = re.compile(
    r"(?P<title>[^(（)）。、「」\n]{1,30}?)[\s\u3000]*[(（](?P<name>[^()（）。\n]{1,30})[)）]"
    r"(?P<text>.*)",
    re.DOTALL,
)
_SPACED_OUT = re.compile(
    r"(?P<title>\S(?:[\s\u3000]\S){1,7})(?:[\s\u3000]+(?P<text>.*)|$)", re.DOTALL
)
_SPACED = re.compile(
    r"(?P<title>[^\s\u3000。、「」(（：:]{1,25})(?:[\s\u3000]+(?P<text>.*)|$)", re.DOTALL
)
_COLON = re.compile(
    r"[\s\u3000]*[【［\[(（]?(?P<title>[^\s\u3000。、「」：:()（）【】［］]{1,20})[】］\])）]?"
    r"[ \u3000]*[：:\t][\s\u3000]*(?P<text>[^。]*。.*)",
    re.DOTALL,
)
_COUNT = re.compile(r"\d+(?:人|名|件|分|頁|ページ)|[第全]\d.*|.*[年月日時]")
_NAME_ONLY = re.compile(r"[一-鿿々ァ-ヶー]{1,8}")


@dataclass(frozen=True, slots=True)
class Marked:
    """A line that begins a speech. `title` and `name` are as people would look for them."""

    mark: str
    title: str
    name: str
    text: str

    @property
    def who(self) -> str:
        """How the speaker is called: the name with the title behind, or what there is of them."""
        return (
            f"{self.name}（{self.title}）" if self.name and self.title else self.name or self.title
        )


def marked(line: str) -> Marked | None:
    """The speaker's mark at the beginning of a line, and what follows it; None without one.

    >>> marked("○議長（青木一郎君）　ただいまから").who
    '青木一郎（議長）'
    """
    found = _MARKED.match(line)
    if found is None:
        return None
    mark, rest = found[1], found[2]
    return _bracketed(mark, rest) or _spaced_out(mark, rest) or _spaced(mark, rest)


def with_colon(line: str) -> Marked | None:
    """`会長：` and 【会長】： of minutes that have no other marks."""
    found = _COLON.fullmatch(line)
    if found is None or is_heading(found["title"]) or role_of(found["title"]) is None:
        return None
    return Marked("", plain(found["title"]), "", found["text"].strip())


def is_marked(line: str) -> bool:
    """Whether any mark stands at the beginning, be it a speaker's or a heading's."""
    return _MARKED.match(line) is not None


def _bracketed(mark: str, rest: str) -> Marked | None:
    found = _BRACKETED.match(rest)
    if found is None or is_heading(found["title"]):
        return None
    title, name = plain(found["title"]), plain(found["name"])
    if _COUNT.fullmatch(name):
        return None
    if role_of(title) is None and (role_of(name) is not None or NUMBER.fullmatch(name)):
        title, name = name, title  # ○青木一郎（議長）
    if role_of(title) is None and mark not in _SURE:
        return None
    return Marked(mark, title, without_honorific(name), found["text"].strip())


def _spaced_out(mark: str, rest: str) -> Marked | None:
    """委　員　長　ただいまから: the title is the longest beginning that is one."""
    found = _SPACED_OUT.match(rest)
    if found is None or is_heading(found["title"]) or role_of(found["title"]) is None:
        return None
    return Marked(mark, plain(found["title"]), "", (found["text"] or "").strip())


def _spaced(mark: str, rest: str) -> Marked | None:
    found = _SPACED.match(rest)
    if found is None or is_heading(found["title"]):
        return None
    title, text = plain(found["title"]), (found["text"] or "").strip()
    short_name = mark in "◎◆" and bool(text) and _NAME_ONLY.fullmatch(title)
    if role_of(title) is None and not short_name:
        return None
    return Marked(mark, title, "", text)
