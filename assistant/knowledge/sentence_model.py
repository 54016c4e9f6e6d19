"""Sentence encoders that a site brings as a folder: ruri-v3, multilingual-e5, bge-m3 and others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from assistant.speech import torchaudio_guard

torchaudio_guard.install()

from sentence_transformers import SentenceTransformer  # noqa: E402  (the guard comes first)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from assistant.model import FloatArray, ModelUse

_BATCH = 8


@dataclass(frozen=True, slots=True)
class Prefixes:
    """What an encoder was taught to find before questions and before passages."""

    query: str = ""
    passage: str = ""


_FAMILIES = {
    "ruri-v3": Prefixes("検索クエリ: ", "検索文書: "),
    "ruri": Prefixes("クエリ: ", "文章: "),
    "e5": Prefixes("query: ", "passage: "),
}
"""By a part of the model's name, the first that fits; from the models' own cards."""


def prefixes(name: str) -> Prefixes:
    """Those of the family that the name tells; none for bge-m3 and for strangers."""
    return next((one for part, one in _FAMILIES.items() if part in name.lower()), Prefixes())


class SentenceModel:
    """`ports.Embedder` with the weights in `folder`; nothing is fetched."""

    def __init__(self, folder: Path, model: ModelUse, device: str | None = None) -> None:
        self.model = model
        self._prefixes = prefixes(model.name)
        self._encoder = SentenceTransformer(str(folder), device=device, local_files_only=True)
        self.dimensions = int(self._encoder.get_embedding_dimension())

    def queries(self, texts: Sequence[str]) -> FloatArray:
        """Unit vectors of questions, shape (n, dimensions)."""
        return self._encode(texts, self._prefixes.query)

    def passages(self, texts: Sequence[str]) -> FloatArray:
        """Unit vectors of passages, shape (n, dimensions)."""
        return self._encode(texts, self._prefixes.passage)

    def _encode(self, texts: Sequence[str], prompt: str) -> FloatArray:
        if not texts:
            return np.zeros((0, self.dimensions), np.float32)
        vectors: FloatArray = self._encoder.encode(
            list(texts),
            prompt=prompt,
            batch_size=_BATCH,
            normalize_embeddings=True,
            show_progress_bar=False,
        )
        return vectors
