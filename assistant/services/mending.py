"""What somebody says of a document before it is taken, in the place of what was read from it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from assistant.services.naming import visible

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from assistant.drafts import Draft
    from assistant.model import Kind, Speaker

LONGEST_ROLE = 200


class Mender(Protocol):
    """Says of each draft how it is taken."""

    def apply(self, draft: Draft) -> Draft | None:
        """The draft as it is taken; None when it is not."""


@dataclass(frozen=True, slots=True)
class Corrections:
    """What somebody says of every record of a document, or of one.

    `matter` is the name or the id of a case or body: None leaves what was read, an empty one says
    that there is none. `roles` are by the speaker's id. `undated` says that the date is not known.
    """

    title: str = ""
    occurred: datetime | None = None
    kind: Kind | None = None
    matter: str | None = None
    roles: Mapping[str, str] = field(default_factory=dict)
    undated: bool = False
    skip: bool = False

    def apply(self, draft: Draft) -> Draft | None:
        """The draft with what was said of it."""
        if self.skip:
            return None
        speakers = self._cast(draft.speakers)
        return replace(
            draft,
            title=self.title or draft.title,
            occurred=None if self.undated else self.occurred or draft.occurred,
            kind=self.kind or draft.kind,
            matter=draft.matter if self.matter is None else self.matter,
            body="" if self.matter == "" else draft.body,
            speakers=speakers,
            made=replace(draft.made, speakers=speakers) if draft.made else None,
        )

    def _cast(self, speakers: tuple[Speaker, ...]) -> tuple[Speaker, ...]:
        return tuple(
            replace(one, role=visible(self.roles[one.id])[:LONGEST_ROLE])
            if one.id in self.roles
            else one
            for one in speakers
        )


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is said of all records of a file, and of some of them, by the checksum of each."""

    every: Corrections = Corrections()
    records: Mapping[str, Corrections] = field(default_factory=dict)

    def apply(self, draft: Draft) -> Draft | None:
        """What was said of this record comes before what was said of all."""
        return self.records.get(draft.digest, self.every).apply(draft)
