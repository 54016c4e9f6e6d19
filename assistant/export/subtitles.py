"""Transcripts as subtitles: SRT and WebVTT, two lines of about twenty characters at a time."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

from pysubs2 import SSAEvent, SSAFile, make_time

from assistant.export.wording import UNRECOGNIZED, one_line, plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import BinaryIO

    from assistant.model import Transcript, Turn

LINE = 20.0
"""Full-width characters that a line should hold; half-width ones count half."""
LONGEST_LINE = 25.0
"""The same where a line holds a speaker's name as well, or is better not cut."""
CUE = 2 * LINE
LONGEST_CUE = 7.0
"""Seconds; the eye goes back to the start of a cue that stays longer."""
SHORTEST_CUE = 0.8
"""Seconds that a cue stays where the next one of the same speaker leaves it the time."""
PAUSE = 0.8
"""Seconds of silence that end a cue."""
SENTENCE_ENDS = ("。", "？", "！", "?", "!")
PHRASE_ENDS = (*SENTENCE_ENDS, "、", "〕")
NOT_AT_LINE_START = tuple(
    "、。，．・？！?!,.ー々ゝゞ」』）】〕〉》ぁぃぅぇぉっゃゅょァィゥェォッャュョ％%"
)

_IN_NUMBER = tuple("0123456789０１２３４５６７８９,.，．")


@dataclass(frozen=True, slots=True)
class Piece:
    """Text that is not cut, and its time in seconds."""

    start: float
    end: float
    text: str

    @property
    def width(self) -> float:
        """In full-width characters."""
        return sum(1.0 if east_asian_width(one) in "FWA" else 0.5 for one in self.text)


@dataclass(frozen=True, slots=True)
class Cue:
    """What is on the screen from `start` to `end`, in seconds."""

    start: float
    end: float
    lines: tuple[str, ...]
    speaker: str


def cues(transcript: Transcript, *, name_speakers: bool) -> list[Cue]:
    """The transcript in cues, ordered by start; those of one speaker do not overlap.

    `name_speakers` puts 〔name〕 where somebody else speaks than before.
    """
    groups = [
        (turn.speaker, group) for turn in transcript.turns for group in _groups(_pieces(turn))
    ]
    groups.sort(key=lambda one: one[1][0].start)
    made: list[Cue] = []
    for speaker, group in groups:
        start, end = group[0].start, max(piece.end for piece in group)
        if name_speakers and (not made or made[-1].speaker != speaker):
            name = one_line(transcript.speaker(speaker).name)
            group.insert(0, Piece(start, start, f"〔{name}〕"))
        made.append(Cue(start, end, _lines(group), speaker))
    return _readable(made)


def _pieces(turn: Turn) -> list[Piece]:
    """The words; the characters, evenly over the turn, where its words do not spell its text."""
    text = one_line(turn.text)
    if not text.strip():
        return [Piece(turn.start, turn.end, UNRECOGNIZED)]
    words = [piece for word in turn.words for piece in _cut(word.start, word.end, word.text)]
    if "".join(piece.text for piece in words).strip() == text:
        return words
    return _evenly(turn.start, turn.end, text, 1)


def _cut(start: float, end: float, text: str) -> list[Piece]:
    piece = Piece(start, end, plain(text))
    return [piece] if piece.width <= LINE / 2 else _evenly(start, end, piece.text, int(LINE / 2))


def _evenly(start: float, end: float, text: str, size: int) -> list[Piece]:
    """`text` in pieces of `size` characters that share the time."""
    each = (end - start) / len(text)
    return [
        Piece(start + each * at, min(end, start + each * (at + size)), text[at : at + size])
        for at in range(0, len(text), size)
    ]


def _groups(pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    """Pieces that are shown together: phrases are kept whole where they fit."""
    group: list[Piece] = []
    for phrase in _phrases(pieces):
        for part in _fitting(phrase):
            if group and _is_full(group, part):
                yield group
                group = []
            group = group + part
    if group:
        yield group


def _phrases(pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    phrase = [pieces[0]]
    for before, after in pairwise(pieces):
        if before.text.endswith(PHRASE_ENDS) or after.start - before.end >= PAUSE:
            yield phrase
            phrase = []
        phrase.append(after)
    yield phrase


def _fitting(phrase: list[Piece]) -> Iterator[list[Piece]]:
    """A phrase in parts of at most one cue, as even as they can be."""
    too_long = _width(phrase) > CUE or phrase[-1].end - phrase[0].start > LONGEST_CUE
    if too_long and len(phrase) > 1:
        cut = _best_cut(phrase)
        yield from _fitting(phrase[:cut])
        yield from _fitting(phrase[cut:])
    else:
        yield phrase


def _is_full(group: Sequence[Piece], part: Sequence[Piece]) -> bool:
    """Whether `part` goes to the next cue: no room, no time, a pause, or a sentence is over."""
    return (
        _width([*group, *part]) > CUE
        or part[-1].end - group[0].start > LONGEST_CUE
        or part[0].start - group[-1].end >= PAUSE
        or (group[-1].text.endswith(SENTENCE_ENDS) and _width(group) > LINE)
    )


def _width(pieces: Sequence[Piece]) -> float:
    return sum(piece.width for piece in pieces)


def _lines(group: Sequence[Piece]) -> tuple[str, ...]:
    """One line, or two."""
    whole = "".join(piece.text for piece in group).strip()
    if _width(group) <= LINE or len(group) == 1:
        return (whole,)
    cut = _best_cut(group)
    halves = ("".join(piece.text for piece in half).strip() for half in (group[:cut], group[cut:]))
    return tuple(half for half in halves if half)


def _best_cut(group: Sequence[Piece]) -> int:
    """The piece before which a cut reads best: after a phrase or a particle, near the middle."""
    return min(range(1, len(group)), key=lambda place: _cost(group, place))


def _cost(group: Sequence[Piece], cut: int) -> float:
    before, after = _width(group[:cut]), _width(group[cut:])
    too_wide = max(0.0, before - LONGEST_LINE) + max(0.0, after - LONGEST_LINE)
    last, first = group[cut - 1].text, group[cut].text
    ends_phrase = 15 * last.endswith(PHRASE_ENDS)
    ends_particle = 6 * (_is_hiragana(last[-1:]) and not _is_hiragana(first[:1]))
    in_number = last[-1:] in _IN_NUMBER and first[:1] in _IN_NUMBER
    bad_start = 40 * (in_number or first.startswith(NOT_AT_LINE_START))
    return abs(before - after) + 10 * too_wide + bad_start - ends_phrase - ends_particle


def _is_hiragana(character: str) -> bool:
    return "ぁ" <= character <= "ん"


def _readable(ordered: Sequence[Cue]) -> list[Cue]:
    """Short cues stay for as long as the same speaker's next one lets them."""
    following: dict[str, float] = {}
    made: list[Cue] = []
    for cue in reversed(ordered):
        limit = following.get(cue.speaker, float("inf"))
        end = min(max(cue.end, cue.start + SHORTEST_CUE), limit)
        made.append(Cue(cue.start, end, cue.lines, cue.speaker))
        following[cue.speaker] = cue.start
    return made[::-1]


class SrtExporter:
    """`ports.Exporter` of SubRip."""

    suffix = "srt"

    def export(self, transcript: Transcript, stream: BinaryIO) -> None:
        """UTF-8. SRT knows no escapes: what players take for markup is set in full width."""
        events = [
            _event(cue, "\n".join(_plain(line) for line in cue.lines))
            for cue in cues(transcript, name_speakers=True)
        ]
        stream.write(_subtitles(events).to_string("srt", keep_ssa_tags=True).encode())


class VttExporter:
    """`ports.Exporter` of WebVTT, with a voice tag for each speaker."""

    suffix = "vtt"

    def export(self, transcript: Transcript, stream: BinaryIO) -> None:
        """UTF-8."""
        events = []
        for cue in cues(transcript, name_speakers=False):
            name = _escaped(one_line(transcript.speaker(cue.speaker).name))
            text = "\n".join(_escaped(line) for line in cue.lines)
            events.append(_event(cue, f"<v {name}>{text}</v>"))
        stream.write(_subtitles(events).to_string("vtt", keep_ssa_tags=True).encode())


def _event(cue: Cue, text: str) -> SSAEvent:
    start, end = make_time(s=cue.start), make_time(s=cue.end)
    return SSAEvent(start=start, end=max(end, start + 1), text=text)


def _subtitles(events: Sequence[SSAEvent]) -> SSAFile:
    subtitles = SSAFile()
    subtitles.events = list(events)
    return subtitles


def _plain(text: str) -> str:
    return text.translate(str.maketrans("<>{}\\", "＜＞｛｝＼"))


def _escaped(text: str) -> str:
    """For WebVTT. A backslash is set in full width: the subtitle library reads it as its own."""
    for sign, escape in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\\", "＼")):
        text = text.replace(sign, escape)
    return text
