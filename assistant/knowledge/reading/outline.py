"""Headings that are typed rather than marked: 第1章, 第2節, 第3条, 1, 1.2, 1-2, (1)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assistant.manual import Block, BlockKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_N = "[0-9０-９一二三四五六七八九十百〇元]+"
_D = "[0-9０-９]{1,3}"
_DOT = "[.．‐‑–−-]"
_NO_PARTICLE = r"(?!\s?第|[をにのでとへやが、])"
_GAP = r"(?:[\s\u3000]|(?=[^\d０-９\s]))"
_SCHEMES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"第\s?{_N}\s?[編部](?![門分署局]){_NO_PARTICLE}",
        rf"第\s?{_N}\s?章{_NO_PARTICLE}",
        rf"第\s?{_N}\s?節{_NO_PARTICLE}",
        rf"第\s?{_N}\s?款{_NO_PARTICLE}",
        rf"第\s?{_N}\s?条(?:の{_N})*(?=[\s\u3000(（]|$)",
        rf"第\s?{_N}\s?項(?=[\s\u3000(（]|$)",
        r"[ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ]+[.．、\s\u3000]",
        rf"第{_N}(?=[\s\u3000])",
        rf"{_D}(?:[.．、][\s\u3000]*(?![0-9０-９])|[\s\u3000]+)",
        rf"{_D}{_DOT}{_D}(?!{_DOT}?[0-9０-９]){_GAP}",
        rf"{_D}(?:{_DOT}{_D}){{2}}(?!{_DOT}?[0-9０-９]){_GAP}",
        rf"{_D}(?:{_DOT}{_D}){{3,5}}(?!{_DOT}?[0-9０-９]){_GAP}",
        rf"[(（]{_D}[)）]",
    )
)
"""From the highest to the lowest."""
_ARTICLE = 4
_STRONG = 6
"""Schemes before this one are headings wherever they stand; the others may number a list."""
_LISTED = re.compile(
    r"[①-⑳㉑-㉟㊱-㊿❶-❿・●○◎◆◇■□▪▫•‣※*＊✓☐☑]|[-–][\s\u3000]"
    r"|[(（]?[ア-ンa-zA-Zａ-ｚイロハ][)）.．\s\u3000]"
)
_LEADER = re.compile(r"(?:[.．・…‥·]{3,}|\t)[\s\u3000]*[-–]?[0-9０-９ivx]+[-–]?$")
_CAPTION = re.compile(r"[(（][^()（）]{1,40}[)）]")
_CONTENTS = re.compile(r"(?:目\s*次|もくじ|目\s*録|contents)", re.IGNORECASE)
_UNFINISHED = re.compile(r"[。、，,．.；;]$|[。]")
_VALUE = re.compile(r"[0-9０-９]{1,3}[\s\u3000]*(?:年|月|日|時|分|人|名|件|回|円|歳|か所|％|%|割)")
_LONGEST_LABEL = 6
LONGEST = 50
"""Characters of a heading; a numbered line that is longer is a sentence."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A block, the rank of its numbering if it has one, and whether it may be a heading."""

    block: Block
    rank: int | None = None
    short: bool = False


def outline(blocks: Iterable[Block]) -> list[Block]:
    """Finds the typed headings among paragraphs; marked headings stay above them.

    Numbered lines with nothing between them are a list, and so are those of a table of contents.
    """
    found = _without_captions(list(blocks))
    marked = max((one.level for one in found if one.kind is BlockKind.HEADING), default=0)
    lines = [_line(one) for one in found]
    contents = _contents(lines)
    ranks = {n: _rank(lines, n) for n in range(len(lines)) if n not in contents}
    used = sorted({rank for rank in ranks.values() if rank is not None})
    levels = {rank: marked + 1 + place for place, rank in enumerate(used)}
    return [
        block
        for n, line in enumerate(lines)
        for block in _outlined(line, levels.get(ranks.get(n), 0))  # type: ignore[arg-type]
    ]


def dense(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """The same with levels 1, 2, 3… that leave none out."""
    used = sorted({one.level for one in blocks if one.kind is BlockKind.HEADING})
    places = {level: place for place, level in enumerate(used, 1)}
    return tuple(
        replace(one, level=places[one.level]) if one.kind is BlockKind.HEADING else one
        for one in blocks
    )


def is_numbered(text: str) -> bool:
    """Whether a line begins with a number or a mark of a list: it begins a paragraph too."""
    stripped = text.strip()
    return _number(stripped) is not None or bool(_LISTED.match(stripped))


def is_label(text: str) -> bool:
    """Whether a text is nothing but such a number or mark: 第1章, (1), ア, ・.

    >>> is_label("第1章"), is_label("3"), is_label("189番")
    (True, True, False)
    """
    stripped = text.strip()
    return len(stripped) <= _LONGEST_LABEL and is_numbered(f"{stripped} あ")


def _number(text: str) -> int | None:
    if _VALUE.match(text):
        return None
    return next((rank for rank, one in enumerate(_SCHEMES) if one.match(text)), None)


def _line(block: Block) -> _Line:
    if block.kind not in {BlockKind.PARAGRAPH, BlockKind.LIST_ITEM}:
        return _Line(block)
    text = block.text.strip()
    if _LEADER.search(text):
        return _Line(block)
    own = text.rpartition("\n")[2] if _CAPTION.match(text) else text
    short = len(text) <= LONGEST and not _UNFINISHED.search(text) and "\n" not in text
    return _Line(block, _number(own[:LONGEST]), short)


def _rank(lines: Sequence[_Line], n: int) -> int | None:
    """The rank of the heading that the line is, None if it is none."""
    line = lines[n]
    if line.rank is None or not (line.short or line.rank == _ARTICLE):
        return None
    if line.rank < _STRONG:
        return line.rank
    before = lines[n - 1] if n else _Line(line.block)
    after = lines[n + 1] if n + 1 < len(lines) else None
    listed = before.rank == line.rank
    return None if after is None or listed or _closes(after, line.rank) else line.rank


def _closes(after: _Line, rank: int) -> bool:
    """Whether nothing can stand below a heading of that rank, as the next line shows."""
    if after.block.kind is BlockKind.HEADING:
        return True
    return after.rank is not None and after.rank <= rank


def _outlined(line: _Line, level: int) -> list[Block]:
    block = line.block
    text = block.text.strip()
    if not level:
        listed = line.rank is not None or _LISTED.match(text)
        if block.kind is BlockKind.PARAGRAPH and listed:
            return [replace(block, kind=BlockKind.LIST_ITEM)]
        return [block]
    if line.short:
        return [replace(block, kind=BlockKind.HEADING, text=text, level=level)]
    return _article(block, text, level)


def _article(block: Block, text: str, level: int) -> list[Block]:
    """第3条 with its sentence in the same line, and its （caption） in the line before."""
    caption, _, rest = text.rpartition("\n") if _CAPTION.match(text) else ("", "", text)
    number = _SCHEMES[_ARTICLE].match(rest)
    heading = f"{number[0] if number else rest}{caption}"
    return [
        replace(block, kind=BlockKind.HEADING, text=heading, level=level),
        replace(block, kind=BlockKind.PARAGRAPH, text=rest),
    ]


def _without_captions(blocks: list[Block]) -> list[Block]:
    """Puts the （目的） that stands alone above 第1条 into the article's block."""
    joined: list[Block] = []
    for block in blocks:
        before = joined[-1] if joined else None
        if (
            before
            and before.kind is block.kind is BlockKind.PARAGRAPH
            and _CAPTION.fullmatch(before.text.strip())
            and _SCHEMES[_ARTICLE].match(block.text.strip())
        ):
            joined[-1] = replace(block, text=f"{before.text.strip()}\n{block.text.strip()}")
        else:
            joined.append(block)
    return joined


def _contents(lines: Sequence[_Line]) -> set[int]:
    """The lines between 目次 and where its first entry comes again."""
    inside: set[int] = set()
    for start, line in enumerate(lines):
        if not _CONTENTS.fullmatch(line.block.text.strip()) or start + 1 >= len(lines):
            continue
        first = lines[start + 1].block.text.strip()
        for end in range(start + 2, len(lines)):
            if lines[end].block.text.strip() == first:
                inside.update(range(start, end))
                break
    return inside
