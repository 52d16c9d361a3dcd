"""BASE, NADIR and PCHG of the target sum as exported, against the sums themselves (RECIST 1.1)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dashboard.metrics.cohort import (
    NEVER,
    Bools,
    Cohort,
    Days,
    column_dates,
    days_between,
    text,
)
from dashboard.metrics.columns import Rows, floats, take
from dashboard.metrics.discrepancies import Discrepancy
from dashboard.metrics.discrepancy_words import AFTER_PD, AFTER_THERAPY, UNEXPLAINED, Reason
from dashboard.metrics.kaplan_meier import Floats
from dashboard.metrics.recist import pick_evaluator
from dashboard.metrics.target_response import EPSILON, nadir_before
from dashboard.metrics.tumour import TargetSums, best_changes, percent_change

OTHER_BASE = "another baseline"
FROM_NADIR = "change from nadir"
FRACTION = "a fraction for a percentage"
SIGN = "the opposite sign"
NADIR_RULE = "another rule for the nadir"
INCOMPLETE = "a visit without every target lesion"
#: a response needs a sum at least this much below baseline
RESPONSE_CHANGE = -30.0
DERIVED = ("BASE", "NADIR", "PCHG")


@dataclass(frozen=True, slots=True, eq=False)
class StatedSums:
    """Derived columns of the export beside each post-baseline sum; arrays have shape (m,).

    `columns`: BASE, NADIR and PCHG as exported, those that are there; NaN where blank.
    """

    sums: TargetSums
    columns: dict[str, Floats]
    nadir: Floats
    change: Floats


def stated_sums(
    adtr: pd.DataFrame, cohort: Cohort, sums: TargetSums, *, evaluator: str = "INVESTIGATOR"
) -> StatedSums:
    """The export's BASE, NADIR and PCHG on the records that `sums` were read from."""
    rows = _rows(adtr, sums, evaluator)
    rows = rows.take(text(rows, "DTYPE") == "")
    index, day = _when(rows, cohort)
    columns = [c for c in DERIVED if c in rows.columns]
    keyed = pd.DataFrame({c: floats(rows, c) for c in columns})
    keyed["patient"], keyed["day"] = index, day
    keyed["total"] = floats(rows, "AVAL")
    keyed = keyed.drop_duplicates(["patient", "day", "total"])
    wanted = pd.DataFrame({"patient": sums.patient, "day": sums.day, "total": sums.total})
    found = wanted.merge(keyed, how="left", on=["patient", "day", "total"])
    values = {c: found[c].to_numpy(np.float64) for c in columns}
    return StatedSums(sums, values, nadir_before(sums), percent_change(sums))


def _rows(adtr: pd.DataFrame, sums: TargetSums, evaluator: str) -> Rows:
    rows = take(adtr, text(adtr, "PARAMCD") == (sums.paramcd or "").upper())
    return pick_evaluator(rows, "TREVAL", evaluator)


def _when(rows: Rows, cohort: Cohort) -> tuple[Days, Days]:
    index = cohort.rows_of(rows)
    inside = index >= 0
    dates = column_dates(rows, ("ADT",))
    day = np.full(index.shape, NEVER, dtype=np.int64)
    day[inside] = days_between(dates[inside], cohort.origin[index[inside]])
    return index, day


def rounding(values: Floats) -> float:
    """How far a value may be off through the decimals the export shows."""
    known = values[~np.isnan(values)]
    for decimals in range(4):
        if np.allclose(known, np.round(known, decimals), rtol=0, atol=1e-9):
            return 0.5 * 10.0**-decimals + 1e-6
    return 1e-3


def size_discrepancies(cohort: Cohort, stated: StatedSums) -> tuple[Discrepancy, ...]:
    """One entry per patient and column: the first visit that differs, and how many do."""
    sums = stated.sums
    own = {"BASE": sums.base[sums.patient], "NADIR": stated.nadir, "PCHG": stated.change}
    found: list[Discrepancy] = []
    for name, values in stated.columns.items():
        off = np.abs(values - own[name]) > rounding(values)
        rows = np.flatnonzero(off)
        who, first, count = np.unique(sums.patient[rows], return_index=True, return_counts=True)
        for i, row, n in zip(who.tolist(), rows[first].tolist(), count.tolist(), strict=True):
            said, kind = _REASONS[name](stated, int(row))
            crosses = name == "PCHG" and _crosses(stated, i, off)
            found.append(
                Discrepancy(
                    name,
                    cohort.patients[i],
                    _told(name, values[row], sums.day[row]),
                    _told(name, own[name][row], sums.day[row]),
                    said + _later(n - 1),
                    kind,
                    grave=crosses,
                )
            )
    return tuple(found)


def _later(n: int) -> str:
    return f" (and on {n} later visit{'' if n == 1 else 's'})" if n else ""


def _told(name: str, value: float, day: int) -> str:
    return f"{_number(value)}{'%' if name == 'PCHG' else ' mm'} on day {day}"


def _number(value: float) -> str:
    return f"{round(float(value), 2):g}"


def _crosses(stated: StatedSums, patient: int, off: Bools) -> bool:
    """Does a differing visit reach -30% on one side only?"""
    rows = off & (stated.sums.patient == patient)
    limit = RESPONSE_CHANGE + 1e-6
    theirs, ours = stated.columns["PCHG"][rows] <= limit, stated.change[rows] <= limit
    return bool((theirs != ours).any())


def _base_reason(stated: StatedSums, row: int) -> Reason:
    sums = stated.sums
    value = stated.columns["BASE"][row]
    mine = sums.patient == sums.patient[row]
    same = sums.day[mine & (np.abs(sums.total - value) <= EPSILON)]
    if same.size:
        return f"BASE is the sum of day {same[0]}, not that of the baseline record", OTHER_BASE
    base = _number(sums.base[sums.patient[row]])
    return f"the baseline record says {base} mm: {UNEXPLAINED}", UNEXPLAINED


def _nadir_reason(stated: StatedSums, row: int) -> Reason:
    sums, value = stated.sums, stated.columns["NADIR"][row]
    room = rounding(stated.columns["NADIR"])
    earlier = (sums.patient == sums.patient[row]) & (sums.day < sums.day[row])
    base = sums.base[sums.patient[row]]
    readings = (
        (
            min(stated.nadir[row], sums.total[row]),
            "the export's nadir counts the visit itself",
        ),
        (
            min(base, sums.total[earlier].min(initial=np.inf)),
            "the export's nadir counts visits without every target lesion",
        ),
        (
            sums.total[earlier & sums.complete].min(initial=np.inf),
            "the export's nadir leaves out the baseline",
        ),
    )
    for smallest, said in readings:
        if abs(value - smallest) <= room:
            return said, NADIR_RULE
    return f"the smallest sum before it is {_number(stated.nadir[row])} mm: {UNEXPLAINED}", (
        UNEXPLAINED
    )


def _change_reason(stated: StatedSums, row: int) -> Reason:
    sums, value = stated.sums, stated.columns["PCHG"][row]
    room = rounding(stated.columns["PCHG"])
    base, total, nadir = sums.base[sums.patient[row]], sums.total[row], stated.nadir[row]
    other = stated.columns.get("BASE", np.full(total.size and sums.day.size, np.nan))[row]
    if nadir > 0 and abs(value - 100 * (total - nadir) / nadir) <= room:
        return f"it is the change from the smallest earlier sum, {_number(nadir)} mm", FROM_NADIR
    if abs(100 * value - stated.change[row]) <= max(room, 0.5):
        return "the export gives a fraction, not a percentage", FRACTION
    if abs(value + stated.change[row]) <= room:
        return "the export gives a decrease with a plus sign", SIGN
    if other > 0 and abs(value - 100 * (total - other) / other) <= room:
        said = f"computed from BASE {_number(other)} mm; the baseline sum is {_number(base)} mm"
        return said, OTHER_BASE
    said = f"a sum of {_number(total)} mm from {_number(base)} mm: {UNEXPLAINED}"
    return said, UNEXPLAINED


_REASONS: dict[str, Callable[[StatedSums, int], Reason]] = {
    "BASE": _base_reason,
    "NADIR": _nadir_reason,
    "PCHG": _change_reason,
}


def best_discrepancies(
    adtr: pd.DataFrame,
    cohort: Cohort,
    sums: TargetSums,
    first_pd: Days,
    *,
    evaluator: str = "INVESTIGATOR",
) -> tuple[Discrepancy, ...]:
    """Best change as exported (records of DTYPE MINIMUM) against the smallest that counts."""
    rows = _rows(adtr, sums, evaluator)
    rows = rows.take(text(rows, "DTYPE") == "MINIMUM")
    if not len(rows) or "PCHG" not in rows.columns:
        return ()
    index, _ = _when(rows, cohort)
    values = floats(rows, "PCHG")
    known = (index >= 0) & ~np.isnan(values)
    stated = dict(zip(index[known].tolist(), values[known].tolist(), strict=True))
    best = best_changes(cohort, sums, first_pd)
    ours = dict(zip(best.usubjid, zip(best.percent, best.day, strict=True), strict=True))
    missing = {e.usubjid: e.reason for e in best.without}
    room = rounding(values)
    found = []
    for i, value in sorted(stated.items()):
        u = cohort.patients[i]
        mine = ours.get(u)
        if mine is not None and abs(value - mine[0]) <= room:
            continue
        derived = f"{_number(mine[0])}% on day {mine[1]}" if mine else "no bar"
        said, kind = _best_reason(cohort, sums, first_pd, i, value, room)
        if mine is None and kind == UNEXPLAINED:
            said = f"{missing[u]}: {UNEXPLAINED}"
        grave = (value <= RESPONSE_CHANGE) != (mine is not None and mine[0] <= RESPONSE_CHANGE)
        found.append(
            Discrepancy("BEST_PCHG", u, f"{_number(value)}%", derived, said, kind, grave=grave)
        )
    return tuple(found)


def _best_reason(  # noqa: PLR0917 - one patient of `best_discrepancies`
    cohort: Cohort, sums: TargetSums, first_pd: Days, patient: int, value: float, room: float
) -> Reason:
    change = percent_change(sums)
    hit = np.flatnonzero((sums.patient == patient) & (np.abs(change - value) <= room))
    if not hit.size:
        return f"no sum of the patient is {_number(value)}% from baseline: {UNEXPLAINED}", (
            UNEXPLAINED
        )
    row = int(hit[0])
    day = int(sums.day[row])
    if day > first_pd[patient]:
        return f"the sum of day {day} comes after the first PD (day {first_pd[patient]})", AFTER_PD
    if day >= cohort.new_therapy[patient]:
        start = cohort.new_therapy[patient]
        return f"the sum of day {day} comes after new anticancer therapy (day {start})", (
            AFTER_THERAPY
        )
    if not sums.complete[row]:
        return f"on day {day} not every target lesion was measured", INCOMPLETE
    return f"a smaller sum follows the one of day {day}: {UNEXPLAINED}", UNEXPLAINED
