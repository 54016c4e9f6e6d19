"""JSON Lines: one recording with its turns a line. The classes below are the format.

docs/howto/import.md describes it to those who write such files.
"""

from __future__ import annotations

import hashlib
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.drafts import Doubt, Draft, Refused
from assistant.errors import BadLine
from assistant.model import Kind, Speaker, Turn

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from assistant.ports import ReadableFile

LONGEST_LINE = 64 << 20
"""Bytes of a line: some 200,000 turns."""
_YEARS = range(1868, 9999)

Name = Annotated[str, Field(max_length=200)]
Second = Annotated[float, Field(ge=0, le=1e7, allow_inf_nan=False)]


class _Part(BaseModel):
    """A key that the format does not know is an error: it may be a slip, and would be lost."""

    model_config = ConfigDict(extra="forbid", strict=False)


class SpeakerLine(_Part):
    """Somebody who speaks; turns name them by `id`, or by `name` where there is none."""

    name: Name
    role: Name = ""
    id: Name = ""


class TurnLine(_Part):
    """What one speaker said. Times are in seconds from the start."""

    text: Annotated[str, Field(max_length=1_000_000)]
    speaker: Name = ""
    start: Second | None = None
    end: Second | None = None


class RecordingLine(_Part):
    """A recording. `date` is a day or a moment; without a time zone it is that of the site."""

    title: Annotated[str, Field(min_length=1, max_length=200)]
    turns: Annotated[list[TurnLine], Field(min_length=1, max_length=200_000)]
    date: datetime | date | None = None
    kind: Kind = Kind.MEETING
    matter: Name = ""
    speakers: list[SpeakerLine] = []


def read_lines(file: ReadableFile) -> Iterator[Draft | Refused]:
    """The recordings of a file, one after another; a line that is not understood is named."""
    path = Path(file.name)
    with file.open("rb") as stream:
        for number, line in enumerate(_lines(stream), 1):
            if number == 1:
                line = line.removeprefix(b"\xef\xbb\xbf")  # noqa: PLW2901
            if line.strip():
                yield _read(line.strip(), path, number)


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """A line that is too long comes cut off, which no JSON is, and its rest is skipped."""
    while line := file.readline(LONGEST_LINE):
        yield line
        while len(line) == LONGEST_LINE and not line.endswith(b"\n"):
            line = file.readline(LONGEST_LINE)


def _read(line: bytes, path: Path, number: int) -> Draft | Refused:
    try:
        part = RecordingLine.model_validate_json(line)
        occurred = _moment(part.date)
    except ValidationError as error:  # its text would quote what people said
        place = ".".join(str(step) for step in error.errors()[0]["loc"]) or "JSON"
        return Refused(path, BadLine(name=path.name, line=number, place=place), number)
    except ValueError:
        return Refused(path, BadLine(name=path.name, line=number, place="date"), number)
    speakers, ids = _speakers(part)
    return Draft(
        source=path,
        digest=hashlib.sha256(line).hexdigest(),
        title=part.title,
        kind=part.kind,
        speakers=speakers,
        turns=_turns(part.turns, ids),
        occurred=occurred,
        matter=part.matter.strip(),
        line=number,
        doubts=frozenset() if occurred else frozenset({Doubt.NO_DATE}),
    )


def _moment(when: date | datetime | None) -> datetime | None:
    if when is None:
        return None
    if when.year not in _YEARS:
        raise ValueError
    return when if isinstance(when, datetime) else datetime.combine(when, time())


def _speakers(part: RecordingLine) -> tuple[tuple[Speaker, ...], dict[str, str]]:
    """Those that are listed, then those that only turns name; ids by what turns call them."""
    called = {one.id or one.name: one for one in part.speakers}
    for turn in part.turns:
        called.setdefault(turn.speaker, SpeakerLine(name=turn.speaker))
    ids = {call: f"S{number}" for number, call in enumerate(called, 1)}
    return tuple(Speaker(ids[call], one.name, one.role) for call, one in called.items()), ids


def _turns(turns: list[TurnLine], ids: dict[str, str]) -> tuple[Turn, ...]:
    """In order of their starts; without times they stay in the order of the line."""
    at, made = 0.0, []
    for turn in turns:
        start = at if turn.start is None else turn.start
        at = max(start, start if turn.end is None else turn.end)
        made.append(Turn("", start, at, ids[turn.speaker], turn.text))
    made.sort(key=lambda one: one.start)
    return tuple(
        Turn(f"t{number}", one.start, one.end, one.speaker, one.text)
        for number, one in enumerate(made, 1)
    )
