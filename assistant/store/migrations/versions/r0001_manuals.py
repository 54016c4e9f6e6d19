"""Manuals: editions, passages, vectors, what was shown, the watched files.

A revision never imports `tables`: those go on changing, and it must not.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Makes the tables."""
    _counter()
    _edition()
    _passage()
    _vector()
    _display()
    _source()


def _counter() -> None:
    op.create_table(
        "counter",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("value", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_counter"),
    )
    op.execute("INSERT INTO counter (name, value) VALUES ('manuals', 0)")


def _edition() -> None:
    op.create_table(
        "manual_edition",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("manual", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("added", sa.DateTime(timezone=True), nullable=False),
        sa.Column("date", sa.Date),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("passages", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_manual_edition"),
        sa.UniqueConstraint("sha256", name="uq_manual_edition_sha256"),
    )
    current = sa.text("state = 'current'")
    op.create_index(
        "uq_manual_edition_current",
        "manual_edition",
        ["manual"],
        unique=True,
        sqlite_where=current,
        postgresql_where=current,
    )


def _passage() -> None:
    op.create_table(
        "manual_passage",
        sa.Column("edition", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("headings", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("page", sa.Integer),
        sa.Column("terms", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("edition", "position", name="pk_manual_passage"),
        sa.ForeignKeyConstraint(
            ["edition"],
            ["manual_edition.id"],
            name="fk_manual_passage_manual_edition",
            ondelete="CASCADE",
        ),
    )


def _vector() -> None:
    op.create_table(
        "manual_vector",
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("edition", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("value", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("model", "edition", "position", name="pk_manual_vector"),
        _of_a_passage("manual_vector"),
    )
    columns = ["edition", "position"]
    op.create_index("ix_manual_vector_edition_position", "manual_vector", columns)


def _display() -> None:
    op.create_table(
        "manual_display",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("edition", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("shown", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("turn", sa.Text),
        sa.Column("query", sa.Text, nullable=False),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("score", sa.Float, nullable=False),
        sa.Column("opened", sa.DateTime(timezone=True)),
        sa.Column("verdict", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_manual_display"),
        _of_a_passage("manual_display"),
    )
    columns = ["edition", "position"]
    op.create_index("ix_manual_display_edition_position", "manual_display", columns)


def _source() -> None:
    op.create_table(
        "manual_source",
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("modified", sa.BigInteger, nullable=False),
        sa.Column("edition", sa.Text, nullable=False),
        sa.Column("error_ja", sa.Text),
        sa.Column("error_en", sa.Text),
        sa.PrimaryKeyConstraint("path", name="pk_manual_source"),
    )


def _of_a_passage(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["edition", "position"],
        ["manual_passage.edition", "manual_passage.position"],
        name=f"fk_{table}_manual_passage",
        ondelete="CASCADE",
    )
