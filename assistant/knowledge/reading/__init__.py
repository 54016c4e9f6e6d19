"""Reads manuals in the formats that offices keep them in."""

from __future__ import annotations

from assistant.knowledge.reading.files import FileReader

__all__ = ["FileReader"]
