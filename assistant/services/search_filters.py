"""Filters of a search: as commands and pages give them, as the audit log has them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.errors import BadFilter
from assistant.search import Filters
from assistant.text.asking import narrowed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.search import Question

FILTERS = ("speaker", "role", "from", "to", "kind", "matter", "record")
"""What a search can be narrowed by, as commands and pages name it."""


def read_filters(given: Mapping[str, str]) -> Filters:
    """Filters as commands and pages give them; empty texts leave a thing open.

    Raises:
        BadFilter: a day or a kind is not understood.
    """
    filters = Filters()
    for name in FILTERS:
        value = given.get(name, "").strip()
        if value:
            narrower = narrowed(filters, name, value)
            if narrower is None:
                raise BadFilter(name=name, value=value)
            filters = narrower
    return filters


def with_filters(question: Question, filters: Filters) -> Question:
    """The question with these filters before those that stand among its words."""
    given = {
        name: value
        for name in Filters.__slots__
        if (value := getattr(filters, name)) not in ("", None)
    }
    return replace(question, filters=replace(question.filters, **given))


def written(filters: Filters) -> dict[str, str]:
    """What narrows the search, as texts."""
    values = {name: getattr(filters, name) for name in Filters.__slots__}
    return {name: str(value) for name, value in values.items() if value not in ("", None)}
