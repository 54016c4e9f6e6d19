"""Displays: the second of the recording at which a passage was shown."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Adds the column."""
    op.add_column("manual_display", sa.Column("second", sa.Float))
