"""The embedded weights, joined and loaded once for all tests; a database on each engine."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from assistant.speech.weights import WeightStore
from assistant.store.engine import Database
from tests import databases

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from assistant.speech.weights import Weights
    from assistant.speech.whisper import WhisperRecognizer
    from tests.databases import Server


@pytest.fixture(scope="session")
def whisper_base(tmp_path_factory: pytest.TempPathFactory) -> Weights:
    """Whisper base, in a folder."""
    return WeightStore(tmp_path_factory.mktemp("models")).resolve("whisper-base")


@pytest.fixture(scope="session")
def recognizer(whisper_base: Weights) -> WhisperRecognizer:
    """Whisper base on the CPU, with the default settings."""
    from assistant.speech.whisper import WhisperRecognizer

    threads = len(os.sched_getaffinity(0))
    return WhisperRecognizer(whisper_base.folder, whisper_base.use, device="cpu", threads=threads)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A real PostgreSQL."""
    folder = databases.programs()
    if folder is None:
        pytest.skip("PostgreSQL is not installed: make test installs it")
    with databases.server(folder) as running:
        yield running


@pytest.fixture(scope="session")
def pgvector() -> Iterator[Server]:
    """A real PostgreSQL that compares vectors itself."""
    folder = databases.programs_with_pgvector()
    if folder is None:
        pytest.skip("there is no pgvector for this machine on PyPI")
    with databases.server(folder) as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """Where an empty database is, once on each engine; with pgvector where a test asks for it."""
    if request.param == "sqlite":
        return tmp_path / "state" / "kikigaki.sqlite"
    address: str = request.getfixturevalue(request.param).fresh()
    return address


@pytest.fixture
def database(place: Path | str) -> Iterator[Database]:
    """An upgraded database, once on each engine."""
    opened = Database(place)
    opened.upgrade()
    yield opened
    opened.close()
