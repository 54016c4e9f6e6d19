"""Tables for spreadsheets: CSV in UTF-8 with a byte order mark, and no formula in any cell."""

from __future__ import annotations

import csv
import re
from io import StringIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FORMULA_STARTS = tuple("=+-@＝＋－＠")
"""What makes a spreadsheet compute a cell instead of showing it, in full width as well."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]+")


def sheet(head: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """The file. Texts are made harmless; numbers stay as they are."""
    stream = StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(head)
    writer.writerows([_cell(one) for one in row] for row in rows)
    return stream.getvalue().encode("utf-8-sig")


def harmless(text: str) -> str:
    """`text` on one line, as a cell that no spreadsheet takes for a formula.

    >>> harmless("=HYPERLINK(1)"), harmless("はい")
    ("'=HYPERLINK(1)", 'はい')
    """
    line = _CONTROL.sub(" ", text).strip(" ")
    return f"'{line}" if line.lstrip().startswith(FORMULA_STARTS) else line


def _cell(value: object) -> object:
    return harmless(value) if isinstance(value, str) else value
