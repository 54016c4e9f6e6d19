"""The nouns of retention: how long what is kept, what must stay, and what is gone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from assistant.model import Kind


class Counting(StrEnum):
    """From when the years of a rule are counted."""

    RECORD = "record"
    """From the first of April after the day of the record, as offices count."""
    BIRTH = "birth"
    """From the birth of the case's youngest child; where that is not known, as `RECORD`. A child
    was born when it was spoken of, so that this never deletes too early."""


class Part(StrEnum):
    """What is deleted of a record."""

    WHOLE = "whole"
    SOUND = "sound"
    """The sound and what was made of it for playing; the transcript stays."""


class Staying(StrEnum):
    """Why something stays although its time is over."""

    HELD = "held"
    BUSY = "busy"
    """Somebody or something is at work on it."""
    UNHEARD = "unheard"
    """It was not transcribed yet: the sound is all there is."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How long records of a class are kept; `years` is None for ever.

    `sound_days` is how long the sound is, from the day of the record; None as long as the rest.
    """

    record_class: str
    name: str
    years: int | None
    counting: Counting = Counting.RECORD
    sound_days: int | None = None

    def until(self, day: date, born: date | None) -> date | None:
        """The day from which on a record of `day` is deleted; None for never."""
        if self.years is None:
            return None
        if self.counting is Counting.BIRTH and born is not None:
            return _years_after(born, self.years)
        return _years_after(_first_of_april_after(day), self.years)

    def sound_until(self, day: date) -> date | None:
        """The day from which on the sound of such a record is deleted; None with the rest."""
        if self.sound_days is None:
            return None
        return day + min(timedelta(days=self.sound_days), date.max - day)


@dataclass(frozen=True, slots=True)
class Hold:
    """A record, or all records of a matter, must stay: `subject` is its id."""

    id: str
    subject: str
    reason: str
    since: datetime
    by: str
    released: datetime | None = None
    released_by: str = ""


@dataclass(frozen=True, slots=True)
class Forecast:
    """When a record of `day` falls due, and when its sound does before; None for never.

    `rule` is None where nothing says which one it falls under: such a record stays. `counting` is
    how its years were counted, which without a birth is not how the rule would have them. `holds`
    are those that keep it, whatever the dates say.
    """

    record: str
    title: str
    matter: str | None
    day: date
    rule: Rule | None
    counting: Counting
    whole: date | None
    sound: date | None
    holds: tuple[Hold, ...] = ()

    @property
    def first(self) -> date:
        """When the first of it falls due; the last of all days for never."""
        return min(self.whole or date.max, self.sound or date.max)


@dataclass(frozen=True, slots=True)
class Due:
    """A record, or its sound, whose time is over since `until`; `stays` says why it is not gone."""

    record: str
    title: str
    part: Part
    record_class: str
    day: date
    until: date
    stays: Staying | None = None
    counting: Counting = Counting.RECORD
    """How the years were counted."""


@dataclass(frozen=True, slots=True)
class Deletion:
    """What was deleted, when, by which rule, by whom. It stays, and holds no text of speech.

    The title is kept of meetings only: that of a call may name somebody. `finished` is when the
    last of its files was gone.
    """

    id: str
    record: str
    part: Part
    title: str
    kind: Kind | None
    matter: str | None
    record_class: str
    day: date
    until: date
    at: datetime
    by: str
    finished: datetime | None = None


def _first_of_april_after(day: date) -> date:
    return date(min(day.year + (day >= date(day.year, 4, 1)), date.max.year), 4, 1)


def _years_after(day: date, years: int) -> date:
    """The 29th of February counts as the first of March in other years. Calendars end at 9999."""
    year = min(day.year + years, date.max.year)
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 3, 1)
