"""What the routes of the search take and give, so that OpenAPI describes it."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 (pydantic reads it)

from pydantic import BaseModel, Field

WIDTH = 160
"""Characters of a snippet."""


class Narrow(BaseModel):
    """Where to look; empty texts leave a thing open."""

    speaker: str = Field(default="", max_length=200)
    """A part of the speaker's name."""
    role: str = Field(default="", max_length=100)
    """A part of the role's name, or chair, member, official, witness, caller, worker."""
    since: str = Field(default="", alias="from", max_length=40)
    """From this day on: 2026-11-01, 2026-11, R8.11.1, 令和8年11月."""
    until: str = Field(default="", alias="to", max_length=40)
    kind: str = Field(default="", max_length=20)
    """meeting or call."""
    matter: str = Field(default="", max_length=200)
    """The id of a case or body, or a part of its name."""
    record: str = Field(default="", max_length=100)

    model_config = {"populate_by_name": True, "use_attribute_docstrings": True}

    def given(self) -> dict[str, str]:
        """By the names that the service knows."""
        return self.model_dump(by_alias=True)


class Asked(BaseModel):
    """A search."""

    words: str = Field(default="", max_length=1000)
    filters: Narrow = Narrow()
    offset: int = Field(default=0, ge=0, le=1_000_000)
    limit: int = Field(default=20, ge=1, le=100)
    grouped: bool = True
    """By recording; else turn by turn."""
    in_group: int = Field(default=3, ge=1, le=100)

    model_config = {"use_attribute_docstrings": True}


class HitOut(BaseModel):
    """A turn. `spans` are marked characters of `snippet`: pairs of start and end."""

    turn: str
    start: float
    end: float
    speaker: str
    role: str
    snippet: str
    spans: list[tuple[int, int]]
    cut_before: bool
    cut_after: bool
    score: float
    by: str
    """words, or meaning."""

    model_config = {"use_attribute_docstrings": True}


class RecordOut(BaseModel):
    """A recording with its best turns; `total` counts all that fit."""

    recording: str
    title: str
    kind: str | None
    matter: str | None
    matter_name: str
    occurred: datetime | None
    total: int
    hits: list[HitOut]


class TriedOut(BaseModel):
    """Other forms of a word that were looked for."""

    word: str
    others: list[str]


class FoundOut(BaseModel):
    """A page of what was found: `total` turns in `recordings` recordings in all."""

    total: int
    recordings: int
    groups: list[RecordOut]
    tried: list[TriedOut]


class Keep(BaseModel):
    """A search to keep."""

    name: str = Field(default="", max_length=200)
    words: str = Field(default="", max_length=1000)
    filters: Narrow = Narrow()


class SavedOut(BaseModel):
    """A search that somebody keeps."""

    id: str
    name: str
    words: str
    filters: dict[str, str]
    saved: datetime


class SavedList(BaseModel):
    """The searches that somebody keeps, newest first."""

    saved: list[SavedOut]


class SynonymsOut(BaseModel):
    """Words that mean the same; `own` ones were made here."""

    words: list[str]
    own: bool


class SynonymsList(BaseModel):
    """All of them, the site's own first."""

    groups: list[SynonymsOut]
