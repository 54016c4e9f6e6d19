"""The nouns of exporting many records at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Export:
    """まとめ書き出し: what one person asked for; after `expires` it is gone.

    `form` is the format of its documents. `way` and `address` are how the person was known when
    they asked: the log names them for each record.
    """

    id: str
    by: str
    way: str
    address: str
    form: str
    asked: datetime
    expires: datetime
    ready: bool = False
    """Its file can be fetched."""


@dataclass(frozen=True, slots=True)
class ExportItem:
    """A record of an export: waiting at first, then a document of some `name`, or an `error`.

    `number` is its place, from 1; `title` is the record's when it was asked for; `error` is the
    sentence for people, by language.
    """

    number: int
    record: str
    title: str
    name: str = ""
    error: tuple[tuple[str, str], ...] = ()

    @property
    def waiting(self) -> bool:
        """Whether nothing has become of it yet."""
        return not self.name and not self.error
