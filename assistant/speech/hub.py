"""The one place that may reach the network: a separate process, started by `models fetch` alone.

Everything else runs with `HF_HUB_OFFLINE=1`. A process of its own keeps it so: the hub's library
reads that variable once, when it is imported.
"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from assistant.errors import DiskFull, FetchRefused, NoConnection
from assistant.speech.layout import Layout

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Download = Callable[[str, Path, Layout | None], None]
    """Gets the repository, the folder to fill, and the kind of weights where it is known."""

_OFFLINE = {"HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"}
_OTHER_FORMATS = "onnx/*|openvino/*|pytorch_model.bin|*.h5|*.msgpack|*.ot"
_ALLOWED: dict[Layout | None, str] = {
    Layout.WHISPER: "config.json|preprocessor_config.json|model.bin|tokenizer.json|vocabulary.*"
    "|README.md|LICENSE*",
}
_IGNORED: dict[Layout | None, str] = {
    # Encoders lie on the hub in several formats; the safetensors are what is loaded.
    Layout.ENCODER: _OTHER_FORMATS,
    Layout.RERANKER: _OTHER_FORMATS,
}
_REFUSED, _FULL = 7, 8
_DOWNLOAD = f"""
import errno, sys
from huggingface_hub import snapshot_download
from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError
repository, folder, allowed, ignored = sys.argv[1:]
try:
    snapshot_download(
        repository,
        local_dir=folder,
        allow_patterns=allowed.split("|") if allowed else None,
        ignore_patterns=ignored.split("|") if ignored else None,
    )
except (GatedRepoError, RepositoryNotFoundError) as error:
    print(error, file=sys.stderr)
    sys.exit({_REFUSED})
except Exception as error:
    print(f"{{type(error).__name__}}: {{error}}", file=sys.stderr)
    sys.exit({_FULL} if getattr(error, "errno", None) == errno.ENOSPC else 1)
"""


def download(repository: str, folder: Path, kind: Layout | None = None) -> None:
    """Fills `folder` from the hub, going on where a broken download stopped.

    The hub's progress bars appear on standard error. `HF_ENDPOINT` names another hub and
    `HF_TOKEN` signs in, as its library documents.

    Raises:
        FetchRefused: the hub does not have it, or wants its terms accepted first.
        NoConnection: the hub cannot be reached, or the connection broke.
        DiskFull: no room.
    """
    online = {k: v for k, v in os.environ.items() if k not in _OFFLINE}
    allowed, ignored = _ALLOWED.get(kind, ""), _IGNORED.get(kind, "")
    arguments = [repository, str(folder), allowed, ignored]
    done = subprocess.run(  # noqa: S603  (our own interpreter and our own lines)
        [sys.executable, "-c", _DOWNLOAD, *arguments],
        env={**online, "HF_HUB_DISABLE_TELEMETRY": "1"},
        stdout=sys.stderr,
        check=False,
    )
    if done.returncode == _REFUSED:
        raise FetchRefused(name=repository)
    if done.returncode == _FULL:
        raise DiskFull(path=folder)
    if done.returncode != 0:
        raise NoConnection(name=repository)
