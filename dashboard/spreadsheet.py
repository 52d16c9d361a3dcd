"""CSV that a spreadsheet cannot mistake for a program (OWASP ASVS 5, 1.2.10).

Text is normalised, its control characters are taken out, and a cell that would start a formula is
prefixed with an apostrophe. Numbers stay numbers.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date

_STARTS = "=+-@|%"
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?")
#: invisible or reordering characters that could hide how a cell starts
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}

Cell = str | int | float | date | None


def defuse(value: Cell) -> str:
    """One cell as text, safe to open in a spreadsheet. None is empty."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return str(value)
    normal = unicodedata.normalize("NFKC", value)
    clean = "".join(
        " " if c in "\t\r\n" else c
        for c in normal
        if c in "\t\r\n" or unicodedata.category(c) not in _HIDDEN
    )
    start = clean.lstrip()[:1]
    if start and start in _STARTS and not _NUMBER.fullmatch(clean):
        return "'" + clean
    return clean


def to_csv(
    preamble: Iterable[tuple[str, Cell]],
    header: Sequence[str],
    rows: Iterable[Sequence[Cell]],
) -> bytes:
    """UTF-8 with BOM (spreadsheets then read it as UTF-8), CRLF; `preamble` rows come first."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for name, value in preamble:
        writer.writerow((f"# {defuse(name)}", defuse(value)))
    writer.writerow([defuse(h) for h in header])
    writer.writerows([defuse(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()
