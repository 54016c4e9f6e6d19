"""How fast a large archive is searched, next to SQLite's own trigram index and to a plain LIKE.

    python -m benchmarks.archive_search [--turns 1000000] [--questions 200] [--keep FOLDER]
    python -m benchmarks.archive_search --postgresql [--turns 1000000]

The talk is made up (`benchmarks.council`), and so are the vectors; the work is real: every search
reads the database, checks the rights of a person who sees half of the matters, embeds the question
where it is a sentence, marks the words and writes the audit log. With `--keep` a folder that was
filled before is searched again. On PostgreSQL everything is asked twice, while vectors are compared
in memory and after the server compares them itself (pgvector), and it is counted how many of the
nearest windows that finds. KIKIGAKI_BENCHMARK_DATABASE names a database in the place of a new one.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sqlite3
import sys
import tempfile
import time
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import psutil

from assistant.archive import Record
from assistant.bootstrap import Application
from assistant.people import Actor, Matter, MatterKind, Right, Role
from assistant.search import Filters, Where
from assistant.services.access import scope
from assistant.services.archive_search import Page
from assistant.settings import Settings
from assistant.text.asking import understand
from assistant.text.folding import fold
from assistant.text.wanted import Forms, Thesaurus, default_synonyms
from benchmarks import archive_vectors
from benchmarks.council import MATTERS, Council
from benchmarks.council_questions import TRUTH, questions
from benchmarks.measure import report, run
from tests import databases

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from assistant.model import Transcript

MEMBER = Actor(
    "u1", "係長", frozenset({Role.SUPERVISOR}), frozenset(f"m{n}" for n in range(0, MATTERS, 2))
)
"""Who asks: a member of every second matter."""
MANAGER = Actor("u2", "課長", frozenset({Role.MANAGER}))
"""Somebody who sees everything."""
ADDRESS = "KIKIGAKI_BENCHMARK_DATABASE"
BUFFERS = "1GB"
"""What a machine of 4 GiB gives PostgreSQL; its default is for the smallest ones."""
BATCH = 8
"""Records of one transaction."""
NOW = datetime(2026, 11, 1, tzinfo=UTC)


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=1_000_000)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--child", choices=sorted(CHILDREN))
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    if options.child:
        CHILDREN[options.child](options)
        return
    with ExitStack() as stack:
        folder = options.keep or Path(stack.enter_context(_temporary()))
        if options.postgresql:
            programs = databases.programs_with_pgvector() or databases.programs()
            assert programs, "PostgreSQL is not installed"
            if ADDRESS not in os.environ:
                server = stack.enter_context(databases.server(programs, BUFFERS))
                os.environ[ADDRESS] = server.fresh()
                (folder / "built.json").unlink(missing_ok=True)
        measure(options, folder)


def measure(options: argparse.Namespace, folder: Path) -> None:
    """Fills the archive where it is not filled, then searches it in processes of their own."""
    engine = "PostgreSQL" if options.postgresql else "SQLite"
    child = partial(_child, folder, options)
    built = folder / "built.json"
    if not built.exists():
        child("build")
        child("vectors")
    report(f"Filling an archive, {engine}", [json.loads(built.read_text())])
    report(f"Searching an archive, {engine}", child("search")["rows"])  # type: ignore[arg-type]
    if options.postgresql:
        report("Copying vectors for pgvector", [child("settle")])
        report("Searching an archive, pgvector", child("search")["rows"])  # type: ignore[arg-type]
        report("Nearest windows by pgvector", child("recall")["rows"])  # type: ignore[arg-type]
    else:
        report("The same words by other means", child("compare")["rows"])  # type: ignore[arg-type]


def _child(folder: Path, options: argparse.Namespace, kind: str) -> dict[str, object]:
    """In a process of its own, so that what it remembers and its memory are its own."""
    numbers = ["--turns", str(options.turns), "--questions", str(options.questions)]
    done = run(
        "-m", "benchmarks.archive_search", "--child", kind, "--folder", str(folder), *numbers
    )
    measured: dict[str, object] = json.loads(done.output.splitlines()[-1])
    return measured


def build(options: argparse.Namespace) -> None:
    """Keeps record after record, as an import does."""
    application = _application(options.folder)
    store, turns, characters, worst = application.archive, 0, 0, 0.0
    if os.environ.get(ADDRESS):
        application.database.upgrade()
    with store.writing() as unit:
        for n in range(MATTERS):
            unit.matters.add(Matter(f"m{n}", MatterKind.BODY, f"第{n}委員会", NOW))
    cutting, writing, number = 0.0, 0.0, 0
    for batch in _batches(Council().records(options.turns)):
        started = time.perf_counter()
        for _, heard in batch:
            store.prepare(heard)
        cut = time.perf_counter()
        with store.writing() as unit:
            for record, heard in batch:
                unit.records.add(record)
                unit.records.keep(record.id, heard, "w1", NOW)
        written = time.perf_counter()
        cutting, writing = cutting + cut - started, writing + written - cut
        worst = max(worst, written - cut)
        number += len(batch)
        turns += sum(len(heard.turns) for _, heard in batch)
        characters += sum(len(turn.text) for _, heard in batch for turn in heard.turns)
        sys.stderr.write(f"\r{turns} {cutting:.0f} {writing:.0f}")
    sizes = _sizes(application)
    row = {
        "turns": turns,
        "records": number,
        "characters": characters,
        "cutting_s": round(cutting),
        "writing_s": round(writing),
        "turns_per_second": round(turns / (cutting + writing)),
        "cpu_s": round(time.process_time()),
        "longest_transaction_s": round(worst, 2),
        "peak_mib": _peak(),
        **sizes,
    }
    application.database.close()
    (options.folder / "built.json").write_text(json.dumps(row))
    _print(row)


def _batches(
    records: Iterator[tuple[int, datetime, Transcript]],
) -> Iterator[list[tuple[Record, Transcript]]]:
    """What is kept in one transaction, as an import keeps it."""
    batch: list[tuple[Record, Transcript]] = []
    for number, (matter, when, heard) in enumerate(records):
        record = Record(
            f"r{number}", f"{number}.wav", f"第{number}回", heard.kind, NOW, "w1",
            matter=f"m{matter}", occurred=when,
        )  # fmt: skip
        batch.append((record, heard))
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def vectors(options: argparse.Namespace) -> None:
    """Vectors for every window."""
    application = _application(options.folder)
    _print({"batches": archive_vectors.make(application)})
    application.database.close()


def settle(options: argparse.Namespace) -> None:
    """Lets the server compare them."""
    application = _application(options.folder)
    _print(archive_vectors.settle(application))
    application.database.close()


def recall(options: argparse.Namespace) -> None:
    """How well it does."""
    application = _application(options.folder)
    _print({"rows": archive_vectors.recall(application, MEMBER)})
    application.database.close()


def search(options: argparse.Namespace) -> None:
    """Every question once to warm up, then each again, timed; and for who sees everything."""
    application = _application(options.folder)
    service = application.archive_search
    asked = questions(options.questions)
    before = _resident()
    first = _time(lambda: service.search(MEMBER, "虐待"))
    sentence = _time(lambda: service.search(MEMBER, "夜に子どもの泣き声が聞こえると近所の人が言う"))
    after = _resident()
    rows: list[dict[str, object]] = []
    for actor in (MEMBER, MANAGER):
        kinds: dict[str, list[tuple[float, float]]] = {}
        for _, words, filters in asked:
            service.search(actor, words, filters, Page(grouped=True))
        for kind, words, filters in asked:
            ask = partial(service.search, actor, words, filters, Page(grouped=True))
            used = time.process_time()
            seconds = _time(ask)
            kinds.setdefault(kind, []).append((seconds, time.process_time() - used))
        everything = [one for some in kinds.values() for one in some]
        rows.append(_quantiles(f"all, {actor.name}", *zip(*everything, strict=True)))
        rows += [
            _quantiles(f"{kind}, {actor.name}", *zip(*some, strict=True))
            for kind, some in kinds.items()
        ]
    rows[0] |= {
        "first_search_s": round(first, 2),
        "first_sentence_s": round(sentence, 2),
        "search_mib": round((after - before) / 1024**2),
        "cores": len(os.sched_getaffinity(0)),
    }
    application.database.close()
    _print({"rows": rows})


def compare(options: argparse.Namespace) -> None:
    """Words whose every spelling is known: how many of the turns that say them are found."""
    application = _application(options.folder)
    texts, allowed = _texts(application)
    with closing(_trigram(options.folder, application, texts, allowed)) as trigram:
        tools = application.manual_tools
        forms = Forms(tools.tokenizer(), Thesaurus(default_synonyms()))
        ways: dict[str, Callable[[str], NDArray[np.int64]]] = {
            "kikigaki": lambda word: _ours(application, forms, word),
            "trigram": lambda word: _by_trigram(trigram, word),
            "LIKE": lambda word: _by_like(trigram, word),
        }
        right = {
            word: np.asarray(
                [n for n, text in enumerate(texts) if allowed[n] and re.search(spellings, text)],
                np.int64,
            )
            for word, spellings in TRUTH.items()
        }
        rows = []
        for name, way in ways.items():
            way(next(iter(TRUTH)))
            seconds, found, wrong = [], 0, 0
            for word, truth in right.items():
                started = time.perf_counter()
                hits = way(word)
                seconds.append(time.perf_counter() - started)
                there = np.isin(hits, truth).sum()
                found, wrong = found + int(there), wrong + len(hits) - int(there)
            total = sum(map(len, right.values()))
            rows.append(
                _quantiles(name, seconds)
                | {"right_hits": found, "of": total, "other_hits": wrong}
                | ({"index_mib": trigram_size(options.folder)} if name == "trigram" else {})
            )
    application.database.close()
    _print({"rows": rows})


def _ours(application: Application, forms: Forms, word: str) -> NDArray[np.int64]:
    wanted = [forms.wanted(part) for part in understand(word).wanted]
    with application.archive.reading() as unit:
        view = unit.search.view(Where(scope(MEMBER, Right.VIEW), Filters()))
        numbers, _ = view.words(wanted, [])
    return numbers


def _trigram(
    folder: Path, application: Application, texts: Sequence[str], allowed: Sequence[bool]
) -> sqlite3.Connection:
    """The same turns under SQLite's trigram index, with who may see them beside each."""
    del application
    path = folder / "trigram.sqlite"
    fresh = not path.exists()
    connection = sqlite3.connect(path)
    if fresh:
        connection.execute("CREATE TABLE turn (number INTEGER PRIMARY KEY, allowed INT, text TEXT)")
        rows = (
            (n, int(may), text) for n, (text, may) in enumerate(zip(texts, allowed, strict=True))
        )
        connection.executemany("INSERT INTO turn VALUES (?, ?, ?)", rows)
        connection.execute(
            "CREATE VIRTUAL TABLE found USING fts5(text, content='turn', content_rowid='number',"
            " tokenize='trigram')"
        )
        connection.execute("INSERT INTO found (found) VALUES ('rebuild')")
        connection.commit()
    return connection


def _by_trigram(connection: sqlite3.Connection, word: str) -> NDArray[np.int64]:
    query = (
        "SELECT number FROM found JOIN turn ON number = found.rowid"
        " WHERE found MATCH ? AND allowed ORDER BY rank"
    )
    rows = connection.execute(query, (f'"{word}"',)).fetchall()
    return np.asarray([number for (number,) in rows], np.int64)


def _by_like(connection: sqlite3.Connection, word: str) -> NDArray[np.int64]:
    query = "SELECT number FROM turn WHERE text LIKE ? AND allowed"
    rows = connection.execute(query, (f"%{word}%",)).fetchall()
    return np.asarray([number for (number,) in rows], np.int64)


def trigram_size(folder: Path) -> int:
    """MiB of the trigram index, without the texts."""
    with closing(sqlite3.connect(folder / "trigram.sqlite")) as connection:
        query = "SELECT sum(pgsize) FROM dbstat WHERE name LIKE 'found%'"
        try:
            size = connection.execute(query).fetchone()[0]
        except sqlite3.OperationalError:  # built without dbstat
            (size,) = connection.execute("SELECT sum(length(block)) FROM found_data").fetchone()
    return int(size) // 1024**2


def _texts(application: Application) -> tuple[list[str], list[bool]]:
    """Folded texts by a turn's number, and whether the member may see each."""
    query = (
        "SELECT s.first, t.text, r.matter FROM turn t JOIN search_record s ON s.record = t.record"
        " JOIN record r ON r.id = t.record ORDER BY s.first, t.position"
    )
    with application.database.reading() as connection:
        rows = connection.exec_driver_sql(query).all()
    return [fold(row[1]) for row in rows], [row[2] in MEMBER.matters for row in rows]


def _sizes(application: Application) -> dict[str, object]:
    """MiB of what the word index keeps, and of the texts."""
    with application.database.reading() as connection:
        if connection.dialect.name == "postgresql":
            sizes = connection.exec_driver_sql(
                "SELECT pg_total_relation_size('search_posting'), pg_total_relation_size('turn')"
            ).one()
        else:
            length = "SELECT sum(length(data) + length(term) * 3 + 12) FROM search_posting"
            text = "SELECT sum(length(CAST(text AS BLOB))) FROM turn"
            sizes = tuple(  # type: ignore[assignment]
                connection.exec_driver_sql(one).scalar() for one in (length, text)
            )
    return {"index_mib": round(sizes[0] / 1024**2), "texts_mib": round(sizes[1] / 1024**2)}


def _application(folder: Path) -> Application:
    settings = Settings(data_dir=folder, database_url=os.environ.get(ADDRESS))  # type: ignore[arg-type]
    settings.state_dir.mkdir(parents=True, exist_ok=True)
    return Application(settings)


def _temporary() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(dir=Settings().state_dir)


def _quantiles(name: str, seconds: Sequence[float], cpu: Sequence[float] = ()) -> dict[str, object]:
    """`cpu` is what it takes of one core: on a machine with other work, the figure that lasts."""
    used = {"cpu_p95_ms": round(1000 * float(np.quantile(cpu, 0.95)), 1)} if len(cpu) else {}
    return {
        "what": name,
        "questions": len(seconds),
        **used,
        "p50_ms": round(1000 * float(np.quantile(seconds, 0.5)), 1),
        "p95_ms": round(1000 * float(np.quantile(seconds, 0.95)), 1),
        "max_ms": round(1000 * max(seconds), 1),
    }


def _time(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _resident() -> int:
    size: int = psutil.Process().memory_info().rss
    return size


def _peak() -> int:
    import resource

    used = int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    return used // 1024


def _print(row: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")


CHILDREN: dict[str, Callable[[argparse.Namespace], None]] = {
    "build": build,
    "vectors": vectors,
    "settle": settle,
    "recall": recall,
    "search": search,
    "compare": compare,
}


if __name__ == "__main__":
    main()
