from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.services.intake import TakenFile
from assistant.store.taken import SqlTakenFiles

if TYPE_CHECKING:
    from assistant.store.engine import Database


def test_what_became_of_files_is_remembered(database: Database) -> None:
    taken = SqlTakenFiles(database)
    beginning = TakenFile("a.wav", 5, 2**60, "sha", "r1", complete=False)
    failed = TakenFile("b.wav", 5, 1, error=(("ja", "開けません"), ("en", "cannot be opened")))
    for one in (beginning, failed):
        taken.keep(one)
    assert taken.all() == {"a.wav": beginning, "b.wav": failed}
    assert taken.with_content("sha") == []

    finished = TakenFile("a.wav", 5, 2**60, "sha", "r1")
    taken.keep(finished)
    assert taken.all()["a.wav"] == finished
    assert taken.with_content("sha") == [finished]
