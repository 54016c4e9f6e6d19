"""Who acts in a request: what the gate found out about who sent it."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from assistant.errors import NotSignedIn
from assistant.people import Actor
from assistant.services.signing import Visitor


def visiting(request: Request) -> Visitor:
    """Who has come in.

    Raises:
        NotSignedIn: nobody that is known.
    """
    visitor: Visitor | None = getattr(request.state, "visitor", None)
    if visitor is None:
        raise NotSignedIn
    return visitor


def acting(request: Request) -> Actor:
    """The person at the browser.

    Raises:
        NotSignedIn: nobody that is known.
    """
    return visiting(request).actor


Acting = Annotated[Actor, Depends(acting)]
"""A route's parameter that is the acting user."""
Visiting = Annotated[Visitor, Depends(visiting)]
"""The same, with the session."""
