"""What the page of imports is told of a file, and what it says of its records."""

from __future__ import annotations

from collections import Counter
from datetime import date as Date  # noqa: N812 (pydantic reads it)
from datetime import datetime
from datetime import time as Time  # noqa: N812 (pydantic reads it)
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import BaseModel, Field

from assistant.drafts import DOCUMENT, Doubt
from assistant.model import Kind  # noqa: TC001 (pydantic reads it)
from assistant.services.mending import Corrections, Wishes

if TYPE_CHECKING:
    from assistant.drafts import Draft, Refused
    from assistant.services.import_desk import Waiting
    from assistant.services.importing import Preview, Seen, Tally

FIRST = 4
"""Turns that are shown of a record."""
LONGEST = 160
"""Characters that are shown of a turn."""
REFUSED = 50
"""Lines that are named one by one."""

Short = Annotated[str, Field(max_length=1000)]


class WaitingJson(BaseModel):
    """A file that waits to be taken."""

    id: str
    name: str
    size: int

    @classmethod
    def of(cls, one: Waiting) -> Self:
        """A line of the list."""
        return cls(id=one.id, name=one.name, size=one.size)


class SentenceJson(BaseModel):
    """What is said to people, in both languages; `line` where it is of one line of the file."""

    line: int | None
    ja: str
    en: str

    @classmethod
    def of(cls, one: Refused) -> Self:
        """Why something cannot be taken."""
        return cls(line=one.line, ja=one.error.message("ja"), en=one.error.message("en"))


class SpeakerJson(BaseModel):
    """Somebody who speaks, as what, and how often."""

    id: str
    name: str
    role: str
    turns: int


class TurnJson(BaseModel):
    """The beginning of what somebody said."""

    speaker: str
    text: str


class RecordJson(BaseModel):
    """A record as its document tells it. `matter` is an id, `missing` a name that is not there."""

    digest: str
    line: int | None
    title: str
    day: Date | None
    time: Time | None
    kind: Kind
    matter: str
    missing: str
    body: str
    """The body that the document names, whether there is one of that name or not."""
    known: bool
    """It is there already, and is not taken again."""
    doubts: list[Doubt]
    speakers: list[SpeakerJson]
    turns: int
    first: list[TurnJson]

    @classmethod
    def of(cls, one: Seen) -> Self:
        """With the first turns."""
        draft = one.draft
        names = {speaker.id: speaker.name for speaker in draft.speakers}
        day, time = _moment(draft.occurred)
        return cls(
            digest=draft.digest,
            line=draft.line,
            title=draft.title,
            day=day,
            time=time,
            kind=draft.kind,
            matter=one.matter or "",
            missing=one.missing,
            body=draft.body,
            known=one.known,
            doubts=sorted(draft.doubts),
            speakers=_speakers(draft),
            turns=len(draft.turns),
            first=[
                TurnJson(speaker=names.get(turn.speaker, ""), text=turn.text[:LONGEST])
                for turn in draft.turns[:FIRST]
            ],
        )


class PreviewJson(BaseModel):
    """The first records of a file, and the numbers of all of them."""

    shown: list[RecordJson]
    records: int
    turns: int
    known: int
    missing: int
    refused: list[SentenceJson]
    refused_all: int

    @classmethod
    def of(cls, one: Preview) -> Self:
        """As it is shown before anything is taken."""
        return cls(
            shown=[RecordJson.of(seen) for seen in one.seen],
            records=one.records,
            turns=one.turns,
            known=one.known,
            missing=one.missing,
            refused=[SentenceJson.of(refused) for refused in one.refused[:REFUSED]],
            refused_all=len(one.refused),
        )


class WishJson(BaseModel):
    """What somebody says of a record: all of it is as they want it, but for what is left out."""

    skip: bool = False
    title: Short = ""
    day: Date | None = None
    time: Time | None = None
    undated: bool = False
    kind: Kind | None = None
    matter: Short | None = None
    roles: dict[Short, Short] = Field(default_factory=dict, max_length=10_000)

    def meant(self) -> Corrections:
        """As the service understands it; a day without a time is midnight."""
        occurred = datetime.combine(self.day, self.time or Time()) if self.day else None
        return Corrections(
            title=self.title.strip(),
            occurred=occurred,
            kind=self.kind,
            matter=self.matter,
            roles=self.roles,
            undated=self.undated,
            skip=self.skip,
        )


class WishesJson(BaseModel):
    """What is said of every record, and of some by their checksums."""

    every: WishJson = Field(default_factory=WishJson)
    records: dict[Short, WishJson] = Field(default_factory=dict, max_length=10_000)

    def meant(self) -> Wishes:
        """As the service understands it."""
        records = {digest: wish.meant() for digest, wish in self.records.items()}
        return Wishes(self.every.meant(), records)


class TallyJson(BaseModel):
    """What became of a file; `first` is the id of the first record that was taken."""

    taken: int
    first: str
    already: int
    turns: int
    refused: list[SentenceJson]
    refused_all: int

    @classmethod
    def of(cls, tally: Tally) -> Self:
        """The last that is told of it."""
        return cls(
            taken=len(tally.taken),
            first=tally.taken[0] if tally.taken else "",
            already=tally.already,
            turns=tally.turns,
            refused=[SentenceJson.of(one) for one in tally.refused[:REFUSED]],
            refused_all=len(tally.refused),
        )


def _speakers(draft: Draft) -> list[SpeakerJson]:
    """Without the document's own notes."""
    turns = Counter(one.speaker for one in draft.turns)
    return [
        SpeakerJson(id=one.id, name=one.name, role=one.role, turns=turns[one.id])
        for one in draft.speakers
        if one.id != DOCUMENT
    ]


def _moment(occurred: datetime | None) -> tuple[Date | None, Time | None]:
    """Midnight stands for a day of which no time is known; moments are told in the site's zone."""
    if occurred is None:
        return None, None
    here = occurred.astimezone() if occurred.tzinfo else occurred
    at = here.time()
    return here.date(), None if at == Time() else at
