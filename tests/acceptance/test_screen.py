"""The page in a real browser, as a clerk uses it."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx
import pytest
from playwright.sync_api import Error, expect

from assistant.audio.preparing import prepare
from assistant.errors import DatabaseUnavailable, UnreadableSound
from assistant.people import SINGLE_USER as ME
from assistant.services.queueing import JobState
from assistant.services.transcribing import Options
from assistant.store.jobs import SqlJobs
from tests.acceptance.browsing import START, free_port, running, wait_for, wait_until, watched_page
from tests.jobs import WORKER, begin
from tests.recordings import make_transcript, write_tone
from tests.worker_process import database_in, library, workbench

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Site:
    """A running application and what lies in it."""

    address: str
    data: Path
    meeting: str
    long: str
    broken: str


def fill(data: Path) -> tuple[str, str, str]:
    """Puts a finished meeting, one of three hours, and a broken recording into the library."""
    database = database_in(data)
    jobs, shelves = SqlJobs(database), library(data, database)
    bench = workbench(shelves, database)
    tone = write_tone(data / "tone.wav", 22.0)
    ids = []
    for name, turns in (("文教委員会.wav", 6), ("本会議.wav", 3000), ("broken.wav", 0)):
        with shelves.adding(ME, name, Options()) as (recording, file):
            file.write(tone.read_bytes())
        run = begin(jobs, recording)
        ids.append(recording)
        if turns:
            sound, copy = bench.sound(recording), bench.copy(recording)
            prepare(sound, copy, bench.peaks(recording))
            bench.keep(recording, make_transcript(name, turns))
            jobs.end(run, WORKER, JobState.DONE)
        else:
            jobs.end(run, WORKER, JobState.FAILED, UnreadableSound(name=name))
    database.close()
    return ids[0], ids[1], ids[2]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    data = tmp_path_factory.mktemp("data")
    meeting, long, broken = fill(data)
    with running(data) as address:
        yield Site(address, data, meeting, long, broken)


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    with watched_page(browser, site.address) as page:
        yield page


def open_meeting(page: Page, site: Site) -> None:
    page.goto(f"{site.address}/?recording={site.meeting}")
    expect(page.locator(".kk-turn")).to_have_count(6, timeout=START)


def now(page: Page) -> float:
    return float(page.evaluate("document.querySelector('.kk audio').currentTime"))


def is_playing(page: Page) -> bool:
    return not page.evaluate("document.querySelector('.kk audio').paused")


def test_an_empty_page_says_what_to_do(page: Page, site: Site) -> None:
    page.goto(site.address)

    expect(page.get_by_role("heading", name="録音を文字にします")).to_be_visible(timeout=START)
    expect(page.get_by_text("左の枠に、会議や通話の録音を置きます。")).to_be_visible()
    expect(page.get_by_text("外部通信なし")).to_be_visible()
    expect(page).to_have_title("聞き書き")


def test_a_recording_is_dropped_watched_over_a_reload_and_read(
    page: Page, site: Site, tmp_path: Path
) -> None:
    page.goto(site.address)
    page.locator("#kk-files").set_input_files(write_tone(tmp_path / "slow 会議.wav", 20.0))

    expect(page.locator(".kk-card .kk-file")).to_have_text("slow 会議", timeout=START)
    expect(page.locator(".kk-card progress")).to_be_visible(timeout=START)
    page.reload()
    expect(page.locator(".kk-list [aria-current]")).to_contain_text("slow 会議")
    expect(page.locator(".kk-card, .kk-turn").first).to_be_visible(timeout=START)
    expect(page.locator(".kk-turn .kk-text").first).to_contain_text("10。", timeout=START)
    expect(page.locator(".kk-list")).not_to_contain_text("処理中")


def test_a_click_on_a_turn_plays_it_and_lights_its_words(page: Page, site: Site) -> None:
    open_meeting(page, site)
    turn = page.locator(".kk-turn").nth(2)
    turn.locator(".kk-text").click()

    expect(turn).to_have_class(re.compile("kk-playing"))
    expect(turn).to_have_attribute("aria-current", "true")
    expect(turn.locator(".kk-spoken")).to_have_count(1)
    assert 7.2 <= now(page) < 10.5
    assert is_playing(page)

    page.locator(".kk-turn").nth(4).locator("time").click()
    expect(page.locator(".kk-playing")).to_have_count(1)
    expect(page.locator(".kk-turn").nth(4)).to_have_class(re.compile("kk-playing"))
    assert 14.4 <= now(page) < 17.7


def test_the_timeline_is_drawn_in_the_speakers_colours_and_seeks(page: Page, site: Site) -> None:
    open_meeting(page, site)
    colours = page.evaluate(
        """() => {
            const canvas = document.querySelector(".kk-canvas");
            const pen = canvas.getContext("2d");
            const { data } = pen.getImageData(0, 0, canvas.width, canvas.height);
            const seen = new Set();
            for (let at = 0; at < data.length; at += 4) {
                if (data[at + 3] === 255) seen.add(`${data[at]},${data[at + 1]},${data[at + 2]}`);
            }
            return [...seen];
        }"""
    )
    assert {"15,98,174", "179,71,11", "60,122,26", "138,58,185"} <= set(colours)

    timeline = page.get_by_role("slider", name="録音の時間軸")
    box = timeline.bounding_box()
    assert box is not None
    timeline.click(position={"x": box["width"] / 2, "y": 20})

    assert now(page) == pytest.approx(10.8, abs=0.2)
    expect(timeline).to_have_attribute("aria-valuetext", "0:00:10")


def test_everything_is_done_by_keyboard(page: Page, site: Site) -> None:
    open_meeting(page, site)
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.kk-turn')"):
            break
    turns = page.locator(".kk-turn")
    expect(turns.nth(0)).to_be_focused()

    page.keyboard.press("j")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("k")
    expect(turns.nth(1)).to_be_focused()
    page.keyboard.press("n")
    expect(turns.nth(3)).to_be_focused()
    page.keyboard.press("Enter")
    expect(turns.nth(3)).to_have_class(re.compile("kk-playing"))
    assert is_playing(page)
    page.keyboard.press("Space")
    assert not is_playing(page)
    before = now(page)
    page.keyboard.press("ArrowRight")
    assert now(page) == pytest.approx(before + 5, abs=0.01)
    page.keyboard.press("ArrowLeft")
    assert now(page) == pytest.approx(before, abs=0.01)
    page.keyboard.press(".")
    assert page.evaluate("document.querySelector('.kk audio').playbackRate") == 1.25


def test_tab_reaches_every_control(page: Page, site: Site) -> None:
    open_meeting(page, site)
    controls = page.evaluate(
        """() => [...document.querySelectorAll(
            ".kk button, .kk a, .kk select, .kk summary, .kk input:not([type=radio])")]
            .filter((one) => one.checkVisibility()).length"""
    )
    reached = set()
    for _ in range(controls + 20):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate(
                """() => [...document.querySelectorAll(
                    ".kk button, .kk a, .kk select, .kk summary, .kk input:not([type=radio])")]
                    .filter((one) => one.checkVisibility()).indexOf(document.activeElement)"""
            )
        )
    assert reached - {-1} == set(range(controls))


def test_a_name_is_changed_in_place_and_stands_in_the_document(page: Page, site: Site) -> None:
    open_meeting(page, site)
    field = page.get_by_label("話者2 の名前")
    field.fill("加藤児童相談課長")
    field.press("Enter")

    expect(page.locator(".kk-turn .kk-who").nth(1)).to_have_text("加藤児童相談課長")
    expect(page.locator(".kk-turn .kk-who").nth(5)).to_have_text("加藤児童相談課長")
    expect(page.locator(".kk [role=status]")).to_have_text("「加藤児童相談課長」にしました")
    with page.expect_download() as download:
        page.locator("[data-format=txt]").click()
    assert "加藤児童相談課長" in download.value.path().read_text("utf-8")
    page.reload()
    expect(page.get_by_label("加藤児童相談課長 の名前")).to_be_visible()


def test_every_document_can_be_taken_away(page: Page, site: Site) -> None:
    open_meeting(page, site)
    links = page.locator(".kk-documents a")
    suffixes = []
    for number in range(links.count()):
        with page.expect_download() as download:
            links.nth(number).click()
        assert download.value.suggested_filename.startswith("文教委員会.")
        assert download.value.path().stat().st_size > 100
        suffixes.append(download.value.suggested_filename.rpartition(".")[2])
    assert {"docx", "json", "srt", "vtt", "txt", "csv"} <= set(suffixes)


def test_only_what_needs_a_check_is_shown(page: Page, site: Site) -> None:
    open_meeting(page, site)
    doubtful = page.locator(".kk-turn").nth(3).locator(".kk-text")
    expect(doubtful).to_have_attribute("title", "聞き取りに自信がありません")

    page.get_by_label(re.compile("確認したい箇所だけ")).check()

    expect(page.locator(".kk-turn:visible")).to_have_count(1)
    expect(page.locator(".kk-count")).to_have_text("1")


def test_what_was_withheld_is_shown_with_the_reason(page: Page, site: Site) -> None:
    open_meeting(page, site)
    page.get_by_text("保留した認識結果 (1)").click()

    expect(page.locator(".kk-withheld li")).to_contain_text("ご視聴ありがとうございました")
    expect(page.locator(".kk-withheld li")).to_contain_text("決まり文句")


def test_the_language_is_switched_without_losing_the_place(page: Page, site: Site) -> None:
    open_meeting(page, site)
    page.locator(".kk-turn").nth(2).locator(".kk-text").click()
    page.get_by_role("button", name="一時停止").click()
    before = now(page)
    page.get_by_role("button", name="English").click()

    expect(page.get_by_text("No outside connection")).to_be_visible()
    expect(page.get_by_role("heading", name="Speakers")).to_be_visible()
    expect(page.locator(".kk-turn").nth(2)).to_have_class(re.compile("kk-playing"))
    assert now(page) == before > 7
    assert "lang=en" in page.url
    page.reload()
    expect(page.get_by_text("Only what needs a check")).to_be_visible()
    assert page.evaluate("document.documentElement.lang") == "en"


def test_three_hours_open_and_scroll_along(page: Page, site: Site) -> None:
    page.goto(f"{site.address}/?recording={site.long}")
    expect(page.locator(".kk-turn")).to_have_count(3000, timeout=START)

    page.evaluate("document.querySelectorAll('.kk-turn')[3].click()")
    expect(page.locator(".kk-turn").nth(3)).to_be_in_viewport()
    page.locator(".kk-scroller").hover()
    page.mouse.wheel(0, 40_000)
    back = page.get_by_role("button", name="再生中の発言へ戻る")
    expect(back).to_be_visible()
    expect(page.locator(".kk-playing")).not_to_be_in_viewport()
    back.click()
    expect(page.locator(".kk-playing")).to_be_in_viewport()
    expect(back).to_be_hidden()


def test_a_failure_says_what_happened_and_removing_asks_first(page: Page, site: Site) -> None:
    page.goto(f"{site.address}/?recording={site.broken}")
    expect(page.locator(".kk-why")).to_contain_text("音声として読み取れません", timeout=START)
    page.get_by_role("button", name="もう一度").click()
    expect(page.locator(".kk-why")).to_contain_text("音声として読み取れません", timeout=START)

    page.get_by_role("button", name="削除").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("元に戻せません")
    dialog.get_by_role("button", name="やめる").click()
    expect(page.locator(".kk-list")).to_contain_text("broken")
    page.get_by_role("button", name="削除").click()
    dialog.get_by_role("button", name="削除").click()
    expect(page.locator(".kk-list")).not_to_contain_text("broken")


def test_an_upload_that_breaks_off_leaves_nothing(site: Site) -> None:
    host, _, port = site.address.rpartition("/")[2].partition(":")
    token = httpx.get(f"{site.address}/api/me").json()["csrf"]
    head = (
        f"PUT /api/recordings?name=a.wav HTTP/1.1\r\nHost: {host}\r\n"
        f"X-Kikigaki-Token: {token}\r\nContent-Length: 9000000\r\n"
    )
    recordings = site.data / "recordings"
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(f"{head}\r\n".encode() + bytes(3_000_000))
        wait_until(lambda: any(recordings.glob(".arriving-*/original/*a.wav*")))

    wait_until(lambda: not any(recordings.glob(".arriving-*")))
    names = [
        one["name"] for one in httpx.get(f"{site.address}/api/recordings").json()["recordings"]
    ]
    assert "a.wav" not in names


def test_work_goes_on_after_the_application_was_killed(browser: Browser, tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "tests.screen_app", str(tmp_path), str(port)]
    address = f"http://127.0.0.1:{port}"
    context = browser.new_context(locale="ja-JP")
    page = context.new_page()
    with subprocess.Popen(command) as first:
        wait_for(address, first)
        page.goto(address, timeout=START)
        page.locator("#kk-files").set_input_files(write_tone(tmp_path / "slow.wav", 20.0))
        expect(page.locator(".kk-stage")).to_have_text("聞き取っています", timeout=START)
        first.kill()
    expect(page.get_by_role("alert")).to_contain_text("アプリにつながりません", timeout=START)
    with subprocess.Popen(command) as second:
        expect(page.locator(".kk-turn .kk-text").first).to_contain_text("10。", timeout=START)
        second.terminate()
    heard = (tmp_path / "heard.log").read_text().splitlines()
    assert sorted(set(heard)) == [f"slow.wav {start}" for start in (0, 12, 16, 4, 8)]
    context.close()


def test_a_lost_connection_is_said_and_forgotten_when_it_is_back(
    browser: Browser, site: Site
) -> None:
    context = browser.new_context(locale="ja-JP")
    page = context.new_page()
    page.goto(site.address, timeout=START)
    expect(page.locator(".kk-list li").first).to_be_visible(timeout=START)
    context.set_offline(True)
    expect(page.get_by_role("alert")).to_contain_text("アプリにつながりません", timeout=START)
    context.set_offline(False)
    expect(page.get_by_role("alert")).to_be_hidden(timeout=START)
    context.close()


def test_a_database_that_does_not_answer_is_said_and_forgotten_when_it_is_back(
    browser: Browser, site: Site
) -> None:
    context = browser.new_context(locale="ja-JP")
    page = context.new_page()
    page.goto(site.address, timeout=START)
    expect(page.locator(".kk-list li").first).to_be_visible(timeout=START)
    down = DatabaseUnavailable(place="db")
    body = json.dumps({"error": {"ja": down.message("ja"), "en": down.message("en")}})
    page.route("**/api/recordings", lambda route: route.fulfill(status=503, body=body))
    expect(page.get_by_role("alert")).to_contain_text("データベース", timeout=START)
    page.unroute("**/api/recordings")
    expect(page.get_by_role("alert")).to_be_hidden(timeout=START)
    context.close()


def test_another_site_cannot_post_here(browser: Browser, site: Site) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto("data:text/html,<title>another site</title>")
    with pytest.raises(Error, match="Failed to fetch"):
        page.evaluate(
            f"fetch('{site.address}/api/recordings/{site.meeting}', {{method: 'DELETE'}})"
        )
    context.close()
