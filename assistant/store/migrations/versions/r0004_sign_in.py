"""Signing in: failed attempts in a table of their own, and users of the operating system."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Adds and drops; nothing was ever in the columns that go."""
    op.drop_column("person", "failures")
    op.drop_column("person", "locked_until")
    op.add_column("person", sa.Column("os_user", sa.Text))
    op.create_index("uq_person_os_user", "person", ["os_user"], unique=True)
    op.create_table(
        "attempt",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("latest", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("key", name="pk_attempt"),
    )
