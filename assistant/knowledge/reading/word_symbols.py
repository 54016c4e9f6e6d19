"""Characters of symbol fonts, which have numbers of their own: ✓, ☑, ● and the like."""

from __future__ import annotations

import re

_WINGDINGS = {
    0x6C: "●", 0x6D: "○", 0x6E: "■", 0x6F: "□", 0x71: "□", 0x72: "□", 0x75: "◆", 0x76: "◆",
    0xA7: "▪", 0xA8: "□", 0xB7: "・", 0xD8: "➢", 0xE0: "→", 0xDF: "←", 0xE1: "↑", 0xE2: "↓",
    0xE8: "→", 0xF0: "⇒", 0xFB: "✗", 0xFC: "✓", 0xFD: "☒", 0xFE: "☑",
    **{0x81 + n: chr(0x2460 + n) for n in range(10)},
}  # fmt: skip
_WINGDINGS_2 = {
    0x4F: "✗", 0x50: "✓", 0x51: "☒", 0x52: "☑", 0x53: "☒", 0x54: "☒", 0xA3: "□", 0x2A: "□",
    **{0x6A + n: chr(0x2460 + n) for n in range(10)},
}  # fmt: skip
_SYMBOL = {
    **{
        ord(plain) + case: greek
        for case, letters in ((0, "ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ"), (32, "αβχδεφγηιϕκλμνοπθρστυϖωξψζ"))
        for plain, greek in zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", letters, strict=True)
    },
    0xA3: "≤", 0xA5: "∞", 0xAC: "←", 0xAD: "↑", 0xAE: "→", 0xAF: "↓", 0xB0: "°", 0xB1: "±",
    0xB3: "≥", 0xB4: "×", 0xB7: "・", 0xB8: "÷", 0xB9: "≠", 0xBB: "≈", 0xE5: "Σ",
    **{code: chr(code) for code in (*range(0x25, 0x40), 0x5B, 0x5D, 0x7B, 0x7D)},
}  # fmt: skip
_FONTS = {"symbol": _SYMBOL, "wingdings 2": _WINGDINGS_2}
"""By the low byte of the character; any other font is taken for Wingdings."""
UNKNOWN = "・"
_PRIVATE = re.compile(r"[\uf020-\uf0ff]")


def shown(text: str, font: str) -> str:
    """The text with characters that say the same in any font.

    >>> shown("\\uf0fe済み", "Wingdings"), shown("\\uf061", "Symbol")
    ('☑済み', 'α')
    """
    table = _FONTS.get(font.strip().lower(), _WINGDINGS)
    return _PRIVATE.sub(lambda one: table.get(ord(one[0]) & 0xFF, UNKNOWN), text)
