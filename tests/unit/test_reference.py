from __future__ import annotations

import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PAGES: dict[str, str] = runpy.run_path(str(ROOT / "scripts" / "make_reference.py"))["pages"]()


@pytest.mark.parametrize("name", PAGES)
def test_the_generated_reference_is_fresh(name: str) -> None:
    written = (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")
    assert written == PAGES[name], "run `make reference`"
