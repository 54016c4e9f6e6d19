"""Transcripts in one line: `transcript("A 0-2 はい | B 2-5 了解です")`."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

from assistant.model import (
    Flag,
    Kind,
    ModelUse,
    Provenance,
    Recording,
    Segment,
    Speaker,
    SpeakerSpan,
    Transcript,
    Turn,
    Word,
)

_NOTATION = re.compile(r"(?P<speaker>\S+) (?P<start>[\d.]+)-(?P<end>[\d.]+)(?P<rest>.*)", re.DOTALL)
_FLAG = re.compile(r"\s#(\w+)")
_WORD = re.compile(r"[^。、？！]{1,3}[。、？！]*|[。、？！]+")

JAPAN = timezone(timedelta(hours=9))


def turns(notation: str) -> tuple[Turn, ...]:
    """Turns, divided by `|`: speaker, start-end in seconds, text, `#flag`s.

    The text is cut into words of up to three characters that share the time evenly.

    >>> turns("A 0-2 はい | B 2-5 了解です #overlap")[1].flags == {Flag.OVERLAP}
    True
    """
    return tuple(_turn(number, part.strip()) for number, part in enumerate(notation.split("|"), 1))


def _turn(number: int, part: str) -> Turn:
    found = _NOTATION.fullmatch(part)
    assert found, part
    start, end = float(found["start"]), float(found["end"])
    flags = frozenset(Flag(name) for name in _FLAG.findall(found["rest"]))
    text = _FLAG.sub("", found["rest"]).strip()
    return Turn(f"t{number}", start, end, found["speaker"], text, words(text, start, end), flags)


def words(text: str, start: float, end: float, probability: float = 0.9) -> tuple[Word, ...]:
    """`text` in words of up to three characters, evenly over `start` to `end` seconds."""
    pieces = _WORD.findall(text)
    each = (end - start) / max(1, len(text))
    made, at = [], start
    for piece in pieces:
        made.append(Word(at, min(end, at + each * len(piece)), piece, probability))
        at += each * len(piece)
    return tuple(made)


def segment(text: str, start: float, end: float, *flags: Flag) -> Segment:
    """A segment that says `text`."""
    return Segment(start, end, words(text, start, end, 0.2), frozenset(flags))


def provenance(embedded: bool = False) -> Provenance:
    """Finished on Monday, 23 November of 令和８年, at ten in Japan."""
    finished = datetime(2026, 11, 23, 1, 0, tzinfo=UTC).astimezone(JAPAN)
    return Provenance(
        models=(
            ModelUse("recognition", "whisper-base", "openai", "MIT", "ab" * 32, embedded),
            ModelUse("diarization", "community-1", "pyannote", "CC-BY-4.0", "cd" * 32),
        ),
        versions={"kikigaki": "0.1.0", "faster-whisper": "1.2.1"},
        settings={"language": "ja", "beam_size": "5", "work": "0123abcd"},
        started=finished - timedelta(minutes=3),
        finished=finished,
    )


def transcript(
    notation: str = "A 0-2 はい。 | B 2-5 了解です。",
    *,
    kind: Kind = Kind.MEETING,
    name: str = "会議.wav",
    speakers: tuple[Speaker, ...] | None = None,
    withheld: tuple[Segment, ...] = (),
    embedded: bool = False,
) -> Transcript:
    """A transcript of these turns; who speaks when is as the turns say."""
    said = turns(notation) if notation else ()
    ids = sorted({turn.speaker for turn in said})
    return Transcript(
        recording=Recording(
            name, "ef" * 32, said[-1].end if said else 60.0, 1, 16_000, "pcm_s16le"
        ),
        kind=kind,
        speakers=speakers or tuple(Speaker(one, f"話者{one}") for one in ids),
        turns=said,
        speech=tuple(SpeakerSpan(turn.start, turn.end, turn.speaker) for turn in said),
        withheld=withheld,
        provenance=provenance(embedded),
    )
