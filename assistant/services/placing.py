"""Which matter somebody may put a record into."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.errors import ClosedMatter, Forbidden
from assistant.people import Right
from assistant.services.access import require, scope

if TYPE_CHECKING:
    from assistant.people import Actor
    from assistant.services.archive_store import Unit


def may_add(actor: Actor, matter: str | None) -> None:
    """Lets those add who may, to matters they belong to.

    Raises:
        Forbidden: the actor may not.
    """
    require(actor, Right.ADD)
    reach = scope(actor, Right.ADD)
    if matter is not None and not reach.everything and matter not in reach.matters:
        raise Forbidden


def refuse_closed(unit: Unit, matter: str | None) -> None:
    """Lets records into a matter that is there and goes on.

    Raises:
        Forbidden: there is none.
        ClosedMatter: it is over.
    """
    if matter is None:
        return
    found = unit.matters.find(matter)
    if found is None:
        raise Forbidden
    if found.closed is not None:
        raise ClosedMatter(name=found.name)
