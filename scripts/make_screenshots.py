"""Takes the pictures of the README: a real application, the real samples, a real browser.

    .venv/bin/python scripts/make_screenshots.py

Writes docs/images/*.png. Takes some minutes: both samples are transcribed first.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import httpx
from PIL import Image
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT / "recordings" / "sample"
IMAGES = ROOT / "docs" / "images"
NAMES = {"S1": "青木委員長", "S2": "高橋課長", "S3": "上田委員", "S4": "石川委員"}
MANUALS = 6
"""The files of the sample library."""
PATIENCE = 900.0
"""Seconds for one sample, on a slow machine."""


class Site:
    """The application on an empty data folder, and a page that looks at it."""

    def __init__(self, address: str, page: Page) -> None:
        self._address = address
        self._page = page
        self._client = httpx.Client(base_url=address, timeout=60)
        self._client.headers["X-Kikigaki-Token"] = self._client.get("/api/me").json()["csrf"]

    def add(self, file: Path, name: str, kind: str = "", *, manuals: bool = False) -> str:
        """Adds a recording; gives its id."""
        asked = {"name": name, "kind": kind, "manuals": str(manuals).lower()}
        answer = self._client.put("/api/recordings", params=asked, content=file.read_bytes())
        return str(answer.raise_for_status().json()["id"])

    def state(self, recording: str) -> tuple[str, float]:
        """The state, and how much is done."""
        entries = self._client.get("/api/recordings").json()["recordings"]
        (entry,) = [one for one in entries if one["id"] == recording]
        progress = entry["progress"] or {"share": 0.0}
        return str(entry["state"]), float(progress["share"])

    def wait(self, recording: str, share: float = 1.0) -> None:
        """Until the recording has come so far, or has ended."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            state, done = self.state(recording)
            if state not in {"waiting", "running"} or done >= share:
                return
            time.sleep(0.5)
        raise TimeoutError(recording)

    def wait_for_manuals(self) -> None:
        """Until the worker has taken in and embedded what lies in the watched folder."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            editions = self._client.get("/api/manuals").json()["editions"]
            if len(editions) == MANUALS and all(
                one["embedded"] == one["passages"] for one in editions
            ):
                return
            time.sleep(1)
        raise TimeoutError("manuals")

    def name(self, recording: str, names: dict[str, str]) -> None:
        """Names the speakers who are there."""
        transcript = self._client.get(f"/api/recordings/{recording}/transcript").json()
        for speaker in transcript["speakers"]:
            address = f"/api/recordings/{recording}/speakers/{speaker['id']}"
            if speaker["id"] in names:
                self._client.put(address, json={"name": names[speaker["id"]]}).raise_for_status()

    def look(self, image: str, recording: str = "", play: int | None = None) -> None:
        """Takes a picture of a recording's page, with turn number `play` being played."""
        self._page.goto(f"{self._address}/?recording={recording}")
        self._page.locator(".kk-card, .kk-welcome, .kk-turn").first.wait_for(timeout=60_000)
        if play is not None:
            self._page.locator(".kk-turn").nth(play).locator("time").click()
            self._page.wait_for_timeout(1500)
            self._page.keyboard.press("Space")
            self._page.mouse.move(640, 700)
        self.take(image)

    def ask(self, image: str, question: str) -> None:
        """Takes a picture of the answer to a question, with the first section open."""
        self._page.goto(f"{self._address}/#/manuals")
        self._page.locator("#kk-question").fill(question, timeout=60_000)
        self._page.keyboard.press("Enter")
        self._page.locator(".kk-hit").first.click(timeout=60_000)
        self._page.locator(".kk-section h2").wait_for()
        self._page.mouse.move(640, 700)
        self.take(image)

    def search(self, image: str, words: str) -> None:
        """Takes a picture of what was said about some words."""
        self._page.goto(f"{self._address}/#/search")
        self._page.locator(".kk-search-place .kk-question").first.fill(words, timeout=60_000)
        self._page.keyboard.press("Enter")
        self._page.locator(".kk-found-turn").first.wait_for(timeout=60_000)
        self._page.keyboard.press("ArrowDown")
        self.take(image)

    def take(self, image: str) -> None:
        """Takes a picture of what is there."""
        self._page.wait_for_timeout(500)
        IMAGES.mkdir(parents=True, exist_ok=True)
        picture = Image.open(BytesIO(self._page.screenshot()))
        # The method that keeps colours of few pixels: the lamp stays green.
        few = picture.convert("RGB").quantize(
            256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE
        )
        few.save(IMAGES / f"{image}.png", optimize=True)


def take_pictures(site: Site, broken: Path) -> None:
    """The states that a clerk meets."""
    site.look("empty")
    site.wait_for_manuals()
    site.ask("manuals", "子どもの顔にあざがあって、叩かれてるみたい")
    meeting = site.add(SAMPLES / "meeting.wav", "文教委員会 令和8年11月20日.wav", "meeting")
    call = site.add(SAMPLES / "call.wav", "電話相談 0123.wav", "call", manuals=True)
    bad = site.add(broken, "壊れた録音.m4a")
    site.wait(meeting, 0.1)
    site.look("progress", meeting)
    for recording in (meeting, call, bad):
        site.wait(recording)
    site.name(meeting, NAMES)
    site.look("meeting", meeting, play=2)
    site.look("call", call, play=12)
    site.look("error", bad)
    site.search("search", "安全 確認")


def main() -> None:
    """Starts the application on an empty folder and looks at it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with TemporaryDirectory() as folder, sync_playwright() as play:
        broken = Path(folder) / "broken.m4a"
        broken.write_bytes(bytes(range(256)) * 16)
        data = Path(folder) / "data"
        environment = os.environ | {"KIKIGAKI_DATA_DIR": str(data), "KIKIGAKI_PORT": str(port)}
        environment["KIKIGAKI_MANUALS_DIR"] = str(ROOT / "manuals")
        environment.setdefault("KIKIGAKI_MODELS_DIR", str(ROOT / "state" / "models"))
        address = f"http://127.0.0.1:{port}"
        app = subprocess.Popen([sys.executable, "app.py"], cwd=ROOT, env=environment)
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        try:
            until_open(address)
            page = browser.new_page(viewport={"width": 1280, "height": 720}, locale="ja-JP")
            take_pictures(Site(address, page), broken)
        finally:
            browser.close()
            app.terminate()
            app.wait()


def until_open(address: str) -> None:
    """Waits for the application to answer."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            httpx.get(f"{address}/api/site", timeout=5).raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.5)
        else:
            return
    raise TimeoutError(address)


if __name__ == "__main__":
    main()
