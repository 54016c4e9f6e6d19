"""One box over everything one may see: words and meaning, with the reasons in the text."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from secrets import token_hex
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np

from assistant.archive import Action, Event
from assistant.errors import SetupError, UnknownSearch
from assistant.people import Right
from assistant.search import (
    By,
    Filters,
    Found,
    RecordHits,
    SavedSearch,
    Where,
    Word,
)
from assistant.services.access import require, scope
from assistant.services.fusing import Near, fuse
from assistant.services.ranking import MEANT, best_rows, groups_of, leading
from assistant.services.search_filters import read_filters, with_filters, written
from assistant.services.synonyms import effective
from assistant.text.asking import understand
from assistant.text.highlighting import spans
from assistant.text.wanted import Forms, Thesaurus, Wanted, WantedNear

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from assistant.model import FloatArray, ModelUse
    from assistant.people import Actor, Scope
    from assistant.ports import Clock, Embedder, Tokenizer
    from assistant.search import Hit, OwnSynonyms, Question, VectorBatch
    from assistant.services.archive_store import ArchiveStore, Unit
    from assistant.services.fusing import Ranked
    from assistant.services.search_store import Numbers, View, Windows
    from assistant.text.wanted import Look, WantedPart

    Words = Sequence[Sequence[Look]]

log = logging.getLogger(__name__)

PAGE = 20
IN_GROUP = 3
"""Hits of a recording that are shown at once."""
Meant = Literal["auto", "never"]


class Tools(Protocol):
    """The heavy parts."""

    def tokenizer(self) -> Tokenizer:
        """What the word search compares by."""

    def weights(self) -> ModelUse:
        """The weights that `embedder` would load."""

    def embedder(self) -> Embedder:
        """With those weights."""


class Meaning(Protocol):
    """The windows of turns that are embedded, in memory."""

    latest: int

    def add(self, batches: Iterable[VectorBatch], expected: int = 0) -> None:
        """Takes in what was embedded since."""

    def near(self, meaning: FloatArray, seen: NDArray[np.bool_]) -> tuple[Numbers, FloatArray]:
        """The first turns of the windows nearest to a unit vector, nearest first; their cosines.

        Only those are looked at whose first turn is marked in `seen`, by its number.
        """


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of what was found: so many from `offset` on, hits or, where `grouped`,
    recordings."""

    offset: int = 0
    limit: int = PAGE
    grouped: bool = False
    in_group: int = IN_GROUP


class ArchiveSearch:
    """Searches the turns of all records within the actor's rights. Safe to share between threads.

    Where nothing is embedded yet, or the weights are not here, words alone answer.
    """

    def __init__(
        self,
        store: ArchiveStore,
        tools: Tools,
        meaning: Meaning,
        clock: Clock,
        meant: float = MEANT,
    ) -> None:
        """`meant` is the cosine from which a window is shown for its meaning."""
        self._meant = meant
        self._store = store
        self._tools = tools
        self._meaning = meaning
        self._clock = clock
        self._thesaurus: tuple[tuple[OwnSynonyms, ...], Thesaurus] | None = None

    def search(
        self,
        actor: Actor,
        words: str,
        filters: Filters | None = None,
        page: Page | None = None,
        meant: Meant = "auto",
    ) -> Found:
        """What was found, the best first. The words are written into the audit log.

        `filters` go before those that stand among the words. A question of several words is looked
        for by its meaning too, unless it is `never`.

        Raises:
            Forbidden: the actor may not read records.
        """
        require(actor, Right.VIEW)
        found = self._search(actor, Right.VIEW, words, filters, page or Page(), meant)
        self._log(actor, Action.SEARCH, words, filters, found)
        return found

    def export(self, actor: Actor, words: str, filters: Filters | None, limit: int) -> Found:
        """The same for a table that leaves the program, which is written down as an export.

        Raises:
            Forbidden: the actor may not export records.
        """
        require(actor, Right.EXPORT)
        found = self._search(actor, Right.EXPORT, words, filters, Page(0, limit), "auto")
        self._log(actor, Action.EXPORT, words, filters, found)
        return found

    def records(self, actor: Actor, words: str, filters: Filters | None) -> list[str]:
        """All records with a turn that is found, to be exported: that is written down.

        Raises:
            Forbidden: the actor may not export records.
        """
        require(actor, Right.EXPORT)
        question = with_filters(understand(words), filters or Filters())
        if question.empty:
            return []
        with self._store.reading() as unit:
            forms, within = self._forms(unit), scope(actor, Right.EXPORT)
            view, ranked, _ = self._ranked(unit, forms, within, question, "auto")
            records = view.ids_of(ranked.turns)
        found = Found(len(ranked.turns), len(records))
        self._log(actor, Action.EXPORT, words, filters, found)
        return records

    def saved(self, actor: Actor) -> list[SavedSearch]:
        """The searches that the actor keeps, newest first.

        Raises:
            Forbidden: the actor may not read records.
        """
        require(actor, Right.VIEW)
        with self._store.reading() as unit:
            return unit.saved_searches.of(actor.user)

    def save(self, actor: Actor, name: str, words: str, filters: Mapping[str, str]) -> SavedSearch:
        """Keeps a search.

        Raises:
            Forbidden: the actor may not read records.
            BadFilter: a filter is not understood.
        """
        require(actor, Right.VIEW)
        read_filters(filters)
        kept = {key: value for key, value in filters.items() if value}
        search = SavedSearch(
            token_hex(8), actor.user, name.strip() or words, words, kept, self._clock.now()
        )
        event = Event(Action.SEARCH, search.id, kept | {"words": words, "change": "saved"})
        with self._store.writing() as unit:
            unit.audit.append(actor, event, search.saved)
            unit.saved_searches.add(search)
        return search

    def forget(self, actor: Actor, search: str) -> None:
        """Drops a search that the actor keeps.

        Raises:
            Forbidden: the actor may not read records.
            UnknownSearch: the actor keeps none of that id.
        """
        require(actor, Right.VIEW)
        with self._store.writing() as unit:
            if not unit.saved_searches.remove(actor.user, search):
                raise UnknownSearch
            event = Event(Action.SEARCH, search, {"change": "dropped"})
            unit.audit.append(actor, event, self._clock.now())

    def _search(
        self,
        actor: Actor,
        right: Right,
        words: str,
        filters: Filters | None,
        page: Page,
        meant: Meant,
    ) -> Found:
        question = with_filters(understand(words), filters or Filters())
        if question.empty:
            return Found(0, 0)
        with self._store.reading() as unit:
            forms, within = self._forms(unit), scope(actor, right)
            view, ranked, wanted = self._ranked(unit, forms, within, question, meant)
            tried = [one for part in question.wanted for one in forms.tried(part)]
            forms_of = [looks for part in wanted for looks in _words(part)]
            return replace(self._shown(unit, view, ranked, forms_of, page), tried=tuple(tried))

    def _ranked(
        self, unit: Unit, forms: Forms, within: Scope, question: Question, meant: Meant
    ) -> tuple[View, Ranked, list[WantedPart]]:
        """The turns that fit, among those that may be found, and what was looked for."""
        wanted = [forms.wanted(part) for part in question.wanted]
        unwanted = [forms.wanted(part) for part in question.unwanted]
        view = unit.search.view(self._where(within, question.filters))
        ranked = fuse(
            *view.words(wanted, unwanted), self._near(unit, view, question, wanted, meant)
        )
        return view, ranked, wanted

    def _forms(self, unit: Unit) -> Forms:
        return Forms(self._tools.tokenizer(), self._current(unit))

    def _near(
        self,
        unit: Unit,
        view: View,
        question: Question,
        wanted: Sequence[WantedPart],
        meant: Meant,
    ) -> Near:
        """Turns that are near in meaning."""
        nothing = Near(np.zeros(0, np.int64), np.zeros(0, np.float32), np.zeros(0, bool))
        if meant == "never" or not _is_a_sentence(question, wanted):
            return nothing
        try:
            key = model_key(self._tools.weights())
            if not unit.search.windows.latest(key):
                return nothing
            asked = " ".join(part.text for part in question.wanted if isinstance(part, Word))
            vector = self._tools.embedder().queries([asked])[0]
        except SetupError as error:
            log.warning("searching by words alone: %s", type(error).__name__)
            return nothing
        begins, cosines = self._nearest(unit.search.windows, key, vector, view.windows())
        close = cosines >= self._meant
        if not close.any():
            return nothing
        return leading(view, begins[close], cosines[close], self._meant)

    def _nearest(
        self, windows: Windows, key: str, vector: FloatArray, seen: NDArray[np.bool_]
    ) -> tuple[Numbers, FloatArray]:
        """By the database where it compares vectors, else in memory."""
        found = windows.nearest(key, vector, seen)
        if found is not None:
            return found
        if windows.latest(key) > self._meaning.latest:
            self._meaning.add(windows.since(key, self._meaning.latest))
        return self._meaning.near(vector, seen)

    def _shown(self, unit: Unit, view: View, ranked: Ranked, words: Words, page: Page) -> Found:
        records = view.records_of(ranked.turns)
        total, distinct = len(ranked.turns), int(np.count_nonzero(np.bincount(records)))
        if not page.grouped:
            order = best_rows(ranked.turns, ranked.scores, page.offset + page.limit)[page.offset :]
            return Found(total, distinct, tuple(self._hits(unit, ranked, order, words).values()))
        members = groups_of(ranked, records, page.offset, page.limit)
        best = [
            some[best_rows(ranked.turns[some], ranked.scores[some], page.in_group)]
            for some in members
        ]
        rows = np.concatenate(best) if best else np.zeros(0, np.int64)
        hits = self._hits(unit, ranked, rows, words)
        groups = [
            _group([hits[row] for row in shown.tolist() if row in hits], len(some))
            for shown, some in zip(best, members, strict=True)
        ]
        return Found(total, distinct, groups=tuple(one for one in groups if one))

    def _hits(self, unit: Unit, ranked: Ranked, rows: Numbers, words: Words) -> dict[int, Hit]:
        """By row, in the order of `rows`; those that are gone are left out."""
        row_of = dict(zip(ranked.turns[rows].tolist(), rows.tolist(), strict=True))
        tokenizer = self._tools.tokenizer()
        return {
            row_of[turn]: replace(
                hit,
                score=float(ranked.scores[row_of[turn]]),
                by=By.WORDS if row_of[turn] < ranked.words else By.MEANING,
                spans=spans(hit.text, words, tokenizer),
            )
            for turn, hit in unit.search.hits(list(row_of)).items()
        }

    def _where(self, within: object, filters: Filters) -> Where:
        zone = self._clock.now().tzinfo
        since = until = None
        if filters.first_day:
            since = datetime.combine(filters.first_day, time(), zone)
        if filters.last_day and filters.last_day.year < 9999:
            until = datetime.combine(filters.last_day + timedelta(days=1), time(), zone)
        return Where(within, filters, since, until)  # type: ignore[arg-type]

    def _current(self, unit: Unit) -> Thesaurus:
        own = tuple(unit.dictionary.all())
        if self._thesaurus is None or self._thesaurus[0] != own:
            self._thesaurus = own, Thesaurus(effective(own))
        return self._thesaurus[1]

    def _log(
        self, actor: Actor, action: Action, words: str, filters: Filters | None, found: Found
    ) -> None:
        details = {"words": words, "total": str(found.total)} | written(filters or Filters())
        with self._store.writing() as unit:
            unit.audit.append(actor, Event(action, "search", details), self._clock.now())


def model_key(weights: ModelUse) -> str:
    """What vectors are kept under: the name of the weights and their checksum."""
    return f"{weights.name}@{weights.sha256[:16]}"


def _is_a_sentence(question: Question, wanted: Sequence[WantedPart]) -> bool:
    """Whether it is more than a word: who asks for one word wants that word."""
    if question.unwanted or not all(isinstance(part, Wanted) for part in wanted):
        return False
    if any(isinstance(part, Word) and part.exact for part in question.wanted):
        return False
    return len(wanted) > 1 or any(getattr(part, "is_sentence", False) for part in wanted)


def _words(part: WantedPart) -> Iterator[tuple[Look, ...]]:
    """The forms of each word of it."""
    if isinstance(part, WantedNear):
        inner: tuple[Wanted | WantedNear, ...] = (part.first, part.second)
    else:
        inner = part.parts
    if isinstance(part, Wanted):
        yield part.looks
    for one in inner:
        yield from _words(one)


def _group(hits: Sequence[Hit], total: int) -> RecordHits | None:
    if not hits:
        return None
    one = hits[0]
    return RecordHits(
        record=one.record,
        title=one.title,
        kind=one.kind,
        matter=one.matter,
        matter_name=one.matter_name,
        occurred=one.occurred,
        total=total,
        hits=tuple(hits),
    )
