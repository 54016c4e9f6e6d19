"""Puts 相づち into the turn they were said to, where they were said."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assistant.model import Flag, Turn

if TYPE_CHECKING:
    from collections.abc import Iterable

PHRASE_MARKS = ("。", "、", "？", "！", "?", "!")


@dataclass(frozen=True, slots=True)
class Utterance:
    """A turn, and the 相づち that others put in, in order."""

    turn: Turn
    inside: list[Turn] = field(default_factory=list)

    def pieces(self) -> list[str | Turn]:
        """The turn's text, cut where a 相づち comes in: after the phrase during which it fell."""
        turn = self.turn
        spelled = "".join(word.text for word in turn.words)
        if not self.inside or spelled.strip() != turn.text:
            return [turn.text, *self.inside]
        pieces: list[str | Turn] = []
        waiting = list(self.inside)
        text = ""
        for word in turn.words:
            text += word.text
            heard = [one for one in waiting if one.start <= word.end]
            if heard and text.endswith(PHRASE_MARKS):
                pieces += [text, *heard]
                waiting = waiting[len(heard) :]
                text = ""
        pieces += [text, *waiting] if text else waiting
        return pieces


def utterances(turns: Iterable[Turn]) -> list[Utterance]:
    """Turns in order; a 相づち is inside the turn it accompanies, and stands alone without one."""
    made: list[Utterance] = []
    going_on: list[Utterance] = []
    for turn in turns:
        going_on = [one for one in going_on if one.turn.end >= turn.start]
        others = [one for one in going_on if one.turn.speaker != turn.speaker]
        if Flag.BACKCHANNEL in turn.flags and others:
            others[-1].inside.append(turn)
        else:
            made.append(Utterance(turn))
            going_on.append(made[-1])
    return made
