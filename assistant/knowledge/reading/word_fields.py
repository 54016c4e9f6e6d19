"""Fields of a Word document: what is computed, where the result stands, and what has none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.knowledge.reading.names import W
from assistant.knowledge.reading.word_styles import is_on, value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element as Element

_FORMAT = re.compile(r'\\\*\s*(?:"[^"]*"|[^\s\\]+)')
_COMMAND = re.compile(r"\\([A-Za-z])((?:\s*\\[a-z]{2}\s*\d*(?=[\s\\(]))*)\s*\(")
_FRAMES = frozenset("○◯〇△▲□■◇◆")
_DEEPEST = 20


@dataclass(slots=True)
class _Field:
    data: Element | None
    code: str = ""
    separated: bool = False
    said: bool = False


class Fields:
    """The fields that are open where the reading stands; one may stand in another's code."""

    def __init__(self, *roots: Element) -> None:
        self._open: list[_Field] = []
        self._endless = [one for root in roots for one in _endless(root)]
        """Marks of damaged fields: they would hide all that follows."""

    def mark(self, element: Element) -> str:
        """Takes in a `w:fldChar`; at a field's end, what it shows of its code."""
        kind = element.get(f"{W}fldCharType")
        if kind == "begin" and element not in self._endless:
            self._open.append(_Field(element.find(f"{W}ffData")))
        elif kind == "separate" and self._open:
            self._open[-1].separated = True
        elif kind == "end" and self._open:
            field = self._open.pop()
            return "" if field.said else self.shown(shown_by_code(field.code, field.data))
        return ""

    def code(self, text: str) -> None:
        """Takes in a piece of the innermost field's code."""
        if self._open and not self._open[-1].separated:
            self._open[-1].code += text

    def shown(self, text: str) -> str:
        """Nothing while the code of a field is read."""
        if not all(one.separated for one in self._open):
            return ""
        if text.strip():
            for one in self._open:
                one.said = True
        return text


def _endless(root: Element) -> list[Element]:
    """The marks of beginnings that no end answers."""
    begun: list[Element] = []
    for one in root.iter(f"{W}fldChar"):
        kind = one.get(f"{W}fldCharType")
        if kind == "begin":
            begun.append(one)
        elif kind == "end" and begun:
            begun.pop()
    return begun


def shown_by_code(code: str, data: Element | None = None) -> str:
    """What a field without a result prints.

    Old Word wrote ruby, and 秘 in a circle, as an equation; a form's list keeps what was chosen in
    its data.

    >>> shown_by_code(r'EQ \\* jc2 \\* hps10 \\o\\ad(\\s\\up 9(そち),措置)')
    '措置'
    """
    name, _, rest = code.strip().partition(" ")
    kind = name.upper()
    if kind == "EQ":
        return _equation(_FORMAT.sub("", rest).strip(), 0)
    if kind == "MACROBUTTON":
        return rest.strip().partition(" ")[2].strip()
    return _filled(data) if data is not None else ""


def _filled(data: Element) -> str:
    """The chosen entry of a list, or a box with or without a tick."""
    listed, box = data.find(f"{W}ddList"), data.find(f"{W}checkBox")
    if listed is not None:
        entries = [one.get(f"{W}val", "") for one in listed.iterchildren(f"{W}listEntry")]
        chosen = value(listed, "result") or value(listed, "default") or "0"
        at = int(chosen) if chosen.isdigit() else 0
        return entries[at] if at < len(entries) else ""
    if box is None:
        return ""
    checked = is_on(box, "checked")
    return "☒" if (is_on(box, "default") if checked is None else checked) else "☐"


def _equation(text: str, depth: int) -> str:
    r"""`\o\ac(○,秘)` as 秘, `\f(1,2)` as 1/2, ruby's base without its reading."""
    shown = ""
    while (command := _COMMAND.search(text)) and depth < _DEEPEST:
        shown += _plain(text[: command.start()])
        arguments, text = _arguments(text[command.end() :])
        shown += _command(command[1].lower(), arguments, depth + 1)
    return shown + _plain(text)


def _command(name: str, arguments: list[str], depth: int) -> str:
    if name == "o":
        raised = [one for one in arguments if one.lstrip().startswith(r"\s")]
        over = [one for one in arguments if one not in raised and one.strip() not in _FRAMES]
        arguments = over or raised or arguments
    return ("/" if name == "f" else "").join(_equation(one, depth) for one in arguments)


def _arguments(text: str) -> tuple[list[str], str]:
    """Those up to the bracket that closes, and what stands after it."""
    found = [""]
    depth = 0
    for place, letter in enumerate(_letters(text)):
        if letter == ")" and not depth:
            return found, "".join(list(_letters(text))[place + 1 :])
        depth += (letter == "(") - (letter == ")")
        if letter in ",;" and not depth:
            found.append("")
        else:
            found[-1] += letter
    return found, ""


def _letters(text: str) -> Iterator[str]:
    r"""Characters, and `\(`, `\,` and the like as one each."""
    yield from re.findall(r"\\[(),;\\]|.", text, re.DOTALL)


def _plain(text: str) -> str:
    return re.sub(r"\\([(),;\\])", r"\1", text)
