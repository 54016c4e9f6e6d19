"""What a folder of weights holds, told by the files in it."""

from __future__ import annotations

import json
import re
from enum import StrEnum
from typing import TYPE_CHECKING

from assistant.errors import BadModelFolder

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MANIFEST_NAME = "kikigaki.json"
"""Our own note beside the weights: what came, from where, with which checksums."""

_WHISPER_FILES = ("model.bin", "config.json", "tokenizer.json", "vocabulary.*")
_WHISPER_EXTRAS = ("preprocessor_config.json",)
_PAPERS = ("LICENSE*", "LICENCE*", "README*", "SHA256SUMS")
_TENSORS = {".safetensors", ".bin", ".onnx", ".pt", ".ckpt", ".npz"}


class Layout(StrEnum):
    """The kinds of weights that the program can use."""

    WHISPER = "whisper"
    """A CTranslate2 conversion of Whisper: recognition."""
    PIPELINE = "pyannote"
    """A pyannote.audio pipeline with its models beside it: speakers."""
    ENCODER = "encoder"
    """A sentence-transformers model: search."""
    RERANKER = "reranker"
    """A cross-encoder, which reads a question and a passage together: search."""


def layout_of(folder: Path) -> Layout:
    """The kind of weights in `folder`.

    Raises:
        BadModelFolder: of no known kind, or a file of that kind is missing.
    """
    if (folder / "config.yaml").is_file():
        layout, missing = Layout.PIPELINE, _missing_of_pipeline(folder)
    elif _is_cross_encoder(folder):
        layout, missing = Layout.RERANKER, _missing_of_cross_encoder(folder)
    elif (folder / "modules.json").is_file():
        layout, missing = Layout.ENCODER, _missing_of_encoder(folder)
    else:
        layout, missing = Layout.WHISPER, _missing_of_whisper(folder)
    if missing:
        raise BadModelFolder(path=folder, missing=", ".join(missing))
    return layout


def files_of(folder: Path, layout: Layout) -> list[str]:
    """The files worth keeping, as POSIX paths inside `folder`, sorted; links count as files.

    Of a Whisper folder only what CTranslate2 reads and the papers, since hubs often keep the same
    weights in other formats beside it; of the others everything that is not hidden.
    """
    if layout is Layout.WHISPER:
        patterns = (*_WHISPER_FILES, *_WHISPER_EXTRAS, *_PAPERS)
        found: Iterable[Path] = (path for pattern in patterns for path in folder.glob(pattern))
    else:
        found = folder.rglob("*")
    inside = (path.relative_to(folder) for path in found if path.is_file())
    return sorted(
        path.as_posix()
        for path in inside
        if path.name != MANIFEST_NAME and not any(part.startswith(".") for part in path.parts)
    )


def _missing_of_whisper(folder: Path) -> list[str]:
    missing = [name for name in _WHISPER_FILES if not any(folder.glob(name))]
    if "model.bin" not in missing and not _is_converted_whisper(folder / "model.bin"):
        missing.insert(0, "model.bin (CTranslate2, WhisperSpec)")
    if "config.json" not in missing and _json(folder / "config.json") is None:
        missing.append("config.json (JSON)")
    return missing


def _is_converted_whisper(path: Path) -> bool:
    # A CTranslate2 model begins with its format's version and the name of its specification.
    with path.open("rb") as stream:
        return b"WhisperSpec" in stream.read(64)


def _missing_of_pipeline(folder: Path) -> list[str]:
    text = (folder / "config.yaml").read_text("utf-8", "replace")
    if not re.search(r"^pipeline:", text, re.MULTILINE):
        return ["config.yaml (pipeline:)"]
    # A pipeline's parts are imported by name when it loads: nothing but pyannote's own may be.
    foreign = [
        name
        for name in re.findall(r"\bname:\s*[\"']?([\w.]+)", text)
        if not name.startswith("pyannote.audio.")
    ]
    if foreign:
        return [f"config.yaml (pyannote.audio.…, not {foreign[0]})"]
    parts = sorted(set(re.findall(r"\$model/([\w.-]+(?:/[\w.-]+)*)", text)))
    missing = [part for part in parts if not (folder / part).exists()]
    return missing or ([] if _has_tensors(folder) else ["pytorch_model.bin"])


def _missing_of_encoder(folder: Path) -> list[str]:
    modules = _json(folder / "modules.json")
    if not isinstance(modules, list) or not all(isinstance(part, dict) for part in modules):
        return ["modules.json (JSON)"]
    paths = [str(part.get("path", "")) for part in modules]
    missing = [path for path in paths if not (folder / path).is_dir() and path != "2_Normalize"]
    return missing or ([] if _has_tensors(folder) else ["model.safetensors"])


def _is_cross_encoder(folder: Path) -> bool:
    """As the library writes one, or as a classifier of transformers, which it loads too."""
    noted = _json(folder / "config_sentence_transformers.json")
    if isinstance(noted, dict) and "model_type" in noted:
        return bool(noted["model_type"] == "CrossEncoder")
    config = _json(folder / "config.json")
    named = config.get("architectures") if isinstance(config, dict) else None
    return isinstance(named, list) and any(
        str(one).endswith("ForSequenceClassification") for one in named
    )


def _missing_of_cross_encoder(folder: Path) -> list[str]:
    tokenizers = ("tokenizer.json", "vocab.txt", "*.model")
    missing = [] if any(any(folder.glob(one)) for one in tokenizers) else ["tokenizer.json"]
    return missing + ([] if _has_tensors(folder) else ["model.safetensors"])


def _has_tensors(folder: Path) -> bool:
    return any(path.suffix in _TENSORS for path in folder.rglob("*") if path.is_file())


def _json(path: Path) -> object:
    """None where there is no such file, or none of JSON."""
    try:
        parsed: object = json.loads(path.read_text("utf-8"))
    except (ValueError, FileNotFoundError):
        return None
    return parsed
