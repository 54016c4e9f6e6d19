"""The embedded weights, joined and loaded once for all tests."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from assistant.speech.weights import WeightStore

if TYPE_CHECKING:
    from assistant.speech.weights import Weights
    from assistant.speech.whisper import WhisperRecognizer


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
