"""Small folders and packages in the layouts of real weights, for tests of where weights live."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from assistant.speech.embedded import Parcel
from assistant.speech.manifest import FileNote

if TYPE_CHECKING:
    from pathlib import Path

MODEL = b"\x06\0\0\0\x0c\0WhisperSpec\0" + bytes(range(256)) * 64
"""Begins as a CTranslate2 Whisper does."""


def whisper_folder(folder: Path, model: bytes = MODEL) -> Path:
    """A folder that looks like CTranslate2's Whisper."""
    return _filled(
        folder,
        {
            "model.bin": model,
            "config.json": b'{"lang_ids": [50259]}',
            "tokenizer.json": b"{}",
            "vocabulary.txt": b"a\nb\n",
        },
    )


def pipeline_folder(folder: Path) -> Path:
    """A folder that looks like pyannote's speaker-diarization-community-1."""
    config = (
        "dependencies:\n  pyannote.audio: 4.0.0\n"
        "pipeline:\n  name: pyannote.audio.pipelines.SpeakerDiarization\n  params:\n"
        "    segmentation: $model/segmentation\n    embedding: $model/embedding\n"
    )
    return _filled(
        folder,
        {
            "config.yaml": config.encode(),
            "segmentation/pytorch_model.bin": b"segmentation",
            "embedding/pytorch_model.bin": b"embedding, larger",
            ".gitattributes": b"* text",
        },
    )


def encoder_folder(folder: Path) -> Path:
    """A folder that looks like a sentence-transformers model."""
    modules = [
        {"idx": 0, "path": "", "type": "sentence_transformers.models.Transformer"},
        {"idx": 1, "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
        {"idx": 2, "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
    ]
    return _filled(
        folder,
        {
            "modules.json": json.dumps(modules).encode(),
            "config.json": b"{}",
            "model.safetensors": b"tensors",
            "1_Pooling/config.json": b"{}",
        },
    )


def reranker_folder(folder: Path) -> Path:
    """A folder that looks like a cross-encoder as the hub has them."""
    return _filled(
        folder,
        {
            "config.json": b'{"architectures": ["XLMRobertaForSequenceClassification"]}',
            "tokenizer.json": b"{}",
            "model.safetensors": b"tensors",
        },
    )


def packaged_whisper(site: Path, model: bytes = MODEL, prefix: str = "fake_whisper") -> Parcel:
    """Two packages in `site` with a model cut in two, and what says how to join them."""
    whole = whisper_folder(site / f"{prefix}_whole", model)
    files = sorted(path for path in whole.iterdir() if path.is_file())
    notes = tuple(
        FileNote(path.name, path.stat().st_size, hashlib.sha256(path.read_bytes()).hexdigest())
        for path in files
    )
    half = len(model) // 2
    first, second = f"{prefix}_1", f"{prefix}_2"
    rest = {path.name: path.read_bytes() for path in files if path.name != "model.bin"}
    _package(site, first, rest | {"model.bin.part1": model[:half]})
    _package(site, second, {"model.bin.part2": model[half:]})
    return Parcel(source=prefix, parts=(first, second), files=notes)


def _package(site: Path, name: str, data: dict[str, bytes]) -> None:
    # Importing it would fail the test: the packages are to be found, never run.
    code = b"raise AssertionError('imported')\n"
    _filled(site / name, {"__init__.py": code} | {f"data/{k}": v for k, v in data.items()})


def _filled(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder
