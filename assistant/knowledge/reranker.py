"""Cross-encoders that a site brings as a folder: they read a question and a passage together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from assistant.speech import torchaudio_guard

torchaudio_guard.install()

import torch  # noqa: E402  (the guard comes first)
from sentence_transformers import CrossEncoder  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from assistant.model import ModelUse

LONGEST = 512
"""Tokens of a question and a passage together that are read."""
_BATCH = 4


class CrossEncoderReranker:
    """`ports.Reranker` with the weights in `folder`; nothing is fetched."""

    def __init__(self, folder: Path, model: ModelUse, device: str | None = None) -> None:
        self.model = model
        self._encoder = CrossEncoder(str(folder), device=device, local_files_only=True)
        self._encoder.max_seq_length = min(self._encoder.max_seq_length or LONGEST, LONGEST)

    def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        """How well each text answers, 0 to 1."""
        if not texts:
            return []
        scores = self._encoder.predict(
            [(query, text) for text in texts],
            batch_size=_BATCH,
            activation_fn=torch.nn.Sigmoid(),
            show_progress_bar=False,
        )
        return [float(one) for one in np.asarray(scores).reshape(len(texts), -1)[:, -1]]
