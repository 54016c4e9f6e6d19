"""How far a text is from what was said: character error rates, as the field counts them."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from assistant.text.fillers import without_fillers
from assistant.text.numbers import arabic
from assistant.text.readings import reading

if TYPE_CHECKING:
    from collections.abc import Iterable


class Level(StrEnum):
    """What of the two texts is compared."""

    RAW = "raw"
    """Every character."""
    NORMALIZED = "normalized"
    """`normalized`."""
    FILLER_FREE = "filler_free"
    """`normalized`, fillers taken out of both."""
    READING = "reading"
    """`assistant.text.readings.reading`: kana."""

    def of(self, text: str) -> str:
        """`text` as it is compared at this level."""
        match self:
            case Level.RAW:
                return text
            case Level.NORMALIZED:
                return normalized(text)
            case Level.FILLER_FREE:
                return normalized(without_fillers(text))
            case Level.READING:
                return reading(text)


@dataclass(frozen=True, slots=True)
class Errors:
    """`edits`: characters put in, left out or wrong; `length`: characters of the reference."""

    edits: int = 0
    length: int = 0

    @property
    def rate(self) -> float:
        """Edits per character of the reference; an empty reference counts as one character."""
        return self.edits / max(1, self.length)

    def __add__(self, other: Errors) -> Errors:
        return Errors(self.edits + other.edits, self.length + other.length)


def normalized(text: str) -> str:
    """Letters and digits only: NFKC, numbers in arabic digits, lower case, nothing else.

    Normalising again changes nothing.

    >>> normalized("三千五百十二件で、前年度比 4.2％の増。ＯＫ")
    '3512件で前年度比42の増ok'
    """
    while (simpler := _simpler(text)) != text:
        text = simpler
    return text


def errors(reference: str, hypothesis: str, level: Level = Level.NORMALIZED) -> Errors:
    """The edit distance of two texts at that level, counted in characters by jiwer."""
    import jiwer

    said, heard = level.of(reference), level.of(hypothesis)
    counts = jiwer.process_characters(
        said, heard, reference_transform=_characters(), hypothesis_transform=_characters()
    )
    return Errors(counts.substitutions + counts.deletions + counts.insertions, len(said))


def pooled(pairs: Iterable[tuple[str, str]], level: Level = Level.NORMALIZED) -> Errors:
    """Errors over several (reference, hypothesis): all edits over all characters."""
    return sum((errors(said, heard, level) for said, heard in pairs), Errors())


def cer(reference: str, hypothesis: str, level: Level = Level.NORMALIZED) -> float:
    """Character error rate: edits per character of the reference.

    >>> cer("一時保護所に3人", "一時保護書に三人")
    0.125
    """
    return errors(reference, hypothesis, level).rate


def reading_cer(reference: str, hypothesis: str) -> float:
    """Character error rate of the two readings in kana."""
    return cer(reference, hypothesis, Level.READING)


def _simpler(text: str) -> str:
    return "".join(c for c in arabic(text).lower() if unicodedata.category(c)[0] in "LMN")


def _characters() -> object:
    import jiwer

    # jiwer's own transform would strip the ends, which the raw level counts.
    return jiwer.Compose([jiwer.ReduceToListOfListOfChars()])
