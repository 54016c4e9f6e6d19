"""Questions to the sections that answer them, with the reasons."""

from __future__ import annotations

import logging
import math
import statistics
from dataclasses import dataclass, replace
from threading import Lock, Thread
from time import monotonic
from typing import TYPE_CHECKING

from assistant.errors import KikigakiError, SetupError
from assistant.manual import Asked, EditionState, Hit, Reason, ReasonKind
from assistant.services.manuals import vectors_key, wording
from assistant.services.reranking import rerank
from assistant.text.plain_words import PLAIN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Protocol

    from assistant.manual import Edition, Match, Passage
    from assistant.ports import Embedder, ManualStore, ManualTools, PassageIndex, Reading, Ways

    class Wording(Protocol):
        """What manuals write for what people say."""

        def written(self, question: str) -> dict[str, float]:
            """Terms and their weights."""


log = logging.getLogger(__name__)

NEAR = 0.5
"""Share of the best passage's lead in meaning from which meaning is named as a reason."""
NEARER, HELD, ASKED_OFTEN, DOUBT = 12.5, 7.2, 0.7, 4.2
"""A logistic: by how much the best passage is nearer than questions about anything get to this
library, as a share of the way to the same (so that it holds for any encoder); the share of the
question's words, weighted by how much they tell, that one passage has; and how near the question is
to what many ask. Fitted to 521 questions that have an answer, in the sample manuals (130) and in
1,032 passages of general knowledge, and to 1,020 that have none in the library they were asked."""
GROUND = 0.69
"""How near questions about anything get, where it is not known: as with the embedded weights."""
FITS = 0.15
"""Below this, nothing fits. Of 285 questions that nothing was fitted to, it silences 1 that has an
answer; of 241 that have none, 137. Who is told that there is nothing asks no further; who is shown
a section that does not fit sees so at once."""
WORDS_FIT = 0.35
"""The share of the question's words from which a passage fits, whatever its meaning seems to be:
names that the encoder has never seen tell it nothing."""
COVERAGE, COVERAGE_SLOPE = 0.49, 4.0
"""Where nothing is embedded: a logistic over that share alone."""
PATIENCE = 1.0
"""Seconds that a search waits for what is new in the library."""
REREAD, REREAD_SECONDS = 20, 0.5
"""How many sections a reranker reads, and the time it has: a caseworker is on the telephone."""


@dataclass(frozen=True, slots=True)
class _Shelf:
    """Everything that can be found, as of `version` of the store.

    `embedder` made the vectors, which carry `key`; None where words alone answer. `ground` is how
    near in meaning questions about anything get.
    """

    version: int
    passages: tuple[tuple[Passage, str], ...]
    editions: dict[str, Edition]
    index: PassageIndex
    embedder: Embedder | None
    key: str
    ground: float
    seconds: float
    """How long reading it took."""

    def rows_of(self, manual: str) -> list[int]:
        return [
            row
            for row, (passage, _) in enumerate(self.passages)
            if self.editions[passage.edition].manual == manual
        ]


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
        self._renewing = False

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
        matches = shelf.index.rank(asked, plain, among)
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
        """What is in the store now; read anew only when something changed.

        A library that takes long to read answers as it was until it is read: somebody is on the
        telephone, and while vectors come in there is something new every few minutes.
        """
        with self._lock:
            version, shelf = self._store.version(), self._shelf
            if shelf is None or (shelf.version != version and shelf.seconds < PATIENCE):
                shelf = self._shelf = self._read(version)
            elif shelf.version != version and not self._renewing:
                self._renewing = True
                Thread(target=self._renew, args=(version,), daemon=True).start()
            return shelf

    def _renew(self, version: int) -> None:
        try:
            self._shelf = self._read(version)
        except KikigakiError as error:  # the next search tries again
            log.warning("library not read", extra={"error": type(error).__name__})
        finally:
            self._renewing = False

    def _read(self, version: int) -> _Shelf:
        started = monotonic()
        passages = tuple(self._store.indexed())
        rows = {passage.id: row for row, (passage, _) in enumerate(passages)}
        embedder, key = self._most_complete()
        ids, vectors = self._store.vectors(key)
        known = [at for at, one in enumerate(ids) if one in rows]
        index = self._tools.index(
            (terms.split() for _, terms in passages),
            [rows[ids[at]] for at in known],
            vectors if len(known) == len(ids) else vectors[known],
        )
        current = [one for one in self._store.editions() if one.state is EditionState.CURRENT]
        editions = {one.id: one for one in current}
        if known:
            index.learn(self._tools.sayings().topics(key))
        anything = self._tools.sayings().anything(key) if known else ()
        ground = statistics.median(map(index.nearest, anything)) if len(anything) else GROUND
        taken = monotonic() - started
        used = embedder if known else None
        return _Shelf(version, passages, editions, index, used, key, ground, taken)

    def _most_complete(self) -> tuple[Embedder | None, str]:
        """The weights whose vectors answer: those that have embedded most, while they are here.

        So the old ones answer until the new ones are done; of equals, the ones that are set.
        """
        counts = self._store.models()
        own = self._own_key()
        for key in sorted(counts, key=lambda one: (-counts[one], one != own)):
            try:
                return self._tools.embedder(key if key != own else None), key
            except SetupError as error:
                log.info("vectors without weights", extra={"error": type(error).__name__})
        return None, own

    def _own_key(self) -> str:
        try:
            return vectors_key(self._tools.weights())
        except SetupError:
            return ""

    def _asked(self, question: str, shelf: _Shelf, ways: Reading) -> Asked:
        said = tuple(self._tools.tokenizer().terms(question))
        written = self._table.written(question) if ways != "lexical" else {}
        words_alone = shelf.embedder is None or ways in ("lexical", "expanded")
        if shelf.embedder is None or words_alone or not question.strip():
            return Asked(said, written)
        meaning = shelf.embedder.queries([question])[0]
        return Asked(said, written, meaning, self._tools.sayings().near(shelf.key, said, meaning))

    def _hit(self, match: Match, fit: float, asked: Asked, shelf: _Shelf) -> Hit:
        passage, terms = shelf.passages[match.row]
        reasons = tuple(self._reasons(match, passage, set(terms.split()), asked))
        return Hit(passage, shelf.editions[passage.edition], match.score * fit, reasons)

    def _reasons(
        self, match: Match, passage: Passage, terms: set[str], asked: Asked
    ) -> Iterator[Reason]:
        said = set(asked.said)
        same, other = terms & said - PLAIN, terms & _rewritten(asked) - said - PLAIN
        surfaces = self._surfaces(passage, same | other) if same | other else {}
        for kind, found in ((ReasonKind.WORDS, same), (ReasonKind.EXPANSION, other)):
            if found:
                words = dict.fromkeys(word for one in found for word in surfaces.get(one, ()))
                yield Reason(kind, tuple(sorted(words)))
        if match.lead >= NEAR or not surfaces:
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
    """The best of each section; where there are no headings, a passage stands for itself."""
    seen: set[tuple[str, tuple[str, ...]]] = set()
    for match in matches:
        passage, _ = shelf.passages[match.row]
        section = (passage.edition, passage.headings or (passage.id,))
        if section not in seen:
            seen.add(section)
            yield match


def _rewritten(asked: Asked) -> set[str]:
    """The terms that a manual would use for what was said."""
    topics = asked.near.topics if asked.near.nearest else ()
    return set(asked.written).union(*(topic.terms for topic, _ in topics))


def _fit(best: Match, asked: Asked, shelf: _Shelf) -> float:
    """How surely the best passage has to do with the question, 0 to 1."""
    if not best.cosine:
        terms = set(shelf.passages[best.row][1].split())
        reworded = not terms.isdisjoint(asked.written)
        return _logistic(COVERAGE_SLOPE * (max(best.held, COVERAGE * reworded) - COVERAGE))
    nearer = (best.cosine - shelf.ground) / (1 - shelf.ground)
    strength = NEARER * nearer + HELD * best.held + ASKED_OFTEN * asked.near.nearest - DOUBT
    return max(_logistic(strength), best.held if best.held >= WORDS_FIT else 0.0)


def _logistic(strength: float) -> float:
    return 1 / (1 + math.exp(-strength))
