"""The sample manuals with bytes changed, cut off or doubled: a sentence or a document, at once."""

from __future__ import annotations

import zipfile
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.errors import ManualError
from assistant.knowledge.reading import FileReader
from tests.pdf_files import Page, pdf

SAMPLES = sorted((Path(__file__).parents[2] / "manuals" / "sample").iterdir())
FUZZ = settings(
    max_examples=60,
    deadline=20_000,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
changes = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=0, max_size=6),
              st.integers(0, 40)),
    min_size=1,
    max_size=8,
)  # fmt: skip
Changes = list[tuple[float, bytes, int]]


def changed(data: bytes, edits: Changes) -> bytes:
    """Bytes put in where others are taken away, at shares of the length."""
    for place, new, gone in edits:
        at = int(place * len(data))
        data = data[:at] + new + data[at + gone :]
    return data


def read(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    with suppress(ManualError):
        document = FileReader().read(path)
        assert document.title
        assert all(one.text.strip() for one in document.blocks)


@pytest.mark.parametrize("sample", [one for one in SAMPLES if one.suffix != ".pdf"],
                         ids=lambda one: one.name)  # fmt: skip
@FUZZ
@given(changes)
def test_a_changed_file_is_read_or_refused(tmp_path: Path, sample: Path, edits: Changes) -> None:
    read(tmp_path / sample.name, changed(sample.read_bytes(), edits))


@pytest.mark.parametrize("sample", [one for one in SAMPLES if one.suffix in {".docx", ".xlsx"}],
                         ids=lambda one: one.name)  # fmt: skip
@FUZZ
@given(st.floats(0, 1, exclude_max=True), changes)
def test_a_file_with_a_changed_part_is_read_or_refused(
    tmp_path: Path, sample: Path, which: float, edits: Changes
) -> None:
    """The archive itself is whole, so that the readers see the damage."""
    packed = BytesIO()
    with zipfile.ZipFile(sample) as whole, zipfile.ZipFile(packed, "w") as damaged:
        names = whole.namelist()
        hit = names[int(which * len(names))]
        for name in names:
            data = whole.read(name)
            damaged.writestr(name, changed(data, edits) if name == hit else data)
    read(tmp_path / sample.name, packed.getvalue())


@FUZZ
@given(changes)
def test_a_changed_pdf_is_read_or_refused(tmp_path: Path, edits: Changes) -> None:
    """A small one: its text is not packed, so that every part of it is met."""
    page = Page().lines("第1章 総則", "職員は、通告を受けたときは直ちに記録する。")
    page.rule(70, 200, 300, 200).rule(70, 220, 300, 220).rule(70, 200, 70, 220)
    page.rule(300, 200, 300, 220).rule(180, 200, 180, 220).text("甲", 80, 215)
    made = pdf(tmp_path / "whole.pdf", [page, Page().lines("次の頁。")], [(1, "総則", 1)])
    read(tmp_path / "a.pdf", changed(made.read_bytes(), edits))


@pytest.mark.parametrize("sample", [one for one in SAMPLES if one.suffix == ".pdf"],
                         ids=lambda one: one.name)  # fmt: skip
@settings(FUZZ, max_examples=8)
@given(changes)
def test_a_changed_sample_pdf_is_read_or_refused(
    tmp_path: Path, sample: Path, edits: Changes
) -> None:
    read(tmp_path / sample.name, changed(sample.read_bytes(), edits))
