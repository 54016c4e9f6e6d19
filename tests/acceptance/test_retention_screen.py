"""How long records are kept, on the page: rules, what falls due, holds, deletion."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from assistant.archive import Origin, Record
from assistant.bootstrap import Application
from assistant.model import Kind
from assistant.people import SINGLE_USER, MatterKind, Role
from assistant.retention import Rule
from assistant.settings import Settings
from tests.acceptance.browsing import START, running, watched_page
from tests.people import PASSWORD
from tests.recordings import make_transcript

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Locator, Page

pytestmark = pytest.mark.browser

PEOPLE = {"sato": [Role.ADMINISTRATOR], "kato": [Role.MANAGER], "ito": [Role.CASEWORKER]}
OLD, NEW = datetime(2015, 6, 1, 10, tzinfo=UTC), datetime(2026, 11, 20, 10, tzinfo=UTC)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A site whose records are of a class that is kept for five years."""
    data = tmp_path_factory.mktemp("data")
    application = Application(Settings(data_dir=data))
    with running(data) as address:
        fill(application)
        yield address


def fill(application: Application) -> None:
    """People, two matters, three old records of a class that is over, and a new one."""
    known = application.people
    for login, roles in PEOPLE.items():
        person, first = known.accounts.add(SINGLE_USER, login, f"{login}さん", roles)
        visitor = known.signing.by_password(login, first, "setup")
        known.signing.change_password(visitor, first, PASSWORD)
        if login == "ito":
            worker = person.id
    section, council = (
        known.matters.add(SINGLE_USER, MatterKind.BODY, name).id
        for name in ("子ども部会", "審議会")
    )
    for matter in (section, council):
        known.matters.join(SINGLE_USER, matter, worker)
    application.retainer.set_rule(SINGLE_USER, Rule("light", "軽易な会議", 5))
    for number in (1, 2, 3):
        add(application, f"2015060{number}-101530-aaaaaa", f"第{number}回 打ち合わせ", OLD)
    add(application, "20261120-101530-bbbbbb", "第4回 子ども部会", NEW, section, "")


def add(
    application: Application,
    id_: str,
    title: str,
    when: datetime,
    matter: str | None = None,
    record_class: str = "light",
) -> None:
    record = Record(id_, f"{title}.docx", title, Kind.MEETING, NEW, "somebody", Origin.IMPORT)
    record = replace(record, matter=matter, occurred=when, record_class=record_class)
    with application.archive.writing() as unit:
        unit.records.add(record)
        unit.records.keep(id_, make_transcript(record.name), "somebody", NEW)


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    with watched_page(browser, address) as page:
        yield page


def enter(page: Page, address: str, login: str, place: str) -> None:
    """Signs in by keyboard, and goes there."""
    page.goto(f"{address}{place}")
    expect(page.get_by_label("ログイン名")).to_be_focused(timeout=START)
    for text in (login, PASSWORD):
        page.keyboard.type(text)
        page.keyboard.press("Tab" if text == login else "Enter")
    expect(page.locator(".kk-person summary")).to_be_visible(timeout=START)


def press(control: Locator) -> None:
    """By keyboard."""
    control.focus()
    control.press("Enter")


def tab(page: Page, name: str) -> None:
    press(page.get_by_role("link", name=name, exact=True))


def dialog(page: Page) -> Locator:
    return page.get_by_role("dialog")


def test_rules_are_seen_and_changed(page: Page, address: str) -> None:
    enter(page, address, "kato", "/#/people/retention/rules")
    child = page.get_by_role("row", name="児童の記録")
    expect(child).to_contain_text("いちばん年下の子の誕生日から25年", timeout=START)
    press(page.get_by_role("row", name="会議録").get_by_role("button", name="変える…"))
    expect(dialog(page).get_by_label("名称")).to_be_focused()
    dialog(page).get_by_label("音声を残す日数").fill("十日")
    page.keyboard.press("Enter")
    expect(dialog(page).get_by_role("alert")).to_contain_text("1 から 999 までの数")
    dialog(page).get_by_label("音声を残す日数").fill("90")
    page.keyboard.press("Enter")
    expect(page.get_by_role("row", name="会議録")).to_contain_text("音声は記録の日から90日")
    press(page.get_by_role("button", name="区分を加える…"))
    for text in ("phone", "苦情の電話", "3"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    press(dialog(page).get_by_role("button", name="保存"))
    expect(page.get_by_role("row", name="苦情の電話")).to_contain_text("翌年度の4月1日から3年")


def test_every_record_has_its_day_and_its_reason(page: Page, address: str) -> None:
    enter(page, address, "kato", "/#/people/retention/records")
    first = page.locator(".kk-retention tbody tr:visible").first
    expect(first).to_contain_text("第1回 打ち合わせ", timeout=START)
    expect(first).to_contain_text("記録 2021年4月1日")
    expect(first).to_contain_text("軽易な会議: 翌年度の4月1日から5年")
    last = page.locator(".kk-retention tbody tr:visible").last
    expect(last).to_contain_text("第4回 子ども部会")
    expect(last).to_contain_text("記録 永久")


def test_a_hold_keeps_what_is_due_until_it_is_lifted(page: Page, address: str) -> None:
    enter(page, address, "kato", "/#/people/retention/records")
    press(
        page.get_by_role("row", name="第3回 打ち合わせ").get_by_role("button", name="保存を指定…")
    )
    expect(dialog(page).get_by_label("理由")).to_be_focused()
    page.keyboard.type("開示請求第12号")
    press(dialog(page).get_by_role("button", name="指定する"))
    expect(page.get_by_role("row", name="第3回 打ち合わせ")).to_contain_text("開示請求第12号")
    tab(page, "満了するもの")
    expect(page.get_by_role("row", name="第3回 打ち合わせ")).to_contain_text(
        "保存の指定があるため残ります"
    )
    expect(page.get_by_text("削除されるもの 2件、満了しても残るもの 1件")).to_be_visible()
    tab(page, "保存の指定")
    row = page.get_by_role("row", name="開示請求第12号")
    expect(row).to_contain_text("katoさん")
    press(row.get_by_role("button", name="指定を解く…"))
    expect(dialog(page)).to_contain_text("明日までに満了する1件が、削除の対象になります")
    press(dialog(page).get_by_role("button", name="指定を解く"))
    expect(row).to_be_visible()  # the reason is missing
    dialog(page).get_by_label("理由").fill("開示が済んだ")
    press(dialog(page).get_by_role("button", name="指定を解く"))
    expect(page.get_by_text("保存の指定はありません。")).to_be_visible()


def test_nothing_goes_before_its_number_is_typed(page: Page, address: str) -> None:
    enter(page, address, "kato", "/#/people/retention")
    expect(page.get_by_text("自動では削除されません")).to_be_visible(timeout=START)
    press(page.get_by_role("button", name="満了した3件を削除…"))
    expect(dialog(page)).to_contain_text(
        "記録3件は、音声、文字起こし、編集、検索の索引、鍵のすべてが消えます"
    )
    expect(dialog(page).get_by_role("listitem")).to_have_count(3)
    page.keyboard.type("4")
    page.keyboard.press("Enter")
    expect(dialog(page).get_by_role("alert")).to_contain_text("何も削除していません")
    dialog(page).get_by_role("textbox").fill("３")
    page.keyboard.press("Enter")
    expect(page.get_by_text("3件を削除しました")).to_be_visible()
    expect(page.get_by_text("この日までに満了するものはありません")).to_be_visible()
    tab(page, "削除の記録")
    expect(page.get_by_role("row", name="第2回 打ち合わせ")).to_contain_text("軽易な会議")
    press(page.get_by_role("button", name="English"))
    expect(page.get_by_role("row", name="第2回 打ち合わせ")).to_contain_text("everything")


def test_daily_deletion_begins_with_a_typed_number_too(page: Page, address: str) -> None:
    enter(page, address, "kato", "/#/people/retention")
    press(page.get_by_role("button", name="毎日の削除を始める…"))
    expect(dialog(page)).to_contain_text("明日までに0件が自動で削除されます")
    page.keyboard.type("0")
    page.keyboard.press("Enter")
    press(page.get_by_role("button", name="毎日の削除を止める"))
    expect(page.get_by_role("button", name="毎日の削除を始める…")).to_be_visible()


def test_a_record_shows_its_matter_its_day_and_is_moved(page: Page, address: str) -> None:
    enter(page, address, "ito", "/?recording=20261120-101530-bbbbbb")
    box = page.locator(".kk-record")
    expect(box).to_contain_text("子ども部会", timeout=START)
    press(box.locator("summary"))
    expect(box).to_contain_text("記録 永久")
    expect(box.get_by_role("button")).to_have_text(["移す…"])  # no hold without the right
    press(box.get_by_role("button", name="移す…"))
    expect(dialog(page).get_by_label("案件")).to_be_focused()
    dialog(page).get_by_label("案件").select_option("審議会")
    press(dialog(page).get_by_role("button", name="移す"))
    expect(box).to_contain_text("審議会")


def test_a_hold_is_set_beside_the_record(page: Page, address: str) -> None:
    enter(page, address, "kato", "/?recording=20261120-101530-bbbbbb")
    box = page.locator(".kk-record")
    expect(box).to_contain_text("記録 永久", timeout=START)
    press(box.locator("summary"))
    press(box.get_by_role("button", name="保存を指定…"))
    page.keyboard.type("係争中")
    press(dialog(page).get_by_role("button", name="指定する"))
    expect(box).to_contain_text("係争中")
    press(page.get_by_role("button", name="削除", exact=True))
    press(dialog(page).get_by_role("button", name="削除", exact=True))
    expect(page.locator(".kk-alert")).to_contain_text("係争中")
    press(box.get_by_role("button", name="指定を解く…"))
    page.keyboard.type("和解した")
    press(dialog(page).get_by_role("button", name="指定を解く"))
    expect(box.get_by_role("button", name="保存を指定…")).to_be_visible()
