from __future__ import annotations

import unicodedata
from pathlib import PurePosixPath, PureWindowsPath

from hypothesis import given
from hypothesis import strategies as st

from assistant.services.naming import file_name, visible

HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Controls, marks of direction, halves of characters, breaks of lines and paragraphs."""


@given(st.text())
def test_any_name_becomes_one_safe_file_name(name: str) -> None:
    safe = file_name(name)

    assert PurePosixPath(safe).name == safe == PureWindowsPath(safe).name
    assert safe not in {"", ".", ".."}
    assert len(safe.encode()) <= 180
    assert not any(unicodedata.category(char) in HIDDEN for char in safe)
    assert file_name(safe) == safe


def test_a_usual_name_stays_as_it_is() -> None:
    assert file_name("令和8年 文教委員会(録音).m4a") == "令和8年 文教委員会(録音).m4a"


def test_a_name_of_private_characters_keeps_them() -> None:
    assert visible(" \ue000田\u202e\n ") == "\ue000田"
