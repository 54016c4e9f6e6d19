"""The place of manuals in a real browser, and the sections beside a transcript."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from playwright.sync_api import expect

from assistant.audio.preparing import prepare
from assistant.bootstrap import Application
from assistant.model import Kind, Speaker
from assistant.people import SINGLE_USER
from assistant.settings import Settings
from tests.acceptance.browsing import START, running, watched_page
from tests.recordings import write_tone
from tests.transcripts import transcript

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

SAMPLE = Path(__file__).parents[2] / "manuals" / "sample"
HANDBOOK = """# 給食の手引き
## 献立の決め方
献立は月に一度の会議で決める。牛乳は毎日つける。
## アレルギーの確認
入園のときに書面で確かめる。
"""
NEWER = """# 給食の手引き
## 献立の決め方
献立は月に二度の会議で決める。牛乳は毎日つける。
## 食べ残しの記録
毎日書く。
"""
CALL = transcript(
    "W 0-3 はい、もしもし。"
    " | C 3-9 近所の子の顔にあざがあるのを見たんです。"
    " | W 9-11 そうですか。"
    " | C 11-20 夜になると毎晩のように子どもの泣き声と、怒鳴り声が聞こえるんです。",
    kind=Kind.CALL,
    speakers=(Speaker("C", "相談者", "caller"), Speaker("W", "職員", "worker")),
)
SMALL_TEXT = """() => [...document.querySelectorAll(".kk *")].filter((one) => one.checkVisibility()
    && [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim())
    && parseFloat(getComputedStyle(one).fontSize) < 16).map((one) => one.outerHTML)"""
TOO_WIDE = """() => [...document.querySelectorAll(".kk *")].filter((one) => one.checkVisibility()
    && one.getBoundingClientRect().right > innerWidth + 1).map((one) => one.outerHTML)"""


@dataclass(frozen=True)
class Site:
    """A running application with two manuals and two calls, one of them with its sections."""

    address: str
    annotated: str
    plain: str


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    data = tmp_path_factory.mktemp("data")
    application = Application(Settings(data_dir=data, seal=False))
    list(application.manuals.add([SAMPLE / "intake.md", SAMPLE / "casework.pdf"]))
    tone = write_tone(data / "tone.wav", 22.0)
    library = application.library
    calls = []
    other = replace(CALL, provenance=replace(CALL.provenance, settings={"work": "b" * 32}))
    for one in (application.annotator.annotate(CALL), other):
        calls.append(library.take(SINGLE_USER, one, tone))
        files = library.files
        prepare(files.sound(calls[-1]), files.copy(calls[-1]), files.peaks(calls[-1]))
    with running(data) as address:
        yield Site(address, *calls)


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    with watched_page(browser, site.address) as page:
        yield page


def open_manuals(page: Page, site: Site, part: str = "") -> None:
    page.goto(f"{site.address}/#/manuals{part}")
    expect(page.locator(".kk-tabs")).to_be_visible(timeout=START)


def ask(page: Page, question: str) -> None:
    page.keyboard.press("/")
    expect(page.get_by_label("マニュアルにたずねる")).to_be_focused()
    page.keyboard.type(question)
    page.keyboard.press("Enter")


def test_places_are_changed_by_key_and_by_address(page: Page, site: Site) -> None:
    page.goto(f"{site.address}/?recording={site.plain}")
    expect(page.locator(".kk-turn")).to_have_count(4, timeout=START)
    page.keyboard.press("Alt+3")
    expect(page.get_by_label("マニュアルにたずねる")).to_be_focused()
    expect(page).to_have_title("マニュアル | 聞き書き")
    page.keyboard.press("Alt+1")
    expect(page.locator(".kk-turn")).to_have_count(4)
    expect(page.locator(".kk-title h2")).to_be_focused()
    page.go_back()
    expect(page.get_by_label("マニュアルにたずねる")).to_be_visible()
    page.reload()
    expect(page.get_by_role("link", name="マニュアル", exact=True)).to_have_attribute(
        "aria-current", "page", timeout=START
    )


def test_asking_reading_and_judging_by_keyboard(page: Page, site: Site) -> None:
    open_manuals(page, site)
    ask(page, "子どもの顔にあざがある")
    hits = page.locator(".kk-hit")
    expect(hits.first).to_be_visible()
    expect(hits.first.locator("mark").first).to_be_visible()
    expect(hits.first.locator(".kk-reason").first).to_contain_text("言葉")

    page.keyboard.press("ArrowDown")
    expect(hits.nth(0)).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(hits.nth(0)).to_be_focused()
    page.keyboard.press("Enter")
    section = page.locator(".kk-section")
    title = section.locator("h2")
    expect(title).to_be_focused()
    expect(title).to_have_text(hits.nth(0).locator("h3").inner_text())
    expect(section.locator(".kk-here mark").first).to_be_visible()

    after = section.locator(".kk-door-after strong").inner_text()
    page.keyboard.press("]")
    expect(title).to_have_text(after)
    page.keyboard.press("[")
    page.keyboard.press("Escape")
    expect(section).to_be_hidden()
    expect(hits.nth(0)).to_be_focused()

    page.keyboard.press("w")
    wrong = hits.nth(0).get_by_role("button", name="違う")
    expect(wrong).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("h")
    expect(wrong).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("r")
    row = page.locator(".kk-report-table tbody tr").filter(
        has_text=hits.nth(0).locator("h3").text_content() or ""
    )
    expect(row.locator(".kk-number").nth(1)).to_have_text("1")
    expect(row.locator(".kk-number").nth(2)).to_have_text("1")
    with page.expect_download() as download:
        page.keyboard.press("s")
    assert download.value.path().read_bytes().startswith(b"\xef\xbb\xbf")


def test_the_document_opens_at_its_page(page: Page, site: Site) -> None:
    open_manuals(page, site)
    ask(page, "あざの形と色の記録")
    hit = page.locator(".kk-hit").filter(has_text="ページ").first
    hit.click()
    link = page.locator(".kk-section").get_by_role("link", name=re.compile("文書を開く"))
    address = link.get_attribute("href") or ""
    assert re.search(r"#page=\d+$", address)
    answer = httpx.get(site.address + address, headers={"Range": "bytes=0-4"})
    assert (answer.status_code, answer.content) == (206, b"%PDF-")


def test_nothing_fits_says_what_to_try(page: Page, site: Site) -> None:
    open_manuals(page, site)
    ask(page, "野球とサッカー")

    expect(page.get_by_role("heading", name="合う節は見つかりませんでした")).to_be_visible()
    expect(page.get_by_text("別の言い方に替える")).to_be_visible()
    expect(page.get_by_text("意味で探す準備が途中です")).to_be_visible()


def test_only_the_chosen_manual_is_asked(page: Page, site: Site) -> None:
    open_manuals(page, site)
    chosen = page.get_by_label("探すマニュアル")
    chosen.select_option(label="みどり野市児童相談所 通告受付の手順 令和8年度版")
    ask(page, "電話で泣き声を聞いたとき")
    sources = page.locator(".kk-hit > .kk-source")
    expect(sources.first).to_contain_text("通告受付の手順")
    for source in sources.all():
        expect(source).to_contain_text("通告受付の手順")


def test_what_is_read_is_there_after_a_reload(page: Page, site: Site) -> None:
    open_manuals(page, site)
    ask(page, "子どもの顔にあざがある")
    page.locator(".kk-hit").first.click()
    title = page.locator(".kk-section h2")
    expect(title).to_be_visible()
    read = title.inner_text()
    page.reload()
    expect(title).to_have_text(read, timeout=START)
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("button", name="Next section")).to_be_visible()
    page.get_by_role("button", name="日本語").click()


def test_manuals_are_added_compared_and_retired_by_keyboard(
    page: Page, site: Site, tmp_path: Path
) -> None:
    open_manuals(page, site)
    page.keyboard.press("Escape")
    page.locator(".kk-tabs a").first.focus()
    page.keyboard.press("l")
    handbook, broken = tmp_path / "給食.md", tmp_path / "こわれた.docx"
    handbook.write_text(HANDBOOK, "utf-8")
    broken.write_bytes(b"PK\x03\x04 broken")
    files = page.locator("#kk-manual-files")
    files.set_input_files([broken, handbook])
    taken = page.locator(".kk-taken")
    expect(taken).to_have_count(2)
    expect(taken.nth(0)).to_contain_text("こわれた.docx")
    expect(taken.nth(0)).to_have_class(re.compile("failed"))
    expect(taken.nth(1)).to_contain_text("言葉ではもう探せます")

    handbook.write_text(NEWER, "utf-8")
    files.set_input_files(handbook)
    expect(taken.nth(2)).to_contain_text("新しい版として加えました")
    row = page.get_by_role("group", name="給食の手引き").first
    row.focus()
    page.keyboard.press("c")
    changes = page.locator(".kk-changes")
    expect(changes.locator("h2")).to_be_focused()
    expect(changes.locator("del")).to_contain_text(["献立は月に一度の会議で決める。"])
    expect(changes.locator("ins").first).to_have_text("献立は月に二度の会議で決める。")
    page.keyboard.press("Escape")
    expect(changes).to_be_hidden()

    row.focus()
    page.keyboard.press("x")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("いつでも戻せます")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(row.locator(".kk-badge")).to_have_text("外した")
    expect(row).to_be_focused()
    page.keyboard.press("x")
    expect(row.locator(".kk-badge")).to_have_text("検索中")


def test_reindexing_shows_its_progress_and_ends(page: Page, site: Site) -> None:
    open_manuals(page, site, "/library")
    page.get_by_role("button", name="索引を作り直す").click()
    expect(page.locator(".kk [role=status]")).to_contain_text("索引を作り直しました")


def test_the_sections_stand_beside_the_turn_that_is_played(page: Page, site: Site) -> None:
    page.goto(f"{site.address}/?recording={site.annotated}")
    turns = page.locator(".kk-turn")
    expect(turns).to_have_count(4, timeout=START)
    turns.nth(1).locator("time").click()
    cards = page.locator(".kk-card-button")
    expect(cards.first).to_be_visible()
    expect(turns.nth(1)).to_have_class(re.compile("kk-has-passages"))
    expect(cards.first).to_contain_text("この発言で")

    page.keyboard.press("m")
    expect(cards.first).to_be_focused()
    page.keyboard.press("Enter")
    section = page.locator(".kk-section:visible")
    expect(section.locator("h2")).to_be_focused()
    expect(turns.nth(1)).to_be_in_viewport()
    page.keyboard.press("h")
    expect(section.get_by_role("button", name="役に立った")).to_have_attribute(
        "aria-pressed", "true"
    )
    page.keyboard.press("Escape")
    expect(section).to_be_hidden()
    expect(cards.first).to_be_focused()


def test_a_finished_recording_gets_its_sections_afterwards(page: Page, site: Site) -> None:
    page.goto(f"{site.address}/?recording={site.plain}")
    page.get_by_role("button", name="マニュアルの節を探す").click(timeout=START)
    expect(page.locator(".kk-has-passages").first).to_be_visible(timeout=START)
    page.reload()
    expect(page.locator(".kk-has-passages").first).to_be_visible(timeout=START)


@pytest.mark.parametrize("language", ["日本語", "English"])
def test_every_part_can_be_read_and_fits_the_screen(page: Page, site: Site, language: str) -> None:
    open_manuals(page, site)
    page.get_by_role("button", name=language).click()
    page.locator("#kk-question").fill("子どもの顔にあざがある")
    page.keyboard.press("Enter")
    page.locator(".kk-hit").first.click()
    expect(page.locator(".kk-section h2")).to_be_visible()
    for part in ("ask", "library", "report"):
        page.locator(f".kk-tabs a[href$={part}]").click()
        assert page.evaluate(SMALL_TEXT) == []
        assert page.evaluate(TOO_WIDE) == []
        assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
