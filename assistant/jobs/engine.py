"""DBOS Transact, which claims jobs from its queues, runs them as workflows, and starts them again.

It knows of a job nothing but the name of its run: what was said, chosen or done stays in our own
tables, so that its database may be lost without a loss. It makes no request to anybody, and
listens on no port.
"""

from __future__ import annotations

import json
import logging
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dbos import DBOS, DBOSConfig, Serializer
from dbos._error import DBOSInitializationError
from sqlalchemy import URL, make_url

from assistant.errors import OutdatedDatabase, storage_errors
from assistant.services.queueing import Lane

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.services.queueing import Job, Kind

NAME = "kikigaki"
SCHEMA = "kikigaki_jobs"
"""Where its tables are on a PostgreSQL server."""
VERSION = "1"
"""Of our workflows. A job goes on under a newer program only if this has not changed."""
POLL_EVERY = 0.5
"""Seconds between two looks into a queue."""
AT_ONCE = {Lane.LIVE: 8, Lane.QUICK: 2, Lane.SOUND: 1, Lane.SPARE: 1}
"""How many jobs of a lane one worker does at the same time."""
KEPT = 86400.0
"""Seconds for which a finished workflow is remembered."""
OVER = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]


class Names(Serializer):
    """Keeps names as JSON, never as a pickle; of an exception its type and nothing it says."""

    def serialize(self, data: Any) -> str:
        """To JSON."""
        return json.dumps(data, default=lambda value: type(value).__name__)

    def deserialize(self, serialized_data: str) -> Any:
        """From JSON."""
        return json.loads(serialized_data)

    def name(self) -> str:
        """What stands beside it in the database."""
        return "kikigaki_names"


class Engine:
    """The engine of this process; there is one in a process. `place` is as the database's."""

    def __init__(self, place: Path | str, worker: str) -> None:
        self._place = place
        self._worker = worker

    def make_tables(self) -> None:
        """Makes or upgrades its tables, where somebody decides when: on a server.

        Raises:
            StorageError: it cannot be written.
        """
        _quieten()
        if isinstance(self._place, str):
            DBOS.migrate(_server(self._place), schema=SCHEMA)

    def start(self, kinds: dict[str, Kind], run: Callable[[str], None]) -> None:
        """Takes jobs from now on, and has each done by `run`.

        Raises:
            OutdatedDatabase: its tables are not made, or of an older version.
        """
        _quieten()
        DBOS(config=self._config())
        for name in kinds:
            _register(name, run)
        try:
            DBOS.launch()
        except DBOSInitializationError as error:
            raise OutdatedDatabase from error
        for lane, at_once in AT_ONCE.items():
            DBOS.register_queue(
                lane.value,
                worker_concurrency=at_once,
                polling_interval_sec=POLL_EVERY,
                on_conflict="always_update",
            )

    def send(self, job: Job, kind: Kind) -> None:
        """Puts the job into its lane; a run that is known already stays where it is."""
        DBOS.enqueue_workflow_with_options(
            {
                "workflow_name": kind.name,
                "queue_name": kind.lane.value,
                "workflow_id": job.run,
                "priority": kind.priority,
                "app_version": VERSION,
            },
            job.run,
        )

    def lost(self, run: str) -> bool:
        """Whether a run is not known, is over, or is of a version whose workflows were others."""
        status = DBOS.get_workflow_status(run)
        return status is None or status.status in OVER or status.app_version != VERSION

    def recover(self, worker: str) -> None:
        """Puts what a dead worker had back into the lanes, before all others."""
        # What DBOS's own service calls for a dead executor; a second call finds nothing to do.
        DBOS._recover_pending_workflows([worker])  # noqa: SLF001

    def tidy(self) -> None:
        """Forgets the runs that are over for long."""
        before = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - KEPT))
        over = DBOS.list_workflows(
            status=OVER, completed_before=before, limit=500, load_input=False, load_output=False
        )
        if over:
            DBOS.delete_workflows([one.workflow_id for one in over])

    def _config(self) -> DBOSConfig:
        return DBOSConfig(
            name=NAME,
            system_database_url=self._address(),
            dbos_system_schema=SCHEMA,
            application_version=VERSION,
            executor_id=self._worker,
            serializer=Names(),
            run_migrations=isinstance(self._place, Path),
            enable_otlp=False,
            log_level="WARNING",
            sys_db_pool_size=8,
            scheduler_polling_interval_sec=3600.0,
            db_engine_kwargs={"hide_parameters": True},
        )

    def _address(self) -> str:
        if isinstance(self._place, str):
            return _server(self._place)
        with storage_errors(self._place):
            self._place.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self._place)) as database:
            database.execute("PRAGMA journal_mode = WAL")  # stays with the file
        return URL.create("sqlite", database=str(self._place)).render_as_string()


def _register(name: str, run: Callable[[str], None]) -> None:
    @DBOS.workflow(name=name, max_recovery_attempts=None)  # the job counts them
    def work(name_of_run: str) -> None:
        run(name_of_run)


def _server(address: str) -> str:
    url = make_url(address).set(drivername="postgresql+psycopg")
    return url.render_as_string(hide_password=False)


def _quieten() -> None:
    """Its lines go where ours go, without what follows the first line: statements, mostly."""
    logger = logging.getLogger("dbos")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())  # else it writes to the console by itself
        logger.addFilter(_first_line)
        logger.setLevel(logging.WARNING)


def _first_line(record: logging.LogRecord) -> bool:
    record.msg, record.args = record.getMessage().partition("\n")[0][:200], None
    return True
