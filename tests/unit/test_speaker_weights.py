from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from assistant.errors import DamagedWeights, MissingWeights
from assistant.speech.speaker_weights import SEGMENTATION, PackagedWeights

if TYPE_CHECKING:
    import importlib.machinery
    from pathlib import Path


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package that must not be imported, with weights of our own."""
    (tmp_path / "voices").mkdir()
    (tmp_path / "voices" / "__init__.py").write_text("raise AssertionError('imported')")
    (tmp_path / "voices" / "net.bin").write_bytes(b"weights")
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path / "voices"


def weights(content: bytes = b"weights", path: str = "net.bin") -> PackagedWeights:
    use = replace(SEGMENTATION.use, sha256=hashlib.sha256(content).hexdigest())
    return PackagedWeights(use, path, package="voices")


def test_files_are_found_without_importing_the_package(package: Path) -> None:
    assert weights().locate() == package / "net.bin"


def test_a_changed_file_is_refused(package: Path) -> None:
    with pytest.raises(DamagedWeights):
        weights(b"others").locate()


@pytest.mark.usefixtures("package")
def test_a_file_that_is_not_there_is_missing() -> None:
    with pytest.raises(MissingWeights):
        weights(path="elsewhere.bin").locate()


def test_a_package_that_is_not_there_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def find(name: str) -> importlib.machinery.ModuleSpec | None:
        del name
        return None

    monkeypatch.setattr("importlib.util.find_spec", find)
    with pytest.raises(MissingWeights):
        weights().locate()
