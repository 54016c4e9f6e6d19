"""The queue of recordings, in one SQLite file that pages and the worker share."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from assistant.errors import DiskFull, NotWritable, WorkerDied, storage_errors
from assistant.model import Progress
from assistant.services.queueing import Job, JobState
from assistant.services.transcribing import Options

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from assistant.errors import KikigakiError

_OPTIONS = TypeAdapter(Options)
_TABLE = """
CREATE TABLE IF NOT EXISTS job (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    recording TEXT NOT NULL UNIQUE,
    options TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting',
    attempts INTEGER NOT NULL DEFAULT 0,
    stopping INTEGER NOT NULL DEFAULT 0,
    stage TEXT, done REAL, total REAL, time_left REAL,
    work TEXT NOT NULL DEFAULT '',
    error_ja TEXT, error_en TEXT
)
"""
_FRESH = (
    "state = 'waiting', attempts = 0, stopping = 0, "
    "stage = NULL, time_left = NULL, error_ja = NULL, error_en = NULL"
)


class QueueDatabase:
    """`services.queueing.Queue` and `WorkerSide` in the file at `path`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, recording: str, options: Options) -> None:
        """A new job at the end; it takes the place of an earlier one of that recording."""
        values = (recording, _OPTIONS.dump_json(options).decode())
        self._write("INSERT OR REPLACE INTO job (recording, options) VALUES (?, ?)", values)

    def find(self, recording: str) -> Job | None:
        """The job of a recording, None when it never had one."""
        with self._database() as database:
            query = "SELECT * FROM job WHERE recording = ?"
            row = database.execute(query, (recording,)).fetchone()
        return _job(row) if row else None

    def jobs(self) -> dict[str, Job]:
        """All jobs by recording, in order."""
        with self._database() as database:
            rows = database.execute("SELECT * FROM job ORDER BY number").fetchall()
        return {row["recording"]: _job(row) for row in rows}

    def stop(self, recording: str) -> None:
        """A waiting job is cancelled, a running one asked to stop; others stay as they are."""
        self._write(
            "UPDATE job SET stopping = (state = 'running'), "
            "state = iif(state = 'waiting', 'cancelled', state) "
            "WHERE recording = ? AND state IN ('waiting', 'running')",
            (recording,),
        )

    def retry(self, recording: str) -> None:
        """A failed or cancelled job waits again, at the end."""
        self._write(
            f"UPDATE job SET {_FRESH}, number = (SELECT max(number) FROM job) + 1 "  # noqa: S608
            "WHERE recording = ? AND state IN ('failed', 'cancelled')",
            (recording,),
        )

    def forget(self, recording: str) -> None:
        """Drops the job."""
        self._write("DELETE FROM job WHERE recording = ?", (recording,))

    def take(self) -> Job | None:
        """The first waiting job, which is running from now on; None when nobody waits."""
        with self._database() as database:
            row = database.execute(
                "UPDATE job SET state = 'running', attempts = attempts + 1 WHERE number = "
                "(SELECT min(number) FROM job WHERE state = 'waiting') RETURNING *"
            ).fetchone()
        return _job(row) if row else None

    def began(self, recording: str, work: str) -> None:
        """Notes the transcriber's name for the work."""
        self._write("UPDATE job SET work = ? WHERE recording = ?", (work, recording))

    def report(self, recording: str, progress: Progress, left: float | None) -> None:
        """Notes how far a job is."""
        self._write(
            "UPDATE job SET stage = ?, done = ?, total = ?, time_left = ? WHERE recording = ?",
            (progress.stage, progress.done, progress.total, left, recording),
        )

    def asked_to_stop(self, recording: str) -> bool:
        """Whether somebody wants the running job to stop, or has removed it."""
        job = self.find(recording)
        return job is None or job.stopping

    def done(self, recording: str) -> None:
        """The job is done."""
        self._end(recording, JobState.DONE)

    def stopped(self, recording: str) -> None:
        """The job is cancelled."""
        self._end(recording, JobState.CANCELLED)

    def failed(self, recording: str, error: KikigakiError) -> None:
        """The job has failed, for good unless somebody retries it."""
        self._end(recording, JobState.FAILED, error)

    def recover(self, attempts: int) -> None:
        """Jobs that were running when their worker died wait again, before all others."""
        for job in self.jobs().values():
            if job.state is not JobState.RUNNING:
                continue
            if job.stopping:
                self.stopped(job.recording)
            elif job.attempts >= attempts:
                self.failed(job.recording, WorkerDied())
            else:
                self._write(
                    "UPDATE job SET state = 'waiting' WHERE recording = ?", (job.recording,)
                )

    def _end(self, recording: str, state: JobState, error: KikigakiError | None = None) -> None:
        sentences = (error.message("ja"), error.message("en")) if error else (None, None)
        self._write(
            "UPDATE job SET state = ?, stopping = 0, error_ja = ?, error_en = ? "
            "WHERE recording = ?",
            (state, *sentences, recording),
        )

    def _write(self, statement: str, values: tuple[object, ...]) -> None:
        with self._database() as database:
            database.execute(statement, values)

    @contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        """A connection for one transaction.

        Raises:
            StorageError: the database cannot be opened or written.
        """
        with storage_errors(self._path):
            self._path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with closing(sqlite3.connect(self._path, timeout=30)) as database, database:
                database.row_factory = sqlite3.Row
                database.execute("PRAGMA journal_mode = WAL")
                database.execute(_TABLE)
                yield database
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_FULL:
                raise DiskFull(path=self._path) from error
            raise NotWritable(path=self._path) from error


def _job(row: sqlite3.Row) -> Job:
    languages = (("ja", row["error_ja"]), ("en", row["error_en"]))
    return Job(
        recording=row["recording"],
        options=_OPTIONS.validate_json(row["options"]),
        state=JobState(row["state"]),
        attempts=row["attempts"],
        stopping=bool(row["stopping"]),
        progress=Progress(row["stage"], row["done"], row["total"]) if row["stage"] else None,
        left=row["time_left"],
        work=row["work"],
        error=tuple((language, text) for language, text in languages if text),
    )
