"""Who comes to the archive, and what they did there."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from assistant.bootstrap.clock import SystemClock
from assistant.bootstrap.exports import Exports

if TYPE_CHECKING:
    from assistant.entrance import Entrance
    from assistant.people import Actor
    from assistant.services.auditing import AuditLog
    from assistant.store.anchors import FileAnchors


class People(Exports):
    """The people who come to the archive."""

    @cached_property
    def audit_log(self) -> AuditLog:
        """Who did what."""
        from assistant.services.auditing import AuditLog

        return AuditLog(self.archive, SystemClock(), self.anchors.all)

    @cached_property
    def anchors(self) -> FileAnchors:
        """Anchors of the audit log, outside the database."""
        from assistant.store.anchors import FileAnchors

        return FileAnchors(self.settings.state_dir / "audit.anchors")

    @cached_property
    def people(self) -> Entrance:
        """Who may come in, and as what."""
        from assistant.entrance import Entrance

        return Entrance(self.settings, self.archive, SystemClock())

    @cached_property
    def actor(self) -> Actor:
        """Who types commands: the person whom the user of this machine stands for.

        Raises:
            UnknownOsUser: for nobody.
        """
        from assistant.identity.machine import os_user

        return self.people.reception.commander(os_user())

    @property
    def operator(self) -> Actor:
        """Who runs what needs no account: nobody has one before a backup is restored."""
        from assistant.identity.machine import os_user
        from assistant.people import SYSTEM

        return replace(SYSTEM, user=os_user(), name=os_user(), way="command")
