"""A real pyannote pipeline folder, built from the weights that come with the installation.

Segmentation is pyannote's own checkpoint; the embedding is CAM++ as a pyannote model.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from assistant.speech import torchaudio_guard
from assistant.speech.embedding import DIMENSIONS, CAMPlusPlus, log_mel
from assistant.speech.speaker_weights import EMBEDDING, SEGMENTATION

if TYPE_CHECKING:
    from pathlib import Path

torchaudio_guard.install()

from pyannote.audio import Model, __version__  # noqa: E402
from pyannote.audio.core.task import Problem, Resolution, Specifications  # noqa: E402

CONFIG = """
dependencies: {{pyannote.audio: {version}}}
pipeline:
  name: pyannote.audio.pipelines.SpeakerDiarization
  params:
    segmentation: $model/segmentation
    embedding: $model/embedding
    plda: $model/plda
    clustering: AgglomerativeClustering
    segmentation_step: 0.25
    segmentation_batch_size: 4
    embedding_batch_size: 8
    embedding_exclude_overlap: true
params:
  segmentation: {{min_duration_off: 0.0}}
  clustering: {{method: average, min_cluster_size: 2, threshold: 0.35}}
"""


class CAMPlusPlusModel(Model):  # type: ignore[misc]
    """CAM++ as pyannote calls an embedding: waveforms (batch, 1, n), weights (batch, frames)."""

    def __init__(self, task: Any = None) -> None:
        super().__init__(sample_rate=16_000, num_channels=1, task=task)
        self.network = CAMPlusPlus()

    @property
    def dimension(self) -> int:
        return DIMENSIONS

    def forward(self, waveforms: Tensor, weights: Tensor | None = None) -> Tensor:
        features = log_mel(waveforms[:, 0])
        if weights is None:
            return self._voice(features)
        shown = torch.nn.functional.interpolate(weights[:, None], features.shape[1])[:, 0] > 0.5
        return torch.cat(
            [
                self._voice(one[mask][None])
                if int(mask.sum()) >= 20
                else torch.full((1, DIMENSIONS), torch.nan)
                for one, mask in zip(features, shown, strict=True)
            ]
        )

    def _voice(self, features: Tensor) -> Tensor:
        voice: Tensor = self.network(features - features.mean(1, keepdim=True))
        return voice


def build_pipeline(folder: Path) -> Path:
    """Writes the pipeline into `folder`, laid out like community-1."""
    for part in ("segmentation", "embedding", "plda"):
        (folder / part).mkdir(parents=True)
    (folder / "config.yaml").write_text(CONFIG.format(version=__version__), encoding="utf-8")
    shutil.copy(SEGMENTATION.locate(), folder / "segmentation" / "pytorch_model.bin")
    _save_embedding(folder / "embedding" / "pytorch_model.bin")
    size = 128
    np.savez(
        folder / "plda" / "xvec_transform.npz",
        mean1=np.zeros(DIMENSIONS),
        mean2=np.zeros(size),
        lda=np.eye(DIMENSIONS, size),
    )
    np.savez(
        folder / "plda" / "plda.npz",
        mu=np.zeros(size),
        tr=np.eye(size),
        psi=np.linspace(2, 1, size),
    )
    return folder


def _save_embedding(path: Path) -> None:
    model = CAMPlusPlusModel()
    model.network.load_state_dict(torch.load(EMBEDDING.locate(), weights_only=True))
    about = {
        "versions": {"pyannote.audio": __version__},
        "architecture": {"module": __name__, "class": CAMPlusPlusModel.__name__},
        "specifications": Specifications(
            problem=Problem.REPRESENTATION, resolution=Resolution.CHUNK, duration=5.0
        ),
    }
    torch.save(
        {
            "state_dict": model.state_dict(),
            "hyper_parameters": {},
            "pytorch-lightning_version": "2.0.0",
            "pyannote.audio": about,
        },
        path,
    )
