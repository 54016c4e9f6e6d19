"""Which sections were shown, and whether they helped: so that the library can be improved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.errors import UnknownDisplay
from assistant.manual import Display
from assistant.text.sheets import sheet

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assistant.manual import Hit, SectionReport, Verdict
    from assistant.model import TurnPassage
    from assistant.people import Actor
    from assistant.ports import Clock, DisplayLog

SEARCH = "search"
"""The place of a display that answers a typed question."""
COLUMNS = ("マニュアル", "見出し", "表示", "開いた", "役に立った", "違っていた")


class ManualFeedback:
    """Keeps the log of displays and reads it.

    The log is one of its own, beside the audit log: what stands beside a running call changes every
    few seconds. Who was shown something is in it, and nobody else may say what became of that.
    """

    def __init__(self, displays: DisplayLog, clock: Clock) -> None:
        self._displays = displays
        self._clock = clock

    def shown(
        self,
        actor: Actor,
        hits: Sequence[Hit],
        place: str = SEARCH,
        query: str = "",
        turn: str | None = None,
        second: float | None = None,
        rank: int = 1,
    ) -> list[int]:
        """Notes that these were laid before the actor, best first; the ids of the displays.

        `place` is a call's or a recording's id, `turn` the turn they stand beside, `second` when
        they came there, `rank` the place of the first of them.

        Raises:
            StorageError: it cannot be noted.
        """
        now = self._clock.now()
        displays = [
            Display(
                hit.passage.id,
                now,
                place,
                query,
                turn,
                second,
                number,
                hit.score,
                person=actor.user,
            )
            for number, hit in enumerate(hits, start=rank)
        ]
        return self._displays.log(displays)

    def shown_beside(
        self, actor: Actor, recording: str, passage: TurnPassage, rank: int = 1
    ) -> int:
        """Notes that the actor, who reads a recording, was shown a passage; the display's id.

        Raises:
            StorageError: it cannot be noted.
        """
        display = Display(
            passage.passage,
            self._clock.now(),
            recording,
            turn=passage.turn,
            second=passage.second,
            rank=rank,
            score=passage.score,
            person=actor.user,
        )
        (number,) = self._displays.log([display])
        return number

    def opened(self, actor: Actor, display: int) -> None:
        """The actor opened the passage.

        Raises:
            UnknownDisplay: it was not shown to them.
        """
        if not self._displays.opened(display, actor.user, self._clock.now()):
            raise UnknownDisplay

    def judge(self, actor: Actor, display: int, verdict: Verdict | None) -> None:
        """The actor said that it helped or was wrong; None takes that back.

        Raises:
            UnknownDisplay: it was not shown to them.
        """
        if not self._displays.judge(display, actor.user, verdict):
            raise UnknownDisplay

    def report(self) -> list[SectionReport]:
        """A line for each section that was ever shown, those that were wrong most often first."""
        return sorted(
            self._displays.report(),
            key=lambda line: (-line.wrong, -line.shown, line.manual, line.headings),
        )


def report_csv(lines: Iterable[SectionReport]) -> bytes:
    """The report as spreadsheets open it: CSV in UTF-8 with a byte order mark."""
    return sheet(COLUMNS, (_cells(line) for line in lines))


def _cells(line: SectionReport) -> tuple[str | int, ...]:
    path = " > ".join(line.headings)
    return line.title, path, line.shown, line.opened, line.helped, line.wrong
