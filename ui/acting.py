"""Who acts in a request."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import Depends, Request

from assistant.people import SINGLE_USER, Actor


def acting(request: Request) -> Actor:
    """The person at the browser."""
    return replace(SINGLE_USER, address=request.client.host if request.client else "")


Acting = Annotated[Actor, Depends(acting)]
"""A route's parameter that is the acting user."""
