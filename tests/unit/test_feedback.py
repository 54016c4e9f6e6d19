from __future__ import annotations

import csv
import io

from assistant.manual import EditionState, Hit, Reason, ReasonKind, Verdict
from assistant.services.feedback import ManualFeedback, SectionReport, report_csv
from assistant.testing import FakeClock, InMemoryManualStore, MemoryDisplayLog
from tests.manuals import edition


def hits(store: InMemoryManualStore, edition_id: str) -> list[Hit]:
    found = next(one for one in store.editions() if one.id == edition_id)
    reasons = (Reason(ReasonKind.WORDS, ("文",)),)
    return [Hit(one, found, 0.5, reasons) for one in store.passages(edition_id)]


def feedback(store: InMemoryManualStore) -> ManualFeedback:
    return ManualFeedback(MemoryDisplayLog(), store, FakeClock())


def test_the_report_counts_per_section_over_all_editions() -> None:
    store = InMemoryManualStore()
    store.add(*edition("a", day=1))
    log = feedback(store)
    first, second = log.shown(hits(store, "a"), "call-7", "たたかれてる", "T3")
    log.judge(first, Verdict.HELPED)
    log.opened(second)
    log.judge(second, Verdict.WRONG)
    store.add(*edition("b", day=2))
    assert store.editions()[1].state is EditionState.SUPERSEDED
    (again,) = log.shown(hits(store, "b")[:1])
    log.judge(again, Verdict.HELPED)

    wrong, helped = log.report()
    assert wrong == SectionReport("handbook.md", "手引き", ("第1章", "1節"), 1, 1, 0, 1)
    assert helped == SectionReport("handbook.md", "手引き", ("第1章", "0節"), 2, 0, 2, 0)


def test_the_report_opens_in_a_spreadsheet_and_runs_nothing() -> None:
    line = SectionReport("m", '=HYPERLINK("x")', ("甲", "乙,丙"), 3, 2, 1, 0)
    data = report_csv([line])
    assert data.startswith(b"\xef\xbb\xbf")
    header, row = csv.reader(io.StringIO(data.decode("utf-8-sig")))
    assert header[:3] == ["マニュアル", "見出し", "表示"]
    assert row == ['\'=HYPERLINK("x")', "甲 > 乙,丙", "3", "2", "1", "0"]
