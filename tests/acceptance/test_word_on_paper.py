"""A Word document as it comes out of a printer: LibreOffice lays it out, pdfium looks at it."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pypdfium2 as pdfium
import pytest

from assistant.export.word import WordExporter
from assistant.model import Flag, Speaker
from tests.transcripts import segment, transcript

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from assistant.model import Transcript

pytestmark = pytest.mark.office

DOTS_PER_POINT = 2.0
MM = 72 / 25.4

PEOPLE = (
    Speaker("A", "青木委員長", "委員長"),
    Speaker("B", "加藤児童相談課長", "児童相談課長"),
    Speaker("C", "上田委員", "委員"),
)
SAID = (
    "A ただいまから文教委員会を開会いたします。会議録署名委員に上田委員を指名いたします。",
    "B 令和７年度の相談受付件数は3,512件で、前年度と比べて4.2％の増でございます。#low_probability",
    "C 48時間以内の安全確認の実施率を伺います。また、髙橋﨑①㈱についても併せて御説明ください。",
    "A 御異議なしと認め、さよう決定いたしました。",
)


@dataclass(frozen=True)
class Page:
    """What is on a sheet: `ink` is (rows, columns), True where it is printed."""

    width: float
    height: float
    text: str
    ink: NDArray[np.bool_]


def long_meeting() -> Transcript:
    """Sixty turns on several pages."""
    notation = [
        f"{SAID[n % 4][0]} {10 * n}-{10 * n + 9} 第{n}号。{SAID[n % 4][2:].replace('#', ' #')}"
        for n in range(60)
    ]
    imagined = segment("ご視聴ありがとうございました。", 40, 42, Flag.STOCK_PHRASE)
    return transcript(" | ".join(notation), speakers=PEOPLE, withheld=(imagined,) * 60)


@pytest.fixture(scope="module")
def made() -> Transcript:
    return long_meeting()


@pytest.fixture(scope="module")
def paper(made: Transcript, tmp_path_factory: pytest.TempPathFactory) -> pdfium.PdfDocument:
    folder = tmp_path_factory.mktemp("word")
    with (folder / "会議.docx").open("wb") as stream:
        WordExporter().export(made, stream)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder)]
    subprocess.run(
        [*command, str(folder / "会議.docx")], check=True, capture_output=True, timeout=180
    )
    return pdfium.PdfDocument(folder / "会議.pdf")


@pytest.fixture(scope="module")
def pages(paper: pdfium.PdfDocument) -> list[Page]:
    return [_page(page) for page in paper]


def _page(page: pdfium.PdfPage) -> Page:
    image = page.render(scale=DOTS_PER_POINT).to_pil().convert("L")
    width, height = page.get_size()
    text = page.get_textpage().get_text_bounded()
    return Page(width, height, text, np.asarray(image) < 200)


def unspaced(text: str) -> str:
    return "".join(text.split())


def test_every_sheet_is_a4_and_numbered(pages: list[Page]) -> None:
    assert len(pages) > 4
    for number, page in enumerate(pages, 1):
        assert (round(page.width / MM), round(page.height / MM)) == (210, 297)
        assert f"－{number}－" in unspaced(page.text)


def test_everything_that_was_said_is_on_paper_in_order(made: Transcript, pages: list[Page]) -> None:
    # A turn may go over to the next page, with the page number between its lines.
    paper = unspaced(
        "".join(page.text.replace(f"－ {n} －", "") for n, page in enumerate(pages, 1))
    )
    places = [paper.find(unspaced(turn.text)) for turn in made.turns]
    assert -1 not in places
    assert all(before < after for before, after in pairwise(places))


def test_nothing_is_printed_outside_the_margins(pages: list[Page]) -> None:
    for page in pages:
        rows, columns = np.nonzero(page.ink)
        assert columns.min() >= 13 * MM * DOTS_PER_POINT, "times stand in the left margin"
        assert columns.max() <= (210 - 29) * MM * DOTS_PER_POINT
        assert rows.min() >= 34 * MM * DOTS_PER_POINT
        assert rows.max() <= (297 - 13) * MM * DOTS_PER_POINT


def test_lines_do_not_run_into_each_other(pages: list[Page]) -> None:
    """Between two lines of a full page is a row without any ink, 36 times at most."""
    body = pages[2].ink[: int((297 - 30) * MM * DOTS_PER_POINT)]
    printed = body.any(axis=1).astype(int)
    lines = int((np.diff(printed) == 1).sum())
    assert 30 <= lines <= 36


def test_characters_have_glyphs_of_their_own(paper: pdfium.PdfDocument) -> None:
    """A font without Japanese prints the same box for every character."""
    shapes = _shapes(paper[0], "会議録音文字委員長髙﨑")
    assert len(shapes) == 11
    likeness = np.corrcoef(np.stack(list(shapes.values())))
    assert (likeness - np.eye(len(shapes))).max() < 0.8


def _shapes(page: pdfium.PdfPage, wanted: str) -> dict[str, NDArray[np.float64]]:
    """The print of characters, each as 16 x 16 grey values in one row."""
    scale = 4
    image = page.render(scale=scale).to_pil().convert("L")
    letters = page.get_textpage()
    shapes = {}
    for at in range(letters.count_chars()):
        character = letters.get_text_range(at, 1)
        if character in wanted:
            left, bottom, right, top = letters.get_charbox(at)
            height = page.get_height()
            box = [left * scale, (height - top) * scale, right * scale, (height - bottom) * scale]
            grey = image.crop([round(edge) for edge in box]).resize((16, 16))
            shapes[character] = np.asarray(grey, np.float64).ravel()
    return shapes


def test_tables_that_go_on_repeat_their_heading(pages: list[Page]) -> None:
    heads = [page for page in pages if "認識された文字" in page.text]
    assert len(heads) >= 2
