"""Backups on the page: made by a worker, verified, told of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.acceptance.browsing import START, running, watched_page

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Locator

pytestmark = pytest.mark.browser


def press(control: Locator) -> None:
    """By keyboard."""
    control.focus()
    control.press("Enter")


def test_one_is_made_and_verified_by_keyboard(browser: Browser, tmp_path: Path) -> None:
    with running(tmp_path) as address, watched_page(browser, address) as page:
        page.goto(f"{address}/#/people/backup")
        expect(page.get_by_text("まだバックアップがありません。")).to_be_visible(timeout=START)
        expect(page.get_by_text("データと同じディスクなので")).to_be_visible()
        press(page.get_by_role("button", name="いまバックアップする"))
        expect(page.get_by_text("最後のバックアップは")).to_contain_text("読めることを確かめました")
        (file,) = (tmp_path / "backups").iterdir()
        row = page.get_by_role("row", name=file.name)
        expect(row).to_contain_text(str(tmp_path / "backups"))
        expect(row).to_contain_text("この機械の利用者")
        press(page.locator(".kk-restoring summary"))
        command = f"KIKIGAKI_DATA_DIR=空のフォルダー kikigaki restore {file}"
        expect(page.locator(".kk-command").first).to_have_text(command)

        file.write_bytes(file.read_bytes()[:-1])
        press(row.get_by_role("button", name="読めるか確かめる"))
        expect(page.locator(".kk-wrong")).to_contain_text(file.name)
        expect(page.get_by_text("最後のバックアップは")).to_contain_text("読めませんでした")
        press(page.get_by_role("button", name="English"))
        expect(page.get_by_text("The last backup was made")).to_contain_text("could not be read")
