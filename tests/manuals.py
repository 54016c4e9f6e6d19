"""Editions and passages for tests."""

from __future__ import annotations

from datetime import UTC, date, datetime

from assistant.manual import Edition, EditionState, Passage


def edition(
    id_: str, manual: str = "handbook.md", passages: int = 2, day: int = 1
) -> tuple[Edition, list[Passage], list[str]]:
    """An edition added on that day of November, its passages, and their terms."""
    made = Edition(
        id=id_,
        manual=manual,
        title="手引き",
        file=manual,
        sha256=id_ * 4,
        added=datetime(2026, 11, day, 9, 30, tzinfo=UTC),
        state=EditionState.CURRENT,
        passages=passages,
        date=date(2026, 4, 1),
    )
    texts = [
        Passage(id_, number, ("第1章", f"{number}節"), f"{id_}の{number}番目の文。", number + 1)
        for number in range(passages)
    ]
    return made, texts, [f"{id_} {number}" for number in range(passages)]
