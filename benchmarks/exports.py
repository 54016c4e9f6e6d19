"""Documents of long recordings: one in a request, and many as an export.

python -m benchmarks.exports [--hours 3] [--records 100]

The export is sealed and written down as the program does it; its recordings have an hour each. The
turns are made up, one every 3.6 seconds, with words and times.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from assistant.archive import Record
from assistant.bootstrap import Application, SystemClock
from assistant.people import SINGLE_USER
from assistant.settings import Settings
from benchmarks.measure import report
from tests.recordings import make_transcript

if TYPE_CHECKING:
    from assistant.model import Transcript

STEP = 3.6
"""Seconds of a turn."""


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=3)
    parser.add_argument("--records", type=int, default=100)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        application = Application(Settings(data_dir=Path(folder)))
        application.upgrade_tables()
        keep(application, "long", said(arguments.hours))
        rows = [one(application, form) for form in application.documents.formats]
        names = [f"r{number}" for number in range(arguments.records)]
        hour = said(1)
        for name in names:
            keep(application, name, hour)
        rows.append(many(application, names))
        application.database.close()
    report("Documents of long recordings, one and many", rows)


def said(hours: float) -> Transcript:
    """A transcript of so many hours."""
    return make_transcript("会議.wav", round(hours * 3600 / STEP), STEP)


def keep(application: Application, name: str, transcript: Transcript) -> None:
    """A record of that id."""
    now = SystemClock().now()
    work = replace(transcript.provenance, settings={"work": name})
    with application.archive.writing() as unit:
        unit.records.add(Record(name, "会議.wav", name, transcript.kind, now, SINGLE_USER.user))
        kept = replace(transcript, provenance=work)
        unit.records.keep(name, kept, SINGLE_USER.user, now)


def one(application: Application, form: str) -> dict[str, object]:
    """A document as a request makes it: the median of five, after a first one."""
    application.library.export(SINGLE_USER, "long", form)
    times = []
    for _ in range(5):
        began, worked = time.perf_counter(), time.process_time()
        document = application.library.export(SINGLE_USER, "long", form)
        times.append((time.perf_counter() - began, time.process_time() - worked))
    wall, cpu = sorted(times)[2]
    return row(form, 1, wall, cpu, len(document.content))


def many(application: Application, names: list[str]) -> dict[str, object]:
    """All of them as Word documents in one file."""
    export = application.exports.ask(SINGLE_USER, names, "docx", queued=False)
    began, worked = time.perf_counter(), time.process_time()
    application.export_work.make(export, lambda _: None)
    wall, cpu = time.perf_counter() - began, time.process_time() - worked
    size = application.exports.file(SINGLE_USER, export).size()
    return row("docx, all", len(names), wall, cpu, size)


def row(what: str, records: int, wall: float, cpu: float, size: int) -> dict[str, object]:
    """What is reported."""
    return {
        "what": what,
        "records": records,
        "seconds": round(wall, 2),
        "cpu_seconds": round(cpu, 2),
        "mib": round(size / 1024**2, 2),
        "resident_mib": psutil.Process().memory_info().rss >> 20,
    }


if __name__ == "__main__":
    main()
