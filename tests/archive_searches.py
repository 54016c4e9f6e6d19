"""Archives to search in: records in one line, and what is found."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from assistant.archive import Record
from assistant.knowledge.window_index import WindowIndex
from assistant.model import Kind, Speaker
from assistant.people import SINGLE_USER, Actor, Matter, MatterKind, Role, Scope
from assistant.services.archive_search import ArchiveSearch, Page
from assistant.services.synonyms import SynonymTable
from assistant.testing import FakeClock, FakeEmbedder
from assistant.text.tokens import SudachiTokenizer
from tests.transcripts import transcript

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.model import ModelUse, Transcript
    from assistant.ports import Tokenizer
    from assistant.search import Filters, Found
    from assistant.services.archive_store import ArchiveStore

SPEAKERS = (
    Speaker("A", "髙橋委員長", "委員長"),
    Speaker("B", "田中委員", "委員"),
    Speaker("C", "", "caller"),
)
_TOKENIZER = SudachiTokenizer()


class SearchTools:
    """`archive_search.Tools` with the real words and a fake encoder."""

    def __init__(self) -> None:
        self.fake = FakeEmbedder()

    def tokenizer(self) -> Tokenizer:
        return _TOKENIZER

    def weights(self) -> ModelUse:
        return self.fake.model

    def embedder(self) -> FakeEmbedder:
        return self.fake


class Searches:
    """A search over an archive, and short ways to fill it and to ask."""

    def __init__(self, store: ArchiveStore) -> None:
        self.store = store
        self.tools = SearchTools()
        self.clock = FakeClock()
        self.service = ArchiveSearch(store, self.tools, WindowIndex(), self.clock, meant=0.1)
        self.synonyms = SynonymTable(store, self.clock)

    def add(
        self,
        record: str,
        *texts: str,
        by: str = "w1",
        matter: str | None = None,
        kind: Kind = Kind.MEETING,
        occurred: datetime | None = None,
        speakers: str = "AB",
    ) -> None:
        """A record whose speakers take turns."""
        made = Record(
            record, f"{record}.wav", f"題 {record}", kind, datetime(2026, 11, 20, tzinfo=UTC), by,
            matter=matter, occurred=occurred,
        )  # fmt: skip
        with self.store.writing() as unit:
            if unit.records.find(record, Scope(everything=True)) is None:
                unit.records.add(made)
            unit.records.keep(record, said(texts, kind, speakers), by, self.clock.now())

    def matter(self, name: str, kind: MatterKind = MatterKind.BODY) -> None:
        """A matter whose id is its name in lower case."""
        with self.store.writing() as unit:
            unit.matters.add(Matter(f"id-{name}", kind, name, self.clock.now()))

    def ask(
        self,
        words: str,
        filters: Filters | None = None,
        actor: Actor = SINGLE_USER,
        limit: int = 50,
    ) -> Found:
        return self.service.search(actor, words, filters, Page(limit=limit))

    def places(
        self, words: str, filters: Filters | None = None, actor: Actor = SINGLE_USER
    ) -> set[tuple[str, int]]:
        """Record and position of everything that is found; the total has to be right."""
        found = self.ask(words, filters, actor)
        assert found.total == len(found.hits)
        return {(hit.record, hit.position) for hit in found.hits}


def said(texts: Sequence[str], kind: Kind = Kind.MEETING, speakers: str = "AB") -> Transcript:
    """A transcript of these texts, whose speakers take turns."""
    base = transcript("A 0-1 あ", kind=kind, speakers=SPEAKERS)
    turn = base.turns[0]
    turns = tuple(
        replace(
            turn, id=f"t{n}", start=float(n), end=n + 1.0, text=text, words=(),
            speaker=speakers[n % len(speakers)],
        )
        for n, text in enumerate(texts)
    )  # fmt: skip
    return replace(base, turns=turns, speech=())


def worker(user: str, *matters: str, roles: Sequence[Role] = (Role.CASEWORKER,)) -> Actor:
    """Somebody who belongs to these matters."""
    return Actor(user, user, frozenset(roles), frozenset(matters))
