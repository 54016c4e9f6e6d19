"""Displays: who the passage was laid before, and so may judge it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Adds the column; of what was shown before, nobody knows to whom."""
    column = sa.Column("person", sa.Text, nullable=False, server_default="")
    op.add_column("manual_display", column)
