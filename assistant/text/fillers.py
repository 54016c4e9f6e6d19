"""フィラー: sounds that a speaker makes while looking for words."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

_WORDS = Path(__file__).parent / "data" / "fillers.json"


def without_fillers(text: str) -> str:
    """`text` without the fillers that never mean anything.

    Those that cannot be part of a word (えーと) go wherever they stand, with the comma behind them.
    Those that can (えー, あっ) go where a phrase begins and no kana follows.

    >>> without_fillers("えーと、本日は、えー 議案をあのー審査します。")
    '本日は、議案を審査します。'
    >>> without_fillers("へえー、あっち")
    'へえー、あっち'
    """
    return _pattern().sub("", text)


@cache
def _pattern() -> re.Pattern[str]:
    words = json.loads(_WORDS.read_text("utf-8"))
    anywhere, alone = (_either(words[key]) for key in ("anywhere", "alone"))
    phrase_begins = r"(?<![\wー])"
    no_kana_follows = r"(?![ぁ-んァ-ヶー])"
    return re.compile(rf"(?:{anywhere}|{phrase_begins}{alone}{no_kana_follows})[、,\s…]*")


def _either(words: list[str]) -> str:
    longest_first = sorted(words, key=len, reverse=True)
    return f"(?:{'|'.join(map(re.escape, longest_first))})"
