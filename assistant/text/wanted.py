"""What to look for when somebody types a word: its forms, its parts, its synonyms."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

from assistant.search import AnyOf, Near, Synonyms, Tried, Word
from assistant.text.folding import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from assistant.manual import Token
    from assistant.ports import Tokenizer
    from assistant.search import Part

OTHER_SCRIPT, SYNONYM = 0.9, 0.6
"""Strength of a word in the other kana, and of a synonym, against the word itself."""
SHORTEST_KANA = 3
"""Characters from which kana are looked for in the other script too: ガス stands in 話がすごい."""
_TO_KATAKANA = {kana: kana + 0x60 for kana in range(ord("ぁ"), ord("ゖ") + 1)}
_TO_HIRAGANA = {kana: kana - 0x60 for kana in range(ord("ァ"), ord("ヶ") + 1)}


@dataclass(frozen=True, slots=True)
class Look:
    """One form: the characters themselves, or a normalised term where `is_term`."""

    text: str
    is_term: bool = False
    strength: float = 1.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """Any of `looks`; or all of `parts`, for something that is several words."""

    looks: tuple[Look, ...]
    parts: tuple[Wanted, ...] = ()
    length: int = 1
    """Characters of the word as it was asked for."""
    is_sentence: bool = False
    """Whether other words stand between its parts: 子どものあざ, not 児童相談所運営指針."""

    def forms(self) -> Iterator[Look]:
        """Every form of it and of its parts."""
        yield from self.looks
        for part in self.parts:
            yield from part.forms()


@dataclass(frozen=True, slots=True)
class WantedNear:
    """Both, with at most so many characters between them."""

    first: Wanted
    second: Wanted
    within: int


@dataclass(frozen=True, slots=True)
class WantedAny:
    """At least one."""

    parts: tuple[Wanted | WantedNear, ...]


WantedPart = Wanted | WantedNear | WantedAny


class Thesaurus:
    """Groups of words that mean the same."""

    def __init__(self, groups: Iterable[Synonyms]) -> None:
        self._groups: dict[str, list[tuple[str, ...]]] = {}
        for group in groups:
            for word in group.words:
                self._groups.setdefault(fold(word), []).append(group.words)

    def others(self, *forms: str) -> list[str]:
        """What else is said for it; nothing twice."""
        known = {fold(one) for one in forms}
        found: dict[str, str] = {}
        for form in sorted(known):
            for words in self._groups.get(form, ()):
                found |= {fold(word): word for word in words if fold(word) not in known}
        return list(found.values())


class Forms:
    """Words to what is looked for."""

    def __init__(self, tokenizer: Tokenizer, thesaurus: Thesaurus) -> None:
        self._tokenizer = tokenizer
        self._thesaurus = thesaurus

    def wanted(self, part: Part) -> WantedPart:
        """All forms of it."""
        match part:
            case Word():
                return self.word(part)
            case Near():
                return WantedNear(self.word(part.first), self.word(part.second), part.within)
            case AnyOf():
                parts = [self.wanted(one) for one in part.parts]
                return WantedAny(tuple(one for one in parts if not isinstance(one, WantedAny)))

    def word(self, word: Word) -> Wanted:
        """All forms of one word; of an exact one, its characters."""
        folded = fold(word.text)
        if word.exact:
            return Wanted((Look(folded),), length=len(folded))
        plain = folded.strip("、。，．・,.!?！？()「」…") or folded
        units = _longest(self._tokenizer.tokens(plain))
        terms = [one.term for one in units]
        looks = [Look(plain), *_other_script(plain)]
        if len(terms) == 1:
            looks.append(Look(terms[0], is_term=True))
        looks += self._synonyms(plain, *terms[:1] if len(terms) == 1 else ())
        # An unknown word falls into single characters, which would be found all over a long turn.
        several = len(units) > 1 and any(one.end - one.start > 1 for one in units)
        parts = [self._unit(one, plain) for one in units] if several else []
        between = len(parts) > 1 and sum(one.end - one.start for one in units) < len(plain)
        return Wanted(tuple(dict.fromkeys(looks)), tuple(parts), len(plain), between)

    def tried(self, part: Part) -> Iterator[Tried]:
        """What was looked for beside the words themselves."""
        match part:
            case Word():
                forms, said = self.word(part).forms(), fold(part.text)
                others = dict.fromkeys(one.text for one in forms if one.text not in said)
                if others:
                    yield Tried(part.text, tuple(others))
            case Near():
                yield from self.tried(part.first)
                yield from self.tried(part.second)
            case AnyOf():
                for one in part.parts:
                    yield from self.tried(one)

    def _unit(self, token: Token, text: str) -> Wanted:
        surface = text[token.start : token.end]
        looks = [Look(token.term, is_term=True)]
        if len(surface) > 1:
            looks.append(Look(surface))
        looks += self._synonyms(surface, token.term)
        return Wanted(tuple(looks), length=len(surface))

    def _synonyms(self, *forms: str) -> Iterator[Look]:
        for other in self._thesaurus.others(*forms):
            folded = fold(other)
            yield Look(folded, strength=SYNONYM)
            units = _longest(self._tokenizer.tokens(folded))
            if len(units) == 1:
                yield Look(units[0].term, is_term=True, strength=SYNONYM)


def default_synonyms() -> list[Synonyms]:
    """The table that comes with the program."""
    text = (resources.files("assistant.text") / "data" / "synonyms.txt").read_text("utf-8")
    lines = (line.strip() for line in text.splitlines())
    return [read_synonyms(line) for line in lines if line and not line.startswith("#")]


def read_synonyms(line: str) -> Synonyms:
    """`A = B = C`; a full-width sign or a comma between them does as well."""
    plain = unicodedata.normalize("NFKC", line).replace("、", "=").replace(",", "=")
    words = dict.fromkeys(" ".join(one.split()) for one in plain.split("="))
    return Synonyms(tuple(one for one in words if one))


def _longest(tokens: Sequence[Token]) -> list[Token]:
    """Without the parts of compounds, which follow these."""
    found: list[Token] = []
    for token in tokens:
        if not found or token.start >= found[-1].end:
            found.append(token)
    return found


def _other_script(text: str) -> Iterator[Look]:
    if len(text) >= SHORTEST_KANA:
        for table in (_TO_KATAKANA, _TO_HIRAGANA):
            other = text.translate(table)
            if other != text and all(ord(one) in table or one == "ー" for one in text):
                yield Look(other, strength=OTHER_SCRIPT)
