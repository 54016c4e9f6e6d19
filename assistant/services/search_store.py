"""What the search asks of the archive's store, inside its units."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from assistant.model import FloatArray
    from assistant.search import (
        Hit,
        OwnSynonyms,
        SavedSearch,
        VectorBatch,
        Where,
        WindowBatch,
    )
    from assistant.text.wanted import WantedPart

    Numbers = NDArray[np.int64]


class View(Protocol):
    """The turns that somebody may find, as numbers that no other turn ever has."""

    @property
    def visible(self) -> NDArray[np.bool_]:
        """By a turn's number, whether it may be found."""

    def windows(self) -> NDArray[np.bool_]:
        """By its first turn's number, whether a window holds a turn that may be found."""

    def words(
        self, wanted: Sequence[WantedPart], unwanted: Sequence[WantedPart]
    ) -> tuple[Numbers, FloatArray]:
        """Turns that have all of the one and none of the other, in order, and their scores."""

    def records_of(self, turns: Numbers) -> Numbers:
        """A number for the record of each turn."""

    def ids_of(self, turns: Numbers) -> list[str]:
        """The records that the turns belong to, each once, in the order they came."""

    def lengths_of(self, turns: Numbers) -> Numbers:
        """How many characters each turn has."""


class Windows(Protocol):
    """The meaning of windows of a few turns, as vectors."""

    def missing(self, model: str, limit: int) -> WindowBatch | None:
        """Some windows of one record that this model has not embedded yet, newest record first."""

    def keep(self, model: str, batch: WindowBatch, vectors: FloatArray) -> bool:
        """Keeps what `missing` asked for, shape (n, d); False when the record changed meanwhile."""

    def since(self, model: str, number: int) -> Iterator[VectorBatch]:
        """What was kept after that number, in order."""

    def latest(self, model: str) -> int:
        """The greatest number of what was kept."""

    def nearest(
        self, model: str, meaning: FloatArray, seen: NDArray[np.bool_]
    ) -> tuple[Numbers, FloatArray] | None:
        """What `Meaning.near` finds, found by the database; None where it does not compare."""

    def unsettled(self, model: str) -> bool:
        """Whether the database could compare these vectors, and does not yet."""

    def settle(self, model: str) -> bool:
        """Takes a step towards comparing in the database; False when there is none to take."""

    def forget_others(self, model: str) -> int:
        """Drops what other models made; how many batches."""


class Search(Protocol):
    """Finds turns. The rights of whoever asks are part of the question."""

    @property
    def windows(self) -> Windows:
        """The half that goes by meaning."""

    def view(self, where: Where) -> View:
        """The turns that may be found."""

    def hits(self, turns: Sequence[int]) -> dict[int, Hit]:
        """What these turns say, in the order of `turns`; those that are gone are left out."""

    def state(self) -> tuple[int, int]:
        """Changes whenever there may be something to embed."""

    def unindexed(self, limit: int) -> list[str]:
        """Records whose turns are not in the index: of the time before there was one."""


class Dictionary(Protocol):
    """The synonyms that a site made."""

    def all(self) -> list[OwnSynonyms]:
        """Oldest first."""

    def add(self, one: OwnSynonyms) -> None:
        """A new group, or that the site does without one of the program's."""

    def remove(self, one: str) -> None:
        """By its id."""


class SavedSearches(Protocol):
    """Questions that people keep for themselves."""

    def of(self, person: str) -> list[SavedSearch]:
        """Newest first."""

    def add(self, search: SavedSearch) -> None:
        """A new one."""

    def remove(self, person: str, search: str) -> bool:
        """Whether that person had it."""
