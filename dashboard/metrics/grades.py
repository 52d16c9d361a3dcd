"""Grade of each adverse event: CTCAE 1 to 5, or severity (mild, moderate, severe) without one.

The two scales are never mixed in one export; a missing grade stays missing (0 here), never grade 0.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dashboard.metrics.coded import clean, distinct, first_present
from dashboard.metrics.columns import Frame
from dashboard.metrics.safety_options import SafetyOptions, Scale
from dashboard.metrics.words import some

Grades = NDArray[np.int64]
MISSING = 0
GRADES = (1, 2, 3, 4, 5)
#: keys of every count by grade, worst last
GRADE_KEYS = ("1", "2", "3", "4", "5", "missing")
LABELS: dict[Scale, dict[str, str]] = {
    "CTCAE": {**{str(g): f"Grade {g}" for g in GRADES}, "missing": "Grade missing"},
    "severity": {
        "1": "Mild",
        "2": "Moderate",
        "3": "Severe",
        "4": "Life-threatening",
        "5": "Fatal",
        "missing": "Severity missing",
    },
}
SEVERITY = {
    "MILD": 1,
    "MODERATE": 2,
    "SEVERE": 3,
    "LIFE THREATENING": 4,
    "LIFE-THREATENING": 4,
    "FATAL": 5,
    "DEATH": 5,
}
#: "3", "GRADE 3", "G3", and "3 - SEVERE" with the words CTCAE has for it
_GRADE = re.compile(
    r"(?:GRADE|GR|G)?\s*([1-5])(?:\.0+)?"
    r"(?:\s*[-:=(]\s*(?:MILD|MODERATE|SEVERE|LIFE[- ]THREATENING|DEATH|FATAL)\b[^\d]*)?"
)


def _ctcae(term: object) -> int:
    found = _GRADE.fullmatch(clean(term))
    return int(found.group(1)) if found else MISSING


def _severity(term: object) -> int:
    return SEVERITY.get(clean(term)) or _ctcae(term)


def event_grades(
    adae: Frame, options: SafetyOptions
) -> tuple[Grades, Scale | None, tuple[str, ...]]:
    """Grade per row of ADAE (0 missing), the scale, and notes about terms that are no grade.

    "auto": CTCAE as soon as one of the grade columns holds a grade, else severity. The scale is
    None when the export has neither.
    """
    scales: tuple[tuple[Scale, Sequence[str]], ...] = (
        ("CTCAE", options.grade_columns),
        ("severity", options.severity_columns),
    )
    for scale, columns in scales:
        if options.severity_scale not in {"auto", scale}:
            continue
        column = first_present(adae, columns)
        if column is None:
            continue
        grades, unread = read_grades(adae, column, scale)
        if options.severity_scale == scale or grades.any() or adae.empty:
            return grades, scale, _notes(column, unread)
    return np.zeros(len(adae), dtype=np.int64), None, ()


def read_grades(adae: Frame, column: str, scale: Scale) -> tuple[Grades, dict[str, int]]:
    """Grades of a column, and how often each term that is none occurs."""
    codes, terms = distinct(adae, column)
    read = _ctcae if scale == "CTCAE" else _severity
    table = np.array([*(read(t) for t in terms), MISSING], dtype=np.int64)
    wrong = [i for i, t in enumerate(terms) if table[i] == MISSING and clean(t)]
    counts = np.bincount(codes[codes >= 0], minlength=len(terms))
    unread: Counter[str] = Counter()
    for i in wrong:
        unread[clean(terms[i])] += int(counts[i])
    return table[codes], dict(sorted(unread.items()))


def _notes(column: str, unread: dict[str, int]) -> tuple[str, ...]:
    return tuple(
        f"{column} = {term!r} is no grade: {some(count, 'event')} counted as grade missing"
        for term, count in unread.items()
    )
