"""The search in a real browser, as a supervisor uses it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

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

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

MEETING = transcript(
    "A 0-3 ただいまから文教委員会を開会いたします。 | B 3-8 一時保護の件数を伺います。"
    " | A 8-12 一時保護は昨年度より増えております。 | B 12-14 届けの様式も伺います。"
    " | A 14-16 一時保護所の定員は十二人でございます。 | B 16-18 一時保護の期間を伺います。",
    name="文教委員会.wav",
)
CALL = transcript(
    "A 0-4 児童相談所でしょうか。 | B 4-9 はい、どうされましたか。"
    " | A 9-15 隣の家で泣き声がします。",
    name="電話.wav",
)


@dataclass(frozen=True)
class Site:
    """A running application with a meeting and a call."""

    address: str
    meeting: str


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    data = tmp_path_factory.mktemp("data")
    application = Application(Settings(data_dir=data, seal=False))
    tone = write_tone(data / "tone.wav", 20.0)
    library = application.library
    other = replace(CALL.provenance, settings={"work": "b" * 32})
    meeting, call = (
        library.take(SINGLE_USER, one, tone) for one in (MEETING, replace(CALL, provenance=other))
    )
    files = library.files
    for recording in (meeting, call):
        prepare(files.sound(recording), files.copy(recording), files.peaks(recording))
    with running(data) as address:
        yield Site(address, meeting)


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    with watched_page(browser, site.address) as page:
        page.goto(f"{site.address}/#/search")
        expect(page.get_by_label("言葉を入れる")).to_be_visible(timeout=START)
        yield page


def search(page: Page, words: str) -> None:
    page.keyboard.press("/")
    expect(page.get_by_label("言葉を入れる")).to_be_focused()
    page.keyboard.type(words)
    page.keyboard.press("Enter")


def test_a_search_is_made_heard_and_opened_by_keyboard(page: Page, site: Site) -> None:
    search(page, "一時保護")
    turns = page.locator(".kk-found-turn")
    expect(page.locator(".kk-found-count")).to_have_text("4件の発言(1件の記録)")
    expect(turns).to_have_count(3)
    expect(turns.first.locator("mark").first).to_have_text("一時保護")

    page.keyboard.press("ArrowDown")
    expect(turns.nth(0)).to_be_focused()
    page.keyboard.press("j")
    expect(turns.nth(1)).to_be_focused()
    said = turns.nth(1).locator(".kk-snippet").inner_text()
    page.keyboard.press(" ")
    expect(turns.nth(1)).to_have_class("kk-found-turn kk-playing")
    page.keyboard.press("Enter")
    expect(page.locator(".kk-turn:focus .kk-text")).to_have_text(said)
    assert f"recording={site.meeting}" in page.url

    page.go_back()
    expect(page.locator(".kk-found-count")).to_be_visible()
    page.locator(".kk-link").click()
    expect(turns).to_have_count(4)
    page.get_by_role("button", name="「文教委員会」の中だけ").click()
    expect(turns).to_have_count(3)


def test_abbreviations_variants_and_short_words_are_found(page: Page, site: Site) -> None:
    for words, said in (("児相", "児童相談所"), ("届", "届"), ("声", "声")):
        page.get_by_label("言葉を入れる").fill(words)
        page.keyboard.press("Enter")
        expect(page.locator(".kk-found-turn mark").first).to_contain_text(said)


def test_a_search_is_narrowed_and_kept(page: Page, site: Site) -> None:
    search(page, "泣き声")
    expect(page.locator(".kk-found-turn")).to_have_count(1)
    page.get_by_label("話者", exact=True).fill("話者B")
    page.keyboard.press("Tab")
    expect(page.locator(".kk-nothing h2")).to_have_text("見つかりませんでした")
    page.get_by_role("button", name="しぼりこみを外す").first.click()
    expect(page.locator(".kk-found-turn")).to_have_count(1)
    page.get_by_role("button", name="検索を保存").click()
    expect(page.locator(".kk-kept-search")).to_have_text("泣き声")

    page.reload()
    page.locator(".kk-kept-search").click(timeout=START)
    expect(page.locator(".kk-found-turn mark")).to_have_text("泣き声")
    page.get_by_role("button", name="保存した検索「泣き声」を消す").click()
    expect(page.locator(".kk-kept-search")).to_have_count(0)


def test_what_was_found_is_taken_away_as_a_table(page: Page, site: Site) -> None:
    search(page, "泣き声")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="表(CSV)で受け取る").click()
    table = waiting.value.path().read_bytes()
    assert waiting.value.suggested_filename == "検索結果.csv"
    assert table.startswith("\ufeff録音".encode())
    assert "隣の家で泣き声がします。".encode() in table


def test_a_site_makes_words_mean_the_same(page: Page, site: Site) -> None:
    search(page, "号泣")
    expect(page.locator(".kk-nothing h2")).to_be_visible()
    page.goto(f"{site.address}/#/search/words")
    page.get_by_label("同じ意味の言葉", exact=True).fill("号泣 = 泣き声")
    page.keyboard.press("Enter")
    expect(page.locator(".kk-synonyms")).to_contain_text("号泣 = 泣き声")
    page.goto(f"{site.address}/#/search/find")
    page.get_by_label("言葉を入れる").fill("号泣")
    page.keyboard.press("Enter")
    expect(page.locator(".kk-found-turn mark").first).to_have_text("泣き声")


def test_nothing_sticks_out_in_either_language(page: Page, site: Site) -> None:
    search(page, "一時保護")
    expect(page.locator(".kk-found-turn").first).to_be_visible()
    for language in ("日本語", "English"):
        page.get_by_role("button", name=language).click()
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, language
    page.get_by_role("button", name="日本語").click()
