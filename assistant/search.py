"""The nouns of the search in the archive: what is asked, and what is found."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime

    import numpy as np
    from numpy.typing import NDArray

    from assistant.model import Kind
    from assistant.people import Scope

NEAR = 20
"""Characters between two words that are near, where nobody says how many."""


@dataclass(frozen=True, slots=True)
class Word:
    """Something that must be said: in these very characters where `exact`, else in other forms of
    the word too, and in its synonyms."""

    text: str
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Near:
    """Two words with at most `within` characters between them, in any order."""

    first: Word
    second: Word
    within: int = NEAR


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of these."""

    parts: tuple[Word | Near, ...]


Part = Word | Near | AnyOf


@dataclass(frozen=True, slots=True)
class Filters:
    """Where to look. Empty texts and None leave a thing open; days are local and inclusive."""

    speaker: str = ""
    role: str = ""
    first_day: date | None = None
    last_day: date | None = None
    kind: Kind | None = None
    matter: str = ""
    """The id or the name of a case or a body."""
    record: str = ""

    @property
    def any(self) -> bool:
        """Whether something narrows the search."""
        return self != Filters()


@dataclass(frozen=True, slots=True)
class Question:
    """What was typed, understood: all of `wanted`, none of `unwanted`."""

    wanted: tuple[Part, ...] = ()
    unwanted: tuple[Part, ...] = ()
    filters: Filters = field(default_factory=Filters)

    @property
    def empty(self) -> bool:
        """Whether nothing at all is asked."""
        return not (self.wanted or self.unwanted or self.filters.any)


class By(StrEnum):
    """What found a turn."""

    WORDS = "words"
    MEANING = "meaning"


@dataclass(frozen=True, slots=True)
class Hit:
    """A turn that was found. Times are seconds of the recording; `score` is 0 to 1.

    `spans` are the characters of `text` that were asked for: pairs of start and end.
    """

    record: str
    title: str
    kind: Kind | None
    matter: str | None
    matter_name: str
    occurred: datetime | None
    turn: str
    position: int
    start: float
    end: float
    speaker: str
    role: str
    text: str
    score: float
    by: By = By.WORDS
    spans: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Where:
    """Which turns may be found: those of the scope, narrowed by filters.

    `since` and `until` are the moments that the filters' days begin and end.
    """

    scope: Scope
    filters: Filters
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class RecordHits:
    """The hits of one recording: the best ones, and how many there are."""

    record: str
    title: str
    kind: Kind | None
    matter: str | None
    matter_name: str
    occurred: datetime | None
    total: int
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Tried:
    """What was looked for beside a word: its other forms and its synonyms."""

    word: str
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A page of what was found.

    `total` counts turns and `records` recordings, both exactly, and only what the person may see.
    """

    total: int
    records: int
    hits: tuple[Hit, ...] = ()
    groups: tuple[RecordHits, ...] = ()
    tried: tuple[Tried, ...] = ()


@dataclass(frozen=True, slots=True)
class Synonyms:
    """Words that mean the same. `own` ones were made by this site."""

    words: tuple[str, ...]
    own: bool = False


@dataclass(frozen=True, slots=True)
class OwnSynonyms:
    """A group that this site made; `dropped`: it does without that one of the program's."""

    id: str
    words: tuple[str, ...]
    dropped: bool
    added: datetime
    added_by: str


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A question that somebody keeps for themselves. `filters` are as the page sends them."""

    id: str
    person: str
    name: str
    words: str
    filters: dict[str, str]
    saved: datetime


WINDOW, STEP = 3, 2
"""Turns whose meaning is taken together, and by how many the next such window is further on."""


@dataclass(frozen=True, slots=True)
class WindowBatch:
    """Windows of one record, from `window` on, that wait for their vectors.

    `first` names the record's turns in the index: a new revision has another.
    """

    first: int
    window: int
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class VectorBatch:
    """Vectors of windows: `values` is float16 of shape (windows, dimensions)."""

    number: int
    first: int
    window: int
    values: NDArray[np.float16]

    @property
    def begins(self) -> range:
        """The number of each window's first turn."""
        begin = self.first + STEP * self.window
        return range(begin, begin + STEP * len(self.values), STEP)


class Standing(StrEnum):
    """Whether a server compares vectors, or why not."""

    FILE = "file"
    """There is no server."""
    MISSING = "missing"
    """It has no pgvector."""
    OLD = "old"
    """Its pgvector is too old."""
    OFFERED = "offered"
    """It has pgvector, and an upgrade makes use of it where we may."""
    USED = "used"


@dataclass(frozen=True, slots=True)
class ServerVectors:
    """How a server stands with pgvector; `waiting` windows are compared in memory until then."""

    standing: Standing
    version: str = ""
    waiting: int = 0
