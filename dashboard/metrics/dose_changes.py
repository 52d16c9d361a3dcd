"""Dose modifications per drug, once per patient and type, and why treatment was stopped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dashboard.metrics.accrual import on_treatment
from dashboard.metrics.coded import Codes, first_present, grouped_terms
from dashboard.metrics.cohort import Bools, Cohort, column_dates, in_order, text
from dashboard.metrics.exposure import Doses
from dashboard.metrics.proportions import proportion
from dashboard.metrics.types import AnalysisSet, Proportion, Result, Source

REDUCED, OMITTED, NONE = "DOSE REDUCED", "DOSE OMITTED", ""
ANY = "Any"
NO_CHANGE = frozenset({"", "DOSE NOT CHANGED", "NONE", "NOT APPLICABLE"})
NO_REASON = "Reason missing"
NOT_EXPORTED = "Reason not exported"


@dataclass(frozen=True, slots=True)
class Modification(Result):
    """Patients with at least one modification of a type, of those who got the drug.

    `reasons`: patients per reason, once each; a patient may have several reasons. `of_reason`: who
    they are.
    """

    drug: str
    type: str
    proportion: Proportion
    n_records: int
    patients: tuple[str, ...]
    reasons: Mapping[str, int]
    of_reason: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Modifications(Result):
    """Rows by drug, "Any" first, then types by frequency. `source`: EXACN, or dose against plan.

    `recorded` False: the export says neither, so that no rows do not mean no modifications.
    """

    rows: tuple[Modification, ...]
    source: Source
    rule: str
    recorded: bool


def dose_modifications(records: Doses, *, level: float = 0.95) -> Modifications:
    """Modifications of every drug.

    Types are those of EXACN. Without EXACN: a dose below the planned one is a reduction, a dose of
    zero an omission; delays cannot be seen then.
    """
    _, types, source = _actions(records)
    got = _got(records)
    at, action, _ = changed_records(records)
    size = got.reshape(len(records.drugs), records.treated.n).sum(axis=1).tolist()
    rows = [
        (drug, _row(found, (records.drugs[drug], kind), size[drug], level))
        for drug, kind, found in _grouped(records, at, action, types)
    ]
    rows.sort(key=lambda r: (r[0], r[1].type != ANY, -r[1].proportion.x, r[1].type))
    recorded = source == "exported" or bool(np.isfinite(records.planned).any())
    rule = "EXACN" if source == "exported" else "EXDOSE against EXPLDOS (delays are not recorded)"
    if not recorded:
        rule = "not recorded: the export has neither EXACN nor a planned dose"
    return Modifications(tuple(r for _, r in rows), source, rule, recorded)


def changed_records(records: Doses) -> tuple[NDArray[np.int64], Codes, tuple[str, ...]]:
    """Records whose dose was changed, of patients who got the drug; their actions; the actions'
    words."""
    action, types, _ = _actions(records)
    changed = np.array([t.upper() not in NO_CHANGE for t in types], dtype=np.bool_)[action]
    place = records.drug * np.int64(records.treated.n) + records.patient
    at = np.flatnonzero(changed & _got(records)[place])
    return at, action[at], types


def dosed_with(records: Doses, drugs: Sequence[str]) -> int:
    """Patients with a dose of any of the drugs."""
    wanted = np.array([d in drugs for d in records.drugs], dtype=np.bool_)
    given = _got(records).reshape(len(records.drugs), records.treated.n)
    return int(given[wanted].any(axis=0).sum())


def _got(records: Doses) -> Bools:
    """Per drug and patient: was any dose of it given?"""
    place = records.drug * np.int64(records.treated.n) + records.patient
    got = np.zeros(len(records.drugs) * records.treated.n, dtype=np.bool_)
    got[place[records.dosed]] = True
    return got


@dataclass(frozen=True, slots=True)
class _Found:
    """Modifications of one drug and type."""

    n_records: int
    patients: tuple[str, ...]
    of_reason: Mapping[str, tuple[str, ...]]


def _grouped(
    records: Doses, at: NDArray[np.int64], action: Codes, types: tuple[str, ...]
) -> Iterator[tuple[int, str, _Found]]:
    """(drug, type, what was found), all groups in one pass; every record is also one of `ANY`."""
    reason, reasons = grouped_terms(records.frame, ("EXADJ",), NO_REASON)
    kinds, n, m = (*types, ANY), np.int64(records.treated.n), np.int64(len(reasons))
    drug, patient, why = records.drug[at], records.patient[at], reason[at]
    of_type = drug * np.int64(len(kinds)) + action
    of_any = drug * np.int64(len(kinds)) + len(types)
    group = np.concatenate([of_type, of_any])
    # once per patient and reason; one step up, once per patient
    triple = np.unique((group * n + np.tile(patient, 2)) * m + np.tile(why, 2))
    pair = np.unique(triple // m)
    groups, first, count = np.unique(pair // n, return_index=True, return_counts=True)
    n_records = np.bincount(group)[groups] if groups.size else groups
    names = records.treated.usubjid[pair % n].tolist()
    told, who = triple % m, records.treated.usubjid[triple // m % n]
    ends = np.cumsum(np.unique(triple // (m * n), return_counts=True)[1]).tolist()
    for i, key in enumerate(groups.tolist()):
        mine = slice(ends[i - 1] if i else 0, ends[i])
        by_reason = {
            reasons[int(r)]: tuple(who[mine][told[mine] == r].tolist())
            for r in np.unique(told[mine])
        }
        yield (
            key // len(kinds),
            kinds[key % len(kinds)],
            _Found(
                n_records=int(n_records[i]),
                patients=tuple(names[first[i] : first[i] + count[i]]),
                of_reason=dict(sorted(by_reason.items(), key=lambda x: (-len(x[1]), x[0]))),
            ),
        )


def _row(found: _Found, name: tuple[str, str], n: int, level: float) -> Modification:
    return Modification(
        drug=name[0],
        type=name[1],
        proportion=proportion(len(found.patients), n, level=level),
        n_records=found.n_records,
        patients=found.patients,
        reasons={r: len(ids) for r, ids in found.of_reason.items()},
        of_reason=found.of_reason,
    )


def _actions(records: Doses) -> tuple[Codes, tuple[str, ...], Source]:
    if first_present(records.frame, ("EXACN",)):
        codes, types = grouped_terms(records.frame, ("EXACN",), NONE)
        return codes, types, "exported"
    below = records.given < records.planned - 1e-9
    codes = np.where(below, np.where(records.given == 0, 2, 1), 0).astype(np.int64)
    return codes, (NONE, REDUCED, OMITTED), "derived"


@dataclass(frozen=True, slots=True)
class StopReason(Result):
    """Patients of the set who stopped treatment for a reason."""

    reason: str
    proportion: Proportion
    patients: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Discontinuations(Result):
    """Who stopped and why; the reasons add up to `stopped`. `rule` names the columns."""

    n: int
    stopped: Proportion
    ongoing: tuple[str, ...]
    completed: tuple[str, ...]
    reasons: tuple[StopReason, ...]
    rule: str


def discontinuations(
    adsl: pd.DataFrame, cohort: Cohort, members: AnalysisSet, *, level: float = 0.95
) -> Discontinuations:
    """Reasons from DCTREAS; where no column says why treatment ended, DCSREAS (end of study).

    A patient whose treatment ended after the cut-off is still on treatment.
    """
    wanted = set(members.patients)
    keep = np.array([u in wanted for u in cohort.usubjid.tolist()], dtype=np.bool_)
    rows = in_order(adsl, cohort).take(keep)
    ids = cohort.usubjid[keep]
    of_treatment = bool(first_present(rows, ("DCTREAS",))) or "EOTSTT" in rows.columns
    state_column, column = ("EOTSTT", "DCTREAS") if of_treatment else ("EOSSTT", "DCSREAS")
    state = text(rows, state_column)
    absent = NO_REASON if column in rows.columns else NOT_EXPORTED
    codes, terms = grouped_terms(rows, (column,), absent)
    end = column_dates(rows, ("EOTDT",) if of_treatment else ("EOSDT",))
    later = end > np.datetime64(cohort.cut_date, "D")
    dosed = ~np.isnat(cohort.first_dose[keep])
    completed = dosed & (state == "COMPLETED") & ~later
    has_reason = np.array([t != absent for t in terms], dtype=np.bool_)[codes]
    stopped = dosed & ~completed & ~later & ((state == "DISCONTINUED") | has_reason)
    n = members.n
    counted = [
        StopReason(t, proportion(int(hit.sum()), n, level=level), tuple(ids[hit].tolist()))
        for i, t in enumerate(terms)
        for hit in [stopped & (codes == i)]
        if hit.any()
    ]
    ongoing = on_treatment(adsl, cohort)[keep] & ~stopped & ~completed
    return Discontinuations(
        n=n,
        stopped=proportion(int(stopped.sum()), n, level=level),
        ongoing=tuple(ids[ongoing].tolist()),
        completed=tuple(ids[completed].tolist()),
        reasons=tuple(sorted(counted, key=lambda r: (-r.proportion.x, r.reason))),
        rule=f"{state_column} and {column}"
        + ("" if of_treatment else " (end of study: the end of treatment is not exported)"),
    )
