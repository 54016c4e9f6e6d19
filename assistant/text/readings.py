"""How a text is read aloud, in one spelling of kana: what was heard, however it is written."""

from __future__ import annotations

import re
import unicodedata

_SENTENCES = re.compile(r"[^。．！？!?\n]{1,200}[。．！？!?\n]*")
"""Pieces that the reader takes at once: sentences, or 200 characters of a very long one."""

_NOT_KANA = re.compile(r"[^ァ-ヴー]")
_SAME_SOUND = str.maketrans({"ヲ": "オ", "ヂ": "ジ", "ヅ": "ズ"})
_VOWELS = {
    "ア": "アカサタナハマヤラワガザダバパァャヮ",
    "イ": "イキシチニヒミリギジビピィ",
    "ウ": "ウクスツヌフムユルグズブプヴゥュ",
    "エ": "エケセテネヘメレゲゼデベペェ",
    "オ": "オコソトノホモヨロゴゾドボポォョ",
}
_LONG = re.compile(
    "|".join(
        f"(?<=[{row}])[{vowel}{ {'エ': 'イ', 'オ': 'ウ'}.get(vowel, '') }]"
        for vowel, row in _VOWELS.items()
    )
)


def reading(text: str) -> str:
    """The reading of `text` in katakana, as pyopenjtalk says it, without punctuation.

    Long vowels are one sign each: おお, おう and おー are オー, えい and えー are エー. ヂヅヲ are
    ジズオ. 思う is オモー, too: the form is for comparing two readings, not for showing.

    >>> reading("大きい経営、令和７年度の3,512件")
    'オーキーケーエーレーワナナネンドノサンゼンゴヒャクジューニケン'
    """
    import pyopenjtalk

    plain = unicodedata.normalize("NFKC", text)
    pieces = (piece for piece in _SENTENCES.findall(plain) if piece.strip())
    return long_vowels("".join(pyopenjtalk.g2p(piece, kana=True) for piece in pieces))


def long_vowels(kana: str) -> str:
    """Katakana with every long vowel as ー, and nothing but katakana.

    >>> long_vowels("オオキイ、ケイエイ"), long_vowels("トウキョウ")
    ('オーキーケーエー', 'トーキョー')
    """
    plain = _NOT_KANA.sub("", kana).translate(_SAME_SOUND)
    return re.sub("ー+", "ー", _LONG.sub("ー", plain))
