"""How a finished step of recognition is kept: JSON in bytes."""

from __future__ import annotations

from pydantic import TypeAdapter

from assistant.model import Heard

_HEARD = TypeAdapter(list[Heard])


def heard_to_bytes(heard: list[Heard]) -> bytes:
    """What `heard_from_bytes` reads."""
    return _HEARD.dump_json(heard)


def heard_from_bytes(data: bytes) -> list[Heard]:
    """What `heard_to_bytes` wrote, exactly."""
    return _HEARD.validate_json(data)
