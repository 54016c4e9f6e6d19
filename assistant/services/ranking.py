"""From scores to what is shown: the best turns, their recordings, and turns near in meaning."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from assistant.search import WINDOW
from assistant.services.fusing import Near

if TYPE_CHECKING:
    from assistant.model import FloatArray
    from assistant.services.fusing import Ranked
    from assistant.services.search_store import Numbers, View

MEANT = 0.7
"""Cosine from which a window is shown for its meaning. With the embedded weights, of the windows of
both sample recordings the nearest to twelve questions about other things had .61 to .70, to twelve
about the same things .71 to .80. It goes with how `knowledge.centred` takes the centre away; a test
watches over that."""


def leading(view: View, begins: Numbers, cosines: FloatArray, least: float) -> Near:
    """The visible turns of windows, nearest first, with the best lead of each over `least`."""
    turns = begins[:, None] + np.arange(WINDOW)
    inside = turns < len(view.visible)
    inside[inside] = view.visible[turns[inside]]
    first = view.records_of(np.minimum(begins, len(view.visible) - 1))
    inside[inside] = view.records_of(turns[inside]) == np.repeat(first, inside.sum(axis=1))
    sizes = np.where(inside, view.lengths_of(np.where(inside, turns, 0)), -1)
    longest = np.zeros_like(inside)
    longest[np.arange(len(begins)), sizes.argmax(axis=1)] = True
    leads = np.repeat((cosines - least + 0.01) / (cosines[0] - least + 0.01), WINDOW)
    kept = inside.ravel()
    found, at = np.unique(turns.ravel()[kept], return_index=True)  # the first is the best
    shown = np.isin(found, turns[longest & inside])
    return Near(found, leads[kept][at].astype(np.float32), shown)


def best_rows(turns: Numbers, scores: FloatArray, number: int) -> Numbers:
    """The rows of the best scores, the best first; of equals, those that came last."""
    if number < len(scores):
        least = np.partition(scores, len(scores) - number)[len(scores) - number]
        rows = np.flatnonzero(scores >= least)
    else:
        rows = np.arange(len(scores))
    ordered: Numbers = rows[np.lexsort((-turns[rows], -scores[rows]))][:number]
    return ordered


def groups_of(ranked: Ranked, records: Numbers, offset: int, limit: int) -> list[Numbers]:
    """The rows of each record's turns, the record with the best turn first."""
    if not len(records):
        return []
    by_record = np.argsort(records, kind="stable")
    begins = np.flatnonzero(np.append(True, np.diff(records[by_record]) != 0))
    best = np.maximum.reduceat(ranked.scores[by_record], begins)
    order = np.lexsort((-records[by_record][begins], -best))[offset : offset + limit]
    ends = np.append(begins[1:], len(by_record))
    return [by_record[begins[one] : ends[one]] for one in order]
