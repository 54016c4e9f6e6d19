"""Signing in, and the place of administration, in a real browser."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from assistant.bootstrap import Application
from assistant.people import SINGLE_USER, MatterKind, Role
from assistant.settings import Settings
from tests.acceptance.browsing import START, running, watched_page
from tests.people import PASSWORD, make_record

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

EVERYTHING = {"sato": [Role.ADMINISTRATOR], "kansa": [Role.AUDITOR], "ito": [Role.CASEWORKER]}


@dataclass(frozen=True)
class Site:
    """A running application with people, and what they were given at first."""

    address: str
    application: Application
    first: str
    """The first password of `shinjin`, who has not signed in yet."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    data = tmp_path_factory.mktemp("data")
    application = Application(Settings(data_dir=data))
    with running(data) as address:
        yield Site(address, application, people(application))


def people(application: Application) -> str:
    """An administrator, an auditor, a caseworker who have signed in before, and a new one."""
    known = application.people
    for login, roles in EVERYTHING.items():
        _, first = known.accounts.add(SINGLE_USER, login, f"{login}さん", roles)
        visitor = known.signing.by_password(login, first, "setup")
        known.signing.change_password(visitor, first, PASSWORD)
    make_record(application.archive, "20261120-101530-aaaaaa", by="somebody else")
    known.matters.add(SINGLE_USER, MatterKind.CASE, "山田家")
    _, first = known.accounts.add(SINGLE_USER, "shinjin", "新人", [Role.CLERK])
    return first


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    with watched_page(browser, site.address) as page:
        yield page


def sign_in(page: Page, site: Site, login: str, password: str = PASSWORD, to: str = "/") -> None:
    """By keyboard."""
    page.goto(f"{site.address}{to}")
    expect(page.get_by_label("ログイン名")).to_be_focused(timeout=START)
    page.keyboard.type(login)
    page.keyboard.press("Tab")
    page.keyboard.type(password)
    page.keyboard.press("Enter")


def sign_out(page: Page) -> None:
    page.locator(".kk-person summary").click()
    page.get_by_role("button", name="サインアウト").click()
    expect(page.get_by_role("heading", name="サインイン")).to_be_visible(timeout=START)


def corner(page: Page, name: str) -> None:
    expect(page.locator(".kk-person summary")).to_have_text(name, timeout=START)


def test_without_sign_in_there_is_the_page_that_asks(page: Page, site: Site) -> None:
    page.goto(f"{site.address}/?recording=x#/manuals")

    expect(page.get_by_role("heading", name="サインイン")).to_be_visible(timeout=START)
    expect(page).to_have_title("サインイン | 聞き書き")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def test_who_signs_in_goes_where_they_wanted(page: Page, site: Site) -> None:
    sign_in(page, site, "sato", to="/#/people")

    corner(page, "satoさん")
    expect(page).to_have_url(f"{site.address}/#/people")
    expect(page.get_by_role("row", name="新人")).to_contain_text("最初のパスワードのまま")


def test_a_wrong_password_and_the_wait_are_said(page: Page, site: Site) -> None:
    sign_in(page, site, "nobody", "wrong")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("ログイン名かパスワードが違います")
    for _ in range(4):
        page.get_by_role("button", name="サインイン").click()
        expect(page.get_by_role("button", name="サインイン")).to_be_enabled()
    page.get_by_role("button", name="サインイン").click()
    expect(alert).to_contain_text("約1分のあいだ受け付けません")


def test_a_first_password_is_changed_before_anything_else(page: Page, site: Site) -> None:
    sign_in(page, site, "shinjin", site.first)
    expect(page.get_by_role("heading", name="新しいパスワードを決める")).to_be_visible()
    page.goto(site.address)  # no way round
    expect(page.get_by_role("heading", name="新しいパスワードを決める")).to_be_visible()
    expect(page.get_by_label("最初のパスワード")).to_be_focused()
    page.keyboard.type(site.first)
    for _ in range(2):
        page.keyboard.press("Tab")
        page.keyboard.type("password1234")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("よく使われていて")
    page.get_by_label("新しいパスワード", exact=True).fill("two green umbrellas")
    page.get_by_label("新しいパスワード(もう一度)").fill("two green umbrella")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("2つで違います")
    page.get_by_label("新しいパスワード(もう一度)").fill("two green umbrellas")
    page.keyboard.press("Enter")
    corner(page, "新人")


def test_places_and_tabs_are_those_of_one_s_rights(page: Page, site: Site) -> None:
    def links() -> list[str]:
        return page.locator(".kk-bar nav a").all_text_contents()

    sign_in(page, site, "ito")
    corner(page, "itoさん")
    assert "管理" not in links()
    assert links()[0] == "会議・通話"
    sign_out(page)
    sign_in(page, site, "kansa", to="/#/people")
    corner(page, "kansaさん")
    assert "会議・通話" not in links()
    expect(page.locator(".kk-tabs a")).to_have_text(["監査の記録"])


def test_an_account_is_added_and_its_password_shown_once(page: Page, site: Site) -> None:
    sign_in(page, site, "sato", to="/#/people")
    page.get_by_role("button", name="利用者を加える").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("氏名").fill("高橋")
    dialog.get_by_label("ログイン名").fill("a b")
    dialog.get_by_label("書記").check()
    dialog.get_by_role("button", name="利用者を加える").click()
    expect(dialog.get_by_role("alert")).to_contain_text("ログイン名に使えません")
    dialog.get_by_label("ログイン名").fill("takahashi")
    dialog.get_by_role("button", name="利用者を加える").click()
    expect(page.locator(".kk-secret")).to_have_text(re.compile(r"^[a-z2-9]{4}(-[a-z2-9]{4}){3}$"))
    page.get_by_role("button", name="控えました").click()
    row = page.get_by_role("row", name="高橋")
    expect(row).to_contain_text("書記")
    expect(page.locator(".kk-secret")).to_have_count(0)
    row.get_by_role("button", name="停止").click()
    page.get_by_role("dialog").get_by_role("button", name="停止").click()
    expect(row).to_contain_text("停止中")


def test_members_of_a_case_are_chosen(page: Page, site: Site) -> None:
    sign_in(page, site, "sato", to="/#/people/matters")
    row = page.get_by_role("row", name="山田家")
    expect(row).to_contain_text("まだいません")
    row.get_by_role("button", name="担当を変える").click()
    page.get_by_role("dialog").get_by_label("itoさん").check()
    page.get_by_role("dialog").get_by_role("button", name="保存").click()
    expect(row).to_contain_text("itoさん")


def test_an_emergency_asks_why_and_stands_out_in_the_log(page: Page, site: Site) -> None:
    sign_in(page, site, "ito", to="/?recording=20261120-101530-aaaaaa")
    corner(page, "itoさん")
    page.locator(".kk-person summary").press("Enter")
    page.get_by_role("button", name="緊急閲覧…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("記録の番号")).to_have_value("20261120-101530-aaaaaa")
    dialog.get_by_label("理由").fill("急ぎ")
    dialog.get_by_role("button", name="理由を残して開く").click()
    expect(dialog.get_by_role("alert")).to_contain_text("10文字以上")
    dialog.get_by_label("理由").fill("夜間の安否確認のため、前回の通話を聞く")
    dialog.get_by_role("button", name="理由を残して開く").click()
    expect(page.locator(".kk-list")).to_contain_text("20261120-101530-aaaaaa", timeout=START)

    sign_out(page)
    sign_in(page, site, "kansa", to="/#/people/audit")
    row = page.locator(".kk-act-break_glass")
    expect(row).to_contain_text("緊急閲覧")
    expect(row).to_contain_text("理由: 夜間の安否確認のため、前回の通話を聞く")


def test_the_log_is_filtered_verified_and_saved(page: Page, site: Site) -> None:
    sign_in(page, site, "kansa", to="/#/people/audit")
    expect(page.locator(".kk-log tbody tr").first).to_be_visible(timeout=START)
    page.get_by_label("操作", exact=True).select_option("サインイン失敗")
    page.get_by_role("button", name="絞り込む").click()
    expect(page.locator(".kk-log tbody tr:not(.kk-act-sign_in_failed)")).to_have_count(0)
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV に書き出す").click()
    assert download.value.suggested_filename == "監査の記録.csv"
    assert download.value.path().read_bytes().startswith(b"\xef\xbb\xbf")
    page.get_by_role("button", name="書きかえがないか確かめる").click()
    expect(page.locator(".kk-outcome")).to_contain_text("書かれたときのままです")


def test_a_session_that_ended_leads_to_the_page_that_asks_and_back(page: Page, site: Site) -> None:
    sign_in(page, site, "sato", to="/#/people")
    corner(page, "satoさん")
    page.context.clear_cookies()
    page.get_by_role("link", name="案件").click()
    expect(page.get_by_role("heading", name="サインイン")).to_be_visible(timeout=START)
    page.get_by_label("ログイン名").fill("sato")
    page.get_by_label("パスワード").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("row", name="山田家")).to_be_visible(timeout=START)


def test_one_person_s_machine_says_so(browser: Browser, tmp_path: Path) -> None:
    with running(tmp_path) as address:
        page = browser.new_page()
        page.goto(f"{address}/#/people", timeout=START)
        expect(page.get_by_text("単独利用", exact=True)).to_be_visible(timeout=START)
        expect(page.get_by_text("まだ利用者がいません")).to_be_visible()
        page.close()
