"""The dose of each drug that a patient had last when something happened (ADEX)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dashboard.metrics.columns import floats
from dashboard.metrics.exposure import Doses
from dashboard.metrics.types import Estimate, Result, number


@dataclass(frozen=True, slots=True)
class DoseBefore(Result):
    """`first` is the day from the origin on which that dosing record began; `days_before` is how
    long before the date it ended, 0 while it lasted. `dose` is one administration where the export
    has it, else what was given in the whole record; `unit` is its unit.
    """

    drug: str
    first: int | None
    days_before: int
    dose: Estimate
    unit: str | None


def doses_before(records: Doses, usubjid: str, when: np.datetime64) -> tuple[DoseBefore, ...]:
    """Per drug the latest record with a dose that began by `when`, by drug; () without a date.

    Of records that began on the same day the one that lasted longer.
    """
    at = np.searchsorted(records.treated.usubjid, usubjid)
    ids = records.treated.usubjid
    if np.isnat(when) or at >= ids.size or ids[at] != usubjid:
        return ()
    mine = np.flatnonzero((records.patient == at) & records.dosed & (records.start <= when))
    each = floats(records.frame.take(mine), "EXDOSE")
    origin = records.treated.origin[at]
    last: dict[int, int] = {}
    for k, row in enumerate(mine.tolist()):
        drug = int(records.drug[row])
        known = last.get(drug)
        if known is None or _later(records, row, int(mine[known])):
            last[drug] = k
    found = [_dose(records, int(mine[k]), float(each[k]), when, origin) for k in last.values()]
    return tuple(sorted(found, key=lambda d: d.drug))


def _later(records: Doses, row: int, than: int) -> bool:
    key = [(records.start[i], records.end[i]) for i in (row, than)]
    return bool(key[0] > key[1])


def _dose(
    records: Doses, row: int, each: float, when: np.datetime64, origin: np.datetime64
) -> DoseBefore:
    start, end = records.start[row], records.end[row]
    one = not np.isnan(each)
    until = when if np.isnat(end) else min(end, when)
    return DoseBefore(
        drug=records.drugs[records.drug[row]],
        first=None if np.isnat(origin) else int((start - origin).astype(np.int64)),
        days_before=int((when - until).astype(np.int64)),
        dose=number(each) if one else number(records.given[row]),
        unit=_unit(records, row, one=one),
    )


def _unit(records: Doses, row: int, *, one: bool) -> str | None:
    """Of one administration EXDOSU, of a whole record the unit of its amount."""
    frame = records.frame
    if one and "EXDOSU" in frame.columns:
        value = frame.frame["EXDOSU"].iloc[int(frame.at[row])]
        return value if isinstance(value, str) and value else None
    return records.units[records.unit[row]] or None
