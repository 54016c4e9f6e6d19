"""Past minutes and transcripts, looked at and mended on the page before they are taken."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from assistant.bootstrap import Application
from assistant.people import SINGLE_USER, MatterKind, Scope
from assistant.settings import Settings
from tests.acceptance.browsing import START, running, watched_page
from tests.minutes import COMMITTEE, COUNCIL

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Locator, Page

    from assistant.archive import Record

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Site:
    """A running application for one person, with the committee's body."""

    address: str
    application: Application
    folder: Path

    def write(self, name: str, content: str) -> Path:
        path = self.folder / name
        path.write_text(content, encoding="utf-8")
        return path

    def record(self, title: str) -> Record:
        with self.application.archive.reading() as unit:
            records = unit.records.all(Scope(everything=True))
        (found,) = [one for one in records if one.title == title]
        return found


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    data, folder = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("files")
    application = Application(Settings(data_dir=data))
    with running(data) as address:
        application.people.matters.add(SINGLE_USER, MatterKind.BODY, "文教委員会")
        yield Site(address, application, folder)


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    with watched_page(browser, site.address) as page:
        page.goto(f"{site.address}/#/imports")
        expect(page.get_by_text("ここに会議録を置く")).to_be_visible(timeout=START)
        yield page


def put(page: Page, *files: Path) -> None:
    page.set_input_files("#kk-import-files", files)


def line(page: Page, name: str) -> Locator:
    return page.locator(".kk-import-list li", has_text=name)


def press(control: Locator) -> None:
    """By keyboard."""
    control.focus()
    control.press("Enter")


def test_what_was_read_is_mended_and_taken_by_keyboard(page: Page, site: Site) -> None:
    put(page, site.write("会議録.txt", COMMITTEE))
    expect(line(page, "会議録.txt")).to_contain_text("確認待ち(1件")
    expect(page.get_by_label("題名")).to_have_value("文教委員会会議録（要点記録）")
    expect(page.get_by_label("日付")).to_have_value("2026-11-20")
    expect(page.get_by_label("案件").locator("option:checked")).to_have_text("文教委員会")
    expect(page.get_by_label("青木委員長の役割")).to_have_value("chair")
    expect(page.locator(".kk-import-first")).to_contain_text(
        "ただいまから文教委員会を開会いたします"
    )
    page.get_by_label("題名").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("第4回 文教委員会")
    page.get_by_label("日付").fill("2026-11-21")
    page.get_by_label("加藤児童相談課長の役割").select_option("参考人")
    press(page.get_by_role("button", name="この内容で取り込む"))
    expect(line(page, "会議録.txt")).to_contain_text("1件を取り込みました")
    record = site.record("第4回 文教委員会")
    assert record.occurred is not None
    assert f"{record.occurred.astimezone():%Y-%m-%d}" == "2026-11-21"
    assert record.matter is not None
    with site.application.archive.reading() as unit:
        speakers = unit.records.speakers(record.id).values()
    assert [one.role for one in speakers if one.name == "加藤児童相談課長"] == ["witness"]
    press(page.get_by_role("link", name="取り込んだ記録を開く"))
    expect(page.get_by_role("heading", name="第4回 文教委員会")).to_be_visible()


def test_one_bad_file_keeps_nobody_waiting(page: Page, site: Site) -> None:
    bad = site.write("買い物.txt", "牛乳を買う。")
    put(page, bad, site.write("定例会.txt", COUNCIL), site.write("会議録.txt", COMMITTEE))
    expect(line(page, "定例会.txt")).to_contain_text("確認待ち")
    press(line(page, "買い物.txt").get_by_role("button"))
    expect(page.locator(".kk-cautions")).to_contain_text("発言者の印")
    press(line(page, "会議録.txt").get_by_role("button"))
    expect(page.locator(".kk-cautions")).to_contain_text("取り込み済みです")
    press(page.get_by_role("button", name="確認待ちの2本をすべて取り込む"))
    expect(line(page, "定例会.txt")).to_contain_text("1件を取り込みました")
    expect(line(page, "会議録.txt")).to_contain_text("取り込み済み(1件)")
    expect(line(page, "買い物.txt")).to_contain_text("取り込めません")


def test_of_many_records_some_are_left_out(page: Page, site: Site) -> None:
    turns = [{"speaker": "会長", "text": "開会します。"}]
    made = [{"title": f"第{n}回 部会", "turns": turns, "matter": "ない部会"} for n in (1, 2, 3)]
    written = "\n".join([*map(json.dumps, made), "{bad"])
    put(page, site.write("過去.jsonl", written))
    expect(line(page, "過去.jsonl")).to_contain_text("確認待ち(3件")
    expect(page.locator(".kk-cautions").first).to_contain_text("4行目")
    page.get_by_label("取り込まない").nth(1).focus()
    page.keyboard.press("Space")
    press(page.locator(".kk-import-records summary").first)
    page.get_by_label("題名").first.fill("第1回 子ども部会")
    page.get_by_label("案件").first.select_option("文教委員会")
    press(page.get_by_role("button", name="この内容で取り込む"))
    expect(line(page, "過去.jsonl")).to_contain_text("2件を取り込みました")
    assert (
        site.record("第1回 子ども部会").matter is None
    )  # what is said of all holds for the others
    assert site.record("第3回 部会").matter is not None


def test_files_wait_while_the_page_is_away_and_english_is_spoken(page: Page, site: Site) -> None:
    put(page, site.write("待つ.txt", COMMITTEE.replace("上田", "江口")))
    expect(line(page, "待つ.txt")).to_contain_text("確認待ち")
    page.reload()
    expect(line(page, "待つ.txt")).to_contain_text("確認待ち", timeout=START)
    press(page.get_by_role("button", name="English"))
    expect(line(page, "待つ.txt")).to_contain_text("to be checked")
    press(line(page, "待つ.txt").get_by_role("button"))
    press(page.get_by_role("button", name="Do not take it"))
    expect(line(page, "待つ.txt")).to_have_count(0)
    page.reload()
    expect(page.get_by_text("Drop minutes here")).to_be_visible(timeout=START)
    expect(line(page, "待つ.txt")).to_have_count(0)
