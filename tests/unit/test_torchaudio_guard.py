from __future__ import annotations

import os
import subprocess
import sys

PROGRAM = """
from assistant.speech import torchaudio_guard
torchaudio_guard.install()
torchaudio_guard.install()
import torch, torchaudio
import torchaudio.functional
print(torchaudio.functional.resample(torch.ones(1, 16000), 16000, 8000).shape)
import os
print(os.environ["PYANNOTE_METRICS_ENABLED"])
"""


def test_torchaudio_loads_and_pyannote_reports_nothing() -> None:
    environment = os.environ | {"PYANNOTE_METRICS_ENABLED": "1"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert done.stdout.splitlines() == ["torch.Size([1, 8000])", "0"], done.stderr
