"""Exports of many records in a real browser, made by a real worker."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest
from playwright.sync_api import expect

from assistant.audio.preparing import prepare
from assistant.bootstrap import Application
from assistant.people import SINGLE_USER
from assistant.settings import Settings
from tests.acceptance.browsing import START, running, watched_page
from tests.recordings import write_tone
from tests.transcripts import transcript

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

MEETINGS = [
    transcript("A 0-3 一時保護の件数を伺います。", name="文教委員会.wav"),
    transcript("B 0-3 一時保護は増えております。", name="福祉委員会.wav"),
    transcript("A 0-3 道路の舗装を伺います。", name="建設委員会.wav"),
]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    data = tmp_path_factory.mktemp("data")
    application = Application(Settings(data_dir=data))
    tone, library = write_tone(data / "tone.wav", 5.0), application.library
    for number, one in enumerate(MEETINGS):
        provenance = replace(one.provenance, settings={"work": str(number) * 32})
        recording = library.take(SINGLE_USER, replace(one, provenance=provenance), tone)
        files = library.files
        prepare(files.sound(recording), files.copy(recording), files.peaks(recording))
    with running(data) as address:
        yield address


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    with watched_page(browser, address) as page:
        yield page


def fetched(page: Page, folder: Path) -> list[str]:
    """The names in the newest export's file, once it can be fetched."""
    row = page.locator("[data-export]").first
    expect(row).to_contain_text("できあがりました")
    with page.expect_download() as download:
        row.get_by_role("link", name="ZIP を受け取る").click()
    path = folder / "export.zip"
    download.value.save_as(path)
    assert download.value.suggested_filename.startswith("書き出し-")
    with ZipFile(path) as archive:
        assert archive.testzip() is None
        return archive.namelist()


def test_all_that_a_search_found_is_exported_by_keyboard(
    page: Page, address: str, tmp_path: Path
) -> None:
    page.goto(f"{address}/#/search")
    expect(page.get_by_label("言葉を入れる")).to_be_visible(timeout=START)
    page.get_by_label("言葉を入れる").fill("一時保護")
    page.keyboard.press("Enter")
    expect(page.locator(".kk-found-count")).to_have_text("2件の発言(2件の記録)")
    page.get_by_role("button", name="まとめて書き出す").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="2件の記録を書き出す")).to_be_visible()
    expect(page.get_by_label("形式")).to_be_focused()
    expect(page.get_by_label("形式")).to_have_value("docx")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="書き出し")).to_be_visible()
    assert sorted(fetched(page, tmp_path)) == ["文教委員会.docx", "福祉委員会.docx"]


def test_some_of_the_list_are_chosen(page: Page, address: str, tmp_path: Path) -> None:
    page.goto(address)
    page.get_by_role("button", name="選んで書き出す").click(timeout=START)
    expect(page.get_by_role("button", name="0件を書き出す")).to_be_disabled()
    page.get_by_role("button", name="建設委員会").click()
    page.get_by_role("button", name="福祉委員会").click()
    expect(page.get_by_role("button", name="福祉委員会")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="2件を書き出す").click()
    page.get_by_label("形式").select_option("txt")
    page.get_by_role("dialog").get_by_role("button", name="書き出す").click()
    assert sorted(fetched(page, tmp_path)) == ["建設委員会.txt", "福祉委員会.txt"]

    rows = page.locator("[data-export]")
    before = rows.count()
    rows.first.get_by_role("button", name="削除").click()
    expect(rows).to_have_count(before - 1)
    page.reload()
    expect(page.locator("[data-export]")).to_have_count(before - 1)
