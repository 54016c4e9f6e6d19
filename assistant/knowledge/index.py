"""Words and meaning over all passages, and what many people ask about, fused by strength.

Each is brought to 0 to 1 for the question at hand, then added: a passage that one finds and the
others hardly know still counts. Ranks alone would forget by how much the first is better than the
second. Weights were chosen on 130 colloquial questions over the sample manuals and on two sets of
general ones (a help system's headings, and sentences with words left out): see
docs/howto/manuals.md.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from assistant.knowledge.lexical import LexicalIndex
from assistant.knowledge.meaning import MeaningIndex
from assistant.manual import Match

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from assistant.manual import Asked, Topic
    from assistant.model import FloatArray, HalfArray
    from assistant.ports import Ways

    Rows = NDArray[np.intp]

WORDS, MORE_WORDS = 0.3, 0.3
"""Weight of the words against the meaning, and what is added where a passage holds what was said:
somebody who uses a manual's own words wants the place where they stand."""
HELD, ALL_HELD = 0.4, 0.8
"""Shares of the question's words, as they stand in the passage that has most of them, between
which that weight rises."""
KNOWN, WELL_KNOWN = 0.5, 0.9
"""Shares between which topics lose their say: the question speaks as the manuals do."""
MOST = 100
"""Passages that are ranked; nobody reads further."""


class FusedIndex:
    """`ports.PassageIndex` in memory: BM25, and the cosines of whole passages and their parts."""

    def __init__(
        self, terms: Iterable[Sequence[str]], rows: Sequence[int], vectors: HalfArray
    ) -> None:
        self._lexical = LexicalIndex(terms)
        self._size = self._lexical.size
        self._meaning = MeaningIndex(self._size, rows, vectors)
        self._topics: dict[str, FloatArray] = {}

    def rank(
        self, asked: Asked, ways: Ways = "fused", among: Sequence[int] | None = None
    ) -> list[Match]:
        """The passages that fit, the best first; `MOST` at most."""
        if not self._size:
            return []
        allowed = _only(self._size, among)
        said = dict.fromkeys(asked.said, 1.0)
        spoken = self._lexical.scores(said) * allowed
        words = spoken if ways == "lexical" else self._lexical.scores(asked.terms) * allowed
        cosines = self._meaning.cosines(asked.meaning) * allowed
        lead = _lead(cosines, self._meaning.rows)
        held = self._lexical.covered(int(spoken.argmax()), said)
        if ways == "dense":
            total = lead
        elif ways == "fused":
            total = self._fused(asked, _share(words), lead, held, allowed)
        else:
            total = _share(words)
        best = np.argpartition(-total, min(MOST, self._size) - 1)[:MOST]
        ordered = best[np.lexsort((best, -total[best]))]
        matches = [
            Match(int(row), float(total[row]), float(cosines[row]), float(lead[row]))
            for row in ordered
            if total[row] > 0
        ]
        if matches:
            matches[0] = replace(matches[0], held=held)
        return matches

    def nearest(self, meaning: FloatArray) -> float:
        """The cosine of the passage that is nearest to a unit vector; 0 where there is none."""
        return float(self._meaning.cosines(meaning).max(initial=0.0))

    def learn(self, topics: Iterable[Topic]) -> None:
        """Finds what each passage has to do with each topic, before a question is near to it."""
        for topic in topics:
            self._affinity(topic)

    def _fused(
        self, asked: Asked, words: FloatArray, lead: FloatArray, held: float, allowed: FloatArray
    ) -> FloatArray:
        """0 to 1. Words alone where nothing is embedded, meaning alone where no word is known."""
        if not lead.any():
            return words
        weight = WORDS + MORE_WORDS * _between(held, HELD, ALL_HELD)
        fused = lead if not words.any() else weight * words + (1 - weight) * lead
        say = asked.near.nearest * (1 - _between(held, KNOWN, WELL_KNOWN))
        if not asked.near.topics or not say:
            return fused
        topics = np.zeros(self._size, np.float32)
        for topic, strength in asked.near.topics:
            topics += np.float32(strength) * self._affinity(topic)
        every = (fused + say * _share(topics * allowed)) / (1 + say)
        return every.astype(np.float32)

    def _affinity(self, topic: Topic) -> FloatArray:
        """How much each passage is about a topic, 0 to 1; found once."""
        if topic.written not in self._topics:
            words = self._lexical.scores(dict.fromkeys(topic.terms, 1.0))
            lead = _lead(self._meaning.cosines(topic.meaning), self._meaning.rows)
            self._topics[topic.written] = ((_share(words) + lead) / 2).astype(np.float32)
        return self._topics[topic.written]


def _only(size: int, among: Sequence[int] | None) -> FloatArray:
    """1 for the rows that may be found, 0 for the others."""
    if among is None:
        return np.ones(size, np.float32)
    allowed = np.zeros(size, np.float32)
    allowed[list(among)] = 1.0
    return allowed


def _between(value: float, low: float, high: float) -> float:
    """0 up to `low`, 1 from `high`, and straight from one to the other."""
    return min(1.0, max(0.0, (value - low) / (high - low)))


def _share(words: FloatArray) -> FloatArray:
    """Of the best passage's strength."""
    best = float(words.max())
    share: FloatArray = words / best if best > 0 else words
    return share


def _lead(cosines: FloatArray, rows: Rows) -> FloatArray:
    """How far above the average passage, as a share of the best one's lead.

    Encoders crowd their cosines into a narrow band; only what rises above it says anything.
    """
    lead = np.zeros_like(cosines)
    known = cosines[rows]
    if len(known):
        average = float(known.mean()) if len(known) > 1 else 0.0
        best = float(known.max()) - average
        if best > 0:
            lead[rows] = np.maximum(0.0, known - average) / best
    return lead
