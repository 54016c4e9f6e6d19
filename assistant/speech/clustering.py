"""How many voices there are, and what each is like: clustering of short embedded units.

How alike two sounds of one voice are differs from recording to recording (.49 in a meeting room,
.71 on the telephone, as a cosine). So nothing is compared with a fixed threshold, but with what
this recording shows of itself: see `likeness`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import pdist

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from assistant.model import FloatArray

    IntArray = NDArray[np.intp]
    Sums = NDArray[np.float64]

MAX_SPEAKERS = 30
"""The most voices that are told apart where nobody says how many there are."""

_CUT = 1.1
"""Units are joined down to this multiple of the recording's likeness."""
_SAME = 0.90
"""Groups are one voice when their units are this much as alike across as within."""
_OFTEN, _REPEATED = 7, 1.15
"""Groups of so many units count as at most this multiple of the likeness within: over hours, the
same words said again and again are more alike than a voice is, and would seem a speaker."""
_PRIOR, _PRIOR_WEIGHT = 0.6, 4
_WITHIN_WEIGHT = 3
_CONFIDENT = 1.0
"""Seconds of a unit from which it is clustered; shorter ones only find their speaker later."""
_LEAST_SPEECH, _LEAST_SHARE, _ENOUGH_SPEECH = 1.5, 0.01, 10.0
"""Seconds of speech that make a speaker in a short recording; in a longer one this share of all
speech does, since odd sounds add up with the hours; so many seconds are always enough."""
_PART = 2500
"""Units that are joined pair by pair at once: memory and time grow with the square."""
_ROUNDS = 2


def likeness(voices: FloatArray, times: FloatArray, units: IntArray) -> float:
    """The mean cosine of two sounds of one voice in this recording.

    Taken from windows that do not overlap and lie in one unit, shrunk towards a prior.

    Args:
        voices: (w, d) normalised embeddings of windows.
        times: (w, 2) their start and end in seconds.
        units: (w,) ascending; which unit each belongs to.
    """
    total, weight = _PRIOR * _PRIOR_WEIGHT, float(_PRIOR_WEIGHT)
    for rows in np.split(np.arange(len(units)), np.flatnonzero(np.diff(units)) + 1):
        start, end = times[rows].T
        apart = (start[None] >= end[:, None] - 0.05) & (end - start > 1.4)[:, None]
        if apart.any():
            pairs = (voices[rows] @ voices[rows].T)[apart]
            total += float(pairs.mean()) * min(len(pairs), 6)
            weight += min(len(pairs), 6)
    return total / weight


def speakers(
    units: FloatArray,
    seconds: FloatArray,
    alike: float,
    least: int | None = None,
    most: int | None = None,
) -> FloatArray:
    """What each voice of a recording is like: shape (speakers, d), rows of length 1.

    Average-linkage clustering of at most `_PART` units at a time, in order of time; then groups of
    all parts are merged while they are as alike across as within; then k-means over all units.
    Fewer than `least` come out only where there are fewer units.

    Args:
        units: (n, d) normalised embeddings, n >= 1.
        seconds: (n,) their lengths.
        alike: the recording's `likeness`.
        least: look for at least so many speakers.
        most: and for at most so many.
    """
    rows = _confident(seconds, max(2, least or 1))
    units, seconds = units[rows], seconds[rows]
    if len(units) == 1:
        return units
    labels = _grouped(units, seconds, alike, least)
    labels = _merged(units, labels, alike, least or 1, most or MAX_SPEAKERS)
    labels = _audible(labels, seconds, least or 1)
    return _settled(units, seconds, labels)


def _confident(seconds: FloatArray, needed: int) -> IntArray:
    long = np.flatnonzero(seconds >= _CONFIDENT)
    return long if len(long) >= needed else np.argsort(-seconds, kind="stable")[:needed]


def _grouped(units: FloatArray, seconds: FloatArray, alike: float, least: int | None) -> IntArray:
    """A group for each unit, -1 for units of groups with too little speech.

    Where at least so many are wanted, cuts get finer until so many have enough speech.
    """
    wanted = least or 1
    parts = np.array_split(np.arange(len(units)), -(-len(units) // _PART))
    trees = [_tree(units[part]) for part in parts]
    for enough in (_LEAST_SPEECH, 0.0):
        for cut in _cuts(trees, alike, wanted if least else None):
            kept = [_kept(lab, seconds[part], enough) for lab, part in zip(cut, parts, strict=True)]
            labels = _numbered(kept)
            if _shows(units, kept, labels, alike, wanted):
                return labels
    return np.zeros(len(units), np.intp)


def _tree(units: FloatArray) -> FloatArray:
    if len(units) == 1:
        return np.zeros((0, 4), np.float32)
    tree: FloatArray = linkage(np.maximum(0, pdist(units, "cosine")), "average")
    return tree


def _cuts(trees: list[FloatArray], alike: float, wanted: int | None) -> Iterator[list[IntArray]]:
    def cut(tree: FloatArray, height: float, criterion: str) -> IntArray:
        if not len(tree):
            return np.zeros(1, np.intp)
        labels: IntArray = fcluster(tree, height, criterion) - 1
        return labels

    yield [cut(tree, max(0.05, 1 - _CUT * alike), "distance") for tree in trees]
    if wanted:
        for number in range(wanted, max(map(len, trees)) + 2):
            yield [cut(tree, number, "maxclust") for tree in trees]


def _kept(labels: IntArray, seconds: FloatArray, enough: float) -> IntArray:
    speech = np.bincount(labels, seconds)
    return np.where(speech[labels] >= enough, labels, -1)


def _numbered(parts: list[IntArray]) -> IntArray:
    """Labels of all parts as one array, renumbered 0, 1, … without gaps."""
    offset, shifted = 0, []
    for labels in parts:
        shifted.append(np.where(labels >= 0, labels + offset, -1))
        offset += int(labels.max()) + 1
    joined = np.concatenate(shifted)
    used = np.unique(joined[joined >= 0])
    return np.where(joined >= 0, np.searchsorted(used, joined), -1)


def _shows(
    units: FloatArray, parts: list[IntArray], labels: IntArray, alike: float, wanted: int
) -> bool:
    """Whether the cut tells `wanted` voices apart, in one part or over all of them."""
    if any(len(np.unique(part[part >= 0])) >= wanted for part in parts):
        return True
    if len(parts) == 1 or labels.max() + 1 < wanted:
        return False
    return int(_merged(units, labels, alike, 1, len(labels)).max()) + 1 >= wanted


def _merged(units: FloatArray, labels: IntArray, alike: float, least: int, most: int) -> IntArray:
    """Joins the two groups most alike while they are one voice or more than `most` are left."""
    inside = labels >= 0
    groups = int(labels.max()) + 1
    counts: Sums = np.bincount(labels[inside], minlength=groups).astype(np.float64)
    sums: Sums = np.zeros((groups, units.shape[1]))
    np.add.at(sums, labels[inside], units[inside])
    products: Sums = sums @ sums.T
    names = np.arange(groups)
    while len(counts) > least:
        across = _across(products, counts, alike)
        one, other = sorted(map(int, np.unravel_index(int(across.argmax()), across.shape)))
        if len(counts) <= most and across[one, other] < _SAME:
            break
        products[one] += products[other]
        products[:, one] += products[:, other]
        products = np.delete(np.delete(products, other, 0), other, 1)
        counts[one] += counts[other]
        counts = np.delete(counts, other)
        names[names == other] = one
        names[names > other] -= 1
    return np.where(inside, names[labels], -1)


def _across(products: Sums, counts: Sums, alike: float) -> Sums:
    """Mean cosine across two groups over that within them: shape (groups, groups).

    `products` of the groups' sums are enough: each is the sum of all pairs' cosines.
    """
    pairs = counts * (counts - 1) / 2
    within = (np.diag(products) - counts) / 2 + _WITHIN_WEIGHT * alike
    within = np.maximum(0.1, within / (pairs + _WITHIN_WEIGHT))
    within = np.where(counts >= _OFTEN, np.minimum(within, _REPEATED * alike), within)
    norms = np.sqrt(within) * counts
    ratio: Sums = products / np.outer(norms, norms)
    np.fill_diagonal(ratio, -np.inf)
    return ratio


def _audible(labels: IntArray, seconds: FloatArray, least: int) -> IntArray:
    """Without the groups that speak too little to be speakers; the `least` largest stay."""
    inside = labels >= 0
    speech = np.bincount(labels[inside], seconds[inside])
    enough = np.clip(_LEAST_SHARE * seconds.sum(), _LEAST_SPEECH, _ENOUGH_SPEECH)
    stays = (speech >= enough) | (np.argsort(np.argsort(-speech, kind="stable")) < least)
    names = np.cumsum(stays) - 1
    return np.where(inside & stays[labels], names[labels], -1)


def _settled(units: FloatArray, seconds: FloatArray, labels: IntArray) -> FloatArray:
    """Centroids of the groups after rounds of k-means in which all units take part."""
    centroids = _centroids(units, seconds, labels, int(labels.max()) + 1)
    for _ in range(_ROUNDS):
        nearest = (units @ centroids.T).argmax(1)
        emptied = np.isin(labels, np.setdiff1d(labels, nearest))
        labels = np.where(emptied, labels, nearest)
        centroids = _centroids(units, seconds, labels, len(centroids))
    return centroids


def _centroids(units: FloatArray, seconds: FloatArray, labels: IntArray, groups: int) -> FloatArray:
    sums = np.zeros((groups, units.shape[1]), np.float32)
    inside = labels >= 0
    np.add.at(sums, labels[inside], units[inside] * seconds[inside, None])
    centroids: FloatArray = sums / np.linalg.norm(sums, axis=1, keepdims=True).clip(1e-9)
    return centroids
