"""Exports of many records: what somebody asked for, and what became of each record."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Makes the tables."""
    op.create_table(
        "export",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("way", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("form", sa.Text, nullable=False),
        sa.Column("asked", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ready", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_export"),
    )
    op.create_index("ix_export_by", "export", ["by"])
    op.create_table(
        "export_item",
        sa.Column("export", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("record", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("error_ja", sa.Text),
        sa.Column("error_en", sa.Text),
        sa.PrimaryKeyConstraint("export", "number", name="pk_export_item"),
        sa.ForeignKeyConstraint(
            ["export"], ["export.id"], name="fk_export_item_export", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_export_item_record", "export_item", ["record"])
