"""Samples of how people speak, beside which a question is laid.

What is said on the telephone rarely shares a word with what a manual writes, and an encoder that
learned from written text sees little of it. Two ways to say the same it does see: a question is
compared with sayings whose written side is known, and the manuals are then searched by that side
too. A question that is near to none is searched as if there were no samples.
"""

from __future__ import annotations

import hashlib
from importlib import resources
from typing import TYPE_CHECKING
from zipfile import BadZipFile

import numpy as np

from assistant.errors import storage_errors
from assistant.knowledge.centred import ANYTHING
from assistant.knowledge.lexical import LexicalIndex
from assistant.manual import Nearness, Topic

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.resources.abc import Traversable
    from pathlib import Path

    from numpy.typing import NDArray

    from assistant.model import FloatArray
    from assistant.ports import Embedder, Tokenizer
    from assistant.text.sayings import Subject

TOPICS = 4
"""How many topics a question is taken to be near."""
SHARED = 0.1
"""What the words that a saying shares add to its cosine, at most."""
SECOND = 0.5
"""Weight of a topic's second nearest saying against the nearest."""
FAINT, SURE = 0.1, 0.5
"""How near a question is, from as near as any is to anything (0) to the same (1), between which a
topic gains its full weight."""
GIVEN = resources.files("assistant.knowledge") / "data" / "sayings.npz"
"""What the embedded weights made of the program's own samples."""


class SayingsBank:
    """`ports.Sayings`. Vectors are kept in a file of `folder` for each key of weights.

    `given` is such a file that came with the program: with the embedded weights, only a site's own
    samples are embedded here. `scripts/make_sayings.py` makes it.
    """

    def __init__(
        self,
        subjects: Sequence[Subject],
        tokenizer: Tokenizer,
        folder: Path,
        given: Traversable | None = None,
    ) -> None:
        self._subjects = subjects
        self._folder = folder
        self._given = given
        said = [(saying, at) for at, one in enumerate(subjects) for saying in one.sayings]
        self._sayings = [saying for saying, _ in said]
        self._subject_of = np.asarray([at for _, at in said], np.intp)
        self._terms = [tuple(tokenizer.terms(one.written)) for one in subjects]
        self._words = LexicalIndex([tokenizer.terms(one) for one in self._sayings])
        self._prepared: dict[str, _Prepared] = {}

    def prepare(self, key: str, embedder: Embedder, limit: int) -> int:
        """Embeds so many samples that these weights have not embedded yet; how many it did.

        Raises:
            StorageError: they cannot be kept.
        """
        if self._of(key) is not None:
            return 0
        known, kept = self.known(key), self._kept(key)
        missing = [text for text in self.texts() if text not in known][:limit]
        vectors = embedder.queries(missing)
        write(self._path(key), key, kept | dict(zip(missing, vectors, strict=True)))
        return len(missing)

    def near(self, key: str, terms: Sequence[str], meaning: FloatArray) -> Nearness:
        """The topics that a question is near; none before all samples are prepared."""
        prepared = self._of(key)
        if prepared is None:
            return Nearness()
        strength = self._strength(prepared, terms, meaning)
        first = np.argsort(-strength, kind="stable")[:TOPICS]
        topics = tuple(
            (self._topic(prepared, int(at)), float(strength[at]) ** 2)
            for at in first
            if strength[at] > 0
        )
        nearest = (float(strength[first[0]]) - FAINT) / (SURE - FAINT) if topics else 0.0
        return Nearness(topics, min(1.0, max(0.0, nearest)))

    def topics(self, key: str) -> list[Topic]:
        """All that a question can be near; none before all samples are prepared."""
        prepared = self._of(key)
        return (
            []
            if prepared is None
            else [self._topic(prepared, at) for at in range(len(self._subjects))]
        )

    def anything(self, key: str) -> FloatArray:
        """Unit vectors of questions about anything, shape (n, d); none before they are prepared."""
        prepared = self._of(key)
        return np.zeros((0, 0), np.float32) if prepared is None else prepared.anything

    def _strength(
        self, prepared: _Prepared, terms: Sequence[str], meaning: FloatArray
    ) -> FloatArray:
        """Of each subject: how near its two nearest sayings are, 0 for as near as any question."""
        words = self._words.scores(dict.fromkeys(terms, 1.0))
        shared = SHARED * words / (float(words.max()) or 1.0)
        near = prepared.nearest(prepared.sayings @ meaning + shared, self._subject_of)
        above: FloatArray = np.maximum(0.0, near - prepared.ground).astype(np.float32)
        return above / np.float32(1 - prepared.ground)

    def _topic(self, prepared: _Prepared, at: int) -> Topic:
        return Topic(self._subjects[at].written, self._terms[at], prepared.written[at])

    def texts(self) -> list[str]:
        """Everything that is embedded, each once."""
        written = (one.written for one in self._subjects)
        return list(dict.fromkeys((*self._sayings, *written, *ANYTHING)))

    def _of(self, key: str) -> _Prepared | None:
        """The vectors of all samples; None as long as some are missing."""
        if key not in self._prepared:
            known = self.known(key)
            if not known.keys() >= set(self.texts()):
                return None
            self._prepared[key] = _Prepared(self._subjects, self._sayings, self._subject_of, known)
        return self._prepared[key]

    def known(self, key: str) -> dict[str, FloatArray]:
        """The vectors that these weights have made, of texts: here, or before."""
        return _read(self._given, key) | self._kept(key)

    def _kept(self, key: str) -> dict[str, FloatArray]:
        return _read(self._path(key), key)

    def _path(self, key: str) -> Path:
        return self._folder / f".sayings-{hashlib.sha256(key.encode()).hexdigest()[:16]}.npz"


def write(path: Path, key: str, vectors: dict[str, FloatArray]) -> None:
    """Keeps what the weights `key` have made of texts.

    Raises:
        StorageError: it cannot be written.
    """
    new = path.with_suffix(".new.npz")
    with storage_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        values = np.stack(list(vectors.values())).astype(np.float16)
        np.savez(new, key=key, texts=np.asarray(list(vectors)), vectors=values)
        new.replace(path)


def _read(path: Traversable | None, key: str) -> dict[str, FloatArray]:
    """By text; nothing where there is no such file, or one of other weights, or one cut off."""
    if path is None:
        return {}
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            if file["key"].item() != key:
                return {}
            vectors = file["vectors"].astype(np.float32)
            return dict(zip(file["texts"].tolist(), vectors, strict=True))
    except (OSError, ValueError, KeyError, BadZipFile):
        return {}


class _Prepared:
    """Vectors of sayings and of their written sides, and how near any question is to a subject."""

    def __init__(
        self,
        subjects: Sequence[Subject],
        sayings: Sequence[str],
        subject_of: NDArray[np.intp],
        kept: dict[str, FloatArray],
    ) -> None:
        self._subjects = len(subjects)
        self.sayings: FloatArray = np.stack([kept[one] for one in sayings])
        self.written: FloatArray = np.stack([kept[one.written] for one in subjects])
        self.anything: FloatArray = np.stack([kept[one] for one in ANYTHING])
        near = [self.nearest(self.sayings @ one, subject_of).max() for one in self.anything]
        self.ground = float(np.median(near))

    def nearest(self, cosines: FloatArray, subject_of: NDArray[np.intp]) -> FloatArray:
        """Of each subject: its nearest saying, and its second nearest at less weight."""
        first = np.full(self._subjects, -1.0, np.float32)
        np.maximum.at(first, subject_of, cosines)
        rest = np.where(cosines < first[subject_of], cosines, np.float32(-1.0))
        second = np.full(self._subjects, -1.0, np.float32)
        np.maximum.at(second, subject_of, rest)
        second = np.where(second > -1.0, second, first)
        both: FloatArray = ((first + SECOND * second) / (1 + SECOND)).astype(np.float32)
        return both
