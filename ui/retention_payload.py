"""What the page of retention is told: rules, what is due, holds, what was deleted."""

from __future__ import annotations

from datetime import date as Date  # noqa: N812, TC003 (pydantic reads it)
from datetime import datetime  # noqa: TC003 (pydantic reads it)
from typing import TYPE_CHECKING, Self

from pydantic import BaseModel, Field

from assistant.model import Kind  # noqa: TC001 (pydantic reads it)
from assistant.retention import Counting, Part, Rule, Staying

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.retention import Deletion, Due, Forecast, Hold


class RuleJson(BaseModel):
    """How long records of a class are kept; without years for ever, without days as the record."""

    record_class: str = Field(max_length=1000)
    name: str = Field(max_length=1000)
    years: int | None = None
    counting: Counting = Counting.RECORD
    sound_days: int | None = None

    @classmethod
    def of(cls, rule: Rule) -> Self:
        """A line of the table."""
        return cls(**{name: getattr(rule, name) for name in cls.model_fields})

    def meant(self) -> Rule:
        """As the service understands it."""
        return Rule(self.record_class, self.name, self.years, self.counting, self.sound_days)


class RulesJson(BaseModel):
    """All rules. `daily` says whether what is due is deleted by itself, `today` is the server's."""

    rules: list[RuleJson]
    daily: bool
    today: Date


class HoldJson(BaseModel):
    """A record, or all records of a case or body, must stay."""

    id: str
    subject: str
    name: str
    """What the subject is called."""
    reason: str
    since: datetime
    by: str

    @classmethod
    def of(cls, hold: Hold, names: Mapping[str, str] | None = None) -> Self:
        """With names where they are told."""
        names = names or {}
        return cls(
            id=hold.id,
            subject=hold.subject,
            name=names.get(hold.subject, ""),
            reason=hold.reason,
            since=hold.since,
            by=names.get(hold.by, ""),
        )


class DueJson(BaseModel):
    """A record, or its sound, whose time is over since `until`."""

    record: str
    title: str
    part: Part
    record_class: str
    day: Date
    until: Date
    stays: Staying | None
    counting: Counting

    @classmethod
    def of(cls, due: Due) -> Self:
        """A line of the plan."""
        return cls(**{name: getattr(due, name) for name in cls.model_fields})


class ForecastJson(BaseModel):
    """When a record falls due (`whole`), and when its sound does; without a day never."""

    record: str
    title: str
    matter: str
    """The id of its case or body."""
    matter_name: str
    day: Date
    rule: RuleJson | None
    counting: Counting
    whole: Date | None
    sound: Date | None
    holds: list[HoldJson]

    @classmethod
    def of(cls, one: Forecast, names: Mapping[str, str] | None = None) -> Self:
        """A line of the list, or the box of one record."""
        return cls(
            record=one.record,
            title=one.title,
            matter=one.matter or "",
            matter_name=(names or {}).get(one.matter or "", ""),
            day=one.day,
            rule=RuleJson.of(one.rule) if one.rule else None,
            counting=one.counting,
            whole=one.whole,
            sound=one.sound,
            holds=[HoldJson.of(hold, names) for hold in one.holds],
        )


class ForecastsJson(BaseModel):
    """A piece of the list; `total` is the length of all of it."""

    records: list[ForecastJson]
    total: int


class DeletionJson(BaseModel):
    """What was deleted, when, by which rule, by whom."""

    record: str
    part: Part
    title: str
    kind: Kind | None
    matter: str
    record_class: str
    day: Date
    until: Date
    at: datetime
    by: str
    finished: bool

    @classmethod
    def of(cls, one: Deletion, names: Mapping[str, str]) -> Self:
        """A line of the list."""
        told = {name: getattr(one, name) for name in cls.model_fields}
        named = {"matter": names.get(one.matter or "", ""), "by": names.get(one.by, one.by)}
        return cls(**told | named | {"finished": one.finished is not None})


class ShownJson(BaseModel):
    """A line of the plan that somebody was shown."""

    record: str = Field(max_length=200)
    part: Part
