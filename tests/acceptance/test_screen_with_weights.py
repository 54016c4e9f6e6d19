"""The whole way once, with nothing replaced: `app.py`, its worker, the embedded weights."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import wave
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.acceptance.browsing import CHROMIUM, QUIET, START, free_port, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.weights]

ROOT = Path(__file__).parents[2]
HEARD = 240_000
"""Milliseconds for fifteen seconds of sound, loading of all weights included."""


def cut(source: Path, target: Path, seconds: int) -> Path:
    """The first `seconds` of a WAV file."""
    with wave.open(str(source)) as whole, wave.open(str(target), "wb") as part:
        part.setparams(whole.getparams())
        part.writeframes(whole.readframes(seconds * whole.getframerate()))
    return target


def test_a_call_is_heard_with_the_embedded_weights(tmp_path: Path) -> None:
    clip = cut(ROOT / "recordings" / "sample" / "call.wav", tmp_path / "電話相談.wav", 15)
    port = free_port()
    settings = {"KIKIGAKI_DATA_DIR": str(tmp_path / "data"), "KIKIGAKI_PORT": str(port)}
    address = f"http://127.0.0.1:{port}"
    with (
        sync_playwright() as play,
        subprocess.Popen([sys.executable, "app.py"], cwd=ROOT, env=os.environ | settings) as app,
    ):
        try:
            wait_for(address, app)
            page = play.chromium.launch(executable_path=CHROMIUM, args=QUIET).new_page()
            page.goto(f"{address}/?lang=ja", timeout=START)
            page.locator("#kk-files").set_input_files(clip)

            expect(page.locator(".kk-turn").first).to_be_visible(timeout=HEARD)
            who = page.locator(".kk-who")
            assert set(who.all_text_contents()) == {"相談者", "職員"}
            text = "".join(page.locator(".kk-text").all_text_contents())
            assert len(re.findall(r"[\u3040-\u30ff\u4e00-\u9fff]", text)) > 30
            expect(page.locator(".kk-advice")).to_contain_text("kikigaki models add")
            page.locator(".kk-turn").nth(1).locator("time").click()
            expect(page.locator(".kk-turn").nth(1)).to_have_class(re.compile("kk-playing"))
        finally:
            app.terminate()
