"""How the tables came to be, revision by revision (Alembic)."""

REVISIONS = tuple(f"{number:04}" for number in range(1, 12))
"""All of them, oldest first: a look at the database need not load Alembic. A test compares them
with the scripts."""
HEAD = REVISIONS[-1]
