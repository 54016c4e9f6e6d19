"""The jobs in the database: pages add and read them, workers take them."""

from __future__ import annotations

from datetime import UTC, datetime
from secrets import token_hex
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from assistant.errors import WorkerDied
from assistant.model import Progress
from assistant.services.queueing import ACTIVE, Job, JobState
from assistant.store.engine import insert_if_absent
from assistant.store.job_tables import job as t

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Connection, Row

    from assistant.errors import KikigakiError
    from assistant.store.engine import Database

_ENDED_BADLY = (JobState.FAILED, JobState.CANCELLED)


class SqlJobs:
    """`services.queueing.Jobs` and `WorkerSide`.

    Every method raises `StorageError` when the database cannot be read or written.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, kind: str, subject: str, arguments: str = "") -> None:
        """A new job at the end; it takes the place of an earlier one."""
        with self._database.writing() as connection:
            add_job(connection, kind, subject, arguments)

    def ensure(self, kind: str, subject: str, arguments: str = "") -> bool:
        """The same, unless one waits or runs already; whether it was added."""
        over = t.c.state.not_in(ACTIVE)
        with self._database.writing() as connection:
            connection.execute(t.delete().where(_of(kind, subject), over))
            new = insert_if_absent(connection, t).values(_new(kind, subject, arguments))
            return connection.scalar(new.returning(t.c.number)) is not None

    def find(self, kind: str, subject: str) -> Job | None:
        """The job, None when there never was one."""
        found = self._all(_of(kind, subject))
        return found[0] if found else None

    def jobs(self, kind: str | None = None) -> list[Job]:
        """All of a kind, or all, in order."""
        return self._all(sa.true() if kind is None else t.c.kind == kind)

    def open(self, kind: str) -> list[Job]:
        """Those of a kind that are not done, in order."""
        return self._all(sa.and_(t.c.kind == kind, t.c.state != JobState.DONE))

    def stop(self, kind: str, subject: str) -> None:
        """A waiting job is cancelled, a running one asked to stop; others stay as they are."""
        cancelled = {"state": JobState.CANCELLED, "ended": datetime.now(UTC)}
        with self._database.writing() as connection:
            for state, values in (
                (JobState.WAITING, cancelled),
                (JobState.RUNNING, {"stopping": True}),
            ):
                this = sa.and_(_of(kind, subject), t.c.state == state)
                connection.execute(t.update().where(this).values(values))

    def retry(self, kind: str, subject: str) -> None:
        """A failed or cancelled job waits again, at the end."""
        this = sa.and_(_of(kind, subject), t.c.state.in_(_ENDED_BADLY))
        with self._database.writing() as connection:
            before = connection.execute(sa.select(t.c.arguments, t.c.work).where(this)).first()
            if before:
                add_job(connection, kind, subject, before.arguments, before.work)

    def forget(self, kind: str, subject: str) -> None:
        """Drops the job."""
        with self._database.writing() as connection:
            connection.execute(t.delete().where(_of(kind, subject)))

    def unsent(self) -> list[Job]:
        """The waiting jobs that no engine knows yet, in order."""
        return self._all(sa.and_(t.c.state == JobState.WAITING, t.c.sent.is_(False)))

    def sent(self, run: str) -> None:
        """An engine knows the run now."""
        self._update(t.c.run == run, sent=True)

    def unfinished(self) -> list[Job]:
        """The jobs that an engine knows and that are not over."""
        return self._all(sa.and_(t.c.state.in_(ACTIVE), t.c.sent.is_(True)))

    def send_again(self, run: str) -> None:
        """The engine has lost it: it becomes a new run, unless it is over."""
        this = sa.and_(t.c.run == run, t.c.state.in_(ACTIVE))
        self._update(this, run=token_hex(16), sent=False, state=JobState.WAITING, worker=None)

    def begin(self, run: str, worker: str, attempts: int) -> Job | None:
        """The worker has the job from now on; None when there is nothing to do.

        A job that was taken `attempts` times before has failed: it kills its workers. One that
        somebody asked to stop, whose worker has died, is cancelled.
        """
        this = sa.and_(t.c.run == run, t.c.state.in_(ACTIVE))
        with self._database.writing() as connection:
            row = connection.execute(sa.select(t).where(this).with_for_update()).first()
            if row is None:
                return None
            values = _taken(row, worker, attempts)
            taken = connection.execute(t.update().where(this).values(values).returning(t)).one()
        return _job(taken) if taken.state == JobState.RUNNING else None

    def began(self, run: str, worker: str, work: str) -> None:
        """Notes the name of its kept steps."""
        self._update(_held_by(run, worker), work=work)

    def report(
        self,
        run: str,
        worker: str,
        progress: Progress | None,
        left: float | None,
        *,
        held: bool = False,
    ) -> bool:
        """Notes how far a job is; whether the worker is to go on with it."""
        values: dict[str, Any] = {"held": held, "time_left": left}
        if progress is not None:
            values |= {"stage": progress.stage, "done": progress.done, "total": progress.total}
        update = t.update().where(_held_by(run, worker)).values(values).returning(t.c.stopping)
        with self._database.writing() as connection:
            stopping = connection.execute(update).scalar()
        return stopping is not None and not stopping

    def end(
        self, run: str, worker: str, state: JobState, error: KikigakiError | None = None
    ) -> None:
        """The job is done, cancelled, or has failed for good unless somebody retries it."""
        self._update(_held_by(run, worker), **_over(state, error))

    def give_back(self, worker: str) -> None:
        """The worker ends in good order: its jobs go on elsewhere, and this was no attempt."""
        this = sa.and_(t.c.worker == worker, t.c.state == JobState.RUNNING)
        self._update(this, attempts=t.c.attempts - 1)

    def _all(self, those: ColumnElement[bool]) -> list[Job]:
        with self._database.reading() as connection:
            rows = connection.execute(sa.select(t).where(those).order_by(t.c.number)).all()
        return [_job(row) for row in rows]

    def _update(self, those: ColumnElement[bool], **values: object) -> None:
        with self._database.writing() as connection:
            connection.execute(t.update().where(those).values(values))


def add_job(
    connection: Connection, kind: str, subject: str, arguments: str = "", work: str = ""
) -> None:
    """A new job at the end, in a transaction of yours; it takes the place of an earlier one."""
    connection.execute(t.delete().where(_of(kind, subject)))
    new = insert_if_absent(connection, t)  # somebody else may add the same at the same moment
    connection.execute(new.values(_new(kind, subject, arguments, work)))


def _new(kind: str, subject: str, arguments: str, work: str = "") -> dict[str, object]:
    return {
        "kind": kind,
        "subject": subject,
        "arguments": arguments,
        "run": token_hex(16),
        "sent": False,
        "state": JobState.WAITING,
        "attempts": 0,
        "stopping": False,
        "held": False,
        "work": work,
    }


def _taken(row: Row[Any], worker: str, attempts: int) -> dict[str, object]:
    if row.stopping:
        return _over(JobState.CANCELLED)
    if row.attempts >= attempts:
        return _over(JobState.FAILED, WorkerDied())
    return {"state": JobState.RUNNING, "worker": worker, "attempts": row.attempts + 1}


def _over(state: JobState, error: KikigakiError | None = None) -> dict[str, object]:
    return {
        "state": state,
        "stopping": False,
        "held": False,
        "error_ja": error.message("ja") if error else None,
        "error_en": error.message("en") if error else None,
        "ended": datetime.now(UTC),
    }


def _of(kind: str, subject: str) -> ColumnElement[bool]:
    return sa.and_(t.c.kind == kind, t.c.subject == subject)


def _held_by(run: str, worker: str) -> ColumnElement[bool]:
    """A worker that was taken for dead may come back: the job is not its any more."""
    return sa.and_(t.c.run == run, t.c.worker == worker, t.c.state == JobState.RUNNING)


def _job(row: Row[Any]) -> Job:
    languages: Sequence[tuple[str, str | None]] = (("ja", row.error_ja), ("en", row.error_en))
    return Job(
        subject=row.subject,
        kind=row.kind,
        arguments=row.arguments,
        run=row.run,
        state=JobState(row.state),
        attempts=row.attempts,
        stopping=row.stopping,
        held=row.held,
        progress=Progress(row.stage, row.done, row.total) if row.stage else None,
        left=row.time_left,
        work=row.work,
        error=tuple((language, text) for language, text in languages if text),
        ended=row.ended,
    )
