"""What of a passage is embedded: its parts, a few sentences each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.manual import Passage

PART = 120
"""Characters of a part at most, unless a sentence is longer: two or three sentences."""
_SENTENCE = re.compile(r".*?(?:[。！？!?]+[」』）)】]*|\n|$)", re.DOTALL)
_NUMBER = re.compile(r"^[0-9０-９.．、\s]+")


def parts(passage: Passage) -> list[str]:
    """In order, together the whole passage. One that is short is one part, with all its headings.

    A part stands under the last heading, without its number: sentences alone seldom say what they
    are about.
    """
    stretches = list(_stretches(passage.text))
    if len(stretches) < 2:
        return ["\n".join((*passage.headings, passage.text))]
    heading = _NUMBER.sub("", passage.headings[-1]) if passage.headings else ""
    return [f"{heading}\n{one}" if heading else one for one in stretches]


def _stretches(text: str) -> Iterator[str]:
    """Neighbouring sentences together, as long as they are no longer than a part."""
    stretch = ""
    for sentence in (one for one in _SENTENCE.findall(text) if one.strip()):
        if stretch and len(stretch) + len(sentence) > PART:
            yield stretch
            stretch = ""
        stretch += sentence
    if stretch:
        yield stretch
