"""What the page of the search asks for: turns, saved searches, synonyms, a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Protocol

from fastapi import APIRouter, Body, Query, Response

from assistant.services.archive_search import Page
from assistant.services.search_filters import read_filters
from assistant.services.search_table import MOST, hits_csv
from assistant.text.highlighting import snippet
from ui.acting import Acting  # noqa: TC001 (FastAPI reads it)
from ui.search_models import (
    WIDTH,
    Asked,
    FoundOut,
    HitOut,
    Keep,
    Narrow,
    RecordOut,
    SavedList,
    SavedOut,
    SynonymsList,
    SynonymsOut,
    TriedOut,
)
from ui.web import PRIVATE, attachment

if TYPE_CHECKING:
    from assistant.search import Found, Hit, RecordHits, SavedSearch
    from assistant.services.archive_search import ArchiveSearch
    from assistant.services.synonyms import SynonymTable


class SearchServices(Protocol):
    """Where the services come from; each is made when first asked for."""

    @property
    def archive_search(self) -> ArchiveSearch:
        """Words to turns."""

    @property
    def synonyms(self) -> SynonymTable:
        """Words that mean the same."""


class SearchRoutes:
    """The routes under `/api/search`.

    The page asks by POST, since addresses may stand in a proxy's log; GET does the same for
    programs.
    """

    def __init__(self, services: SearchServices) -> None:
        self._services = services

    def router(self) -> APIRouter:
        """Ready to be included."""
        router = APIRouter(prefix="/api")
        router.add_api_route("/search", self.search, methods=["POST"])
        router.add_api_route("/search", self.search_by_address)
        router.add_api_route("/search.csv", self.table, methods=["POST"])
        router.add_api_route("/searches", self.saved)
        router.add_api_route("/searches", self.save, methods=["POST"], status_code=201)
        one = "/searches/{search}"
        router.add_api_route(one, self.forget, methods=["DELETE"], status_code=204)
        router.add_api_route("/synonyms", self.synonyms)
        router.add_api_route("/synonyms", self.add_synonyms, methods=["POST"], status_code=201)
        router.add_api_route("/synonyms/remove", self.remove_synonyms, methods=["POST"])
        return router

    def search(self, actor: Acting, asked: Asked) -> FoundOut:
        """A page of what was found, the best first."""
        page = Page(asked.offset, asked.limit, asked.grouped, asked.in_group)
        filters = read_filters(asked.filters.given())
        return _found(self._services.archive_search.search(actor, asked.words, filters, page))

    def search_by_address(
        self,
        actor: Acting,
        words: Annotated[str, Query(max_length=1000)] = "",
        narrow: Annotated[Narrow, Query()] = Narrow(),  # noqa: B008
        offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
        limit: Annotated[int, Query(ge=1, le=100)] = 20,
        *,
        grouped: bool = True,
    ) -> FoundOut:
        """The same."""
        asked = Asked(words=words, filters=narrow, offset=offset, limit=limit, grouped=grouped)
        return self.search(actor, asked)

    def table(self, actor: Acting, asked: Asked) -> Response:
        """What was found as CSV."""
        filters = read_filters(asked.filters.given())
        found = self._services.archive_search.export(actor, asked.words, filters, MOST)
        headers = PRIVATE | {"Content-Disposition": attachment("検索結果.csv")}
        return Response(hits_csv(found.hits), media_type="text/csv; charset=utf-8", headers=headers)

    def saved(self, actor: Acting) -> SavedList:
        """The searches that the person keeps."""
        kept = self._services.archive_search.saved(actor)
        return SavedList(saved=[_saved(one) for one in kept])

    def save(self, actor: Acting, keep: Keep) -> SavedOut:
        """Keeps a search."""
        given = keep.filters.given()
        return _saved(self._services.archive_search.save(actor, keep.name, keep.words, given))

    def forget(self, actor: Acting, search: str) -> None:
        """Drops one."""
        self._services.archive_search.forget(actor, search)

    def synonyms(self, actor: Acting) -> SynonymsList:
        """The groups."""
        groups = self._services.synonyms.groups(actor)
        return SynonymsList(
            groups=[SynonymsOut(words=list(one.words), own=one.own) for one in groups]
        )

    def add_synonyms(
        self, actor: Acting, line: Annotated[str, Body(embed=True, max_length=400)]
    ) -> SynonymsOut:
        """A group, written as `A = B`."""
        group = self._services.synonyms.add(actor, line)
        return SynonymsOut(words=list(group.words), own=group.own)

    def remove_synonyms(
        self, actor: Acting, line: Annotated[str, Body(embed=True, max_length=400)]
    ) -> SynonymsOut:
        """Does without a group."""
        group = self._services.synonyms.remove(actor, line)
        return SynonymsOut(words=list(group.words), own=group.own)


def _found(found: Found) -> FoundOut:
    groups = [_record(one, list(one.hits), one.total) for one in found.groups]
    groups += [_record(hit, [hit], 1) for hit in found.hits]
    tried = [TriedOut(word=one.word, others=list(one.others)) for one in found.tried]
    return FoundOut(total=found.total, recordings=found.records, groups=groups, tried=tried)


def _record(one: RecordHits | Hit, hits: list[Hit], total: int) -> RecordOut:
    return RecordOut(
        recording=one.record,
        title=one.title,
        kind=one.kind,
        matter=one.matter,
        matter_name=one.matter_name,
        occurred=one.occurred,
        total=total,
        hits=[_hit(hit) for hit in hits],
    )


def _hit(hit: Hit) -> HitOut:
    part = snippet(hit.text, hit.spans, WIDTH)
    return HitOut(
        turn=hit.turn,
        start=hit.start,
        end=hit.end,
        speaker=hit.speaker,
        role=hit.role,
        snippet=part.text,
        spans=list(part.spans),
        cut_before=part.cut_before,
        cut_after=part.cut_after,
        score=round(hit.score, 4),
        by=hit.by,
    )


def _saved(one: SavedSearch) -> SavedOut:
    return SavedOut(id=one.id, name=one.name, words=one.words, filters=one.filters, saved=one.saved)
