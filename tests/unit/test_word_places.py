"""The word index against a plain look at every text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from assistant.store import places
from assistant.testing import FakeTokenizer
from assistant.text.folding import fold
from assistant.text.inverted import CHARACTER_BITS, Inverter, pairs_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.store.places import Places

TEXTS = st.lists(st.text(alphabet="虐待保護の 。Ａ", max_size=12), max_size=8)
FIRSTS = st.sampled_from([0, 5, places.BLOCK - 2, 3 * places.BLOCK])


class Index:
    """Rows of several records, put behind each other as the database does."""

    def __init__(self) -> None:
        self.rows: dict[tuple[int, str], bytes] = {}

    def add(self, texts: Sequence[str], first: int) -> None:
        for block, term, data in places.rows(Inverter(FakeTokenizer()).invert(texts), first):
            self.rows[block, term] = self.rows.get((block, term), b"") + data

    def remove(self, first: int, turns: int) -> None:
        for block in {block for block, _ in self.rows}:
            keys = [key for key in self.rows if key[0] == block]
            left = places.without([self.rows[key] for key in keys], block, first, turns)
            for key, data in zip(keys, left, strict=True):
                if data is not None:
                    self.rows[key] = data
        self.rows = {key: data for key, data in self.rows.items() if data}

    def where(self, term: str) -> Places:
        blocks = sorted(block for block, other in self.rows if other == term)
        return places.joined([(block, self.rows[block, term]) for block in blocks])

    def literal(self, text: str) -> Places:
        first, *others = [(at, self.where(pair)) for at, pair in pairs_of(text)]
        return places.following(first[1], others)


@given(TEXTS, FIRSTS, st.text(alphabet="虐待保護の。a", min_size=2, max_size=5))
def test_pairs_find_what_a_plain_look_finds(texts: list[str], first: int, wanted: str) -> None:
    index = Index()
    index.add(texts, first)
    numbers, _ = places.turns_of(index.literal(wanted))
    assert numbers.tolist() == [first + n for n, one in enumerate(texts) if wanted in fold(one)]


@given(TEXTS, TEXTS, FIRSTS)
def test_a_record_that_is_removed_leaves_the_others_as_they_were(
    texts: list[str], others: list[str], first: int
) -> None:
    alone, both = Index(), Index()
    alone.add(texts, first)
    both.add(texts, first)
    both.add(others, first + len(texts))
    both.remove(first + len(texts), len(others))
    assert both.rows == alone.rows


@given(st.lists(st.integers(0, 200), unique=True), st.lists(st.integers(0, 200), unique=True),
       st.integers(0, 20), st.integers(0, 20))  # fmt: skip
def test_near_is_what_a_plain_look_says(
    some: list[int], others: list[int], before: int, after: int
) -> None:
    first, second = np.sort(np.asarray(some, np.int64)), np.sort(np.asarray(others, np.int64))
    expected = [one for one in sorted(some) if any(-before <= o - one <= after for o in others)]
    assert places.near(first, second, before, after).tolist() == expected


def test_words_in_two_turns_are_never_near() -> None:
    end, begin = np.asarray([(1 << CHARACTER_BITS) - 1]), np.asarray([1 << CHARACTER_BITS])
    assert not len(places.near(end, begin, 5, 5))


def test_prepared_work_is_used_once_and_the_same() -> None:
    inverter = Inverter(FakeTokenizer())
    inverter.prepare(["虐待", "保護"])
    ready = inverter.invert(["虐待", "保護"])
    again = inverter.invert(["虐待", "保護"])
    assert ready is not again
    assert ready.terms == again.terms
    assert ready.places.tolist() == again.places.tolist()
