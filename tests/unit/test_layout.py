from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from assistant.errors import BadModelFolder
from assistant.speech.layout import Layout, files_of, layout_of
from tests.model_folders import (
    encoder_folder,
    pipeline_folder,
    reranker_folder,
    whisper_folder,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.mark.parametrize(
    ("build", "layout"),
    [
        (whisper_folder, Layout.WHISPER),
        (pipeline_folder, Layout.PIPELINE),
        (encoder_folder, Layout.ENCODER),
        (reranker_folder, Layout.RERANKER),
    ],
)
def test_the_files_tell_the_kind(
    tmp_path: Path, build: Callable[[Path], Path], layout: Layout
) -> None:
    assert layout_of(build(tmp_path / "weights")) is layout


@pytest.mark.parametrize("name", ["model.bin", "config.json", "tokenizer.json", "vocabulary.txt"])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    folder = whisper_folder(tmp_path / "w")
    (folder / name).unlink()
    with pytest.raises(BadModelFolder, match=name.split(".")[0]):
        layout_of(folder)


def test_weights_of_another_format_are_no_whisper(tmp_path: Path) -> None:
    folder = whisper_folder(tmp_path / "w", b"\x80\x02}q\x00(pickle")
    with pytest.raises(BadModelFolder, match="CTranslate2"):
        layout_of(folder)


def test_an_empty_or_absent_folder_is_no_weights(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(BadModelFolder, match=r"model\.bin"):
            layout_of(folder)


def test_a_broken_configuration_is_named(tmp_path: Path) -> None:
    folder = whisper_folder(tmp_path / "w")
    (folder / "config.json").write_text("{")
    with pytest.raises(BadModelFolder, match=r"config\.json"):
        layout_of(folder)


def test_a_pipeline_needs_the_models_it_names(tmp_path: Path) -> None:
    folder = pipeline_folder(tmp_path / "p")
    shutil.rmtree(folder / "embedding")
    with pytest.raises(BadModelFolder, match="embedding"):
        layout_of(folder)


def test_a_pipeline_that_would_run_foreign_code_is_refused(tmp_path: Path) -> None:
    folder = pipeline_folder(tmp_path / "p")
    with (folder / "config.yaml").open("a") as config:
        config.write("preprocessors:\n  audio:\n    name: os.system\n")
    with pytest.raises(BadModelFolder, match=r"os\.system"):
        layout_of(folder)


def test_an_encoder_needs_its_modules_and_tensors(tmp_path: Path) -> None:
    folder = encoder_folder(tmp_path / "e")
    (folder / "model.safetensors").unlink()
    with pytest.raises(BadModelFolder, match="safetensors"):
        layout_of(folder)
    shutil.rmtree(folder / "1_Pooling")
    with pytest.raises(BadModelFolder, match="1_Pooling"):
        layout_of(folder)


def test_the_library_notes_what_is_a_cross_encoder(tmp_path: Path) -> None:
    folder = encoder_folder(tmp_path / "r")
    (folder / "tokenizer.json").write_text("{}")
    note = folder / "config_sentence_transformers.json"
    note.write_text('{"model_type": "CrossEncoder"}')
    assert layout_of(folder) is Layout.RERANKER
    note.write_text('{"model_type": "SentenceTransformer"}')
    assert layout_of(folder) is Layout.ENCODER


@pytest.mark.parametrize("name", ["tokenizer.json", "model.safetensors"])
def test_a_cross_encoder_needs_its_tokenizer_and_tensors(tmp_path: Path, name: str) -> None:
    folder = reranker_folder(tmp_path / "r")
    (folder / name).unlink()
    with pytest.raises(BadModelFolder, match=name.split(".")[0]):
        layout_of(folder)


def test_other_formats_beside_whisper_stay_behind(tmp_path: Path) -> None:
    folder = whisper_folder(tmp_path / "w")
    (folder / "pytorch_model.bin").write_bytes(b"the same once more")
    (folder / "LICENSE").write_text("MIT")
    assert files_of(folder, Layout.WHISPER) == [
        "LICENSE",
        "config.json",
        "model.bin",
        "tokenizer.json",
        "vocabulary.txt",
    ]


def test_hidden_files_stay_behind(tmp_path: Path) -> None:
    files = files_of(pipeline_folder(tmp_path / "p"), Layout.PIPELINE)
    assert "segmentation/pytorch_model.bin" in files
    assert ".gitattributes" not in files
