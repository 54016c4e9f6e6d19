"""A transcript on paper: laid out by a real browser, and written down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pypdfium2 as pdfium
import pytest
from playwright.sync_api import expect

from assistant.archive import Origin, Record
from assistant.bootstrap import Application
from assistant.model import Kind
from assistant.people import SINGLE_USER
from assistant.settings import Settings
from assistant.testing import FakeClock
from tests.acceptance.browsing import START, running, watched_page
from tests.recordings import SENTENCES, make_transcript

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

RECORD = "20261120-101530-5f3a91"
NOT_YET = "window.asked = 0; window.print = () => { window.asked += 1; };"
"""A browser without a screen has no dialogue to print with."""


@dataclass
class Site:
    address: str
    application: Application

    def printed(self) -> list[str]:
        with self.application.archive.reading() as unit:
            return [row.object for row in unit.audit.rows() if row.action == "print"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    data = tmp_path_factory.mktemp("data")
    application = Application(Settings(data_dir=data))
    now, title = FakeClock().now(), '第5回 "子ども部会"'
    made = Record(
        RECORD, "a.wav", title, Kind.MEETING, now, "single", origin=Origin.IMPORT, occurred=now
    )
    with application.archive.writing() as unit:
        unit.records.add(made)
        unit.records.keep(RECORD, make_transcript("a.wav", 120), "single", now)
    with running(data) as address:
        yield Site(address, application)


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    with watched_page(browser, site.address) as page:
        page.add_init_script(NOT_YET)
        page.goto(f"{site.address}/?recording={RECORD}")
        expect(page.locator(".kk-turn")).to_have_count(120, timeout=START)
        yield page


def on_paper(page: Page, path: Path) -> list[str]:
    """The text of each sheet."""
    page.pdf(path=path, prefer_css_page_size=True)
    document = pdfium.PdfDocument(path)
    return [sheet.get_textpage().get_text_range() for sheet in document]


@pytest.mark.parametrize("way", ["button", "key"])
def test_a_transcript_is_printed_with_everything_around_it_and_written_down(
    page: Page, site: Site, tmp_path: Path, way: str
) -> None:
    before = len(site.printed())
    if way == "button":
        page.get_by_role("button", name="印刷").click()
    else:
        page.keyboard.press("p")
    page.wait_for_function("window.asked === 1")
    assert site.printed()[before:] == [RECORD]
    expect(page).to_have_title('第5回 "子ども部会"')

    sheets = on_paper(page, tmp_path / "paper.pdf")
    assert len(sheets) > 2
    first = sheets[0].replace("\r\n", "\n")
    for text in ('第5回 "子ども部会"', "2026年11月20日", "話者1", "a.wav", SENTENCES[0], "0:00:00"):
        assert text in first, text
    for number, text in enumerate(sheets, 1):
        assert f"{number} / {len(sheets)}" in text
        assert "取扱注意" in text
        assert SINGLE_USER.name in text
    everything = "".join(sheets).replace("\r\n", "")
    assert everything.count(SENTENCES[5][:10]) == 20
    assert "マニュアル" not in everything

    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(page.locator(".kk-paper")).to_have_count(0)
    expect(page).to_have_title("聞き書き")


def test_what_the_button_did_not_ask_for_is_not_on_paper(
    page: Page, site: Site, tmp_path: Path
) -> None:
    before = len(site.printed())
    text = "".join(on_paper(page, tmp_path / "paper.pdf"))
    assert "「印刷」ボタン" in text
    assert SENTENCES[0][:8] not in text
    assert len(site.printed()) == before


def test_a_refusal_is_said_and_prints_nothing(page: Page) -> None:
    page.route("**/print", lambda route: route.fulfill(status=404, body="{}"))
    page.get_by_role("button", name="印刷").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert page.evaluate("window.asked") == 0
    expect(page.locator(".kk-paper")).to_have_count(0)
