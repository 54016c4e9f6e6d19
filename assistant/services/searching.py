"""Questions to the sections that answer them, with the reasons."""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass, replace
from threading import Lock
from typing import TYPE_CHECKING

from assistant.errors import SetupError
from assistant.manual import EditionState, Hit, Reason, ReasonKind
from assistant.services.manuals import wording
from assistant.services.reranking import rerank

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Protocol

    from assistant.manual import Edition, Match, Passage
    from assistant.model import FloatArray
    from assistant.ports import ManualStore, ManualTools, PassageIndex, Reading, Ways

    class Wording(Protocol):
        """What manuals write for what people say."""

        def written(self, question: str) -> dict[str, float]:
            """Terms and their weights."""


log = logging.getLogger(__name__)

NEAR = 0.5
"""Share of the best passage's lead in meaning from which meaning is named as a reason."""
COSINE, COSINE_SLOPE = 0.14, 70.0
COVERED, REWORDED = 1.5, 3.0
"""A logistic over the best passage: its cosine with a centred question, the share of the question's
terms, weighted by how much they tell, that stand in it, and whether a written word for something
said does. Fitted to 64 colloquial questions that the sample manuals answer and 31 that nothing
does (AUC .98 in ten folds)."""
COVERAGE, COVERAGE_SLOPE = 0.3, 4.0
"""Where nothing is embedded: the share of the terms from which a passage fits, and how steeply."""
FITS = 0.35
"""Below this, nothing fits. At it, 19 of 20 questions that were told so had no answer."""
REREAD, REREAD_SECONDS = 20, 0.5
"""How many sections a reranker reads, and the time it has: a caseworker is on the telephone."""


@dataclass(frozen=True, slots=True)
class _Shelf:
    """Everything that can be found, as of `version` of the store."""

    version: int
    passages: tuple[tuple[Passage, str], ...]
    editions: dict[str, Edition]
    index: PassageIndex
    has_vectors: bool

    def rows_of(self, manual: str) -> list[int]:
        return [
            row
            for row, (passage, _) in enumerate(self.passages)
            if self.editions[passage.edition].manual == manual
        ]


@dataclass(frozen=True, slots=True)
class _Question:
    """What was said, what a manual would write for it, and its meaning."""

    said: tuple[str, ...]
    written: Mapping[str, float]
    meaning: FloatArray | None

    @property
    def terms(self) -> dict[str, float]:
        return {**self.written, **dict.fromkeys(self.said, 1.0)}


class ManualSearch:
    """Searches the current editions. Safe to share between threads.

    Where nothing is embedded yet, or the weights are not here, words alone answer.
    """

    def __init__(self, store: ManualStore, tools: ManualTools, table: Wording) -> None:
        self._store = store
        self._tools = tools
        self._table = table
        self._shelf: _Shelf | None = None
        self._lock = Lock()

    def search(
        self, question: str, limit: int = 5, manual: str | None = None, ways: Reading = "reranked"
    ) -> list[Hit]:
        """The best passage of each section that fits, the best section first.

        Empty when nothing fits. `manual` is the key of the only manual to look in. `reranked` reads
        the best of `fused` again where there is a reranker, as long as that takes no time.
        """
        shelf = self._current()
        asked = self._asked(question, shelf, ways)
        if not shelf.passages or not (asked.said or asked.meaning is not None):
            return []
        among = None if manual is None else shelf.rows_of(manual)
        plain: Ways = "fused" if ways == "reranked" else ways
        matches = shelf.index.rank(asked.terms, asked.meaning, plain, among)
        sections = list(_one_a_section(matches, shelf))[: max(limit, REREAD)]
        fit = _fit(sections[0], asked, shelf) if sections else 0.0
        if fit < FITS:
            return []
        if ways == "reranked":
            sections = self._reread(question, sections, shelf)
        return [self._hit(match, fit, asked, shelf) for match in sections[:limit]]

    def _reread(self, question: str, sections: list[Match], shelf: _Shelf) -> list[Match]:
        """The first ones in the reranker's order, when there is one and it is quick enough."""
        reranker = self._tools.reranker()
        if reranker is None:
            return sections
        read, rest = sections[:REREAD], sections[REREAD:]
        texts = [wording(shelf.passages[match.row][0]) for match in read]
        scores = rerank(reranker, question, texts, REREAD_SECONDS)
        if scores is None:
            return sections
        best = max(scores) or 1.0
        again = [replace(one, score=score / best) for one, score in zip(read, scores, strict=True)]
        last = min(one.score for one in again)
        again.sort(key=lambda match: -match.score)
        return again + [replace(match, score=match.score * last) for match in rest]

    def _current(self) -> _Shelf:
        """What is in the store now; read anew only when something changed."""
        with self._lock:
            version = self._store.version()
            if self._shelf is None or self._shelf.version != version:
                self._shelf = self._read(version)
            return self._shelf

    def _read(self, version: int) -> _Shelf:
        passages = tuple(self._store.indexed())
        rows = {passage.id: row for row, (passage, _) in enumerate(passages)}
        ids, vectors = self._store.vectors(self._weights())
        known = [at for at, one in enumerate(ids) if one in rows]
        index = self._tools.index(
            [terms.split() for _, terms in passages],
            [rows[ids[at]] for at in known],
            vectors[known],
        )
        current = [one for one in self._store.editions() if one.state is EditionState.CURRENT]
        return _Shelf(version, passages, {one.id: one for one in current}, index, bool(known))

    def _weights(self) -> str:
        try:
            return self._tools.weights().name
        except SetupError:
            return ""

    def _asked(self, question: str, shelf: _Shelf, ways: Reading) -> _Question:
        said = tuple(self._tools.tokenizer().terms(question))
        meaning = None
        if shelf.has_vectors and ways != "lexical" and question.strip():
            try:
                meaning = self._tools.embedder().queries([question])[0]
            except SetupError as error:
                log.warning("searching by words alone: %s", type(error).__name__)
        return _Question(said, self._table.written(question), meaning)

    def _hit(self, match: Match, fit: float, asked: _Question, shelf: _Shelf) -> Hit:
        passage, terms = shelf.passages[match.row]
        reasons = tuple(self._reasons(match, passage, set(terms.split()), asked))
        return Hit(passage, shelf.editions[passage.edition], match.score * fit, reasons)

    def _reasons(
        self, match: Match, passage: Passage, terms: set[str], asked: _Question
    ) -> Iterator[Reason]:
        same, other = terms & set(asked.said), terms & set(asked.written)
        surfaces = self._surfaces(passage, same | other) if same | other else {}
        for kind, found in ((ReasonKind.WORDS, same), (ReasonKind.EXPANSION, other)):
            if found:
                words = dict.fromkeys(word for one in found for word in surfaces.get(one, ()))
                yield Reason(kind, tuple(sorted(words)))
        if match.lead >= NEAR:
            yield Reason(ReasonKind.MEANING)

    def _surfaces(self, passage: Passage, wanted: set[str]) -> dict[str, set[str]]:
        """How the terms are written in the passage and its headings."""
        found: dict[str, set[str]] = {}
        for text in (passage.text, *passage.headings):
            for token in self._tools.tokenizer().tokens(text):
                if token.term in wanted:
                    found.setdefault(token.term, set()).add(text[token.start : token.end])
        return found


def _one_a_section(matches: Iterable[Match], shelf: _Shelf) -> Iterator[Match]:
    """The best of each section."""
    seen: set[tuple[str, tuple[str, ...]]] = set()
    for match in matches:
        passage, _ = shelf.passages[match.row]
        section = (passage.edition, passage.headings)
        if section not in seen:
            seen.add(section)
            yield match


def _fit(best: Match, asked: _Question, shelf: _Shelf) -> float:
    """How surely the best passage has to do with the question, 0 to 1: a logistic over the nearness
    of meaning and the words that are covered."""
    terms = set(shelf.passages[best.row][1].split())
    weights = {term: shelf.index.idf(term) for term in asked.said}
    covered = sum(weight for term, weight in weights.items() if term in terms)
    coverage = covered / sum(weights.values()) if weights else 0.0
    reworded = not terms.isdisjoint(asked.written)
    if best.cosine:
        strength = COSINE_SLOPE * (best.cosine - COSINE) + COVERED * coverage + REWORDED * reworded
    else:
        coverage = max(coverage, COVERAGE) if reworded else coverage
        strength = COVERAGE_SLOPE * (coverage - COVERAGE)
    return 1 / (1 + math.exp(-strength))
