"""SAS dates, datetimes and times: numbers counted from 1960-01-01, told apart by their format.

Source: SAS 9.4 Formats and Informats: Reference, "Formats by Category" (Date and Time).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from data_access.findings import Finding, Place, Rule, Severity
from data_access.rawtable import Declared, SourceFile
from data_access.readers.assemble import Arrow, refuse

#: 1960-01-01 to 1970-01-01.
_EPOCH_DAYS = 3653
#: SAS counts from 1582-01-01; Interim stops at the last year ISO 8601 writes with four digits.
_FIRST_DAY, _END = -138_061, 2_936_550
_DAY = 86_400

SAS_DATE_RANGE = Rule(
    "read-sas-date-range",
    Severity.REJECT,
    "A SAS date or datetime lies between the years 1582 and 9999",
    "A datetime carrying a date format (or the reverse) is the usual cause: correct the format of "
    "this variable in SAS and export again.",
    (55,),
)
SAS_DATE_FRACTION = Rule(
    "read-sas-date-fraction",
    Severity.WARNING,
    "A SAS date is a whole number of days",
    "Interim takes the day, as SAS displays it. Use DATEPART() or INT() in SAS and export again.",
)

RULES: tuple[Rule, ...] = (SAS_DATE_RANGE, SAS_DATE_FRACTION)

_DATETIME = re.compile(
    r"DATETIME|DATEAMPM|MDYAMPM|DTDATE|DTMONYY|DTWKDATX|DTYEAR|DTYYQC|NLDATM\w*|"
    r"[EB]8601D[TZNX]|[EB]8601LX|IS8601D[TZN]|TWMDY"
)
_TIME = re.compile(
    r"TIME|TIMEAMPM|TOD|HHMM|HOUR|MMSS|NLTIM\w*|[EB]8601(T[MZX]|LZ)|IS8601(TM|TZ|LZ)"
)
_DATE = re.compile(
    r"DATE|DAY|DOWNAME|DDMMYY[BCDNPS]?|MMDDYY[BCDNPS]?|YYMMDD[BCDNPS]?|"
    r"MMYY[CDNPS]?|YYMM[CDNPS]?|MONYY|YYMON|MONTH|MONNAME|YEAR|YYQ[CDNPSZ]?|YYQR[CDNPS]?|QTR|QTRR|"
    r"JULDAY|JULIAN|PDJULG|PDJULI|WEEKDATE|WEEKDATX|WEEKDAY|WEEK[UVW]|WORDDATE|WORDDATX|"
    r"NENGO|MINGUO|HEBDATE|HDATE|NLDATE\w*|EURDF\w*|[EB]8601DA|IS8601DA"
)
#: a width or decimals that a writer left in the name: DATE9. or YYMMDD10
_WIDTH = re.compile(r"(?<=[A-Z])(\d+)?(\.\d*)?$")


def declared_of(sas_format: str) -> Declared:
    """What a numeric variable with this SAS format (name, with or without width) holds."""
    name = sas_format.strip().upper()
    for candidate in (name, _WIDTH.sub("", name)):
        for pattern, declared in _KINDS:
            if pattern.fullmatch(candidate):
                return declared
    return "number"


_KINDS: tuple[tuple[re.Pattern[str], Declared], ...] = (
    (_DATETIME, "datetime"),
    (_TIME, "time"),
    (_DATE, "date"),
)


def sas_numbers(
    values: npt.NDArray[np.float64],
    declared: Declared,
    source: SourceFile,
    column: str,
) -> tuple[Arrow, tuple[Finding, ...]]:
    """SAS numbers (n,), NaN = missing, as the Arrow type of `declared`, with what was seen.

    Raises DataError when a date or datetime is outside the years SAS knows.
    """
    missing = np.isnan(values)
    if declared in ("number", "time", "text"):
        return pa.array(values, mask=missing, type=pa.float64()), ()
    days = values if declared == "date" else values / _DAY
    outside = ~missing & ~((days >= _FIRST_DAY) & (days < _END))
    if outside.any():
        raise refuse(
            SAS_DATE_RANGE,
            source,
            f"{column} has a {declared} format, but holds {declared}s outside the years 1582 "
            "to 9999.",
            row=int(np.argmax(outside)) + 1,
            column=column,
            count=int(outside.sum()),
        )
    whole = np.floor(np.where(missing, 0.0, values))
    if declared == "date":
        fraction = ~missing & (whole != values)
        found = _fractions(np.flatnonzero(fraction), source, column)
        return pa.array((whole - _EPOCH_DAYS).astype(np.int32), mask=missing).cast(
            pa.date32()
        ), found
    # whole and fraction apart: seconds since 1960 times 10^6 would lose the last digit in a double
    part = np.rint((np.where(missing, 0.0, values) - whole) * 1e6).astype(np.int64)
    micros = (whole.astype(np.int64) - _EPOCH_DAYS * _DAY) * 1_000_000 + part
    return pa.array(micros, mask=missing).cast(pa.timestamp("us")), ()


def _fractions(
    rows: Sequence[Any] | npt.NDArray[np.int64], source: SourceFile, column: str
) -> tuple[Finding, ...]:
    if not len(rows):
        return ()
    return (
        SAS_DATE_FRACTION.finding(
            f"{column} has a date format, but {len(rows)} of its values are not whole days.",
            column=column,
            places=[Place(source.name, row=int(r) + 1, column=column) for r in rows[:50]],
            count=len(rows),
        ),
    )
