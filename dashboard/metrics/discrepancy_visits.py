"""Target and overall responses of a visit against its sum and its lesions (RECIST 1.1, tables 1-2).

An investigator may read a scan otherwise than its numbers: the sentence gives the numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dashboard.metrics.cohort import NEVER, Cohort, column_dates, days_between, text
from dashboard.metrics.columns import take
from dashboard.metrics.discrepancies import Discrepancy
from dashboard.metrics.discrepancy_words import UNEXPLAINED, Reason
from dashboard.metrics.recist import CODES, PD, PR, SD, TERMS, Assessments
from dashboard.metrics.response import ResponseRules
from dashboard.metrics.target_response import (
    EPSILON,
    NODE_NORMAL,
    NONE,
    carried_codes,
    nadir_before,
    overall_response,
    target_codes,
)
from dashboard.metrics.tumour import TargetSums

TARGET_PARAMCDS = ("TRGRESP",)
NON_TARGET_PARAMCDS = ("NTRGRESP",)
NEW_LESION = "NEWLFL"

CARRIED = "a confirmed PR carried on"
SMALL = "20% without 5 mm"
FROM_BASELINE = "PD against the baseline"
THRESHOLD = "a change exactly at the threshold"
GROWN = "growth of 20% from the smallest sum"
SHRUNK = "too little shrinkage"
REMAINDER = "target lesions that remain"
NOT_COMPLETE = "not every target lesion measured"
NEW = "a new lesion"
NON_TARGET_PD = "non-target progression"
TARGET_PD = "target progression"
NON_TARGET_LEFT = "non-target lesions that remain"
NO_REASON = "PD without a reason in the records"
TABLE = "tables 1 and 2 of RECIST 1.1"

#: what one patient's visit says: (row of the cohort, day from the origin) -> term
Visits = Mapping[tuple[int, int], str]


def terms_of(adrs: pd.DataFrame, cohort: Cohort, paramcd: str) -> dict[tuple[int, int], str]:
    """AVALC of a parameter by patient and day, up to the cut-off; the last one of a day stays."""
    rows = take(adrs, text(adrs, "PARAMCD") == paramcd)
    index = cohort.rows_of(rows)
    rows, index = rows.take(index >= 0), index[index >= 0]
    day = days_between(column_dates(rows, ("ADT",)), cohort.origin[index])
    terms = text(rows, "AVALC")
    keep = (day >= 0) & (day <= cohort.follow_up[index]) & (terms != "")
    keys = zip(index[keep].tolist(), day[keep].tolist(), strict=True)
    return dict(zip(keys, terms[keep].tolist(), strict=True))


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """Sums with what they give. `code` and `carried` have one entry per sum, shape (m,)."""

    cohort: Cohort
    sums: TargetSums
    nadir: NDArray[np.float64]
    code: NDArray[np.int64]
    carried: NDArray[np.int64]
    lesions_known: bool

    @classmethod
    def of(
        cls,
        cohort: Cohort,
        sums: TargetSums,
        gone: NDArray[np.bool_] | None,
        rules: ResponseRules | None = None,
    ) -> Measured:
        """`gone`: every target lesion gone, per sum; None leaves it to a sum of 0."""
        code = target_codes(sums, gone)
        carried = carried_codes(sums, code, rules or ResponseRules())
        return cls(cohort, sums, nadir_before(sums), code, carried, gone is not None)

    def may_be_nodes(self, row: int) -> bool:
        """Can what remains be two normal target nodes? Only lesion records would tell."""
        return not self.lesions_known and bool(self.sums.total[row] < 2 * NODE_NORMAL)

    def rows(self) -> dict[tuple[int, int], int]:
        """Row of each patient's visit."""
        keys = zip(self.sums.patient.tolist(), self.sums.day.tolist(), strict=True)
        return {k: row for row, k in enumerate(keys)}

    def told(self, row: int) -> str:
        """`sum 31 mm, -38% from baseline (50 mm), +3.3% from the smallest before (30 mm)`."""
        total, nadir = self.sums.total[row], self.nadir[row]
        base = self.sums.base[self.sums.patient[row]]
        parts = [f"sum {_mm(total)}"]
        if base > 0:
            parts.append(f"{_percent(total, base)} from baseline ({_mm(base)})")
        if nadir > 0 and nadir != base:
            parts.append(f"{_percent(total, nadir)} from the smallest before ({_mm(nadir)})")
        return ", ".join(parts)


def _mm(value: float) -> str:
    return f"{round(float(value), 2):g} mm"


def _percent(value: float, of: float) -> str:
    return f"{round(100 * float(value - of) / float(of), 1):+g}%"


def target_discrepancies(measured: Measured, stated: Visits) -> tuple[Discrepancy, ...]:
    """Exported target responses of visits with a sum that say otherwise than the sum."""
    return tuple(
        Discrepancy(
            "TRGRESP",
            measured.cohort.patients[patient],
            f"{term} on day {day}",
            TERMS[measured.code[row]],
            *target_reason(measured, row, CODES[term]),
            grave=False,
        )
        for (patient, day), term, row in _paired(measured, stated)
        if CODES[term] != measured.code[row] and not (term == "CR" and measured.may_be_nodes(row))
    )


def _paired(measured: Measured, stated: Visits) -> Iterator[tuple[tuple[int, int], str, int]]:
    rows = measured.rows()
    for key, term in sorted(stated.items()):
        if key in rows and term in CODES and not np.isnan(measured.sums.base[key[0]]):
            yield key, term, rows[key]


def target_reason(measured: Measured, row: int, stated: int) -> Reason:
    """Why a sum does not give the response that the export states."""
    told, own = measured.told(row), int(measured.code[row])
    for said, kind in _target_rules(measured, row, stated):
        return f"{told}: {said}", kind
    return f"{told} gives {TERMS[own]}: {UNEXPLAINED}", UNEXPLAINED


def _target_rules(measured: Measured, row: int, stated: int) -> Iterator[Reason]:
    total, nadir, own = measured.sums.total[row], measured.nadir[row], int(measured.code[row])
    base = measured.sums.base[measured.sums.patient[row]]
    grown = total >= 1.2 * nadir - EPSILON
    if not measured.sums.complete[row]:
        yield "not every target lesion was measured", NOT_COMPLETE
    if own == SD and stated == PR and measured.carried[row] == PR:
        yield "SD by its numbers; a confirmed PR is carried on until PD", CARRIED
    if own == SD and stated == PD and grown and total - nadir < 5 - EPSILON:
        yield f"PD needs 5 mm as well, here {_mm(total - nadir)}", SMALL
    if own == PD and stated != PD and total < 1.2 * base - EPSILON:
        yield "PD is measured from the smallest sum, not from the baseline", FROM_BASELINE
    if own == PD and stated != PD:
        yield "PD by its growth", GROWN
    if own == PR and stated == SD and abs(total - 0.7 * base) <= 1e-6:
        yield "exactly -30% is PR", THRESHOLD
    if stated == CODES["CR"]:
        yield "CR needs every target lesion gone (nodes below 10 mm)", REMAINDER
    if own == SD and stated == PR:
        yield "PR needs -30%", SHRUNK


@dataclass(frozen=True, slots=True, eq=False)
class Lesions:
    """What a visit's overall response is made of, by patient and day.

    `has_target` and `has_non_target`: patients (rows of the cohort) with any such record.
    `new`: visits with a new lesion; None when the export records none, so that absence is silent.
    """

    target: Visits
    non_target: Visits
    new: frozenset[tuple[int, int]] | None
    has_target: frozenset[int]
    has_non_target: frozenset[int]


def new_lesions(adrs: pd.DataFrame, cohort: Cohort) -> frozenset[tuple[int, int]] | None:
    """Visits with a new lesion: parameter or column NEWLFL. None: the export records none."""
    parameter, column = text(adrs, "PARAMCD") == NEW_LESION, text(adrs, NEW_LESION)
    if not parameter.any() and not (column != "").any():
        return None
    rows = take(adrs, (parameter & (text(adrs, "AVALC") == "Y")) | (column == "Y"))
    index = cohort.rows_of(rows)
    rows, index = rows.take(index >= 0), index[index >= 0]
    day = days_between(column_dates(rows, ("ADT",)), cohort.origin[index])
    return frozenset(zip(index.tolist(), day.tolist(), strict=True))


def lesions_of(adrs: pd.DataFrame, cohort: Cohort, sums: TargetSums | None) -> Lesions:
    """Target, non-target and new lesions of every visit that the export holds."""
    target, non_target = (
        terms_of(adrs, cohort, c) for c in (*TARGET_PARAMCDS, *NON_TARGET_PARAMCDS)
    )
    measured = frozenset() if sums is None else frozenset(np.flatnonzero(sums.base > 0).tolist())
    return Lesions(
        {k: t for k, t in target.items() if t in CODES},
        {k: t for k, t in non_target.items() if t in CODES},
        new_lesions(adrs, cohort),
        measured | {p for p, _ in target},
        frozenset(p for p, _ in non_target),
    )


def overall_discrepancies(
    cohort: Cohort, assessments: Assessments, lesions: Lesions
) -> tuple[Discrepancy, ...]:
    """Overall responses that target, non-target and new lesions of the same day do not give.

    A visit counts where its target response is recorded, or where the patient has non-target
    disease only. Without records of new lesions an overall PD is never questioned.
    """
    if assessments.paramcd is None:
        return ()
    rows = list(_judged(assessments, lesions))
    if not rows:
        return ()
    target, non_target, new = (np.array(c, dtype=object) for c in list(zip(*rows, strict=True))[3:])
    derived = overall_response(target, non_target, new.astype(np.bool_))
    found = []
    for (patient, day, stated, t, nt, n), own in zip(rows, derived.tolist(), strict=True):
        silent = stated == "PD" and lesions.new is None
        if own == stated or silent or own not in CODES:
            continue
        said, kind = _overall_reason(stated, t, nt, new=n)
        found.append(
            Discrepancy("OVR", cohort.patients[patient], f"{stated} on day {day}", own, said, kind)
        )
    return tuple(found)


def _judged(
    assessments: Assessments, lesions: Lesions
) -> Iterator[tuple[int, int, str, str, str, bool]]:
    """(patient, day, stated, target, non-target, new) of the visits that can be judged."""
    seen = zip(
        assessments.patient.tolist(),
        assessments.day.tolist(),
        assessments.response.tolist(),
        strict=True,
    )
    for patient, day, code in seen:
        key = (patient, day)
        target = lesions.target.get(key) or (None if patient in lesions.has_target else NONE)
        absent = "NE" if patient in lesions.has_non_target else NONE
        non_target = lesions.non_target.get(key, absent)
        if target is not None and not target == non_target == NONE:
            yield patient, day, TERMS[code], target, non_target, key in (lesions.new or ())


def _overall_reason(stated: str, target: str, non_target: str, *, new: bool) -> Reason:
    parts = [
        "no target lesions" if target == NONE else f"target {target}",
        "no non-target lesions" if non_target == NONE else f"non-target {non_target}",
        "a new lesion" if new else "no new lesion",
    ]
    told = ", ".join(parts)
    if stated == "PD":
        return f"{told}: nothing of it is PD", NO_REASON
    if new:
        return f"{told}: a new lesion is PD", NEW
    if target == "PD":
        return f"{told}: target PD is PD", TARGET_PD
    if non_target == "PD":
        return f"{told}: non-target PD is PD", NON_TARGET_PD
    if stated == "CR" and target == "CR":
        return f"{told}: CR needs non-target lesions gone too", NON_TARGET_LEFT
    return f"{told}: {TABLE} say otherwise, {UNEXPLAINED}", UNEXPLAINED


def against_change(
    measured: Measured, assessments: Assessments, stated: Visits, best: Mapping[int, str]
) -> tuple[Discrepancy, ...]:
    """Best and overall responses that the sums contradict.

    `best`: exported best response by row of the cohort. `stated`: visits whose target response is
    exported, which are compared with it and not again here. A best response looks at the complete
    visits before new therapy and up to the first PD.
    """
    return (
        *_best_against(measured, assessments, best),
        *_visit_against(measured, assessments, stated),
    )


def _best_against(
    measured: Measured, assessments: Assessments, best: Mapping[int, str]
) -> Iterator[Discrepancy]:
    sums, cohort = measured.sums, measured.cohort
    progressed = assessments.response == PD
    first_pd = np.full(cohort.n, NEVER, dtype=np.int64)
    np.minimum.at(first_pd, assessments.patient[progressed], assessments.day[progressed])
    p = sums.patient
    usable = sums.complete & (sums.day <= first_pd[p]) & (sums.day < cohort.new_therapy[p])
    usable &= sums.base[p] > 0
    for patient, term in sorted(best.items()):
        first, last = np.searchsorted(p, (patient, patient + 1))
        rows = np.flatnonzero(usable[first:last]) + first
        if term not in {"CR", "PR"} or not rows.size:
            continue
        low = int(rows[np.argmin(sums.total[rows])])
        told = f"{measured.told(low)} on day {sums.day[low]}"
        if sums.total[low] > 0.7 * sums.base[patient] + EPSILON:
            said = f"the smallest sum never reached -30%: {told}"
            yield _best(measured, patient, term, said, SHRUNK)
        elif term == "CR" and not _cleared(measured, rows):
            yield _best(measured, patient, term, f"target lesions remain: {told}", REMAINDER)


def _cleared(measured: Measured, rows: NDArray[np.int64]) -> bool:
    """Is there a visit at which the target lesions were, or may have been, gone?"""
    return any(measured.code[r] == CODES["CR"] or measured.may_be_nodes(int(r)) for r in rows)


def _best(measured: Measured, patient: int, term: str, said: str, kind: str) -> Discrepancy:
    own = "PR" if kind == REMAINDER else "SD"
    return Discrepancy(
        "best response", measured.cohort.patients[patient], term, own, said, kind, grave=False
    )


def _visit_against(
    measured: Measured, assessments: Assessments, stated: Visits
) -> Iterator[Discrepancy]:
    rows = measured.rows()
    calm = assessments.response != PD
    keys = zip(
        assessments.patient[calm].tolist(),
        assessments.day[calm].tolist(),
        assessments.response[calm].tolist(),
        strict=True,
    )
    for patient, day, code in keys:
        row = rows.get((patient, day))
        if row is None or (patient, day) in stated or measured.code[row] != PD:
            continue
        if TERMS[code] in {"CR", "PR", "SD"}:
            yield Discrepancy(
                "overall response",
                measured.cohort.patients[patient],
                f"{TERMS[code]} on day {day}",
                "PD",
                f"{measured.told(row)}: PD by its growth",
                GROWN,
                grave=False,
            )
