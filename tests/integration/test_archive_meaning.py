"""What the search of the archive finds by meaning, with the embedded weights."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from assistant.bootstrap import Application
from assistant.people import SINGLE_USER
from assistant.search import By
from assistant.services.archive_search import Page
from assistant.settings import Settings
from tests.recordings import write_tone
from tests.samples import truth
from tests.transcripts import transcript

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.services.archive_search import ArchiveSearch

pytestmark = pytest.mark.weights

SAID = {
    "匿名でもよいか": "お名前",
    "けがの様子": "あざ",
    "虐待の件数": "相談受付件数",
    "子どもの年齢と服装": "4歳か5歳",
}
NOT_SAID = ("宇宙旅行の予算", "給食の献立", "今日の天気", "図書館の開館時間", "野球の試合結果")


@pytest.fixture(scope="module")
def search(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ArchiveSearch]:
    """An archive of what was really said in both samples, whose windows are embedded."""
    folder = tmp_path_factory.mktemp("data")
    application = Application(Settings(data_dir=folder, seal=False))
    tone = write_tone(folder / "tone.wav")
    for name in ("meeting", "call"):
        said = [turn for turn in truth(name) if turn["text"]]
        notation = " | ".join(f"A {one['start']}-{one['end']} {one['text']}" for one in said)
        made = transcript(notation, name=f"{name}.wav")
        work = replace(made.provenance, settings={"work": name})
        application.library.take(SINGLE_USER, replace(made, provenance=work), tone)
    windows = application.archive_windows()
    while windows.step():
        pass
    yield application.archive_search
    application.database.close()


@pytest.mark.parametrize("question", SAID)
def test_what_was_said_in_other_words_is_found(search: ArchiveSearch, question: str) -> None:
    found = search.search(SINGLE_USER, question, page=Page(limit=5))

    assert any(SAID[question] in hit.text for hit in found.hits)
    assert found.total < 20, "not everything that was said"


@pytest.mark.parametrize("question", NOT_SAID)
def test_what_was_not_said_is_not_found(search: ArchiveSearch, question: str) -> None:
    found = search.search(SINGLE_USER, question)

    assert [hit.text for hit in found.hits if hit.by is By.MEANING] == []
