"""A site's own synonyms, and the searches that people keep, in the database."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import sqlalchemy as sa

from assistant.search import OwnSynonyms, SavedSearch
from assistant.store import search_tables as s

if TYPE_CHECKING:
    from sqlalchemy import Connection


class SqlDictionary:
    """`services.search_store.Dictionary` in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self) -> list[OwnSynonyms]:
        """Oldest first."""
        query = sa.select(s.synonym).order_by(s.synonym.c.added, s.synonym.c.id)
        return [
            OwnSynonyms(row.id, row.words, bool(row.dropped), row.added, row.added_by)
            for row in self._connection.execute(query)
        ]

    def add(self, one: OwnSynonyms) -> None:
        """A new group, or that the site does without one of the program's."""
        row = {
            "id": one.id,
            "words": one.words,
            "dropped": int(one.dropped),
            "added": one.added,
            "added_by": one.added_by,
        }
        self._connection.execute(s.synonym.insert().values(row))

    def remove(self, one: str) -> None:
        """By its id."""
        self._connection.execute(s.synonym.delete().where(s.synonym.c.id == one))


class SqlSavedSearches:
    """`services.search_store.SavedSearches` in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, person: str) -> list[SavedSearch]:
        """Newest first."""
        query = sa.select(s.saved_search).where(s.saved_search.c.person == person)
        query = query.order_by(s.saved_search.c.saved.desc(), s.saved_search.c.id)
        return [
            SavedSearch(row.id, row.person, row.name, row.words, json.loads(row.filters), row.saved)
            for row in self._connection.execute(query)
        ]

    def add(self, search: SavedSearch) -> None:
        """A new one."""
        row = {
            "id": search.id,
            "person": search.person,
            "name": search.name,
            "words": search.words,
            "filters": json.dumps(search.filters, ensure_ascii=False),
            "saved": search.saved,
        }
        self._connection.execute(s.saved_search.insert().values(row))

    def remove(self, person: str, search: str) -> bool:
        """Whether that person had it."""
        this = sa.and_(s.saved_search.c.person == person, s.saved_search.c.id == search)
        return self._connection.execute(s.saved_search.delete().where(this)).rowcount > 0
