"""How the tables came to be, revision by revision (Alembic)."""

REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0011")
"""All of them, oldest first: a look at the database need not load Alembic. A test compares them
with the scripts."""
HEAD = REVISIONS[-1]
