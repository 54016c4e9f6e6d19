"""A process that keeps records, corrects them and embeds them, to be killed at any moment.

python -m tests.search_process PLACE FIRST
"""

from __future__ import annotations

import sys
from pathlib import Path

from assistant.archive import Edit, Field
from assistant.services.archive_windows import ArchiveWindows
from assistant.store.archive import SqlArchive
from assistant.store.engine import Database
from tests.archive_searches import Searches
from tests.archives import CODEC


def main(place: str, first: int) -> None:
    """Goes on for ever, and says so when it begins."""
    database = Database(place if "://" in place else Path(place))
    searches = Searches(SqlArchive(database, CODEC))
    upkeep = ArchiveWindows(searches.store, searches.tools)
    searches.tools.tokenizer().terms("用意")
    print("ready", flush=True)
    number = first
    while True:
        name = f"r{number}"
        searches.add(name, *[f"第{number}回の発言 {n}番" for n in range(40)])
        edit = Edit(
            name, 1, searches.clock.now(), "w1", Field.TURN_TEXT, "t3", "", f"訂正 {number}"
        )
        with searches.store.writing() as unit:
            unit.records.edit(edit)
        upkeep.step()
        if number % 3 == 0:
            with searches.store.writing() as unit:
                unit.records.remove(name)
        number += 1


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
