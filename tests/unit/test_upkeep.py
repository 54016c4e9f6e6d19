from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from assistant.errors import DatabaseUnavailable, MissingWeights
from assistant.jobs import upkeep
from assistant.jobs.upkeep import ManualUpkeep, tend
from assistant.services import watching
from assistant.services.manuals import ManualLibrary
from assistant.testing import (
    FakeClock,
    FakeEmbedder,
    FakeManualTools,
    InMemoryManualStore,
    MemoryWatchedFiles,
    PlainVault,
)

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "SETTLED", 0.0)
    monkeypatch.setattr(upkeep, "LOOK_EVERY", 0.0)
    monkeypatch.setattr(upkeep, "REST", 0.01)
    monkeypatch.setattr(upkeep, "REST_AFTER_FAULT", 0.01)


@pytest.fixture
def tools() -> FakeManualTools:
    return FakeManualTools()


@pytest.fixture
def library(tmp_path: Path, tools: FakeManualTools) -> ManualLibrary:
    store = InMemoryManualStore()
    return ManualLibrary(
        tmp_path / "kept", PlainVault(), store, MemoryWatchedFiles(), tools, FakeClock()
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "manuals").mkdir()
    return tmp_path / "manuals"


def write(path: Path, passages: int) -> None:
    path.write_text("\n".join(f"{path.stem}の{n}番目。" for n in range(passages)), encoding="utf-8")


def test_new_files_are_taken_one_by_one_and_embedded_in_batches(
    library: ManualLibrary, folder: Path, tools: FakeManualTools
) -> None:
    write(folder / "a.md", 20)
    write(folder / "b.md", 4)
    keeper = ManualUpkeep(library, folder)

    seen = []
    while keeper.step():
        editions = library.editions()
        seen.append((len(editions), sum(one.embedded for one in editions)))

    assert seen == [(1, 0), (2, 0), (2, 16), (2, 24)]
    write(folder / "c.md", 1)
    assert keeper.step()
    assert len(library.editions()) == 3


def test_files_are_searchable_by_words_without_weights(
    library: ManualLibrary, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(self: FakeManualTools) -> FakeEmbedder:
        raise MissingWeights(name="e5", folder="models")

    monkeypatch.setattr(FakeManualTools, "embedder", missing)
    write(folder / "a.md", 2)
    keeper = ManualUpkeep(library, folder)
    assert keeper.step()
    assert len(library.store.indexed()) == 2
    with pytest.raises(MissingWeights):
        keeper.step()


def test_nothing_is_done_while_a_recording_is_worked_on_and_faults_do_not_end_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    busy, done = threading.Event(), threading.Event()
    busy.set()
    failures = [DatabaseUnavailable(place="x"), ZeroDivisionError("秘密"), None]
    steps: list[bool] = []

    def step() -> bool:
        steps.append(busy.is_set())
        failure = failures.pop(0) if failures else None
        if failure is not None:
            raise failure
        done.set()
        return False

    tend(step, busy.is_set)
    assert not done.wait(0.05)
    busy.clear()
    assert done.wait(5)
    assert not any(steps)
    assert "秘密" not in caplog.text


def test_a_look_that_failed_is_taken_again(
    library: ManualLibrary, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder / "a.md", 1)
    keeper = ManualUpkeep(library, folder)
    with monkeypatch.context() as patched:

        def down(*_: object) -> None:
            raise DatabaseUnavailable(place="x")

        patched.setattr(library.store, "add", down)
        with pytest.raises(DatabaseUnavailable):
            keeper.step()
    assert keeper.step()
    assert len(library.editions()) == 1
