"""The clock of this machine."""

from __future__ import annotations

from datetime import UTC, datetime


class SystemClock:
    """`ports.Clock` of this machine, in its own time zone."""

    def now(self) -> datetime:
        """The present."""
        return datetime.now(UTC).astimezone()
