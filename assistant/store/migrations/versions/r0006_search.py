"""The search in the archive: words, windows of turns as vectors, synonyms, saved searches."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Makes the tables. Records that are there already are indexed by the worker."""
    _record()
    _posting()
    _vector()
    _synonym()
    _saved_search()
    op.execute("INSERT INTO counter (name, value) VALUES ('search', 0)")
    op.execute("INSERT INTO counter (name, value) VALUES ('search vectors', 0)")


def _record() -> None:
    op.create_table(
        "search_record",
        sa.Column("first", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("record", sa.Text, nullable=False),
        sa.Column("turns", sa.Integer, nullable=False),
        sa.Column("lengths", sa.LargeBinary, nullable=False),
        sa.Column("speakers", sa.Text, nullable=False),
        sa.Column("voices", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("first", name="pk_search_record"),
        sa.ForeignKeyConstraint(
            ["record"], ["record.id"], name="fk_search_record_record", ondelete="CASCADE"
        ),
    )
    op.create_index("uq_search_record_record", "search_record", ["record"], unique=True)


def _posting() -> None:
    bytewise = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    op.create_table(
        "search_posting",
        sa.Column("block", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("term", bytewise, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("block", "term", name="pk_search_posting"),
    )
    if op.get_bind().dialect.name == "postgresql":
        # Places do not compress; without trying, they are read and joined faster.
        op.execute("ALTER TABLE search_posting ALTER COLUMN data SET STORAGE EXTERNAL")


def _vector() -> None:
    op.create_table(
        "search_vector",
        sa.Column("number", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("first", sa.BigInteger, nullable=False),
        sa.Column("window", sa.Integer, nullable=False),
        sa.Column("windows", sa.Integer, nullable=False),
        sa.Column("value", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_search_vector"),
        sa.ForeignKeyConstraint(
            ["first"],
            ["search_record.first"],
            name="fk_search_vector_search_record",
            ondelete="CASCADE",
        ),
    )
    columns = ["model", "first", "window"]
    op.create_index("uq_search_vector_model_first_window", "search_vector", columns, unique=True)
    op.create_index("ix_search_vector_first", "search_vector", ["first"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE search_vector ALTER COLUMN value SET STORAGE EXTERNAL")


def _synonym() -> None:
    op.create_table(
        "synonym",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("dropped", sa.Integer, nullable=False),
        sa.Column("added", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_synonym"),
    )


def _saved_search() -> None:
    op.create_table(
        "saved_search",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("filters", sa.Text, nullable=False),
        sa.Column("saved", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_saved_search"),
    )
    op.create_index("ix_saved_search_person", "saved_search", ["person"])
