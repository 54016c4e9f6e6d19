from __future__ import annotations

import csv
import io

import pytest

from assistant.errors import UnknownDisplay
from assistant.manual import SectionReport, Verdict
from assistant.people import Actor, Role
from assistant.services.feedback import ManualFeedback, report_csv
from assistant.testing import FakeClock, FakeSearcher, MemoryDisplayLog

ASKING, OTHER = (Actor(user, user, frozenset({Role.CASEWORKER})) for user in ("p1", "p2"))


def test_only_who_was_shown_a_section_opens_and_judges_it() -> None:
    log = MemoryDisplayLog()
    feedback = ManualFeedback(log, FakeClock())
    hits = FakeSearcher({"通告": ("あざ",)}).search("あざ")
    (display,) = feedback.shown(ASKING, hits, query="あざ")

    for actor, number in ((OTHER, display), (OTHER, 4711), (ASKING, 4711)):
        with pytest.raises(UnknownDisplay):
            feedback.opened(actor, number)
        with pytest.raises(UnknownDisplay):
            feedback.judge(actor, number, Verdict.WRONG)
    assert (log.kept[0].opened, log.kept[0].verdict) == (None, None)

    feedback.opened(ASKING, display)
    feedback.judge(ASKING, display, Verdict.HELPED)
    assert (log.kept[0].opened, log.kept[0].verdict) == (FakeClock().now(), Verdict.HELPED)


def test_those_that_were_wrong_most_often_come_first() -> None:
    log = MemoryDisplayLog()
    feedback = ManualFeedback(log, FakeClock())
    hits = FakeSearcher({"通告": ("あざ",), "調査": ("あざ",)}).search("あざ")
    _, wrong = feedback.shown(ASKING, hits)
    feedback.judge(ASKING, wrong, Verdict.WRONG)

    assert [(line.shown, line.wrong) for line in feedback.report()] == [(1, 1), (1, 0)]


def test_the_report_opens_in_a_spreadsheet_and_runs_nothing() -> None:
    line = SectionReport("m", '=HYPERLINK("x")', ("甲", "乙,丙"), 3, 2, 1, 0)
    data = report_csv([line])
    assert data.startswith(b"\xef\xbb\xbf")
    header, row = csv.reader(io.StringIO(data.decode("utf-8-sig")))
    assert header[:3] == ["マニュアル", "見出し", "表示"]
    assert row == ['\'=HYPERLINK("x")', "甲 > 乙,丙", "3", "2", "1", "0"]
