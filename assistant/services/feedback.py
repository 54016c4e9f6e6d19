"""Which sections were shown, and whether they helped: so that the library can be improved."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.manual import Display, Verdict
from assistant.text.sheets import sheet

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assistant.manual import Hit
    from assistant.model import TurnPassage
    from assistant.ports import Clock, DisplayLog, ManualStore

SEARCH = "search"
"""The place of a display that answers a typed question."""
COLUMNS = ("マニュアル", "見出し", "表示", "開いた", "役に立った", "違っていた")


@dataclass(frozen=True, slots=True)
class SectionReport:
    """How often a section was shown, opened, and judged, over all editions of its manual."""

    manual: str
    title: str
    headings: tuple[str, ...]
    shown: int
    opened: int
    helped: int
    wrong: int


class ManualFeedback:
    """Keeps the log of displays and reads it."""

    def __init__(self, displays: DisplayLog, store: ManualStore, clock: Clock) -> None:
        self._displays = displays
        self._store = store
        self._clock = clock

    def shown(
        self,
        hits: Sequence[Hit],
        place: str = SEARCH,
        query: str = "",
        turn: str | None = None,
        second: float | None = None,
        rank: int = 1,
    ) -> list[int]:
        """Notes that these were laid before somebody, best first; the ids of the displays.

        `place` is a call's or a recording's id, `turn` the turn they stand beside, `second` when
        they came there, `rank` the place of the first of them.

        Raises:
            StorageError: it cannot be noted.
        """
        now = self._clock.now()
        displays = [
            Display(hit.passage.id, now, place, query, turn, second, number, hit.score)
            for number, hit in enumerate(hits, start=rank)
        ]
        return self._displays.log(displays)

    def shown_beside(self, recording: str, passage: TurnPassage, rank: int = 1) -> int:
        """Notes that somebody who reads a recording was shown a passage; the display's id.

        Raises:
            StorageError: it cannot be noted.
        """
        (display,) = self._displays.log(
            [
                Display(
                    passage.passage,
                    self._clock.now(),
                    recording,
                    turn=passage.turn,
                    second=passage.second,
                    rank=rank,
                    score=passage.score,
                )
            ]
        )
        return display

    def opened(self, display: int) -> None:
        """Somebody opened the passage."""
        self._displays.opened(display, self._clock.now())

    def judge(self, display: int, verdict: Verdict | None) -> None:
        """Somebody said that it helped or was wrong; None takes that back."""
        self._displays.judge(display, verdict)

    def report(self) -> list[SectionReport]:
        """A line for each section that was ever shown, those that were wrong most often first."""
        places = self._places()
        groups: dict[tuple[str, tuple[str, ...]], list[Display]] = defaultdict(list)
        titles: dict[str, str] = {}
        for display in self._displays.displays():
            manual, title, headings = places[display.passage]
            groups[manual, headings].append(display)
            titles[manual] = title
        lines = [_count(key, titles[key[0]], group) for key, group in groups.items()]
        return sorted(
            lines, key=lambda line: (-line.wrong, -line.shown, line.manual, line.headings)
        )

    def _places(self) -> dict[str, tuple[str, str, tuple[str, ...]]]:
        """Manual, title and headings of every passage of every edition."""
        return {
            passage.id: (edition.manual, edition.title, passage.headings)
            for edition in self._store.editions()
            for passage in self._store.passages(edition.id)
        }


def report_csv(lines: Iterable[SectionReport]) -> bytes:
    """The report as spreadsheets open it: CSV in UTF-8 with a byte order mark."""
    return sheet(COLUMNS, (_cells(line) for line in lines))


def _cells(line: SectionReport) -> tuple[str | int, ...]:
    path = " > ".join(line.headings)
    return line.title, path, line.shown, line.opened, line.helped, line.wrong


def _count(
    key: tuple[str, tuple[str, ...]], title: str, displays: Sequence[Display]
) -> SectionReport:
    verdicts = [one.verdict for one in displays]
    return SectionReport(
        manual=key[0],
        title=title,
        headings=key[1],
        shown=len(displays),
        opened=sum(one.opened is not None for one in displays),
        helped=verdicts.count(Verdict.HELPED),
        wrong=verdicts.count(Verdict.WRONG),
    )
