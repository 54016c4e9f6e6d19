"""Vectors in the order they came in, and how many windows are ready: without reading them."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Makes the indexes."""
    op.create_index("ix_search_vector_model_number", "search_vector", ["model", "number"])
    columns = ["model", "first", "windows"]
    op.create_index("ix_search_vector_model_first_windows", "search_vector", columns)
