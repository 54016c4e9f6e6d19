"""Words and meaning put together, so that the search is never worse than its words alone.

A turn in which the words stand has .5 to 1: its share of the best score by words, to which nearness
of meaning adds at most `MEANING` of that range; so meaning decides between turns that fit about
equally well by words, and no more. A turn that is only near in meaning has less than .5, whatever
its cosine: it comes after every turn in which the words stand, and fills the list where these end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from assistant.model import FloatArray

    Numbers = NDArray[np.int64]

MEANING = 0.2
"""Of the range of turns with the words: what nearness of meaning can add."""


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """Turns with scores in 0 to 1; the first `words` of them have the words."""

    turns: Numbers
    scores: FloatArray
    words: int


@dataclass(frozen=True, slots=True, eq=False)
class Near:
    """Turns that are near in meaning, each once, by how much of the nearest one's lead, 0 to 1.

    `alone` marks those that are shown where they have not the words: one of each window.
    """

    turns: Numbers
    leads: FloatArray
    alone: NDArray[np.bool_]


def fuse(turns: Numbers, scores: FloatArray, by_meaning: Near) -> Ranked:
    """`turns` have the words, in order of their numbers."""
    near, leads = by_meaning.turns, by_meaning.leads
    best = float(scores.max()) if len(scores) else 0.0
    share = scores / best if best > 0 else np.ones(len(turns), np.float32)
    at = np.searchsorted(turns, near)
    known = np.zeros(len(near), bool)
    if len(turns):
        known = turns[np.minimum(at, len(turns) - 1)] == near
    lead = np.zeros(len(turns), np.float32)
    lead[at[known]] = leads[known]
    most = MEANING if known.any() else 0.0
    fused = 0.5 + 0.5 * ((1 - most) * share + most * lead)
    added = ~known & by_meaning.alone
    others = 0.499 * leads[added]
    return Ranked(
        np.concatenate([turns, near[added]]),
        np.concatenate([fused, others]).astype(np.float32),
        len(turns),
    )
