"""Where in a text the words stand that were looked for, and the part of it that shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from assistant.text.folding import folded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from assistant.ports import Tokenizer
    from assistant.text.folding import Folded
    from assistant.text.wanted import Look

    Spans = tuple[tuple[int, int], ...]

LEAD = 24
"""Characters of a snippet before its first word."""


class Snippet(NamedTuple):
    """A part of a text; `spans` are counted from its own first character."""

    text: str
    spans: Spans
    cut_before: bool
    cut_after: bool


def spans(text: str, words: Sequence[Sequence[Look]], tokenizer: Tokenizer) -> Spans:
    """The characters of `text` that fit a form of one of the words: pairs of start and end, in
    order. The text is cut into terms only for words whose characters do not stand in it."""
    whole = folded(text)
    found: list[tuple[int, int]] = []
    terms: set[str] = set()
    for looks in words:
        there = [
            span
            for look in looks
            if look.text and not look.is_term
            for span in _literal(whole, look.text)
        ]
        found += there
        if not there:
            terms |= {look.text for look in looks if look.is_term}
    for token in tokenizer.tokens(whole.text) if terms else ():
        if token.term in terms:
            found.append(whole.span(token.start, token.end))
    return tuple(_merged(found))


def snippet(text: str, marked: Spans, width: int) -> Snippet:
    """About `width` characters of the text around the first of the marked ones."""
    if len(text) <= width:
        return Snippet(text, marked, cut_before=False, cut_after=False)
    first = marked[0][0] if marked else 0
    begin = max(0, min(first - LEAD, len(text) - width))
    end = begin + width
    inside = [(max(a, begin) - begin, min(b, end) - begin) for a, b in marked]
    shown = tuple((a, b) for a, b in inside if a < b)
    return Snippet(text[begin:end], shown, cut_before=begin > 0, cut_after=end < len(text))


def _literal(whole: Folded, wanted: str) -> Iterator[tuple[int, int]]:
    at = whole.text.find(wanted)
    while at >= 0:
        yield whole.span(at, at + len(wanted))
        at = whole.text.find(wanted, at + 1)


def _merged(found: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged
