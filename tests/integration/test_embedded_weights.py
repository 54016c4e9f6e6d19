"""The real embedded weights: joined, checked and loaded."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np
import pytest

from assistant.speech.embedded import PARCELS, join_embedded
from assistant.speech.weights import WeightStore

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.weights

INSTALLED = [parcel for parcel in PARCELS if parcel.folders()]


@pytest.mark.parametrize("parcel", INSTALLED, ids=lambda parcel: parcel.parts[0])
def test_joined_weights_load_and_know_japanese(parcel: object, tmp_path: Path) -> None:
    import ctranslate2

    folder = tmp_path / "whisper-base"
    join_embedded(folder, tuple(one for one in PARCELS if one is parcel))
    threads = len(os.sched_getaffinity(0))
    model = ctranslate2.models.Whisper(str(folder), compute_type="int8", intra_threads=threads)
    assert model.is_multilingual
    tone = np.zeros((1, model.n_mels, 3000), np.float32)
    languages = model.detect_language(ctranslate2.StorageView.from_array(tone))[0]
    assert "<|ja|>" in dict(languages)


def test_the_first_use_joins_and_the_note_is_true(tmp_path: Path) -> None:
    store = WeightStore(tmp_path)
    use = store.resolve("auto").use
    assert use.embedded
    assert store.verify(use.name).sha256 == use.sha256
