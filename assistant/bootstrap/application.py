"""Everything of one installation."""

from __future__ import annotations

from assistant.bootstrap.work import Work


class Application(Work):
    """Every service of one installation, each made when first asked for."""
