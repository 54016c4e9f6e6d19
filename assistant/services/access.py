"""Who may do what. The rights of a role are one table; a scope says on which records they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.errors import Forbidden
from assistant.people import Right, Role, Scope

if TYPE_CHECKING:
    from assistant.people import Actor

READING = frozenset({Right.VIEW, Right.PLAY, Right.EXPORT})
WORKING = READING | {Right.ADD, Right.EDIT}
RIGHTS: dict[Role, frozenset[Right]] = {
    Role.CASEWORKER: WORKING | {Right.BREAK_GLASS},
    Role.CLERK: WORKING | {Right.REMOVE, Right.DICTIONARY},
    Role.SUPERVISOR: WORKING | {Right.BREAK_GLASS, Right.DICTIONARY, Right.MANUALS, Right.REMOVE},
    Role.MANAGER: WORKING
    | {Right.REMOVE, Right.RETENTION, Right.DICTIONARY, Right.MANUALS, Right.PEOPLE},
    Role.AUDITOR: frozenset({Right.AUDIT}),
    Role.ADMINISTRATOR: frozenset(
        {Right.PEOPLE, Right.MANUALS, Right.DICTIONARY, Right.KEYS, Right.BACKUP}
    ),
}
"""What each role may do. A right on records reaches the records of one's matters and one's own."""
EVERYWHERE = frozenset({Role.MANAGER})
"""Roles whose rights on records reach all of them."""


def rights_of(actor: Actor) -> frozenset[Right]:
    """Everything that one of the actor's roles allows."""
    return frozenset[Right]().union(*(RIGHTS[role] for role in actor.roles))


def may(actor: Actor, right: Right) -> bool:
    """Whether one of the actor's roles has the right."""
    return right in rights_of(actor)


def require(actor: Actor, right: Right) -> None:
    """Lets those pass who have the right.

    Raises:
        Forbidden: none of the actor's roles has it.
    """
    if not may(actor, right):
        raise Forbidden


def scope(actor: Actor, right: Right) -> Scope:
    """The records on which the actor has the right: none where no role has it.

    What was opened in an emergency can be read, and not changed.
    """
    roles = [role for role in actor.roles if right in RIGHTS[role]]
    if not roles:
        return Scope()
    if EVERYWHERE.intersection(roles):
        return Scope(everything=True)
    opened = actor.opened if right in READING else frozenset[str]()
    return Scope(matters=actor.matters, own=actor.user, opened=opened)
