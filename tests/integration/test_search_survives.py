"""The index is whole whatever happens: killed processes, several that write at once."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import sqlalchemy as sa

from assistant.archive import Action, Edit, Event, Field
from assistant.people import SINGLE_USER
from assistant.services.archive_search import model_key
from assistant.services.archive_windows import ArchiveWindows
from assistant.store import archive_tables as t
from assistant.store import places
from assistant.store import search_tables as s
from assistant.store.archive import SqlArchive
from assistant.store.windows import windows_of
from assistant.text.inverted import Inverter
from tests.archive_searches import Searches
from tests.archives import CODEC

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.store.engine import Database

ROUNDS = 6


def assert_whole(database: Database, searches: Searches) -> None:
    """The index is what the turns would give if they were indexed now, term for term."""
    expected: dict[tuple[int, str], bytes] = {}
    inverter = Inverter(searches.tools.tokenizer())
    with database.reading() as connection:
        records = connection.execute(s.indexed.select().order_by(s.indexed.c.first)).all()
        in_use = set(connection.scalars(sa.select(t.turn.c.record).distinct()))
        assert {row.record for row in records} == in_use
        for row in records:
            query = sa.select(t.turn.c.text).where(t.turn.c.record == row.record)
            texts = list(connection.scalars(query.order_by(t.turn.c.position)))
            assert len(texts) == row.turns
            for block, term, data in places.rows(inverter.invert(texts), row.first):
                expected[block, term] = expected.get((block, term), b"") + data
        kept = {(row.block, row.term): row.data for row in connection.execute(s.posting.select())}
    assert kept == expected


def assert_embedded(database: Database, searches: Searches) -> None:
    """Every window has one vector."""
    key = model_key(searches.tools.weights())
    with database.reading() as connection:
        needed = {
            row.first: windows_of(row.turns) for row in connection.execute(s.indexed.select())
        }
        query = sa.select(s.vector.c.first, sa.func.sum(s.vector.c.windows)).group_by(
            s.vector.c.first
        )
        ready = dict(tuple(row) for row in connection.execute(query.where(s.vector.c.model == key)))
    assert ready == needed


def test_a_process_that_is_killed_leaves_nothing_half_done(
    database: Database, place: Path | str
) -> None:
    chance = random.Random(4)
    searches = Searches(SqlArchive(database, CODEC))
    for number in range(ROUNDS):
        command = [sys.executable, "-m", "tests.search_process", str(place), str(1000 * number)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            time.sleep(chance.uniform(0.0, 0.6))
            process.kill()
        assert_whole(database, searches)
    upkeep = ArchiveWindows(searches.store, searches.tools)
    while upkeep.step():
        pass
    assert_embedded(database, searches)


def test_several_may_write_at_once(database: Database) -> None:
    stores = [Searches(SqlArchive(database, CODEC)) for _ in range(4)]
    stores[0].add("shared", *[f"みんなの発言 {n}番" for n in range(20)])

    def write(number: int) -> None:
        searches = stores[number]
        for round_ in range(4):
            name = f"w{number}-{round_}"
            searches.add(name, *[f"発言 {n}番、担当は {number}" for n in range(10)])
            edit = Edit(
                "shared", 1, searches.clock.now(), "w1", Field.TURN_TEXT,
                f"t{number * 4 + round_}", "", f"訂正 {number} の {round_}",
            )  # fmt: skip
            with searches.store.writing() as unit:
                if number % 2:  # as an import does
                    unit.audit.alone()
                unit.records.edit(edit)
                unit.audit.append(SINGLE_USER, Event(Action.EDIT, "shared"), searches.clock.now())
            ArchiveWindows(searches.store, searches.tools).step()
            if round_ % 2:
                with searches.store.writing() as unit:
                    unit.records.remove(name)

    with ThreadPoolExecutor(len(stores)) as pool:
        list(pool.map(write, range(len(stores))))
    assert_whole(database, stores[0])
    assert stores[0].ask("訂正").total == 16
