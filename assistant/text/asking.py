"""What people type into the search box, understood. Nothing that is typed is an error.

虐待 保護           both words
"一時保護の期間"     these very characters; 「…」 and 『…』 do the same
-学校  NOT 学校      not this
児相 OR 警察         one of them (also |)
母 NEAR/20 祖母      at most 20 characters apart (also 母 近傍20 祖母)
発言者:田中 役割:委員長 期間:令和8年11月 種別:会議 案件:総務委員会
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from assistant.model import Kind
from assistant.search import NEAR, AnyOf, Filters, Near, Part, Question, Word
from assistant.text.folding import fold
from assistant.text.periods import read_period

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST = 32
"""Words that are looked at; the rest of a longer text is left out."""
LONGEST = 200
"""Characters of a word."""
FARTHEST = 500
"""Characters that two words may be apart and still be near."""
_QUOTED = r'["“”„＂](?P<a>[^"“”„＂]*)["“”„＂]?|「(?P<b>[^」]*)」?|『(?P<c>[^』]*)』?'
_TOKEN = re.compile(
    rf"(?P<minus>[-－−])?(?:{_QUOTED}|(?P<word>[^\s\"“”„＂「『|｜]+)|(?P<bar>[|｜]))"
)
_NEAR = re.compile(r"(?:NEAR|near|ＮＥＡＲ|近傍|近く)[/／]?(?P<within>\d{1,6})?")
_FIELD = re.compile(r"(?P<name>[^:：]+)[:：](?P<value>.*)", re.DOTALL)
_FIELDS = {
    "発言者": "speaker", "話者": "speaker", "speaker": "speaker",
    "役割": "role", "role": "role",
    "期間": "period", "period": "period", "から": "from", "from": "from", "まで": "to", "to": "to",
    "種別": "kind", "kind": "kind",
    "案件": "matter", "ケース": "matter", "会議体": "matter", "case": "matter", "body": "matter",
    "記録": "record", "record": "record",
}  # fmt: skip
KINDS = {"会議": Kind.MEETING, "通話": Kind.CALL, "電話": Kind.CALL} | {
    one.value: one for one in Kind
}


class _Token(NamedTuple):
    text: str
    quoted: bool = False
    minus: bool = False


def understand(text: str) -> Question:
    """The question that was typed."""
    filters, tokens = Filters(), []
    waiting = ""  # for its quoted value: 発言者:"田中 一郎"
    for token in _tokens(text):
        if waiting and token.quoted:
            filters = narrowed(filters, waiting, token.text) or filters
            waiting = ""
            continue
        name, value = _field(token)
        if name and not value:
            waiting = name
            continue
        wider = narrowed(filters, name, value) if name else None
        if wider is None:
            tokens.append(token)
        filters = wider or filters
    wanted, unwanted = _parts(tokens[:MOST])
    return Question(tuple(wanted), tuple(unwanted), filters)


def narrowed(filters: Filters, name: str, value: str) -> Filters | None:
    """With one more filter; None where the value is not understood."""
    value = value.strip()
    if name in {"period", "from", "to"}:
        return _with_period(filters, name, value)
    if name == "kind":
        kind = KINDS.get(value)
        return replace(filters, kind=kind) if kind else None
    return _with_text(filters, name, value) if value else None


def _with_text(filters: Filters, name: str, value: str) -> Filters:
    match name:
        case "speaker":
            return replace(filters, speaker=value)
        case "role":
            return replace(filters, role=value)
        case "matter":
            return replace(filters, matter=value)
        case _:
            return replace(filters, record=value)


def _with_period(filters: Filters, name: str, value: str) -> Filters | None:
    ends = [read_period(one) for one in re.split(r"\.\.|~|～|〜", value, maxsplit=1)]
    if any(one is None for one in ends):
        return None
    first, last = ends[0][0], ends[-1][1]  # type: ignore[index]  # none is None
    return replace(
        filters,
        first_day=filters.first_day if name == "to" else first,
        last_day=filters.last_day if name == "from" else last,
    )


def _tokens(text: str) -> Iterator[_Token]:
    for match in _TOKEN.finditer(text):
        minus = match["minus"] is not None
        quoted = next((match[one] for one in "abc" if match[one] is not None), None)
        if quoted is not None:
            yield _Token(quoted[:LONGEST], quoted=True, minus=minus)
        else:
            yield _Token((match["word"] or "|")[:LONGEST], minus=minus)


def _field(token: _Token) -> tuple[str, str]:
    match = None if token.quoted or token.minus else _FIELD.fullmatch(token.text)
    name = _FIELDS.get(match["name"].lower(), "") if match else ""
    return (name, match["value"]) if match and name else ("", "")


def _parts(tokens: list[_Token]) -> tuple[list[Part], list[Part]]:
    wanted: list[Part] = []
    unwanted: list[Part] = []
    at, negate, either = 0, False, False
    while at < len(tokens):
        token = tokens[at]
        word = _operator(token)
        at += 1
        if word == "NOT":
            negate = True
        elif word == "OR":
            either = bool(wanted)
        elif word != "AND" and fold(token.text):
            part, at = _near(tokens, at - 1)
            if negate or token.minus:
                unwanted.append(part)
            elif either:
                wanted[-1] = _either(wanted[-1], part)
            else:
                wanted.append(part)
            negate = either = False
    return wanted, unwanted


def _operator(token: _Token) -> str:
    if token.quoted or token.minus:
        return ""
    word = {"|": "OR", "｜": "OR"}.get(token.text, token.text)
    return word if word in {"NOT", "OR", "AND"} else ""


def _near(tokens: list[_Token], at: int) -> tuple[Word | Near, int]:
    """The word at `at`, or it and another near it; and where the next part begins."""
    first = Word(tokens[at].text, tokens[at].quoted)
    if at + 2 >= len(tokens) or tokens[at + 1].quoted or not fold(tokens[at + 2].text):
        return first, at + 1
    match = _NEAR.fullmatch(tokens[at + 1].text)
    if match is None:
        return first, at + 1
    within = min(int(match["within"] or NEAR), FARTHEST)
    return Near(first, Word(tokens[at + 2].text, tokens[at + 2].quoted), within), at + 3


def _either(before: Part, part: Word | Near) -> AnyOf:
    parts = before.parts if isinstance(before, AnyOf) else (before,)
    return AnyOf((*parts, part))
