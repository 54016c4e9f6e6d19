"""Vectors that PostgreSQL compares itself: the same is found as in memory, and nothing is lost."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np
import psycopg
import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from assistant.archive import Edit, Field
from assistant.bootstrap import Application, work
from assistant.cli import app
from assistant.cli_doctor import vectors_finding
from assistant.knowledge.window_index import WindowIndex
from assistant.search import Standing, VectorBatch
from assistant.services.archive_search import model_key
from assistant.services.archive_windows import ArchiveWindows
from assistant.store import meanings, migrations, pgvector
from assistant.store import search_tables as s
from assistant.store.archive import SqlArchive
from assistant.store.dumping import Loader, dump
from assistant.store.engine import Database
from assistant.store.meanings import SqlMeanings, settle_all
from assistant.testing import FakeManualTools
from tests.archive_searches import Searches, worker
from tests.archives import CODEC

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from tests.databases import Server

MODEL = "fake@0"
WIDTH = 16
RECORDS, TURNS = 30, 40


@pytest.fixture
def place(pgvector: Server) -> str:
    """An empty database on a server that has pgvector."""
    return pgvector.fresh()


@pytest.fixture
def searches(database: Database) -> Searches:
    return Searches(SqlArchive(database, CODEC))


def fill(searches: Searches, database: Database, seed: int = 1) -> WindowIndex:
    """Records with vectors of chance; the same in memory."""
    chance, memory = np.random.default_rng(seed), WindowIndex()
    for n in range(RECORDS):
        searches.add(f"r{n}", *["あ"] * TURNS)
    with database.writing() as connection:
        firsts = connection.scalars(sa.select(s.indexed.c.first).order_by(s.indexed.c.first)).all()
        for number, first in enumerate(firsts, 1):
            vectors = chance.standard_normal((TURNS // 2, WIDTH))
            vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
            batch = VectorBatch(number, first, 0, vectors.astype("<f2"))
            memory.add([batch])
            row = {"number": number, "model": MODEL, "first": first, "window": 0}
            row |= {"windows": len(batch.values), "value": batch.values.tobytes()}
            connection.execute(s.vector.insert().values(row))
    return memory


def nearest(database: Database, asked: NDArray[np.float32], seen: NDArray[np.bool_]) -> object:
    with database.reading() as connection:
        return SqlMeanings(connection, MODEL).nearest(asked, seen)


@pytest.mark.parametrize("few", [0, 10**9], ids=["by graph", "each"])
@pytest.mark.parametrize("share", [1.0, 0.5, 0.03, 0.0])
def test_the_same_is_near_as_in_memory(
    searches: Searches, database: Database, monkeypatch: pytest.MonkeyPatch, few: int, share: float
) -> None:
    memory = fill(searches, database)
    settle_all(database, lambda _: None)
    monkeypatch.setattr(meanings, "FEW", few)
    chance = np.random.default_rng(2)
    for _ in range(5):
        asked = chance.standard_normal(WIDTH).astype(np.float32)
        asked /= np.linalg.norm(asked)
        seen = chance.random(RECORDS * TURNS) < share
        turns, cosines = memory.near(asked, seen)
        found = nearest(database, asked, seen)
        assert isinstance(found, tuple)
        assert len(found[0]) == len(turns)
        assert np.allclose(found[1], cosines, atol=1e-3)
        assert len(np.intersect1d(found[0], turns)) >= len(turns) - 1  # two may change places
        assert seen[found[0]].all()


def test_the_graph_is_used_for_many(searches: Searches, database: Database) -> None:
    fill(searches, database)
    settle_all(database, lambda _: None)
    with database.writing() as connection:
        server = SqlMeanings(connection, MODEL)
        connection.execute(meanings._settings())
        query = meanings._GRAPH.format(width=WIDTH, key=server._key, best=meanings.BEST)
        values = {"asked": str([0.25] * WIDTH), "seen": bytes(RECORDS * TURNS)}
        plan = connection.exec_driver_sql(f"EXPLAIN {query}", values).scalars().all()
    assert any(server._index in line for line in plan)
    assert not any("Sort" in line for line in plan)


def test_until_all_vectors_are_there_memory_answers(
    searches: Searches, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(searches, database)
    monkeypatch.setattr(meanings, "AT_ONCE", 7)
    asked, seen = np.eye(1, WIDTH, dtype=np.float32)[0], np.ones(RECORDS * TURNS, bool)
    steps = 0
    moved = 1
    while moved:
        assert nearest(database, asked, seen) is None
        with database.writing() as connection:
            moved = SqlMeanings(connection, MODEL).settle()
        steps += bool(moved)
        if steps == RECORDS // 7 + 2:
            break
    assert nearest(database, asked, seen) is not None
    with database.reading() as connection:
        assert pgvector.standing(connection).waiting == 0


def test_what_the_worker_embeds_the_server_finds(searches: Searches, database: Database) -> None:
    searches.add("r1", "あめがふる", "かさをさす", "そらがくらい", by="w2")
    upkeep = ArchiveWindows(searches.store, searches.tools)
    while upkeep.step():
        pass
    searches.add("r2", "かさをさす", "そらがくらい", by="w3")
    while upkeep.step():
        pass
    searches.service._meaning = None  # type: ignore[assignment] # memory is not asked

    assert {hit.record for hit in searches.ask("かさ くらい そらに").hits} == {"r1", "r2"}
    found = searches.ask("かさ くらい そらに", actor=worker("w2"))
    assert {hit.record for hit in found.hits} == {"r1"}
    assert searches.ask("かさ くらい そらに", actor=worker("w4")).total == 0


def test_vectors_go_with_their_windows(searches: Searches, database: Database) -> None:
    for name in ("r1", "r2"):
        searches.add(name, *[f"発言 {n}" for n in range(9)])
    upkeep = ArchiveWindows(searches.store, searches.tools)
    while upkeep.step():
        pass
    edit = Edit("r1", 1, searches.clock.now(), "w1", Field.TURN_TEXT, "t3", "", "違うこと")
    with searches.store.writing() as unit:
        unit.records.edit(edit)
        unit.records.remove("r2")
    while upkeep.step():
        pass
    with database.reading() as connection:
        kept = connection.scalar(sa.select(sa.func.sum(s.vector.c.windows)))
        copied = connection.exec_driver_sql("SELECT count(*) FROM search_meaning").scalar()
        assert copied == kept == 4
        assert pgvector.standing(connection).standing is Standing.USED


def test_the_extension_may_come_later_and_go_again(searches: Searches, database: Database) -> None:
    with database.writing() as connection:
        connection.exec_driver_sql("DROP EXTENSION vector CASCADE")
    searches.add("r1", "あめがふる", "かさをさす", "そらがくらい")
    upkeep = ArchiveWindows(searches.store, searches.tools)
    while upkeep.step():
        pass
    assert searches.ask("かさ くらい そらに").total > 0

    database.upgrade()
    settle_all(database, lambda _: None)
    with database.reading() as connection:
        assert pgvector.standing(connection).standing is Standing.USED
        assert connection.exec_driver_sql("SELECT count(*) FROM search_meaning").scalar() == 1
    before = searches.ask("かさ くらい そらに")
    assert before.total > 0

    with database.writing() as connection:
        connection.exec_driver_sql("DROP EXTENSION vector CASCADE")
    assert searches.ask("かさ くらい そらに") == before
    searches.add("r2", "かさをさす", "そらがくらい")
    while upkeep.step():
        pass
    assert {hit.record for hit in searches.ask("かさ くらい そらに").hits} == {"r1", "r2"}


@pytest.mark.parametrize("kind", ["sqlite", "postgresql", "pgvector"])
def test_a_backup_moves_to_a_database_that_has_it_or_not(
    searches: Searches,
    database: Database,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    kind: str,
) -> None:
    searches.add("r1", "あめがふる", "かさをさす", "そらがくらい")
    upkeep = ArchiveWindows(searches.store, searches.tools)
    while upkeep.step():
        pass
    before = searches.ask("かさ くらい そらに")
    with database.reading() as connection:
        pieces = list(dump(connection))

    other = Database(
        tmp_path / "new.sqlite" if kind == "sqlite" else request.getfixturevalue(kind).fresh()
    )
    other.fill(migrations.HEAD, lambda connection: load(connection, pieces))
    moved = Searches(SqlArchive(other, CODEC))
    assert moved.ask("かさ くらい そらに") == before
    with other.reading() as connection:
        assert pgvector.standing(connection).waiting == (1 if kind == "pgvector" else 0)
    upkeep = ArchiveWindows(moved.store, moved.tools)
    while upkeep.step():
        pass
    assert moved.ask("かさ くらい そらに") == before
    with other.reading() as connection:
        assert SqlMeanings(connection, key(moved)).ready() == (kind == "pgvector")
    other.close()


def load(connection: sa.Connection, pieces: Sequence[tuple[str, int, bytes]]) -> None:
    """As a restore does."""
    loader = Loader(connection)
    for table, _, piece in pieces:
        loader.load(table, piece)
    loader.finish()


def key(searches: Searches) -> str:
    return model_key(searches.tools.weights())


def test_a_worker_without_rights_embeds_for_the_index_that_the_owner_made(
    searches: Searches, database: Database, without_rights: str
) -> None:
    settle_all(database, lambda _: None, {key(searches): searches.tools.fake.dimensions})
    grant(database, without_rights)
    plain = Database(without_rights)
    theirs = Searches(SqlArchive(plain, CODEC))
    theirs.add("r1", "あめがふる", "かさをさす", "そらがくらい")
    upkeep = ArchiveWindows(theirs.store, theirs.tools)
    while upkeep.step():
        pass
    theirs.service._meaning = None  # type: ignore[assignment] # memory is not asked
    assert theirs.ask("かさ くらい そらに").total > 0

    with database.writing() as connection:
        connection.exec_driver_sql("DROP TABLE search_meaning")
    database.upgrade()  # by the owner, who stopped before the vectors were copied
    grant(database, without_rights)
    again = Searches(SqlArchive(plain, CODEC))
    assert not ArchiveWindows(again.store, again.tools).step()
    assert again.ask("かさ くらい そらに").total > 0
    plain.close()


def grant(database: Database, address: str) -> None:
    """As docs/howto/many-machines.md says."""
    role = address.partition("://")[2].partition("@")[0]
    with database.writing() as connection:
        for what in ("SELECT, INSERT, UPDATE, DELETE ON ALL TABLES", "USAGE ON ALL SEQUENCES"):
            connection.exec_driver_sql(f"GRANT {what} IN SCHEMA public TO {role}")


@pytest.fixture
def without_rights(pgvector: Server, place: str) -> str:
    """The same database for somebody who may make tables and no extensions."""
    name = place.partition("@/")[2].partition("?")[0]
    with psycopg.connect(place) as connection:
        connection.execute(f"CREATE ROLE plain_{name} LOGIN")
        connection.execute(f"GRANT ALL ON SCHEMA public TO plain_{name}")
    return pgvector.address(name).replace("postgres@", f"plain_{name}@")


def test_an_upgrade_without_the_right_goes_on_until_an_administrator_helps(
    place: str, without_rights: str
) -> None:
    database = Database(without_rights)
    database.upgrade()
    with database.reading() as connection:
        assert pgvector.standing(connection).standing is Standing.OFFERED
    administrator = Database(place)
    with administrator.writing() as connection:
        connection.exec_driver_sql("CREATE EXTENSION vector")
    administrator.close()
    database.upgrade()
    with database.reading() as connection:
        assert pgvector.standing(connection).standing is Standing.USED
    database.close()


def test_the_command_says_what_compares_and_what_is_missing(
    place: str, without_rights: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def typed(address: str) -> tuple[str, str]:
        monkeypatch.setenv("KIKIGAKI_DATABASE_URL", address)
        application = Application()
        told = CliRunner().invoke(app, ["db", "upgrade"]).stderr
        detail = vectors_finding(application).detail
        application.database.close()
        return told.replace("\n", ""), detail

    monkeypatch.setenv("KIKIGAKI_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(Application, "manual_tools", FakeManualTools())
    monkeypatch.setattr(work, "job_engine", lambda *_: SimpleNamespace(make_tables=lambda: None))
    told, detail = typed(without_rights)
    assert "CREATE EXTENSION vector;" in told
    assert "kikigaki db upgrade" in detail
    Database(place).upgrade()
    told, detail = typed(place)
    assert "pgvector 0.8" in told
    assert "pgvector 0.8" in detail
    assert "が比べます" in detail
