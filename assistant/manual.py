"""The nouns of the manuals: a document's blocks, its passages, and why one fits a question."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    import numpy as np
    from numpy.typing import NDArray


class BlockKind(StrEnum):
    """What a stretch of a document is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    TABLE = "table"
    NOTE = "note"
    """A footnote, an endnote, a text box or a comment that is printed."""


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of a document as a reader found it.

    `level` is 1 for the highest heading and 0 for anything that is no heading. `page` counts from
    1 and is None where the format has no pages. Cells of a table are separated by tabs, its rows by
    line feeds.
    """

    kind: BlockKind
    text: str
    level: int = 0
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """What a reader makes of a file. `date` is the edition's, where the document tells it."""

    title: str
    blocks: tuple[Block, ...]
    date: date | None = None


JOINED = "／"
"""Between the headings of small sections that make one passage."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of an edition that can be shown on its own, 300 to 600 characters where it can be.

    `id` is `EDITION:POSITION`; positions count from 0 in reading order. `headings` lead from the
    chapter to the section that the passage stands in. Where small sections side by side make one
    passage, the last of them names each, with `JOINED` between, and each heads its lines in `text`.
    """

    edition: str
    position: int
    headings: tuple[str, ...]
    text: str
    page: int | None = None

    @property
    def id(self) -> str:
        """Names the passage for ever: an edition's passages never change."""
        return f"{self.edition}:{self.position}"


class EditionState(StrEnum):
    """Whether an edition is searched."""

    CURRENT = "current"
    SUPERSEDED = "superseded"
    """A newer edition of the same manual is current."""
    RETIRED = "retired"
    """Somebody took it out of the search."""


@dataclass(frozen=True, slots=True)
class Edition:
    """One version of one manual.

    `id` is the beginning of the file's SHA-256. Editions of one manual share `manual`, a key made
    from the file's name. `embedded` counts the passages that can be found by meaning already.
    """

    id: str
    manual: str
    title: str
    file: str
    sha256: str
    added: datetime
    state: EditionState
    passages: int
    date: date | None = None
    embedded: int = 0


class ReasonKind(StrEnum):
    """How a passage was found."""

    WORDS = "words"
    """Words of the question stand in it."""
    EXPANSION = "expansion"
    """Words stand in it that a synonym or the spoken-to-written table puts for the question's."""
    MEANING = "meaning"
    """Its meaning is near."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a passage was found; `words` are as they stand in the passage, for lighting up."""

    kind: ReasonKind
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Token:
    """A term, and the characters of the text that it was made of."""

    term: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class Topic:
    """What people ask about in many ways; `written` is how manuals put it.

    `terms` are its words, `meaning` its unit vector, shape (d,), as of a question.
    """

    written: str
    terms: tuple[str, ...]
    meaning: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Nearness:
    """The topics that a question is near, with weights; `nearest` is how near the first is.

    0 is as near as any question is to anything, 1 a saying of that topic word for word.
    """

    topics: tuple[tuple[Topic, float], ...] = ()
    nearest: float = 0.0


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as an index is asked it.

    `said` are its terms, `written` those that a manual would use for them, with weights, and
    `meaning` its unit vector, shape (d,); None where there are no vectors.
    """

    said: tuple[str, ...]
    written: Mapping[str, float]
    meaning: NDArray[np.float32] | None = None
    near: Nearness = Nearness()

    @property
    def terms(self) -> dict[str, float]:
        """Everything to look for, with weights."""
        return {**self.written, **dict.fromkeys(self.said, 1.0)}


@dataclass(frozen=True, slots=True)
class Match:
    """A passage of an index that fits: its row, and how well compared with the best (0 to 1).

    `cosine` is that of its meaning with the question's; `lead` is how far it rises above the
    average passage, as a share of the best one's. `held`, told of the first match alone, is the
    share of the question's terms, weighted by how much they tell, that stand in the passage which
    has most of them.
    """

    row: int
    score: float
    cosine: float = 0.0
    lead: float = 0.0
    held: float = 0.0


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that fits. `score` is 0 to 1; hits are ordered by it."""

    passage: Passage
    edition: Edition
    score: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """What the last look at a file of the watched folder found; `path` is relative to the folder.

    `edition` is the last that was taken from it. `error` says, in each language, why the file as it
    is now could not be taken. Both are empty while it is being taken.
    """

    path: str
    size: int
    modified: int
    """Nanoseconds since 1970, as the file system tells it."""
    edition: str = ""
    error: tuple[tuple[str, str], ...] = ()


class Verdict(StrEnum):
    """What somebody said of a passage that was shown."""

    HELPED = "helped"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Display:
    """A passage was laid before somebody, and what became of it.

    `person` is the user it was laid before, who alone may judge it. `place` is where: a call's or a
    recording's id, or `search`. `turn` is the turn it stood beside, `second` when it came there, in
    seconds of the recording. `query` may hold what people said: it goes into the database and never
    into a log file.
    """

    passage: str
    shown: datetime
    place: str
    query: str = ""
    turn: str | None = None
    second: float | None = None
    rank: int = 1
    score: float = 0.0
    opened: datetime | None = None
    verdict: Verdict | None = None
    person: str = ""
    id: int = 0
    """Given by the log."""


@dataclass(frozen=True, slots=True)
class SectionReport:
    """How often a section was shown, opened, and judged, over all editions of its manual.

    `title` is the manual's in its newest edition.
    """

    manual: str
    title: str
    headings: tuple[str, ...]
    shown: int
    opened: int
    helped: int
    wrong: int
