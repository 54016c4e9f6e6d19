"""Finds and ranks turns by their words, from the places that the word index keeps.

Everything is counted among the turns that somebody may see: how many there are, and how much a
word tells (BM25), so that neither a count nor a score says anything of other records.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import sqlalchemy as sa

from assistant.store import places
from assistant.store import search_tables as s
from assistant.store.tables import AS_BYTES
from assistant.text.inverted import CHARACTER_BITS, END, WORD, pairs_of
from assistant.text.wanted import Wanted, WantedAny, WantedNear

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray
    from sqlalchemy import Connection

    from assistant.model import FloatArray
    from assistant.store.catalogue import Shelf
    from assistant.store.places import Places
    from assistant.text.wanted import Look, WantedPart

_K1, _B = 1.2, 0.75
"""Saturation by repetition, and weight of a turn's length: the usual figures."""


class WordSearch:
    """One question's words among the turns that are `visible`."""

    def __init__(self, connection: Connection, shelf: Shelf, visible: NDArray[np.bool_]) -> None:
        self._connection = connection
        self._shelf = shelf
        self._visible = visible
        firsts = np.arange(0, len(visible), places.BLOCK)
        self._blocks: list[int] = []
        if len(visible):
            self._blocks = np.flatnonzero(np.logical_or.reduceat(visible, firsts)).tolist()
        lengths = shelf.lengths[visible]
        self._average = float(lengths.mean()) if len(lengths) else 1.0
        self._number = len(lengths)
        self._places: dict[str, Places] = {}

    def find(
        self, wanted: Sequence[WantedPart], unwanted: Sequence[WantedPart]
    ) -> tuple[NDArray[np.int64], FloatArray]:
        """Turns that have all of the one and none of the other, in order, and their scores."""
        self._fetch(form for part in (*wanted, *unwanted) for form in _forms(part))
        strengths = [self._part(part) for part in wanted]
        fitting = self._visible
        for one in strengths:
            fitting = fitting & (one > 0)
        for part in unwanted:
            fitting = fitting & (self._part(part) == 0)
        numbers = np.flatnonzero(fitting)
        scores = np.zeros(len(numbers), np.float32)
        for one in strengths:
            scores += self._bm25(one, numbers)
        return numbers, scores

    def _bm25(self, strength: FloatArray, numbers: NDArray[np.int64]) -> FloatArray:
        frequency = int(np.count_nonzero(self._visible & (strength > 0)))
        idf = np.log1p((self._number - frequency + 0.5) / (frequency + 0.5))
        times = strength[numbers]
        lengths = self._shelf.lengths[numbers].astype(np.float32)
        norm = _K1 * (1 - _B + _B * lengths / max(1.0, self._average))
        score: FloatArray = (idf * times * (_K1 + 1) / (times + norm)).astype(np.float32)
        return score

    def _part(self, part: WantedPart) -> FloatArray:
        """How often it is said in each turn, weighted by the strength of the form; 0 where not."""
        match part:
            case Wanted():
                return self._wanted(part)
            case WantedNear():
                return self._near(part)
            case WantedAny():
                best: FloatArray = np.maximum.reduce([self._part(one) for one in part.parts])
                return best

    def _wanted(self, wanted: Wanted) -> FloatArray:
        strength = self._nowhere()
        for look in wanted.looks:
            numbers, times = places.turns_of(self._where(look))
            value = (look.strength * times).astype(np.float32)
            strength[numbers] = np.maximum(strength[numbers], value)
        if wanted.parts:
            every = np.minimum.reduce([self._wanted(one) for one in wanted.parts])
            strength = np.maximum(strength, every)
        return strength

    def _near(self, near: WantedNear) -> FloatArray:
        first, second = self._anywhere(near.first), self._anywhere(near.second)
        before = near.within + near.second.length
        found = places.near(first, second, before, near.within + near.first.length)
        numbers, times = places.turns_of(found)
        strength = self._nowhere()
        strength[numbers] = times
        return strength

    def _anywhere(self, wanted: Wanted) -> Places:
        """The places of all forms of a word; of several words, those of the first where all are."""
        found = [self._where(look) for look in wanted.looks]
        if wanted.parts:
            together = np.minimum.reduce([self._wanted(one) for one in wanted.parts]) > 0
            first = self._anywhere(wanted.parts[0])
            found.append(first[together[first >> CHARACTER_BITS]])
        return places.united(found)

    def _where(self, look: Look) -> Places:
        if look.is_term:
            return self._places[WORD + look.text]
        if len(look.text) < 2:
            return self._places[look.text]
        some = [(at, self._places[pair]) for at, pair in pairs_of(look.text)]
        at, rarest = min(some, key=lambda one: len(one[1]))
        others = [(other - at, found) for other, found in some if other != at]
        others.sort(key=lambda one: len(one[1]))
        return places.following(rarest, others) - at

    def _fetch(self, looks: Iterable[Look]) -> None:
        """Reads all places at once that the question needs."""
        terms: set[str] = set()
        for look in looks:
            if look.is_term:
                terms.add(WORD + look.text)
            elif len(look.text) > 1:
                terms.update(pair for _, pair in pairs_of(look.text))
            else:
                self._places[look.text] = self._beginning(look.text)
        found: dict[str, list[tuple[int, bytes]]] = {term: [] for term in terms}
        query = sa.select(s.posting.c.term, s.posting.c.block, s.posting.c.data)
        query = query.where(s.posting.c.block.in_(self._blocks), s.posting.c.term.in_(terms))
        for row in self._connection.execute(query, execution_options=AS_BYTES):
            found[row.term].append((row.block, row.data))
        self._places |= {term: self._known(blocks) for term, blocks in found.items()}

    def _beginning(self, character: str) -> Places:
        """Where a single character is: at the beginning of any pair."""
        if not character or character == END:
            return np.zeros(0, np.int64)
        query = sa.select(s.posting.c.block, s.posting.c.data).where(
            s.posting.c.block.in_(self._blocks),
            s.posting.c.term >= character,
            s.posting.c.term < chr(ord(character) + 1),
        )
        rows = self._connection.execute(query, execution_options=AS_BYTES).all()
        found = places.joined([(row.block, row.data) for row in rows])
        found.sort()
        return found[found >> CHARACTER_BITS < self._shelf.size]

    def _known(self, blocks: list[tuple[int, bytes]]) -> Places:
        """Without turns that came since the catalogue was read."""
        found = places.joined(sorted(blocks))
        return found[: np.searchsorted(found, self._shelf.size << CHARACTER_BITS)]

    def _nowhere(self) -> FloatArray:
        return np.zeros(self._shelf.size, np.float32)


def _forms(part: WantedPart) -> Iterator[Look]:
    match part:
        case Wanted():
            yield from part.forms()
        case WantedNear():
            yield from part.first.forms()
            yield from part.second.forms()
        case WantedAny():
            for one in part.parts:
                yield from _forms(one)
