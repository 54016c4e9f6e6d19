from __future__ import annotations

import re
from pathlib import Path

from assistant.model import Flag
from ui.labels import EN, JA, PAGES

STATIC = Path(__file__).parents[2] / "ui" / "static"


def test_both_languages_say_the_same_things() -> None:
    assert JA.keys() == EN.keys()
    assert {key: text.count("{}") for key, text in JA.items()} == {
        key: text.count("{}") for key, text in EN.items()
    }


def test_a_key_is_said_by_one_page_only() -> None:
    assert len(JA) == sum(len(page.JA) for page in PAGES)
    assert len(EN) == sum(len(page.EN) for page in PAGES)


def test_every_flag_is_explained() -> None:
    assert {f"flag_{flag.value}" for flag in Flag} <= JA.keys()


def test_everything_the_page_says_has_a_label_and_every_label_is_said() -> None:
    source = "".join(path.read_text("utf-8") for path in STATIC.rglob("*.js"))
    literal = set(re.findall(r"\"(?:[a-z]+_)*[a-z0-9_]+\"", source))
    said = set(re.findall(r"say\(\"(\w+)\"", source))
    said |= set(re.findall(r"\blabel: \"(\w+)\"", source))
    said |= set(re.findall(r"data-say(?:-label|-title)?\": \"(\w+)\"", source))
    made = set(re.findall(r"`(\w+_)\$\{", source))

    assert said <= JA.keys()
    unused = {
        key
        for key in JA
        if f'"{key}"' not in literal and not any(key.startswith(prefix) for prefix in made)
    }
    assert unused == set()
