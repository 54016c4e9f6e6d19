"""Kills processes that work on an archive with -9, and looks at what they left."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import sqlalchemy as sa

from assistant.archive import Action, Field, Origin
from assistant.bootstrap import Application, SystemClock
from assistant.people import SYSTEM
from assistant.services.auditing import first_fault
from assistant.services.transcribing import Options
from assistant.settings import Settings
from assistant.store import places
from assistant.store import search_tables as s
from assistant.store.archive_tables import file_key
from assistant.store.job_tables import job
from tests.victim import EVERYTHING, LATE, sound_of, text_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.archive import AuditRow, Record
    from assistant.services.archive_store import Unit

REPOSITORY = Path(__file__).parent.parent
START = 120.0
"""Seconds that a process may take to begin."""


@dataclass
class Rounds:
    """What was done over all rounds."""

    kills: int = 0
    audited: int = 0
    records: int = 0
    deleted: int = 0
    acts: dict[str, int] = field(default_factory=dict)


def settings_for(folder: Path, database: str = "") -> Settings:
    """Of a site in `folder`, on SQLite or at that address."""
    places_ = {"data_dir": folder} | ({"database_url": database} if database else {})
    return Settings(**places_)  # type: ignore[arg-type]  # pydantic makes a secret of the address


def one_kill(folder: Path, database: str, seed: int, chance: random.Random) -> None:
    """Lets a process work for some hundredths of a second up to a second and a half, and kills it.

    Raises:
        AssertionError: it ended by itself.
    """
    environment = os.environ | {
        "KIKIGAKI_DATA_DIR": str(folder),
        "PYTHONPATH": str(REPOSITORY),
    }
    if database:
        environment["KIKIGAKI_DATABASE_URL"] = database
    command = [sys.executable, "-m", "tests.victim", str(seed)]
    with (folder / "stderr").open("wb") as errors:
        process = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=errors, cwd=REPOSITORY
        )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n", (folder / "stderr").read_text()
    time.sleep(chance.uniform(0.02, 1.5))
    assert process.poll() is None, (folder / "stderr").read_text()
    process.kill()
    process.wait(START)
    process.stdout.close()


def recover(application: Application) -> None:
    """What the program does when it starts again, and what it does once a day."""
    application.library.tidy(Options())
    application.deleter.run(SYSTEM, LATE)
    with application.archive.reading() as unit:
        known = {one.id for one in unit.records.all(EVERYTHING)}
    later = SystemClock().now() + timedelta(days=1)  # what never arrived is dropped by then
    application.library.files.settle(later, known.__contains__)


def examine(application: Application, told: Rounds) -> None:
    """Looks whether anything was lost, is half there, or belongs to nothing.

    Raises:
        AssertionError: it does.
    """
    with application.archive.reading() as unit:
        records = {one.id: one for one in unit.records.all(EVERYTHING)}
        rows = list(unit.audit.rows())
        assert first_fault(rows, unit.audit.count()) is None
        assert unit.retention.unfinished() == []
        _records_and_log_agree(records, rows)
        for record in records.values():
            _is_whole(unit, record)
    _files_and_keys_agree(application, records)
    _index_and_records_agree(application, records)
    told.audited, told.records = len(rows), len(records)
    told.acts = dict(Counter(row.action for row in rows))
    told.deleted = sum("deleted" in row.details for row in rows)


def _records_and_log_agree(records: dict[str, Record], rows: list[AuditRow]) -> None:
    """Whatever the log says came and did not go is there, and nothing else."""
    came = [row.object for row in rows if row.action in {Action.ADD, Action.IMPORT}]
    went = [row.object for row in rows if row.action == Action.REMOVE]
    went += [row.object for row in rows if "deleted" in row.details]
    assert len(set(came)) == len(came)
    assert len(set(went)) == len(went)
    assert set(came) - set(went) == set(records)


def _is_whole(unit: Unit, record: Record) -> None:
    """Its transcript is as it was brought, but for what people changed."""
    transcript = unit.records.transcript(record.id)
    assert (transcript is not None) == (record.revision > 0), record.id
    if transcript is None:
        return
    texts = {turn.id: turn.text for turn in transcript.turns}
    changed = {
        one.target: one.after
        for one in unit.records.edits(record.id)
        if one.field is Field.TURN_TEXT and one.revision == record.revision
    }
    assert {turn: texts[turn] for turn in changed} == changed, record.id
    if record.origin is Origin.IMPORT:
        name, _, number = record.title.rpartition("-")
        for place, turn in enumerate(transcript.turns):
            expected = changed.get(turn.id, text_of(name, int(number), place))
            assert turn.text == expected, record.id
        assert len(transcript.turns) == 8, record.id


def _files_and_keys_agree(application: Application, records: dict[str, Record]) -> None:
    folder = application.settings.recordings_dir
    here = {one.name for one in folder.iterdir()} if folder.is_dir() else set()
    sounding = {one.id for one in records.values() if one.origin is Origin.SOUND}
    assert here == sounding, (here - sounding, sounding - here)
    for record in sounding:
        with application.library.files.sound(record).open("rb") as file:
            assert file.read() == sound_of(record), record
    with application.database.reading() as connection:
        owners = {one.split("/")[0] for one in connection.scalars(sa.select(file_key.c.file))}
        subjects = set(connection.scalars(sa.select(job.c.subject)))
    assert owners == sounding, (owners - sounding, sounding - owners)
    assert subjects <= sounding | {""}, subjects - sounding


def _index_and_records_agree(application: Application, records: dict[str, Record]) -> None:
    """Every turn can be found, and nothing that is gone."""
    with application.database.reading() as connection:
        ranges = connection.execute(
            sa.select(s.indexed.c.record, s.indexed.c.first, s.indexed.c.turns)
        ).all()
        postings = connection.execute(sa.select(s.posting.c.block, s.posting.c.data)).all()
    assert {one.record for one in ranges} == {one.id for one in records.values() if one.revision}
    expected = {number for one in ranges for number in range(one.first, one.first + one.turns)}
    found: set[int] = set()
    for block, data in postings:
        numbers, _ = places.turns_of(places.joined([(block, bytes(data))]))
        found.update(np.unique(numbers).tolist())
    assert found == expected, (len(found - expected), len(expected - found))


def rounds(
    folder: Path,
    database: str,
    number: int,
    seed: int,
    heard: Callable[[str], object] = lambda _: None,
) -> Rounds:
    """So many kills of processes that work on one archive, with a look after each.

    `heard` is told of each.

    Raises:
        AssertionError: a kill left a fault.
    """
    chance, told = random.Random(seed), Rounds()
    folder.mkdir(parents=True, exist_ok=True)
    application = Application(settings_for(folder, database))
    application.upgrade_tables()
    for one in range(number):
        one_kill(folder, database, seed * 10_000 + one, chance)
        told.kills += 1
        recover(application)
        examine(application, told)
        heard(f"{told}\n")
    application.database.close()
    return told
