"""Names that people give, made fit for file systems and for one line on a screen."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

LONGEST_FILE_NAME = 180
"""Bytes in UTF-8; file systems take 255, and documents get suffixes."""
LONGEST_TITLE = 200
"""Characters of a record's title."""

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"})
"""Unicode categories. Not Co: private characters write the names of people (外字)."""


def file_name(name: str) -> str:
    """A name that is safe on every file system and as like the given one as can be."""
    base = visible(re.split(r"[/\\]", name)[-1]).translate(dict.fromkeys(map(ord, '<>:"|?*'), "_"))
    base = base.strip(" .") or "recording"
    stem, dot, suffix = base.rpartition(".")
    stem, ending = (stem, dot + suffix[:10]) if stem else (base, "")
    room = LONGEST_FILE_NAME - len(ending.encode())
    return (stem.encode()[:room].decode(errors="ignore") + ending).strip(" .")


def visible(text: str) -> str:
    """Without characters that nobody sees: line ends, controls, marks of direction."""
    composed = unicodedata.normalize("NFC", text)
    shown = (char for char in composed if unicodedata.category(char) not in _HIDDEN)
    return "".join(shown).strip()


def title_of(name: str) -> str:
    """What a record is called at first, by the name of its file."""
    return visible(Path(name).stem)[:LONGEST_TITLE] or visible(name)[:LONGEST_TITLE]
