"""Whole documents of other kinds that a Word file carries and Word shows as its own text."""

from __future__ import annotations

import email
import email.policy
from typing import TYPE_CHECKING

from assistant.knowledge.reading import html, plain

if TYPE_CHECKING:
    from assistant.manual import Block

_WEB_ARCHIVE = b"MIME-Version:"


def blocks_of(data: bytes, part: str) -> list[Block]:
    """The blocks of a page, a web archive or a text; none of what is not read."""
    suffix = part.rpartition(".")[2].lower()
    if suffix in {"mht", "mhtml", "eml"} or data.lstrip()[:13] == _WEB_ARCHIVE:
        data, suffix = _page(data), "html"
    if suffix in {"htm", "html", "xhtml"}:
        return html.read(html.decode_page(data) or "")[1]
    if suffix == "txt":
        return plain.read(plain.decode(data) or "")[1]
    return []


def _page(data: bytes) -> bytes:
    message = email.message_from_bytes(data, policy=email.policy.default)
    page = message.get_body(("html",))
    content = page.get_payload(decode=True) if page is not None else b""
    return content if isinstance(content, bytes) else b""
