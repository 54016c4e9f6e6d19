"""How people put what manuals write in other words: samples that are compared by meaning.

A line is `SAYING/SAYING → WRITTEN`. Where `expansions` needs a word to be said, here it is enough
that a question means about what one of the sayings means. A site's own lines come on top.
"""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, NamedTuple

from assistant.errors import BadExpansions
from assistant.text.expansions import decoded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Subject(NamedTuple):
    """Ways to speak of one thing, and how a manual writes of it."""

    sayings: tuple[str, ...]
    written: str


def read_sayings(own: Path | None = None) -> tuple[Subject, ...]:
    """The program's, and those of a site's `own` file where it is there.

    Raises:
        BadExpansions: a line of it is not understood.
    """
    ours = resources.files("assistant.text") / "data" / "sayings.txt"
    subjects = list(_subjects(ours.read_bytes(), ours.name))
    if own is not None and own.is_file():
        subjects += _subjects(own.read_bytes(), own.name)
    return tuple(subjects)


def _subjects(content: bytes, name: str) -> Iterator[Subject]:
    for number, line in enumerate(decoded(content, name).splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        said, arrow, written = line.partition("→")
        sayings = tuple(one.strip() for one in said.split("/"))
        if not arrow or not written.strip() or not all(sayings):
            raise BadExpansions(name=name, line=number)
        yield Subject(sayings, written.strip())
