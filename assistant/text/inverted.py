"""Texts turned round: which terms stand where. What a word index keeps.

Terms are of two sorts. Pairs of folded characters find anything by its characters, a last character
pairs with a line feed; words are Sudachi's normalised forms, behind a tab. A place is one number:
the text in the upper bits, the character in the lower `CHARACTER_BITS`.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from assistant.text.folding import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from assistant.ports import Tokenizer

CHARACTER_BITS = 17
"""A text of more than 131,072 characters (five hours of one voice) is found up to there."""
MOST = (1 << CHARACTER_BITS) - 1
END = "\n"
WORD = "\t"
KEPT = 256
"""Preparations that wait to be used: more than an import takes in one transaction."""


@dataclass(frozen=True, slots=True, eq=False)
class Inverted:
    """`places[bounds[n]:bounds[n + 1]]` is where `terms[n]` stands, in order.

    `lengths` are the folded characters of each text.
    """

    terms: list[str]
    bounds: NDArray[np.int64]
    places: NDArray[np.int64]
    lengths: NDArray[np.int64]


class Inverter:
    """Turns texts round. Safe to share between threads.

    Cutting the words takes a second for three hours of talk: `prepare` does it before a transaction
    begins, and `invert` in the transaction finds it done.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer
        self._prepared: dict[tuple[str, ...], Inverted] = {}
        self._lock = Lock()

    def prepare(self, texts: Sequence[str]) -> None:
        """Keeps the work for the next `invert` of the same texts."""
        ready = self._invert(texts)
        with self._lock:
            self._prepared[tuple(texts)] = ready
            while len(self._prepared) > KEPT:
                del self._prepared[next(iter(self._prepared))]

    def invert(self, texts: Sequence[str]) -> Inverted:
        """The terms of these texts, numbered from 0."""
        with self._lock:
            ready = self._prepared.pop(tuple(texts), None)
        return ready or self._invert(texts)

    def _invert(self, texts: Sequence[str]) -> Inverted:
        some = [fold(text) for text in texts]
        pairs, firsts, places = _pairs(some)
        words = self._words(some)
        terms = pairs + [WORD + word for word in words]
        sizes = [*np.diff([*firsts, len(places)]).tolist(), *(len(one) for one in words.values())]
        more = [place for one in words.values() for place in one]
        return Inverted(
            terms,
            np.asarray([0, *accumulate(sizes)], np.int64),
            np.concatenate([places, np.asarray(more, np.int64)]),
            np.asarray([len(one) for one in some], np.int64),
        )

    def _words(self, some: Sequence[str]) -> dict[str, list[int]]:
        words: dict[str, list[int]] = {}
        for number, text in enumerate(some):
            base = number << CHARACTER_BITS
            for token in self.tokenizer.tokens(text):
                if token.start <= MOST:
                    words.setdefault(token.term, []).append(base | token.start)
        # A part of a compound may have the compound's own term, at the same place.
        return {word: sorted(set(found)) for word, found in words.items()}


def _pairs(
    some: Sequence[str],
) -> tuple[list[str], list[int], NDArray[np.int64]]:
    """Pairs of characters: the pairs in order, where the places of each begin, the places."""
    joined = "".join(text + END for text in some)
    if not some or len(joined) == len(some):
        return [], [], np.zeros(0, np.int64)
    codes = np.frombuffer(joined.encode("utf-32-le"), "<u4").astype(np.int64)
    sizes = np.asarray([len(text) + 1 for text in some], np.int64)
    begins = np.repeat(np.cumsum(sizes) - sizes, sizes)
    characters = np.arange(len(codes)) - begins
    places = np.repeat(np.arange(len(some)), sizes) << CHARACTER_BITS | characters
    keep = (codes != ord(END)) & (characters <= MOST)
    pairs = (codes << 21 | np.append(codes[1:], 0))[keep]
    order = np.argsort(pairs, kind="stable")
    pairs, places = pairs[order], places[keep][order]
    firsts = np.flatnonzero(np.append(True, pairs[1:] != pairs[:-1]))
    heads = [chr(code >> 21) + chr(code & 0x1FFFFF) for code in pairs[firsts].tolist()]
    return heads, firsts.tolist(), places


def pairs_of(text: str) -> Iterator[tuple[int, str]]:
    """The pairs that together say that a text of two or more characters stands somewhere."""
    for at in range(0, len(text) - 1, 2):
        yield at, text[at : at + 2]
    if len(text) % 2:
        yield len(text) - 2, text[-2:]
