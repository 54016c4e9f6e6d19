"""Retention: rules that a site changed, holds, deletions; what retention counts from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Makes the tables; deletion does not happen by itself before somebody says so."""
    with op.batch_alter_table("matter") as matter:
        matter.add_column(sa.Column("born", sa.Date))
        matter.add_column(sa.Column("record_class", sa.Text, nullable=False, server_default=""))
    with op.batch_alter_table("matter") as matter:
        matter.alter_column("record_class", server_default=None)
    _rule()
    _hold()
    _deletion()
    op.execute("INSERT INTO counter (name, value) VALUES ('retention', 0)")


def _rule() -> None:
    op.create_table(
        "retention_rule",
        sa.Column("record_class", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("years", sa.Integer),
        sa.Column("counting", sa.Text, nullable=False),
        sa.Column("sound_days", sa.Integer),
        sa.PrimaryKeyConstraint("record_class", name="pk_retention_rule"),
    )


def _hold() -> None:
    op.create_table(
        "hold",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("released", sa.DateTime(timezone=True)),
        sa.Column("released_by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_hold"),
    )
    op.create_index("ix_hold_subject", "hold", ["subject"])


def _deletion() -> None:
    op.create_table(
        "deletion",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("record", sa.Text, nullable=False),
        sa.Column("part", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("kind", sa.Text),
        sa.Column("matter", sa.Text),
        sa.Column("record_class", sa.Text, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("until", sa.Date, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("finished", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_deletion"),
    )
    op.create_index("ix_deletion_at", "deletion", ["at"])
