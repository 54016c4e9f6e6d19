"""What Alembic runs: the upgrade on the connection that `engine` hands over."""

from __future__ import annotations

from alembic import context

from assistant.store import archive_tables, job_tables, search_tables  # noqa: F401 - they add their tables
from assistant.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite changes a table by copying it
    transactional_ddl=True,
)
context.run_migrations()
