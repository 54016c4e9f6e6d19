"""緊急閲覧: opening one record that is not one's own, for a reason and for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.archive import Action, Event
from assistant.errors import BadReason, UnknownRecording
from assistant.people import Opening, Right, Scope
from assistant.services.access import require, scope
from assistant.services.naming import visible

if TYPE_CHECKING:
    from datetime import timedelta

    from assistant.people import Actor
    from assistant.ports import Clock
    from assistant.services.archive_store import ArchiveStore

LEAST_REASON = 10
"""Characters."""
LONGEST_REASON = 500
_EVERYTHING = Scope(everything=True)


class Emergency:
    """Opens a record for so long (`lasting`); it can be read and heard then, and not changed."""

    def __init__(self, store: ArchiveStore, clock: Clock, lasting: timedelta) -> None:
        self._store = store
        self._clock = clock
        self.lasting = lasting

    def open(self, actor: Actor, recording: str, reason: str) -> None:
        """From now on the actor may read the record; the log says why. A miss is logged too.

        Raises:
            Forbidden: the actor may not open records of others.
            BadReason: it is not said why.
            UnknownRecording: there is no such record.
        """
        require(actor, Right.BREAK_GLASS)
        why = visible(reason)[:LONGEST_REASON]
        if len(why) < LEAST_REASON:
            raise BadReason(least=LEAST_REASON)
        now = self._clock.now()
        with self._store.writing() as unit:
            if unit.records.find(recording, scope(actor, Right.VIEW)) is not None:
                return
            there = unit.records.find(recording, _EVERYTHING) is not None
            details = {"reason": why, "until": (now + self.lasting).isoformat()}
            if there:
                opening = Opening(actor.user, recording, why, now, now + self.lasting)
                unit.openings.keep(opening)
            else:
                details = {"reason": why, "result": "unknown"}
            # What was typed may be anything: a name, say.
            event = Event(Action.BREAK_GLASS, recording if there else "", details)
            unit.audit.append(actor, event, now)
        if not there:
            raise UnknownRecording
