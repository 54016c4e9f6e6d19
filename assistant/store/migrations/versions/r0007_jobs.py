"""Durable work: jobs, kept steps, workers, running calls, files that were taken in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Makes the tables."""
    _job()
    _step()
    _heard_of("worker")
    _heard_of("live_call")
    _taken_file()


def _job() -> None:
    op.create_table(
        "job",
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("arguments", sa.Text, nullable=False),
        sa.Column("run", sa.Text, nullable=False),
        sa.Column("sent", sa.Boolean, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("worker", sa.Text),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("stopping", sa.Boolean, nullable=False),
        sa.Column("held", sa.Boolean, nullable=False),
        sa.Column("stage", sa.Text),
        sa.Column("done", sa.Float),
        sa.Column("total", sa.Float),
        sa.Column("time_left", sa.Float),
        sa.Column("work", sa.Text, nullable=False),
        sa.Column("error_ja", sa.Text),
        sa.Column("error_en", sa.Text),
        sa.Column("ended", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("number", name="pk_job"),
        sa.UniqueConstraint("run", name="uq_job_run"),
        sa.UniqueConstraint("kind", "subject", name="uq_job_kind_subject"),
    )


def _step() -> None:
    op.create_table(
        "job_step",
        sa.Column("work", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("result", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("work", "name", name="pk_job_step"),
    )


def _heard_of(table: str) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("machine", sa.Text, nullable=False),
        sa.Column("seen", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )


def _taken_file() -> None:
    op.create_table(
        "taken_file",
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("modified", sa.BigInteger, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("recording", sa.Text, nullable=False),
        sa.Column("complete", sa.Boolean, nullable=False),
        sa.Column("error_ja", sa.Text),
        sa.Column("error_en", sa.Text),
        sa.PrimaryKeyConstraint("path", name="pk_taken_file"),
    )
    op.create_index("ix_taken_file_sha256", "taken_file", ["sha256"])
