"""Processes that are killed with -9 while they work on an archive leave nothing half done.

A dozen kills; `make soak` does hundreds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.killing import rounds

if TYPE_CHECKING:
    from pathlib import Path

    from tests import databases


@pytest.mark.parametrize(("seed", "number"), [(11, 4), (12, 4)])
def test_a_killed_process_leaves_whole_records(tmp_path: Path, seed: int, number: int) -> None:
    assert rounds(tmp_path / "data", "", number, seed).kills == number


def test_a_killed_process_leaves_whole_records_on_a_server(
    postgresql: databases.Server, tmp_path: Path
) -> None:
    assert rounds(tmp_path / "data", postgresql.fresh(), 4, 13).kills == 4
