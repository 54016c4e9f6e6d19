"""Lets pyannote.audio load beside a CPU build of torch, and keeps it from reporting use.

torchaudio on PyPI is built for CUDA: beside a CPU build of torch, importing it fails over a missing
CUDA library. Only its compiled extension needs that library; pyannote uses its Python parts.
"""

from __future__ import annotations

import os
import sys
import warnings
from types import ModuleType

_EXTENSION = "torchaudio._extension"


def install() -> None:
    """Prepares the import of pyannote.audio; call it before anything imports torchaudio."""
    os.environ["PYANNOTE_METRICS_ENABLED"] = "0"
    # pyannote would decode files with torchcodec, also built for CUDA; it only gets waveforms here.
    warnings.filterwarnings("ignore", r"\s*torchcodec is not installed correctly")
    import torch

    if torch.version.cuda is None and _EXTENSION not in sys.modules:
        sys.modules[_EXTENSION] = _extension_stub()


def _extension_stub() -> ModuleType:
    stub = ModuleType(_EXTENSION)
    vars(stub).update(
        _IS_TORCHAUDIO_EXT_AVAILABLE=False,
        _IS_ALIGN_AVAILABLE=False,
        fail_if_no_align=lambda function: function,
        _check_cuda_version=lambda: None,
    )
    return stub
